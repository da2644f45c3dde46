/* The confusion probe on linear networks, f = w x + b: by the loss (f - y)^2 of sample n the gradient is
 * 2 (f_n - y_n) (x_n, 1), so that the cosine of two samples is
 *     sign(f_n - y_n) sign(f_m - y_m) (x_n . x_m + 1) / sqrt((|x_n|^2 + 1) (|x_m|^2 + 1)). */
#include "../../src/probe/cosines.h"
#include "../../src/probe/pairs.h"
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { PAIRS_MAX = 3000 };

/* What is found for one kind of pairs. */
typedef struct found {
    double density[SB_COSINE_BINS], share, mean, pairs;
} found;

/* A curve of points x that are normal variates; f is b, w being 0, and the sign of f - y is that of n's parity, or of
 * every seventh sample 0. */
static sb_dataset make_dataset(size_t samples, size_t inputs, float b) {
    sb_status status;
    sb_dataset data = {.samples = samples, .inputs = inputs, .outputs = 1, .lattice = {1, {samples}}};
    data.x = sb_array(samples * inputs, sizeof(float), "inputs", &status);
    data.y = sb_array(samples, sizeof(float), "targets", &status);
    assert_true(data.x && data.y);
    sb_random_normals(1, SB_PURPOSE_INITIALISATION, 0, 0, samples * inputs, data.x);
    for (size_t n = 0; n < samples; n++)
        data.y[n] = n % 7 == 6 ? b : n % 2 ? b + (float)(n + 1) : b - 0.01F * (float)(n + 1);
    return data;
}

static double dot_plus_one(const sb_dataset *data, size_t n, size_t m) {
    double sum = 1;
    for (size_t i = 0; i < data->inputs; i++)
        sum += (double)data->x[n * data->inputs + i] * (double)data->x[m * data->inputs + i];
    return sum;
}

static found expect(const sb_dataset *data, const sb_probe_view *view, const sb_pair_numbers *numbers,
                    sb_pair_kind kind) {
    static size_t drawn[PAIRS_MAX][2];
    sb_pairs *pairs;
    sb_status status;
    sb_cosines cosines = {0};
    found expected = {.pairs = 0};
    assert_int_equal(sb_pairs_create(data, &pairs, &status), SB_OK);
    assert_int_equal(sb_pairs_draw(pairs, view, numbers, kind, drawn), SB_OK);
    for (size_t i = 0; i < sb_pair_count(numbers, kind); i++) {
        size_t n = drawn[i][0], m = drawn[i][1];
        double sign = n % 2 == m % 2 ? 1 : -1;
        double norms = sqrt(dot_plus_one(data, n, n) * dot_plus_one(data, m, m));
        if (n % 7 < 6 && m % 7 < 6)
            sb_cosines_add(&cosines, sign * dot_plus_one(data, n, m) / norms);
    }
    sb_cosines_density(&cosines, expected.density);
    expected.share = (double)cosines.below_zero / (double)cosines.count;
    expected.mean = cosines.sum / (double)cosines.count;
    expected.pairs = (double)cosines.count;
    sb_pairs_destroy(pairs);
    return expected;
}

/* Cosines of the two ways to compute them differ by rounding: a few may fall into the next bin. */
static void compare(const found *measured, const found *expected) {
    double moved = 0;
    assert_true(measured->pairs == expected->pairs);
    assert_near(measured->share, expected->share, 2 / expected->pairs);
    assert_near(measured->mean, expected->mean, 1e-6);
    for (size_t i = 0; i < SB_COSINE_BINS; i++)
        moved += fabs(measured->density[i] - expected->density[i]) * 2 / SB_COSINE_BINS * expected->pairs;
    assert_true(moved < 4.1);
}

static void measure(const sb_dataset *data, const sb_pair_settings *wanted, size_t batch, float b, found forms[2]) {
    const sb_probe *probe = probe_row("confusion");
    sb_shape shape = {.depth = 1, .widths = {data->inputs, 1}};
    sb_settings settings = hand_settings();
    settings.probes.confusion.pairs = *wanted;
    sb_network *scratch;
    sb_status status;
    void *state = NULL;
    float *parameters = sb_array(data->inputs + 1, sizeof(float), "parameters", &status);
    parameters[data->inputs] = b;
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, batch, &scratch, &status), SB_OK);
    assert_int_equal(probe->create(&settings, data, &shape, &state, &status), SB_OK);
    sb_probe_view view = {
        .settings = &settings, .dataset = data, .shape = &shape, .parameters = parameters, .scratch = scratch};
    sb_probe_output outputs[8];
    for (size_t kind = 0; kind < 2; kind++) {
        double *places[] = {forms[kind].density, &forms[kind].share, &forms[kind].mean, &forms[kind].pairs};
        for (size_t i = 0; i < 4; i++)
            outputs[4 * kind + i] = (sb_probe_output){.type = SB_TYPE_FLOAT64, .values = places[i]};
    }
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
    free(parameters);
}

static void check(size_t samples, size_t inputs, const sb_pair_settings *wanted, size_t batch) {
    sb_settings settings = hand_settings();
    sb_pair_numbers numbers = sb_pair_numbers_of(&settings, wanted, 100);
    sb_dataset data = make_dataset(samples, inputs, 0.5F);
    sb_probe_view view = {.settings = &settings, .dataset = &data};
    found measured[2];
    measure(&data, wanted, batch, 0.5F, measured);
    for (sb_pair_kind kind = SB_PAIRS_LOCAL; kind <= SB_PAIRS_GLOBAL; kind++) {
        found expected = expect(&data, &view, &numbers, kind);
        compare(&measured[kind], &expected);
    }
    free(data.x);
    free(data.y);
}

static void samples_that_all_fit(void **state) {
    (void)state;
    check(100, 3, &(sb_pair_settings){20, 30, 1000}, 100);
    check(100, 3, &(sb_pair_settings){20, 30, 1000}, 7);
    check(2, 1, &(sb_pair_settings){2, 3, 4}, 1);
}

/* Factors of 8193 numbers: 1023 samples fit, so that the pairs of 1100 take several batches. */
static void samples_that_do_not_fit(void **state) {
    (void)state;
    check(1100, 8192, &(sb_pair_settings){10, 100, 3000}, 256);
}

static void without_gradients_there_are_no_cosines(void **state) {
    (void)state;
    sb_dataset data = make_dataset(30, 2, 1);
    found measured[2] = {{.share = (double)NAN, .mean = (double)NAN}, {.share = (double)NAN, .mean = (double)NAN}};
    for (size_t n = 0; n < 30; n++)
        data.y[n] = 1;
    measure(&data, &(sb_pair_settings){2, 3, 4}, 30, 1, measured);
    for (size_t kind = 0; kind < 2; kind++)
        assert_true(measured[kind].pairs == 0 && isnan(measured[kind].share) && isnan(measured[kind].mean));
    free(data.x);
    free(data.y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_that_all_fit),
        cmocka_unit_test(samples_that_do_not_fit),
        cmocka_unit_test(without_gradients_there_are_no_cosines),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
