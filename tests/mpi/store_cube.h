/* A small cube of results with everything that a results file can hold: four training axes (a section with labels, one
 * of length 1, one that makes records ragged, seeds), an axis of a probe, float32 and float64 variables, a ragged
 * coordinate and a table. Values follow a formula, so that any reader can say what must be where:
 *
 *     element e of variable v of trial t = 10000 v + 100 t + e / 8     (exact in float32)
 */
#ifndef SPECBIAS_TESTS_STORE_CUBE_H
#define SPECBIAS_TESTS_STORE_CUBE_H

#include <specbias/store.h>
#include <stdlib.h>
#include <string.h>

#define CUBE_SWEEP(rate)                                                                                               \
    "specbias: 1\nname: Würfel\ntarget: {kind: sinusoids, samples: 40, frequencies: [1, 2, 3]}\n"                     \
    "training: {learning_rate: " rate "}\nrecord: {every: 10}\n"                                                       \
    "probes: {perturbation: {magnitudes: [0, 1], directions: 2}}\n"                                                    \
    "axes:\n  - embedding: [{kind: line}, {kind: petals, petals: 4}, {kind: circle}]\n  - model.depth: [3]\n"          \
    "  - training.steps: [25, 45]\n  - seed: [5, 6, 7, 9]\n  - probes.perturbation.magnitudes: [0, 0.5, 1]\n"

typedef struct results_cube {
    sb_sweep *sweep;
    sb_grid grid;
    sb_layout *layout;
} results_cube;

static size_t cube_record_steps(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    for (size_t i = 0; values && i < sb_record_count(settings); ++i)
        values[i] = (double)sb_record_step(settings, i);
    return sb_record_count(settings);
}

static size_t cube_frequencies(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    for (size_t i = 0; values && i < settings->target.frequencies.count; ++i)
        values[i] = settings->target.frequencies.values[i];
    return settings->target.frequencies.count;
}

static size_t cube_weights(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    for (size_t i = 0; values && i < settings->target.frequencies.count; ++i)
        values[i] = 0.5 * settings->target.frequencies.values[i] + (double)settings->embedding.kind;
    return settings->target.frequencies.count;
}

static sb_code cube_declare(sb_layout *layout, sb_status *status) {
    static const char *const step_fields[] = {"training.steps", "record.every", NULL};
    static const char *const frequency_fields[] = {"target.frequencies", NULL};
    static const char *const weight_fields[] = {"target.frequencies", "embedding.kind", NULL};
    static const sb_vector_rule steps = {"step", "1", "updates made", SB_TYPE_INT64, step_fields, cube_record_steps,
                                         NULL};
    static const sb_vector_rule frequencies = {
        "frequency", "1", "target frequency", SB_TYPE_INT64, frequency_fields, cube_frequencies, NULL};
    static const sb_vector_rule weights = {
        "weight", "1", "a table over frequency and embedding", SB_TYPE_FLOAT64, weight_fields, cube_weights, NULL};
    size_t step, frequency, ignored;
    sb_code code = sb_layout_dimension(layout, &steps, &step, status);
    if (code == SB_OK)
        code = sb_layout_dimension(layout, &frequencies, &frequency, status);
    const size_t both[] = {step, frequency};
    if (code == SB_OK)
        code = sb_layout_variable(layout, "loss", "loss", "1", "training loss", SB_TYPE_FLOAT32, both, 1, &ignored,
                                  status);
    if (code == SB_OK)
        code = sb_layout_variable(layout, "spectrum", "spectrum", "1", "normalised magnitude", SB_TYPE_FLOAT64, both, 2,
                                  &ignored, status);
    if (code == SB_OK)
        code = sb_layout_variable(layout, "perturbation", "perturbation", "1", "response", SB_TYPE_FLOAT32, &frequency,
                                  1, &ignored, status);
    if (code == SB_OK)
        code =
            sb_layout_variable(layout, "loss", "final", "1", "one number", SB_TYPE_FLOAT64, NULL, 0, &ignored, status);
    if (code == SB_OK)
        code = sb_layout_table(layout, &weights, frequency, status);
    return code == SB_OK ? sb_layout_finish(layout, status) : code;
}

