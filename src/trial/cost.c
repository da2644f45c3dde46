#include "workspace.h"

/* Adam's own operations for each parameter: two moving averages, a square root, a division and the update. */
enum { ADAM_FLOPS = 10 };

static double training_flops(const sb_settings *settings, const sb_shape *shape, size_t samples) {
    size_t batch = sb_batch_size(settings, samples), batches_per_epoch = (samples + batch - 1) / batch;
    double samples_per_update = (double)samples / (double)batches_per_epoch; /* an epoch's last batch may be smaller */
    return (double)settings->training.steps *
           (samples_per_update * sb_shape_step_flops(shape) + ADAM_FLOPS * (double)sb_shape_parameters(shape));
}

double sb_trial_flops(const sb_layout *layout, const sb_settings *settings) {
    sb_shape shape = sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings));
    size_t samples = sb_dataset_samples(settings);
    double evaluations = (double)sb_record_count(settings) * (double)samples * sb_shape_flops(&shape);
    return sb_dataset_flops(settings) + training_flops(settings, &shape, samples) + evaluations +
           sb_probes_flops(layout, settings);
}

size_t sb_trial_bytes(const sb_layout *layout, const sb_kernels *kernels, const sb_settings *settings) {
    return (size_t)layout->payload_bytes + sb_workspace_bytes(kernels, settings);
}
