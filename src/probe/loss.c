/* The mean loss over the whole training set, of the network as it stands at the record: f is evaluated after `step`
 * updates, also where training runs in mini-batches. MSE: mean of (f - y)^2; BCE: mean of log(1 + e^f) - y f. */
#include "rows.h"

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.loss;
}

static double flops(const sb_settings *settings) {
    return 3 * (double)sb_dataset_samples(settings) * (double)sb_dataset_outputs(settings);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)state, (void)status;
    double *loss = outputs[0].values;
    *loss = sb_loss_value((sb_loss)view->settings->training.loss, view->outputs, view->dataset->y,
                          view->dataset->samples, view->dataset->outputs);
    return SB_OK;
}

const sb_probe sb_probe_loss = {
    .name = "loss",
    .variables = {{.name = "loss",
                   .unit = "1",
                   .long_name = "mean loss over the training set, as training.loss says",
                   .type = SB_TYPE_FLOAT64}},
    .settings = settings_of,
    .flops = flops,
    .measure = measure,
};
