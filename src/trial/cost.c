#include "workspace.h"

/* Adam's own operations for each parameter: two moving averages, a square root, a division and the update. */
enum { ADAM_FLOPS = 10 };

/* Forward, weight gradients and data gradients are one product each; the first layer needs no data gradient. */
static double training_flops(const sb_settings *settings, const sb_shape *shape, double samples) {
    double forward = sb_shape_flops(shape), first_layer = 2 * (double)shape->widths[0] * (double)shape->widths[1];
    double batch = (double)settings->training.batch, updates = (double)settings->training.steps;
    if (settings->training.batch == SB_BATCH_FULL || batch > samples)
        batch = samples;
    double batches_per_epoch = (double)(int64_t)((samples + batch - 1) / batch);
    double samples_per_update = samples / batches_per_epoch; /* an epoch's last batch may be smaller */
    return updates *
           (samples_per_update * (3 * forward - first_layer) + ADAM_FLOPS * (double)sb_shape_parameters(shape));
}

double sb_trial_flops(const sb_layout *layout, const sb_settings *settings) {
    sb_shape shape = sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings));
    double samples = (double)sb_dataset_samples(settings);
    double evaluations = (double)sb_record_count(settings) * samples * sb_shape_flops(&shape);
    return training_flops(settings, &shape, samples) + evaluations + sb_probes_flops(layout, settings);
}

size_t sb_trial_bytes(const sb_layout *layout, const sb_kernels *kernels, const sb_settings *settings) {
    return (size_t)layout->payload_bytes + sb_workspace_bytes(kernels, settings);
}
