/* The neural tangent kernel of linear networks, f(x) = w x + b, which is x . x' + 1 whatever w and b are: on the circle
 * 1 + cos(2 pi (z - z')), whose eigenvectors are the constant, with eigenvalue S, and sine and cosine of frequency 1,
 * with S/2; all other eigenvalues are 0. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { SAMPLES = 64, MODES = 16 };

/* What the probe finds. */
typedef struct found {
    double eigenvalues[SAMPLES], alignments[SAMPLES], alignment, quotients[2], predicted[2], measured[2];
} found;

static const double frequencies[] = {1, 3};

static sb_settings circle_settings(void) {
    sb_settings settings = hand_settings();
    settings.target.samples = SAMPLES;
    settings.target.frequencies = (sb_list){2, frequencies};
    settings.embedding.kind = SB_EMBEDDING_CIRCLE;
    settings.model.depth = 1;
    settings.probes.ntk.samples = MODES;
    settings.probes.ntk.threshold = 0.75;
    return settings;
}

/* Measures a linear network with weights w and bias b that gives outputs f at step @p step; y is the target. */
static void measure(const sb_settings *settings, const sb_dataset *dataset, const float *f, found *values) {
    const sb_probe *probe = probe_row("ntk");
    static const float parameters[9] = {0.3F, -2, 0.7F, 1, 1, 1, 1, 1, 1};
    sb_shape shape = sb_shape_of(settings, dataset->inputs, dataset->outputs);
    sb_network *scratch;
    sb_status status;
    void *state = NULL;
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, 10, &scratch, &status), SB_OK);
    assert_int_equal(probe->create(settings, dataset, &shape, &state, &status), SB_OK);
    sb_probe_view view = {.settings = settings,
                          .dataset = dataset,
                          .shape = &shape,
                          .parameters = parameters,
                          .outputs = f,
                          .scratch = scratch,
                          .step = 7};
    bool wanted = settings->probes.ntk.frequencies != SB_PREDICTION_FALSE;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, values->eigenvalues, 1, {SAMPLES}},
                                 {SB_TYPE_FLOAT64, values->alignments, 1, {SAMPLES}},
                                 {SB_TYPE_FLOAT64, &values->alignment, 0, {0}},
                                 {SB_TYPE_FLOAT64, wanted ? values->quotients : NULL, 1, {2}},
                                 {SB_TYPE_FLOAT64, wanted ? values->predicted : NULL, 1, {2}},
                                 {SB_TYPE_FLOAT64, wanted ? values->measured : NULL, 1, {2}}};
    probe->watch(state, &view, outputs);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
}

static void on_the_circle_it_is_known(void **state) {
    (void)state;
    sb_settings settings = circle_settings();
    sb_dataset dataset;
    sb_status status;
    found values = {.measured = {(double)NAN, (double)NAN}};
    assert_int_equal(sb_dataset_create(&settings, &dataset, &status), SB_OK);
    for (size_t n = 0; n < SAMPLES; n++) /* a share 1/4 of the constant, 3/4 of frequency 1 */
        dataset.y[n] = (float)(0.5 + sqrt(1.5) * sin(2 * 3.14159265358979 * (double)n / SAMPLES + 0.4));
    measure(&settings, &dataset, dataset.y, &values);
    const double expected[] = {MODES, MODES / 2.0, MODES / 2.0, 0, 0};
    for (size_t i = 0; i < 5; i++)
        assert_near(values.eigenvalues[i], expected[i], 1e-5);
    assert_near(values.alignments[0], 0.25, 1e-5);
    assert_near(values.alignments[1] + values.alignments[2], 0.75, 1e-5);
    assert_near(values.alignments[3], 0, 1e-5);
    assert_near(values.alignment, (0.25 * MODES + 0.75 * MODES / 2) / (MODES * sqrt(1.5)), 1e-5);
    assert_near(values.quotients[0], MODES / 2.0, 1e-5);
    assert_near(values.quotients[1], 0, 1e-5);
    /* exp(-2 rate t lambda / S) = 1 - 0.75 */
    assert_near(values.predicted[0], log(4) / settings.training.learning_rate, 1);
    assert_true(values.predicted[1] > 1e4 * values.predicted[0]);
    assert_true(values.measured[0] == 7 && isnan(values.measured[1]));
    values.measured[0] = 3; /* found at an earlier record */
    measure(&settings, &dataset, dataset.y, &values);
    assert_true(values.measured[0] == 3);
    settings.probes.ntk.samples = SB_SAMPLES_ALL;
    measure(&settings, &dataset, dataset.y, &values);
    assert_near(values.eigenvalues[0], SAMPLES, 1e-4);
    assert_near(values.predicted[0], log(4) / settings.training.learning_rate, 1);
    sb_dataset_destroy(&dataset);
}

/* Of 2 outputs the kernels are equal, so that their mean is each of them, and alignments are over both targets. */
static void several_outputs_are_averaged(void **state) {
    (void)state;
    sb_settings settings = circle_settings();
    settings.probes.ntk.frequencies = SB_PREDICTION_FALSE;
    sb_dataset circle;
    sb_status status;
    assert_int_equal(sb_dataset_create(&settings, &circle, &status), SB_OK);
    float y[2 * SAMPLES];
    for (size_t n = 0; n < SAMPLES; n++) {
        y[2 * n] = 3;
        y[2 * n + 1] = (float)(sqrt(2) * cos(2 * 3.14159265358979 * (double)n / SAMPLES));
    }
    sb_dataset both = {.samples = SAMPLES, .inputs = 2, .outputs = 2, .x = circle.x, .y = y};
    found values;
    measure(&settings, &both, y, &values);
    assert_near(values.eigenvalues[0], MODES, 1e-5);
    assert_near(values.eigenvalues[2], MODES / 2.0, 1e-5);
    assert_near(values.alignments[0], 0.9, 1e-5);
    assert_near(values.alignments[1] + values.alignments[2], 0.1, 1e-5);
    assert_near(values.alignment, (0.9 * MODES + 0.1 * MODES / 2) / (MODES * sqrt(1.5)), 1e-5);
    sb_dataset_destroy(&circle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_circle_it_is_known),
        cmocka_unit_test(several_outputs_are_averaged),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
