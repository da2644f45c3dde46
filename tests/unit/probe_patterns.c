/* Probes of activation patterns against patterns that are computed neuron by neuron in double precision. */
#include "../../src/probe/distinct.h"
#include "check.h"
#include "hand_sweep.h"
#include "nn_reference.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { SAMPLES = 700, DEPTH = 4, WIDTH = 40, HIDDEN = (DEPTH - 1) * WIDTH }; /* three blocks of samples, two words */

typedef struct fixture {
    sb_settings settings;
    sb_dataset dataset;
    sb_shape shape;
    sb_network *scratch;
    float *parameters;
    sb_probe_view view;
} fixture;

static void create(fixture *f, size_t batch) {
    sb_status status;
    f->settings = hand_settings();
    f->settings.target.samples = SAMPLES;
    f->settings.model.depth = DEPTH;
    f->settings.model.width = WIDTH;
    assert_int_equal(sb_dataset_create(&f->settings, &f->dataset, &status), SB_OK);
    f->shape = sb_shape_of(&f->settings, f->dataset.inputs, f->dataset.outputs);
    assert_int_equal(sb_network_create(sb_kernels_default(), &f->shape, batch, &f->scratch, &status), SB_OK);
    f->parameters = sb_array(sb_shape_parameters(&f->shape), sizeof(float), "parameters", &status);
    assert_non_null(f->parameters);
    sb_initialise(&f->shape, 6, f->parameters);
    /* Every fifth neuron of the second layer is dead: no weights, and a negative bias. */
    for (size_t j = 0; j < WIDTH; j += 5) {
        memset(f->parameters + sb_shape_weights(&f->shape, 2) + j * WIDTH, 0, WIDTH * sizeof(float));
        f->parameters[sb_shape_biases(&f->shape, 2) + j] = -1;
    }
    f->view = (sb_probe_view){.settings = &f->settings,
                              .dataset = &f->dataset,
                              .shape = &f->shape,
                              .parameters = f->parameters,
                              .scratch = f->scratch};
}

static void destroy(fixture *f) {
    free(f->parameters);
    sb_network_destroy(f->scratch);
    sb_dataset_destroy(&f->dataset);
}

/* The pattern of one sample; returns how many neurons are so near their boundary that rounding may decide. */
static size_t reference_pattern(const fixture *f, const double *parameters, const float *x, bool pattern[HIDDEN]) {
    double inputs[1] = {x[0]}, z[REFERENCE_DEPTH + 1][REFERENCE_WIDTH];
    size_t near = 0;
    reference_layers(&f->shape, parameters, inputs, NULL, z);
    for (size_t neuron = 0; neuron < HIDDEN; neuron++) {
        double value = z[1 + neuron / WIDTH][neuron % WIDTH];
        pattern[neuron] = value > 0;
        near += fabs(value) < 1e-6;
    }
    return near;
}

/* Both variables of a probe; @p map may be NULL. */
static void measure(const fixture *f, const char *name, double *values, double *map) {
    const sb_probe *probe = probe_row(name);
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, values, 1, {DEPTH - 1}}, {SB_TYPE_FLOAT64, map, 1, {SAMPLES}}};
    void *state = NULL;
    sb_status status;
    assert_int_equal(probe->create(&f->settings, &f->dataset, &f->shape, &state, &status), SB_OK);
    for (int twice = 0; twice < 2; twice++)
        assert_int_equal(probe->measure(state, &f->view, outputs, &status), SB_OK);
    probe->destroy(state);
}

static bool (*reference_patterns(const fixture *f))[HIDDEN] {
    bool(*patterns)[HIDDEN] = malloc(SAMPLES * sizeof *patterns);
    double parameters[2 * WIDTH * WIDTH + 5 * WIDTH + 1];
    size_t near = 0;
    assert_non_null(patterns);
    assert_int_equal(sizeof parameters / sizeof *parameters, sb_shape_parameters(&f->shape));
    for (size_t i = 0; i < sb_shape_parameters(&f->shape); i++)
        parameters[i] = f->parameters[i];
    for (size_t s = 0; s < SAMPLES; s++)
        near += reference_pattern(f, parameters, f->dataset.x + s, patterns[s]);
    assert_int_equal(near, 0); /* so that counts must agree exactly */
    return patterns;
}

static const size_t batches[] = {1, 100, 256, SAMPLES};

static void dead_neurons_are_those_that_no_input_activates(void **state) {
    (void)state;
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        fixture f;
        create(&f, batches[b]);
        bool(*patterns)[HIDDEN] = reference_patterns(&f);
        double dead[DEPTH - 1];
        measure(&f, "dead_relu", dead, NULL);
        for (size_t layer = 0; layer < DEPTH - 1; layer++) {
            double expected = 0;
            for (size_t j = 0; j < WIDTH; j++) {
                bool alive = false;
                for (size_t s = 0; s < SAMPLES; s++)
                    alive |= patterns[s][layer * WIDTH + j];
                expected += !alive;
            }
            assert_true(dead[layer] == expected);
        }
        assert_true(dead[1] >= WIDTH / 5 && dead[0] < WIDTH);
        free(patterns);
        destroy(&f);
    }
}

static void regions_are_numbered_as_they_first_appear(void **state) {
    (void)state;
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        fixture f;
        create(&f, batches[b]);
        bool(*patterns)[HIDDEN] = reference_patterns(&f);
        double regions, counted, map[SAMPLES], expected[SAMPLES], next = 0;
        measure(&f, "regions", &regions, map);
        measure(&f, "regions", &counted, NULL);
        for (size_t s = 0; s < SAMPLES; s++) {
            size_t t = 0;
            while (memcmp(patterns[s], patterns[t], HIDDEN) != 0)
                t++;
            expected[s] = t < s ? expected[t] : next++;
            assert_true(map[s] == expected[s]);
        }
        assert_true(regions == next && counted == next);
        assert_in_range((size_t)next, 3, SAMPLES - 1); /* some inputs share a region */
        free(patterns);
        destroy(&f);
    }
}

/* Whatever the hash: here there are 1, 2, 3 and 4 of them, the last few of the table's slots. */
static void patterns_of_one_hash_are_told_apart(void **state) {
    (void)state;
    static const uint64_t patterns[][2] = {{1, 2}, {1, 3}, {1, 2}, {0, 0}, {2, 2}, {0, 0}, {1, 3}};
    static const uint32_t numbers[] = {0, 1, 0, 2, 3, 2, 1};
    for (uint32_t hashes = 1; hashes <= 4; hashes++) {
        sb_distinct *distinct;
        sb_status status;
        assert_int_equal(sb_distinct_create(4, 2, &distinct, &status), SB_OK);
        for (int twice = 0; twice < 2; twice++, sb_distinct_clear(distinct)) {
            for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
                assert_int_equal(sb_distinct_number(distinct, patterns[i], ~(uint64_t)(numbers[i] % hashes)),
                                 numbers[i]);
            assert_int_equal(sb_distinct_count(distinct), 4);
        }
        assert_int_equal(sb_distinct_count(distinct), 0);
        sb_distinct_destroy(distinct);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dead_neurons_are_those_that_no_input_activates),
        cmocka_unit_test(regions_are_numbered_as_they_first_appear),
        cmocka_unit_test(patterns_of_one_hash_are_told_apart),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