static sb_code cube_create(const char *text, results_cube *cube, sb_status *status) {
    sb_diagnostics diagnostics = {0};
    sb_code code = sb_sweep_parse(text, strlen(text), "cube", NULL, 0, &diagnostics, &cube->sweep, status);
    if (code == SB_OK)
        code = sb_grid_create(cube->sweep, &diagnostics, &cube->grid, status);
    sb_diagnostics_print(&diagnostics, stderr);
    sb_diagnostics_free(&diagnostics);
    if (code == SB_OK)
        code = sb_layout_create(&cube->grid, &cube->layout, status);
    return code == SB_OK ? cube_declare(cube->layout, status) : code;
}

static void cube_free(results_cube *cube) {
    sb_layout_free(cube->layout);
    sb_sweep_free(cube->sweep);
}

static double cube_value(size_t variable, uint64_t trial, uint64_t element) {
    return 10000.0 * (double)variable + 100.0 * (double)trial + (double)element / 8;
}

static sb_hash cube_identity(const results_cube *cube, uint64_t trial) {
    sb_settings settings;
    sb_grid_settings(&cube->grid, trial, &settings);
    return sb_settings_identity(&settings);
}

/* The result of trial @p trial; trial 6 has failed. Its payload is released with free(). */
static sb_result cube_result(const results_cube *cube, uint64_t trial) {
    const sb_layout *layout = cube->layout;
    sb_result result = {.trial = trial,
                        .state = trial == 6 ? SB_TRIAL_FAILED : SB_TRIAL_DONE,
                        .failure = trial == 6 ? SB_FAILURE_LOSS_NOT_FINITE : SB_FAILURE_NONE,
                        .steps = 20 + (int64_t)trial,
                        .seconds = 0.5 + (double)trial,
                        .payload = malloc(layout->payload_bytes)};
    if (!result.payload)
        abort();
    sb_payload_clear(layout, result.payload);
    for (size_t v = 0; v < layout->variable_count; ++v) {
        const sb_variable *variable = &layout->variables[v];
        char *block = (char *)result.payload + variable->offset;
        for (uint64_t e = 0; e < variable->block_count; ++e) {
            const double wide = cube_value(v, trial, e);
            const float single = (float)wide;
            if (variable->type == SB_TYPE_FLOAT32)
                memcpy(block + e * sizeof single, &single, sizeof single);
            else
                memcpy(block + e * sizeof wide, &wide, sizeof wide);
        }
    }
    result.checksum = sb_result_checksum(cube_identity(cube, trial), result.state, result.failure, result.steps,
                                         result.payload, layout->payload_bytes);
    return result;
}

static const sb_run_info cube_info = {.start = 1e9,
                                      .ranks = 1,
                                      .trials = 2,
                                      .trial_seconds = 3,
                                      .commit_seconds = 4,
                                      .updated = 1e9 + 5,
                                      .hosts = "alpha,beta",
                                      .job = "12345",
                                      .versions = "specbias 0",
                                      .revision = "abc",
                                      .architecture = "generic"};

/* Collective. Commits this rank's share, by @p mine, of the trials that @p wanted picks. */
static inline sb_code cube_commit(const results_cube *cube, sb_store *store, bool (*wanted)(uint64_t), int rank,
                                  int ranks, sb_status *status) {
    const uint64_t trials = cube->grid.trials.count;
    sb_result *results = calloc(trials, sizeof *results);
    size_t count = 0;
    if (!results)
        abort();
    for (uint64_t t = 0; t < trials; ++t)
        if (wanted(t) && (int)(t * 7 / 3 % (uint64_t)ranks) == rank)
            results[count++] = cube_result(cube, t);
    sb_code code = sb_store_commit(store, results, count, &cube_info, status);
    while (count > 0)
        free(results[--count].payload);
    free(results);
    return code;
}

#endif
