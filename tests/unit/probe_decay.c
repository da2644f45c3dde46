/* The decay probe on networks whose exponents are known. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"

enum { ANGLES = 3 };

typedef struct found {
    double all, along[ANGLES];
} found;

static sb_settings fine_settings(sb_embedding_kind kind) {
    static const double angles[ANGLES] = {0, 45, 25};
    sb_settings settings = hand_settings();
    settings.embedding.kind = kind;
    settings.probes.decay.low = 0;
    settings.probes.decay.high = 1;
    settings.probes.decay.resolution = SB_RESOLUTION_AUTO;
    settings.probes.decay.angles = (sb_list){ANGLES, angles};
    return settings;
}

static found measure(const sb_settings *settings, const sb_shape *shape, const float *parameters) {
    const sb_probe *probe = probe_row("decay");
    static float amplitudes[8192];
    sb_dataset dataset = {.inputs = shape->widths[0], .outputs = 1};
    sb_network *scratch;
    sb_status status;
    void *state = NULL;
    found seen = {0};
    assert_int_equal(sb_network_create(sb_kernels_default(), shape, 1024, &scratch, &status), SB_OK);
    assert_int_equal(probe->create(settings, &dataset, shape, &state, &status), SB_OK);
    sb_probe_view view = {
        .settings = settings, .dataset = &dataset, .shape = shape, .parameters = parameters, .scratch = scratch};
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, &seen.all, 0, {0}},
                                 {SB_TYPE_FLOAT32, amplitudes, 1, {8192}},
                                 {SB_TYPE_FLOAT64, seen.along, 1, {ANGLES}}};
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
    return seen;
}

/* |x - 0.4|, and a step of two kinks at a distance of 1/8192, which falls as k^-1 up to k of some thousand. */
static void kinks_on_a_line(void **state) {
    (void)state;
    static const float kink[] = {1, -1, -0.4F, 0.4F, 1, 1, 0};
    static const float step[] = {8192, 8192, -4096, -4097, 1, -1, 0};
    sb_shape shape = {.depth = 2, .widths = {1, 2, 1}};
    sb_settings settings = fine_settings(SB_EMBEDDING_LINE);
    assert_near(measure(&settings, &shape, kink).all, -2, 0.02);
    settings.probes.decay.k_low = 20;
    settings.probes.decay.k_high = 160;
    assert_near(measure(&settings, &shape, step).all, -1, 0.02);
    assert_near(measure(&settings, &shape, kink).all, -2, 0.02);
}

/* A network without kinks in the box is linear there: all that is left is the window. A tanh is smooth: at the default
 * k nothing is left of it. The spectrum of tanh(50 (x - 1/2)) falls as exp(-pi^2 k / 50), from k = 10 to 40 by a factor
 * of 373. */
static void what_is_smooth_falls_faster(void **state) {
    (void)state;
    static const float linear[] = {1, 2, 3, 0}, bend[] = {50, -25, 1, 0};
    sb_shape shape = {.depth = 2, .widths = {1, 1, 1}};
    sb_settings settings = fine_settings(SB_EMBEDDING_LINE);
    assert_near(measure(&settings, &shape, linear).all, -5, 0.1);
    shape.activation = SB_ACTIVATION_TANH;
    assert_true(isnan(measure(&settings, &shape, bend).all));
    settings.probes.decay.k_low = 10;
    settings.probes.decay.k_high = 40;
    assert_true(measure(&settings, &shape, bend).all < -3.5);
}

/* The pyramid max(0.3 - |x - 0.5| - |y - 0.5|, 0): its edges have the normals 0 and 45 degrees, where it falls as k^-2;
 * 25 degrees are orthogonal to none, and it falls as k^-3 from its five corners, whose waves interfere. */
static void a_pyramid(void **state) {
    (void)state;
    static const float parameters[] = {1, 0, -1, 0, 0, 1, 0, -1, -0.5F, 0.5F, -0.5F, 0.5F, -1, -1, -1, -1, 0.3F, 1, 0};
    sb_shape shape = {.depth = 3, .widths = {2, 4, 1, 1}};
    sb_settings settings = fine_settings(SB_EMBEDDING_PETALS);
    found seen = measure(&settings, &shape, parameters);
    assert_near(seen.all, -2.5, 0.1);
    assert_near(seen.along[0], -2, 0.1);
    assert_near(seen.along[1], -2, 0.1);
    assert_near(seen.along[2], -3, 0.4);
}

/* A single straight edge is seen across it and from nowhere else. */
static void a_ridge(void **state) {
    (void)state;
    static const float parameters[] = {1, 1, -1, 1, 0};
    sb_shape shape = {.depth = 2, .widths = {2, 1, 1}};
    sb_settings settings = fine_settings(SB_EMBEDDING_PETALS);
    found seen = measure(&settings, &shape, parameters);
    assert_near(seen.all, -2.5, 0.1);
    assert_near(seen.along[1], -2, 0.05);
    assert_true(isnan(seen.along[0]) || seen.along[0] < -4);
    assert_true(isnan(seen.along[2]) || seen.along[2] < -4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinks_on_a_line),
        cmocka_unit_test(what_is_smooth_falls_faster),
        cmocka_unit_test(a_pyramid),
        cmocka_unit_test(a_ridge),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
