/* The kernel spectrum of points on a circle at equal distances: the kernel's matrix is circulant, so that its
 * eigenvectors are sines and cosines of whole frequencies m, with the eigenvalues
 *     sum_j exp(-|x_j - x_0|^2 / (2 sigma^2)) cos(2 pi m j / N),
 * the same for sine and cosine, which fall with m. */
#include "check.h"
#include "probe_rows.h"

enum { SAMPLES = 24, PAIRS = 6 }; /* beyond it, eigenvalues come near to the error of 1e-15 */

static const double pi = 3.14159265358979323846, sigma = 0.8;

/* What one measurement gives. */
typedef struct measured {
    double f[SAMPLES], target[SAMPLES], clean[SAMPLES], value[SAMPLES];
    float vectors[SAMPLES][SAMPLES];
} measured;

static void make_circle(float x[SAMPLES][2]) {
    for (size_t n = 0; n < SAMPLES; n++) {
        x[n][0] = (float)cos(2 * pi * (double)n / SAMPLES);
        x[n][1] = (float)sin(2 * pi * (double)n / SAMPLES);
    }
}

static measured measure(size_t bins, size_t outputs, const float *f, float *y) {
    const sb_probe *probe = probe_row("kernel_spectrum");
    static float x[SAMPLES][2];
    make_circle(x);
    const sb_dataset dataset = {.samples = SAMPLES, .inputs = 2, .outputs = outputs, .x = x[0], .y = y, .clean = y};
    sb_settings settings = {.target.samples = SAMPLES};
    settings.probes.kernel_spectrum.sigma = sigma;
    settings.probes.kernel_spectrum.bins = bins == SAMPLES ? SB_BINS_EACH : (int64_t)bins;
    const sb_probe_view view = {.settings = &settings, .dataset = &dataset, .outputs = f};
    measured all;
    const sb_probe_output places[] = {{SB_TYPE_FLOAT64, all.f, 1, {bins}},
                                      {SB_TYPE_FLOAT64, all.target, 1, {bins}},
                                      {SB_TYPE_FLOAT64, all.clean, 1, {bins}},
                                      {SB_TYPE_FLOAT64, all.value, 1, {bins}},
                                      {SB_TYPE_FLOAT32, all.vectors, 2, {SAMPLES, SAMPLES}}};
    void *state = NULL;
    assert_int_equal(probe->create(&settings, &dataset, NULL, &state, NULL), SB_OK);
    assert_int_equal(probe->measure(state, &view, places, NULL), SB_OK);
    probe->destroy(state);
    return all;
}

static double eigenvalue(size_t m) {
    double sum = 0;
    for (size_t j = 0; j < SAMPLES; j++) {
        double square = 2 - 2 * cos(2 * pi * (double)j / SAMPLES);
        sum += exp(-square / (2 * sigma * sigma)) * cos(2 * pi * (double)(m * j) / SAMPLES);
    }
    return sum;
}

static void wave(double m, double phase, float *values, size_t stride) {
    for (size_t n = 0; n < SAMPLES; n++)
        values[n * stride] = (float)cos(2 * pi * m * (double)n / SAMPLES + phase);
}

/* Frequency m lies in the modes 2m - 1 and 2m, in any mixture: the norm of both is that of the wave, sqrt(N/2). */
static void waves_lie_in_their_pair_of_modes(void **state) {
    (void)state;
    for (size_t m = 1; m < PAIRS; m++) {
        float f[SAMPLES], y[SAMPLES];
        wave((double)m, 0.3, f, 1);
        wave((double)(PAIRS - m), 0.1, y, 1);
        measured all = measure(SAMPLES, 1, f, y);
        for (size_t mode = 0; mode < SAMPLES; mode++) {
            assert_near(all.value[mode], eigenvalue((mode + 1) / 2), 1e-6); /* x is rounded to 6e-8 */
            if ((mode + 1) / 2 != m)
                assert_near(all.f[mode], 0, 1e-5);
        }
        assert_near(hypot(all.f[2 * m - 1], all.f[2 * m]), sqrt(SAMPLES / 2.0), 1e-5);
        assert_near(hypot(all.target[2 * (PAIRS - m) - 1], all.target[2 * (PAIRS - m)]), sqrt(SAMPLES / 2.0), 1e-5);
        assert_memory_equal(all.target, all.clean, sizeof all.target);
    }
}

static void bins_hold_means(void **state) {
    (void)state;
    float f[SAMPLES], y[SAMPLES];
    for (size_t n = 0; n < SAMPLES; n++) {
        f[n] = (float)n - 3;
        y[n] = (float)(n * n);
    }
    measured each = measure(SAMPLES, 1, f, y), binned = measure(5, 1, f, y);
    static const size_t firsts[] = {0, 4, 9, 14, 19, SAMPLES}; /* floor(24 b / 5) */
    for (size_t bin = 0; bin < 5; bin++) {
        double sum = 0, targets = 0, values = 0, count = (double)(firsts[bin + 1] - firsts[bin]);
        for (size_t i = firsts[bin]; i < firsts[bin + 1]; i++) {
            sum += each.f[i];
            targets += each.target[i];
            values += each.value[i];
        }
        assert_near(binned.f[bin], sum / count, 1e-12 * sum);
        assert_near(binned.target[bin], targets / count, 1e-12 * targets);
        assert_near(binned.value[bin], values / count, 1e-14);
    }
}

static void several_outputs_give_the_norm_of_their_coefficients(void **state) {
    (void)state;
    float both[SAMPLES][2], one[SAMPLES], other[SAMPLES];
    wave(2, 0, both[0], 2);
    wave(2, 1, both[0] + 1, 2);
    wave(2, 0, one, 1);
    wave(2, 1, other, 1);
    measured together = measure(SAMPLES, 2, both[0], both[0]), apart = measure(SAMPLES, 1, one, other);
    for (size_t mode = 0; mode < SAMPLES; mode++)
        assert_near(together.f[mode], hypot(apart.f[mode], apart.target[mode]), 1e-12);
}

static void coefficients_belong_to_the_vectors_that_are_shown(void **state) {
    (void)state;
    float f[SAMPLES];
    for (size_t n = 0; n < SAMPLES; n++)
        f[n] = (float)(n % 5) - 1;
    measured all = measure(SAMPLES, 1, f, f);
    for (size_t mode = 0; mode < SAMPLES; mode++) {
        double product = 0;
        for (size_t n = 0; n < SAMPLES; n++)
            product += (double)all.vectors[mode][n] * (double)f[n];
        assert_near(all.f[mode], fabs(product), 1e-5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waves_lie_in_their_pair_of_modes),
        cmocka_unit_test(bins_hold_means),
        cmocka_unit_test(several_outputs_give_the_norm_of_their_coefficients),
        cmocka_unit_test(coefficients_belong_to_the_vectors_that_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
