#include <specbias/spec.h>

size_t sb_ntk_samples(const sb_settings *settings) {
    size_t most = (size_t)settings->probes.ntk.samples, samples = sb_training_samples(settings);
    return most == SB_SAMPLES_ALL || most > samples ? samples : most;
}

static bool is_linear_in_curve(const sb_settings *settings) {
    return settings->training.loss == SB_LOSS_MSE && sb_has_frequencies(settings) && !settings->target.binarise &&
           sb_training_samples(settings) == sb_total_samples(settings);
}

bool sb_ntk_has_predictions(const sb_settings *settings) {
    sb_list list = settings->target.frequencies;
    return is_linear_in_curve(settings) && 2 * list.values[list.count - 1] < (double)sb_ntk_samples(settings);
}
