/* Unique regions: the number of distinct activation patterns over the training inputs, which is how many linear regions
 * of the network they lie in (Lazzari and Liu 2023, section 4 and figure 2d); and the map of these regions (figure 2a
 * and b). */
#include "dimensions.h"
#include "region_counter.h"
#include "rows.h"

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.regions.probe;
}

static bool wants_map(const sb_settings *settings) {
    return settings->probes.regions.map;
}

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sb_region_counter_bytes(&shape, sb_dataset_samples(settings));
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sb_region_counter_flops(&shape, sb_dataset_samples(settings));
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings;
    sb_region_counter *counter;
    sb_code code = sb_region_counter_create(shape, dataset->samples, &counter, status);
    *state = counter;
    return code;
}

static void destroy(void *state) {
    sb_region_counter_destroy(state);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const sb_pattern_source inputs = sb_pattern_training(view->dataset);
    return sb_regions_count(state, view, &inputs, outputs[0].values, outputs[1].values);
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
