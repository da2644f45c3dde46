/* The inradius probe on first layers whose regions are known. Points are random, but the regions and so the radii are
 * not, or are functions of the points that have a mean. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include <glpk.h>
#include <stdlib.h>

typedef struct found {
    double mean, median, mean_box, median_box, unbounded;
} found;

enum { POINTS = 2000 };

/* Measures a first layer of @p neurons with @p parameters (weights, then biases) and @p dimensions inputs. */
static found measure(size_t dimensions, size_t neurons, const float *parameters) {
    const sb_probe *probe = probe_row("inradius");
    sb_settings settings = hand_settings();
    sb_shape shape = {.depth = 2, .widths = {dimensions, neurons, 1}};
    sb_probe_view view = {.settings = &settings, .shape = &shape, .parameters = parameters};
    found seen;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, &seen.mean, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.median, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.mean_box, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.median_box, 0, {0}},
                                 {SB_TYPE_FLOAT64, &seen.unbounded, 0, {0}}};
    sb_status status;
    void *state = NULL;
    settings.probes.inradius.samples = POINTS;
    assert_int_equal(probe->create(&settings, NULL, &shape, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    return seen;
}

/* Boundaries at -1/2, 1/4 and 1/2, weights of different lengths and signs: of points of [-1,1], 3/8 lie in the interval
 * of length 3/4, 1/8 in that of length 1/4, and 1/4 on either side, where rays begin; the box leaves intervals of
 * length 1/2 of these. Means over 2000 points are within 4 standard deviations of less than 0.25/sqrt(2000). */
static void intervals(void **state) {
    (void)state;
    static const float parameters[] = {2, -4, 10, 1, 1, -5};
    const double deviations = 4 * 0.25 / sqrt(POINTS);
    found seen = measure(1, 3, parameters);
    assert_near(seen.mean, (0.375 * 0.375 + 0.125 * 0.125) / 0.5, deviations);
    assert_near(seen.median, 0.375, 1e-6);
    assert_near(seen.mean_box, 0.375 * 0.375 + 0.125 * 0.125 + 0.5 * 0.25, deviations);
    assert_near(seen.median_box, 0.25, 1e-6);
    assert_near(seen.unbounded, 0.5, 2 * deviations);
}

/* The regular simplex around the origin with an inradius of 3 holds the whole box, whose own inradius is 1. The vectors
 * from its centre to its faces have products -1/d. */
static void a_simplex_around_the_box(void **state) {
    (void)state;
    enum { DIMENSIONS = 3 };
    static const float normals[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
    float parameters[16];
    for (size_t j = 0; j < 4; j++) {
        float length = (float)(j + 1);
        for (size_t i = 0; i < 3; i++)
            parameters[3 * j + i] = length * normals[j][i];
        parameters[12 + j] = length * 3 * sqrtf(3);
    }
    found seen = measure(DIMENSIONS, 4, parameters);
    assert_near(seen.mean, 3, 1e-6);
    assert_near(seen.median, 3, 1e-6);
    assert_near(seen.mean_box, 1, 1e-6);
    assert_near(seen.unbounded, 0, 0);
}

/* Legs of 6 and 8 and a hypotenuse of 10 make an inradius of 2. The legs are at x = -1 and y = -1, and the box lies
 * inside. */
static void a_right_triangle(void **state) {
    (void)state;
    static const float parameters[] = {1, 0, 0, 1, -4, -3, 1, 1, 17};
    found seen = measure(2, 3, parameters);
    assert_near(seen.mean, 2, 1e-6);
    assert_near(seen.mean_box, 1, 1e-6);
    assert_near(seen.unbounded, 0, 0);
}

/* Parallel lines bound balls although their strip is endless; one line alone bounds none. */
static void strips_and_half_planes(void **state) {
    (void)state;
    static const float strip[] = {3, 4, 3, 4, 20, -20}, line[] = {3, 4, 20};
    found seen = measure(2, 2, strip);
    assert_near(seen.mean, 4, 1e-6);
    assert_near(seen.mean_box, 1, 1e-6);
    seen = measure(2, 1, line);
    assert_true(isnan(seen.mean) && isnan(seen.median));
    assert_near(seen.mean_box, 1, 1e-6);
    assert_near(seen.unbounded, 1, 0);
}

/* Neurons without weights have no boundary: a layer of nothing else leaves the box. */
static void neurons_without_weights(void **state) {
    (void)state;
    static const float parameters[] = {0, 0, 0, 0, 0, 0, 1, -1};
    found seen = measure(3, 2, parameters);
    assert_true(isnan(seen.mean));
    assert_near(seen.mean_box, 1, 1e-6);
    assert_near(seen.unbounded, 1, 0);
}

static sb_code stop(void *context) {
    return ++*(size_t *)context == 3 ? SB_STOPPED : SB_OK;
}

static void a_stop_does_not_wait_for_all_points(void **state) {
    (void)state;
    static const float parameters[] = {1, 2, 3, 4};
    const sb_probe *probe = probe_row("inradius");
    sb_settings settings = hand_settings();
    sb_shape shape = {.depth = 2, .widths = {1, 2, 1}};
    size_t calls = 0;
    sb_probe_view view = {
        .settings = &settings, .shape = &shape, .parameters = parameters, .progress = stop, .progress_context = &calls};
    sb_status status;
    void *made = NULL;
    assert_int_equal(probe->create(&settings, NULL, &shape, &made, &status), SB_OK);
    assert_int_equal(probe->measure(made, &view, NULL, &status), SB_STOPPED);
    assert_int_equal(calls, 3);
    probe->destroy(made);
}

static sb_code stop_at_once(void *context) {
    ++*(size_t *)context;
    return SB_STOPPED;
}

static sb_code count_calls(void *context) {
    ++*(size_t *)context;
    return SB_OK;
}

/* In many dimensions, a single point takes a second. */
static void nor_for_all_of_a_point(void **state) {
    (void)state;
    enum { DIMENSIONS = 250, NEURONS = 500 };
    static float parameters[NEURONS * (DIMENSIONS + 1)];
    const sb_probe *probe = probe_row("inradius");
    sb_settings settings = hand_settings();
    sb_shape shape = {.depth = 2, .widths = {DIMENSIONS, NEURONS, 1}};
    double results[5];
    sb_probe_output outputs[5];
    size_t calls = 0;
    sb_probe_view view = {.settings = &settings,
                          .shape = &shape,
                          .parameters = parameters,
                          .progress = count_calls,
                          .progress_context = &calls};
    sb_status status;
    void *made = NULL;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        parameters[i] = (float)sb_random_uniform(1, SB_PURPOSE_INRADIUS, i) - 0.5F;
    for (size_t i = 0; i < 5; i++)
        outputs[i] = (sb_probe_output){.type = SB_TYPE_FLOAT64, .values = &results[i]};
    settings.probes.inradius.samples = 1;
    assert_int_equal(probe->create(&settings, NULL, &shape, &made, &status), SB_OK);
    assert_int_equal(probe->measure(made, &view, outputs, &status), SB_OK);
    assert_true(calls > 1);
    assert_true(results[2] > 0 && results[2] < 1);
    calls = 0;
    view.progress = stop_at_once;
    assert_int_equal(probe->measure(made, &view, outputs, &status), SB_STOPPED);
    assert_int_equal(calls, 1);
    probe->destroy(made);
}

/* GLPK would end the process. */
static void a_programme_without_memory_is_an_error_like_others(void **state) {
    (void)state;
    const sb_probe *probe = probe_row("inradius");
    sb_settings settings = hand_settings();
    sb_shape shape = {.depth = 2, .widths = {64, 4096, 1}};
    static float parameters[64 * 4096 + 4096];
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        parameters[i] = 1;
    sb_probe_view view = {.settings = &settings, .shape = &shape, .parameters = parameters};
    sb_status status;
    void *made = NULL;
    assert_int_equal(probe->create(&settings, NULL, &shape, &made, &status), SB_OK);
    glp_mem_limit(1);
    assert_int_equal(probe->measure(made, &view, NULL, &status), SB_MEMORY);
    assert_non_null(strstr(status.message, "GLPK gave up"));
    probe->destroy(made);
    intervals(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals),
        cmocka_unit_test(a_simplex_around_the_box),
        cmocka_unit_test(a_right_triangle),
        cmocka_unit_test(strips_and_half_planes),
        cmocka_unit_test(neurons_without_weights),
        cmocka_unit_test(a_stop_does_not_wait_for_all_points),
        cmocka_unit_test(nor_for_all_of_a_point),
        cmocka_unit_test(a_programme_without_memory_is_an_error_like_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
