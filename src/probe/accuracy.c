/* The share of training samples that the network puts into their class (classes.h), as it stands at the record
 * (Rahaman et al. 2019, figure 8). */
#include "classes.h"
#include "rows.h"

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.accuracy.probe;
}

static double flops(const sb_settings *settings) {
    return (double)sb_dataset_samples(settings) * (double)sb_dataset_outputs(settings);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)state, (void)status;
    const sb_dataset *dataset = view->dataset;
    double *accuracy = outputs[0].values;
    *accuracy = sb_accuracy(view->settings, view->outputs, dataset->y, dataset->samples, dataset->outputs);
    return SB_OK;
}

const sb_probe sb_probe_accuracy = {
    .name = "accuracy",
    .variables = {{.name = "accuracy",
                   .unit = "1",
                   .long_name = "share of training samples in their class",
                   .type = SB_TYPE_FLOAT64}},
    .settings = settings_of,
    .flops = flops,
    .measure = measure,
};
