/* Unique regions: the number of distinct activation patterns over the training inputs, which is how many linear regions
 * of the network they lie in (Lazzari and Liu 2023, section 4 and figure 2d); and the map of these regions (figure 2a
 * and b). */
#include "dimensions.h"
#include "distinct.h"
#include "patterns.h"
#include "rows.h"
#include <stdlib.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.regions.probe;
}

static bool wants_map(const sb_settings *settings) {
    return settings->probes.regions.map;
}

typedef struct workspace {
    sb_patterns *patterns;
    sb_distinct *distinct;
    size_t words;
    double *map; /* [samples], of the measurement under way; NULL: none */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sizeof(workspace) + sb_patterns_bytes(&shape) +
           sb_distinct_bytes(sb_dataset_samples(settings), sb_pattern_words(&shape));
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return (double)sb_dataset_samples(settings) * sb_patterns_flops(&shape);
}

static void destroy(void *state) {
    workspace *work = state;
    sb_patterns_destroy(work->patterns);
    sb_distinct_destroy(work->distinct);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings;
    workspace *work = sb_array(1, sizeof *work, "the regions probe", status);
    if (!work)
        return SB_MEMORY;
    work->words = sb_pattern_words(shape);
    sb_code code = sb_patterns_create(shape, &work->patterns, status);
    if (code == SB_OK)
        code = sb_distinct_create(dataset->samples, work->words, &work->distinct, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

static void add(void *context, size_t first, size_t count, const uint64_t *block) {
    const workspace *work = context;
    for (size_t s = 0; s < count; s++, block += work->words) {
        uint64_t hash = sb_checksum(block, work->words * sizeof *block, 0);
        uint32_t number = sb_distinct_number(work->distinct, block, hash);
        if (work->map)
            work->map[first + s] = number;
    }
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    workspace *work = state;
    const sb_pattern_source inputs = sb_pattern_training(view->dataset);
    work->map = outputs[1].values;
    sb_distinct_clear(work->distinct);
    sb_code code = sb_patterns_visit(work->patterns, view, &inputs, add, work);
    *(double *)outputs[0].values = (double)sb_distinct_count(work->distinct);
    return code;
}

const sb_probe sb_probe_regions = {
    .name = "regions",
    .variables = {{.name = "regions",
                   .unit = "1",
                   .long_name = "distinct activation patterns over the training inputs",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "region_map",
                   .unit = "1",
                   .long_name = "number of the sample's activation pattern, from 0 in the order of first appearance",
                   .type = SB_TYPE_FLOAT64,
                   .wanted = wants_map,
                   .dimensions = {&sb_dimension_sample}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
