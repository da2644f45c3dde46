/* How well the network does on the validation set, as it stands at the record: the mean loss against labels without
 * noise, the share of samples in their class (classes.h), and, of an image, the peak signal-to-noise ratio
 *     -10 log10(mean squared error)
 * of pixels between 0 and 1. */
#include "classes.h"
#include "dimensions.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.validation.probe;
}

/* With bce the outputs are logits. */
static bool is_image(const sb_settings *settings) {
    return settings->target.kind == SB_TARGET_IMAGE && settings->training.loss == SB_LOSS_MSE;
}

static size_t values_of(const sb_settings *settings) {
    return sb_validation_samples(settings) * sb_dataset_outputs(settings);
}

static size_t bytes(const sb_settings *settings) {
    return values_of(settings) * sizeof(float);
}

static double flops(const sb_settings *settings) {
    const bool known = settings->validation.kind == SB_VALIDATION_CLEAN;
    const sb_shape shape = sb_shape_for(settings);
    return 3 * (double)values_of(settings) +
           (known ? 0 : (double)sb_validation_samples(settings) * sb_shape_flops(&shape));
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)dataset, (void)shape;
    *state = sb_array(values_of(settings), sizeof(float), "outputs of the validation set", status);
    return *state ? SB_OK : SB_MEMORY;
}

static void store(const sb_probe_output *output, double value) {
    double *place = output->values;
    if (place)
        *place = value;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const sb_dataset *dataset = view->dataset;
    const float *y = dataset->validation.y, *f = view->outputs;
    const size_t samples = dataset->validation.samples, width = dataset->outputs;
    if (dataset->validation.x != dataset->x) {
        sb_network_set_parameters(view->scratch, view->parameters);
        sb_code code = sb_network_forward(view->scratch, dataset->validation.x, samples, state);
        if (code != SB_OK)
            return code;
        f = state;
    }
    store(&outputs[0], sb_loss_value((sb_loss)view->settings->training.loss, f, y, samples, width));
    store(&outputs[1], sb_accuracy(view->settings, f, y, samples, width));
    store(&outputs[2], -10 * log10(sb_loss_value(SB_LOSS_MSE, f, y, samples, width)));
    return SB_OK;
}

const sb_probe sb_probe_validation = {
    .name = "validation",
    .variables = {{.name = "validation_loss",
                   .unit = "1",
                   .long_name = "mean loss over the validation set, against labels without noise",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "validation_accuracy",
                   .unit = "1",
                   .long_name = "share of validation samples in their class",
                   .type = SB_TYPE_FLOAT64,
                   .wanted = sb_has_classes},
                  {.name = "validation_psnr",
                   .unit = "dB",
                   .long_name = "peak signal-to-noise ratio of the validation pixels",
                   .type = SB_TYPE_FLOAT64,
                   .wanted = is_image}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = free,
};
