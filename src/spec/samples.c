#include <specbias/spec.h>

size_t sb_total_samples(const sb_settings *settings) {
    if (settings->target.kind == SB_TARGET_IMAGE)
        return (size_t)settings->target.size * (size_t)settings->target.size;
    return (size_t)settings->target.samples;
}

size_t sb_validation_samples(const sb_settings *settings) {
    size_t total = sb_total_samples(settings);
    switch ((sb_validation_kind)settings->validation.kind) {
    case SB_VALIDATION_CLEAN:
        return total;
    case SB_VALIDATION_SPLIT:
        return (size_t)(settings->validation.share * (double)total + 0.5);
    case SB_VALIDATION_NONE:
        break;
    }
    return 0;
}

size_t sb_training_samples(const sb_settings *settings) {
    size_t total = sb_total_samples(settings);
    return settings->validation.kind == SB_VALIDATION_CLEAN ? total : total - sb_validation_samples(settings);
}

size_t sb_training_sample(const sb_settings *settings, size_t i) {
    (void)settings;
    return i;
}

size_t sb_validation_sample(const sb_settings *settings, size_t i) {
    return settings->validation.kind == SB_VALIDATION_SPLIT ? sb_training_samples(settings) + i : i;
}

bool sb_has_frequencies(const sb_settings *settings) {
    return settings->target.kind == SB_TARGET_SINUSOIDS || settings->target.kind == SB_TARGET_DELTA;
}
