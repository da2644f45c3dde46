/* The spectral bias probe on residuals whose energies are known: sines of whole frequencies on a line and on a square.
 * Signals are float32, so that energies are right to 1e-6. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"

enum { SIDE = 24, SAMPLES = SIDE * SIDE, OUTPUTS_MAX = 2 };

static const double two_pi = 6.283185307179586476925286766559, tolerance = 2e-6;

typedef struct found {
    double bias, low, high, cutoff;
} found;

static found measure(const sb_settings *settings, const sb_dataset *dataset, const float *f) {
    const sb_probe *probe = probe_row("spectral_bias");
    sb_probe_view view = {.settings = settings, .dataset = dataset, .outputs = f};
    found seen;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, &seen.bias, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.low, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.high, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.cutoff, 0, {0}}};
    sb_status status;
    void *state = NULL;
    assert_int_equal(probe->create(settings, dataset, NULL, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    return seen;
}

/* mean + low sin(2 pi 3 z) + high sin(2 pi 7 z + 1) at z_n = n/SAMPLES */
static void mixture(double mean, double low, double high, float *f) {
    for (size_t n = 0; n < SAMPLES; n++) {
        double z = two_pi * (double)n / SAMPLES;
        f[n] = (float)(mean + low * sin(3 * z) + high * sin(7 * z + 1));
    }
}

static void energies_of_a_line(void **state) {
    (void)state;
    static float y[SAMPLES], f[SAMPLES];
    sb_settings settings = hand_settings();
    sb_dataset dataset = {.samples = SAMPLES, .outputs = 1, .y = y, .lattice = {1, {SAMPLES}}};
    mixture(100, 1, 1, y);
    mixture(0, 0, 0, f);
    found nothing = measure(&settings, &dataset, f);
    assert_near(nothing.bias, 0, 2e-4); /* 100 is right to 4e-6 in float32, in every sample */
    assert_near(nothing.low, 0.5, 1e-4);
    assert_near(nothing.cutoff, 3, 0);
    mixture(0, 1, 1, y);
    mixture(5, 0.9, 0.4, f); /* the mean counts nowhere */
    found some = measure(&settings, &dataset, f);
    assert_near(some.bias, (0.36 - 0.01) / (0.36 + 0.01), tolerance);
    assert_near(some.low, 0.01 / 2, tolerance);
    assert_near(some.high, 0.36 / 2, tolerance);
    settings.probes.spectral_bias.cutoff = 7;
    assert_near(measure(&settings, &dataset, f).bias, -1, tolerance);
    settings.probes.spectral_bias.cutoff = 2;
    found above = measure(&settings, &dataset, f);
    assert_near(above.bias, 1, tolerance);
    assert_near(above.high, 0.37 / 2, tolerance);
    assert_near(above.cutoff, 2, 0);
}

/* Most of the energy at 7: half of it is not reached before. */
static void the_median_is_of_energy(void **state) {
    (void)state;
    static float y[SAMPLES], f[SAMPLES];
    sb_settings settings = hand_settings();
    sb_dataset dataset = {.samples = SAMPLES, .outputs = 1, .y = y, .lattice = {1, {SAMPLES}}};
    mixture(0, 0.9, 1, y);
    assert_near(measure(&settings, &dataset, f).cutoff, 7, 0);
    mixture(0, 1, 0.9, y);
    assert_near(measure(&settings, &dataset, f).cutoff, 3, 0);
}

/* Waves of |(3, 4)| = 5 and |(-5, 8)| = 9.4, which counts as 9, in two channels. */
static void energies_of_an_image(void **state) {
    (void)state;
    static float y[SAMPLES * OUTPUTS_MAX], f[SAMPLES * OUTPUTS_MAX];
    sb_settings settings = hand_settings();
    sb_dataset dataset = {.samples = SAMPLES, .outputs = 2, .y = y, .lattice = {2, {SIDE, SIDE}}};
    for (size_t n = 0; n < SAMPLES; n++) {
        double row = two_pi * (double)(n / SIDE) / SIDE, column = two_pi * (double)(n % SIDE) / SIDE;
        y[2 * n] = (float)(0.5 + sin(3 * row + 4 * column));
        y[2 * n + 1] = (float)cos(-5 * row + 8 * column);
        f[2 * n] = (float)(0.8 * sin(3 * row + 4 * column));
        f[2 * n + 1] = (float)(0.4 * cos(-5 * row + 8 * column));
    }
    found seen = measure(&settings, &dataset, f);
    assert_near(seen.cutoff, 5, 0);
    assert_near(seen.low, 0.2 * 0.2 / 2, tolerance);
    assert_near(seen.high, 0.6 * 0.6 / 2, tolerance);
    settings.probes.spectral_bias.cutoff = 8;
    assert_near(measure(&settings, &dataset, f).high, 0.6 * 0.6 / 2, tolerance);
    settings.probes.spectral_bias.cutoff = 9;
    assert_near(measure(&settings, &dataset, f).high, 0, tolerance);
}

/* Logits of log 3 and -log 3 are probabilities of 3/4 and 1/4: a quarter is missing everywhere. */
static void logits_are_probabilities(void **state) {
    (void)state;
    static float y[SAMPLES], f[SAMPLES];
    sb_settings settings = hand_settings();
    sb_dataset dataset = {.samples = SAMPLES, .outputs = 1, .y = y, .lattice = {1, {SAMPLES}}};
    settings.training.loss = SB_LOSS_BCE;
    settings.probes.spectral_bias.cutoff = SAMPLES / 2 - 1;
    for (size_t n = 0; n < SAMPLES; n++) {
        y[n] = (float)(n % 24 < 12);
        f[n] = y[n] > 0 ? logf(3) : -logf(3);
    }
    assert_near(measure(&settings, &dataset, f).low, 0.25 * 0.25 / 0.25 * 1, tolerance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(energies_of_a_line),
        cmocka_unit_test(the_median_is_of_energy),
        cmocka_unit_test(energies_of_an_image),
        cmocka_unit_test(logits_are_probabilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
