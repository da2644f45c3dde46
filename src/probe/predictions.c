/* What the network says: f(x) on all training inputs, as it stands at the record. With bce these are logits. */
#include "dimensions.h"
#include "rows.h"
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.predictions.probe;
}

static double flops(const sb_settings *settings) {
    (void)settings;
    return 0;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)state, (void)status;
    size_t width = view->dataset->outputs;
    float *rows = outputs[0].values;
    for (size_t n = 0; n < view->dataset->samples; n++)
        memcpy(rows + n * outputs[0].lengths[1], view->outputs + n * width, width * sizeof *rows);
    return SB_OK;
}

const sb_probe sb_probe_predictions = {
    .name = "predictions",
    .variables = {{.name = "prediction",
                   .unit = "1",
                   .long_name = "output of the network on each training input",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&sb_dimension_sample, &sb_dimension_output}}},
    .settings = settings_of,
    .flops = flops,
    .measure = measure,
};
