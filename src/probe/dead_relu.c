/* Dead ReLUs: hidden neurons whose output is 0 for every training input, by layer (Lazzari and Liu 2023, section 5.3
 * and figure 10d). Of a leaky ReLU, those whose pre-activation is never above 0. */
#include "dimensions.h"
#include "patterns.h"
#include "rows.h"
#include <stdlib.h>
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.dead_relu.probe;
}

typedef struct workspace {
    sb_patterns *patterns;
    size_t words;
    uint64_t *alive; /* [words] neurons that were active for any input so far */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sizeof(workspace) + sb_patterns_bytes(&shape) + sb_pattern_words(&shape) * sizeof(uint64_t);
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return (double)sb_dataset_samples(settings) * sb_patterns_flops(&shape);
}

static void destroy(void *state) {
    workspace *work = state;
    sb_patterns_destroy(work->patterns);
    free(work->alive);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings, (void)dataset;
    workspace *work = sb_array(1, sizeof *work, "the dead_relu probe", status);
    if (!work)
        return SB_MEMORY;
    work->words = sb_pattern_words(shape);
    work->alive = sb_array(work->words, sizeof *work->alive, "the dead_relu probe", status);
    sb_code code = work->alive ? sb_patterns_create(shape, &work->patterns, status) : SB_MEMORY;
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

static void add(void *context, size_t first, size_t count, const uint64_t *block) {
    const workspace *work = context;
    (void)first;
    for (size_t s = 0; s < count; s++)
        for (size_t word = 0; word < work->words; word++)
            work->alive[word] |= block[s * work->words + word];
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    const sb_shape *shape = view->shape;
    const sb_pattern_source inputs = sb_pattern_training(view->dataset);
    double *dead = outputs[0].values;
    memset(work->alive, 0, work->words * sizeof *work->alive);
    sb_code code = sb_patterns_visit(work->patterns, view, &inputs, add, state);
    const uint64_t *alive = work->alive;
    for (size_t layer = 1; code == SB_OK && layer < shape->depth; layer++) {
        size_t words = sb_pattern_words_of(shape, layer);
        dead[layer - 1] = (double)(shape->widths[layer] - sb_pattern_count(alive, words));
        alive += words;
    }
    return code;
}

const sb_probe sb_probe_dead_relu = {
    .name = "dead_relu",
    .variables = {{.name = "dead_relu",
                   .unit = "1",
                   .long_name = "neurons of the layer whose output is 0 for every training input",
                   .type = SB_TYPE_FLOAT64,
                   .dimensions = {&sb_dimension_hidden_layer}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
