/* The boundary distance probe on networks whose boundaries are known. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { BINS = 4 };

/* What the probe finds for one form. */
typedef struct found {
    double mean, median, histogram[BINS];
} found;

static sb_settings small_settings(void) {
    sb_settings settings = hand_settings();
    settings.probes.boundary_distance.bins = BINS;
    settings.probes.boundary_distance.low = 0.01;
    settings.probes.boundary_distance.high = 100;
    return settings;
}

/* Measures the network with @p parameters at x[samples][shape->widths[0]] in passes of @p batch: forms[input, layer].
 */
static void measure(const sb_settings *settings, const sb_shape *shape, const float *parameters, float *x,
                    size_t samples, size_t batch, found *forms) {
    const sb_probe *probe = probe_row("boundary_distance");
    sb_dataset dataset = {.samples = samples, .inputs = shape->widths[0], .outputs = 1, .x = x};
    sb_network *scratch;
    sb_status status;
    void *state = NULL;
    assert_int_equal(sb_network_create(sb_kernels_default(), shape, batch, &scratch, &status), SB_OK);
    assert_int_equal(probe->create(settings, &dataset, shape, &state, &status), SB_OK);
    sb_probe_view view = {
        .settings = settings, .dataset = &dataset, .shape = shape, .parameters = parameters, .scratch = scratch};
    sb_probe_output outputs[6];
    for (size_t form = 0; form < 2; form++) {
        forms[form] = (found){(double)NAN, (double)NAN, {(double)NAN}};
        outputs[3 * form] = (sb_probe_output){SB_TYPE_FLOAT64, &forms[form].mean, 0, {0}};
        outputs[3 * form + 1] = (sb_probe_output){SB_TYPE_FLOAT64, &forms[form].median, 0, {0}};
        outputs[3 * form + 2] = (sb_probe_output){SB_TYPE_FLOAT64, forms[form].histogram, 1, {BINS}};
    }
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
}

/* One neuron, z = 2 x - 1: its boundary is at x = 1/2, where both forms look. In the bins from 0.01 to 0.1, 1, 10 and
 * 100, a distance of 0 and one of 1000 are at the ends. */
static void distances_to_a_point(void **state) {
    (void)state;
    sb_shape shape = {.depth = 2, .widths = {1, 1, 1}};
    static const float parameters[] = {2, -1, 1, 0};
    static float x[] = {0.5F, 0.75F, 2.5F, 1000.5F};
    static const double histogram[] = {0.25, 0.25, 0.25, 0.25};
    sb_settings settings = small_settings();
    found forms[2];
    for (size_t batch = 1; batch <= 5; batch++) {
        measure(&settings, &shape, parameters, x, 4, batch, forms);
        for (size_t form = 0; form < 2; form++) {
            assert_near(forms[form].mean, (0 + 0.25 + 2 + 1000) / 4, 1e-4);
            assert_near(forms[form].median, 1.125, 1e-6);
            for (size_t bin = 0; bin < BINS; bin++)
                assert_near(forms[form].histogram[bin], histogram[bin], 1e-12);
        }
    }
}

/* h = (max(3 u + 4 v, 0), max(-3 u - 4 v + 10, 0)), z_2 = 2 h_1 - h_2 - 20, at x = (4, 2), where h = (20, 0): to the
 * first boundary it is 20/5, to the second 10/5, to the third 20/(2*5) by the input and 20/sqrt(5) by the layer. */
static void a_deeper_neuron_counts_by_the_gradient_that_is_asked_for(void **state) {
    (void)state;
    sb_shape shape = {.depth = 3, .widths = {2, 2, 1, 1}};
    static const float parameters[] = {3, 4, -3, -4, 0, 10, 2, -1, -20, 1, 0};
    static const float near_it[] = {3, 4, -3, -4, 0, 1000, 2, -1, -39, 1, 0}; /* only the third is near: z_2 = 1 */
    static float x[] = {4, 2};
    sb_settings settings = small_settings();
    found forms[2];
    measure(&settings, &shape, parameters, x, 1, 1, forms);
    assert_near(forms[0].mean, 2, 1e-6);
    assert_near(forms[1].mean, 2, 1e-6);
    static float shifted[11];
    memcpy(shifted, near_it, sizeof shifted);
    shifted[5] = -1000; /* the second is dead and far: z = -1020 */
    measure(&settings, &shape, shifted, x, 1, 1, forms);
    assert_near(forms[0].mean, 1 / (2 * 5.0), 1e-6);
    assert_near(forms[1].mean, 1 / sqrt(5), 1e-6);
}

/* The second layer hangs on a dead neuron alone: its gradient by the input is zero, so that the first layer's boundary
 * is the only one; by the layer it stands at |z_2| / |w| = 0.5/2. */
static void neurons_without_a_gradient_are_skipped(void **state) {
    (void)state;
    sb_shape shape = {.depth = 3, .widths = {1, 1, 1, 1}};
    static const float parameters[] = {1, -8, 2, 0.5F, 1, 0}, all_zero[] = {0, 1, 0, 1, 0, 0};
    static float x[] = {3};
    sb_settings settings = small_settings();
    found forms[2];
    measure(&settings, &shape, parameters, x, 1, 1, forms);
    assert_near(forms[0].mean, 5, 1e-6);
    assert_near(forms[1].mean, 0.25, 1e-6);
    measure(&settings, &shape, all_zero, x, 1, 1, forms);
    for (size_t form = 0; form < 2; form++)
        assert_true(isnan(forms[form].mean) && isnan(forms[form].median) && isnan(forms[form].histogram[0]));
}

/* One of each quarter of x = 0, 1, .., 4095, the same each time and another for another seed; z = x + 1. */
static void a_share_of_the_inputs_is_drawn_evenly(void **state) {
    (void)state;
    enum { SAMPLES = 4096 };
    sb_shape shape = {.depth = 2, .widths = {1, 1, 1}};
    static const float parameters[] = {1, 1, 1, 0};
    static float x[SAMPLES];
    sb_settings settings = small_settings();
    settings.probes.boundary_distance.high = 1e6;
    found whole[2], share[2], again[2], other[2];
    for (size_t n = 0; n < SAMPLES; n++)
        x[n] = (float)n;
    measure(&settings, &shape, parameters, x, SAMPLES, 100, whole);
    assert_near(whole[0].mean, (SAMPLES + 1) / 2.0, 1e-9);
    assert_near(whole[0].median, (SAMPLES + 1) / 2.0, 1e-9);
    settings.probes.boundary_distance.samples = 4;
    measure(&settings, &shape, parameters, x, SAMPLES, 100, share);
    measure(&settings, &shape, parameters, x, SAMPLES, 1, again);
    settings.seed = 1;
    measure(&settings, &shape, parameters, x, SAMPLES, 100, other);
    assert_true(share[0].mean == again[0].mean && share[0].median == again[0].median);
    assert_true(share[0].mean != other[0].mean);
    assert_true(share[0].mean >= 1 + SAMPLES * 1.5 / 4 && share[0].mean < 1 + SAMPLES * 2.5 / 4);
    assert_true(share[0].median >= 1 + SAMPLES * 1.5 / 4 && share[0].median < 1 + SAMPLES * 2.5 / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_to_a_point),
        cmocka_unit_test(a_deeper_neuron_counts_by_the_gradient_that_is_asked_for),
        cmocka_unit_test(neurons_without_a_gradient_are_skipped),
        cmocka_unit_test(a_share_of_the_inputs_is_drawn_evenly),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
