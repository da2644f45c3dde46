/* The perturbation probe: exactly 1 without a perturbation, a known answer for a linear network, and results that
 * depend on the settings alone. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { MAGNITUDES_MAX = 4, FREQUENCIES = 2 };

static const double frequencies[FREQUENCIES] = {3, 10};

/* A measurement of a network of @p depth layers with random parameters. */
typedef struct measured {
    float response[MAGNITUDES_MAX][FREQUENCIES], spread[MAGNITUDES_MAX][FREQUENCIES];
    size_t progress;
} measured;

static sb_code count_progress(void *context) {
    ++*(size_t *)context;
    return SB_OK;
}

/* @p weight replaces the first parameter unless it is 0. */
static measured measure(size_t depth, float weight, const double *deltas, size_t delta_count, int64_t directions) {
    const sb_probe *probe = probe_row("perturbation");
    measured result = {.progress = 0};
    sb_settings settings = hand_settings();
    settings.target.frequencies = (sb_list){FREQUENCIES, frequencies};
    settings.model.depth = (int64_t)depth;
    settings.model.width = 16;
    settings.probes.perturbation.magnitudes = (sb_list){delta_count, deltas};
    settings.probes.perturbation.directions = directions;
    sb_status status;
    sb_dataset dataset;
    assert_int_equal(sb_dataset_create(&settings, &dataset, &status), SB_OK);
    sb_shape shape = sb_shape_of(&settings, dataset.inputs, dataset.outputs);
    float *parameters = sb_array(sb_shape_parameters(&shape), sizeof(float), "parameters", &status);
    sb_initialise(&shape, 1, parameters);
    parameters[0] = weight != 0 ? weight : parameters[0];
    sb_network *scratch;
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, dataset.samples, &scratch, &status), SB_OK);
    sb_probe_view view = {.settings = &settings,
                          .dataset = &dataset,
                          .shape = &shape,
                          .parameters = parameters,
                          .scratch = scratch,
                          .progress = count_progress,
                          .progress_context = &result.progress};
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT32, result.response, 2, {MAGNITUDES_MAX, FREQUENCIES}},
                                 {SB_TYPE_FLOAT32, result.spread, 2, {MAGNITUDES_MAX, FREQUENCIES}}};
    void *state = NULL;
    assert_int_equal(probe->create(&settings, &dataset, &shape, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
    free(parameters);
    sb_dataset_destroy(&dataset);
    return result;
}

static void magnitude_zero_gives_exactly_one(void **state) {
    (void)state;
    static const double deltas[] = {0, 1, 0};
    measured result = measure(6, 0, deltas, 3, 7);
    for (size_t i = 0; i < FREQUENCIES; i++) {
        assert_true(result.response[0][i] == 1 && result.response[2][i] == 1);
        assert_true(result.spread[0][i] == 0 && result.spread[2][i] == 0);
        assert_true(result.response[1][i] != 1 && result.spread[1][i] > 0);
    }
}

/* f(x) = w x + b has |DFT(f)[k]| = |w| |DFT(x)[k]| for k > 0. With v = (cos t, sin t), t uniform, the ratio is
 * 1 + (delta/w) cos t: mean 1, standard deviation delta / (w sqrt 2). Both have a standard error of less than
 * delta / (w sqrt(2 M)) over M directions; four of them are allowed. */
static void a_linear_network_answers_by_formula(void **state) {
    (void)state;
    static const double delta = 0.5;
    const double weight = 1, deviation = delta / (weight * sqrt(2)), directions = 4000;
    measured result = measure(1, (float)weight, &delta, 1, (int64_t)directions);
    for (size_t i = 0; i < FREQUENCIES; i++) {
        assert_near(result.response[0][i], 1, 4 * deviation / sqrt(directions));
        assert_near(result.spread[0][i], deviation, 4 * deviation / sqrt(directions));
    }
}

static void a_magnitude_does_not_depend_on_its_neighbours(void **state) {
    (void)state;
    static const double alone[] = {1.5}, among[] = {0.5, 1.5, 2};
    measured one = measure(4, 0, alone, 1, 5), three = measure(4, 0, among, 3, 5);
    assert_memory_equal(one.response[0], three.response[1], sizeof one.response[0]);
    assert_memory_equal(one.spread[0], three.spread[1], sizeof one.spread[0]);
}

/* For a linear network with a positive ratio, (response - 1)/delta would be equal for equal directions. */
static void directions_are_fresh_for_each_magnitude(void **state) {
    (void)state;
    static const double deltas[] = {0.25, 0.5};
    measured result = measure(1, 1, deltas, 2, 1);
    float slopes[] = {(result.response[0][0] - 1) / 0.25f, (result.response[1][0] - 1) / 0.5f};
    assert_true(fabsf(slopes[0] - slopes[1]) > 1e-3f);
}

static void progress_is_reported_for_every_direction(void **state) {
    (void)state;
    static const double deltas[] = {0, 1};
    assert_true(measure(3, 0, deltas, 2, 9).progress >= 18);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(magnitude_zero_gives_exactly_one),
        cmocka_unit_test(a_linear_network_answers_by_formula),
        cmocka_unit_test(a_magnitude_does_not_depend_on_its_neighbours),
        cmocka_unit_test(directions_are_fresh_for_each_magnitude),
        cmocka_unit_test(progress_is_reported_for_every_direction),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
