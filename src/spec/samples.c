#include <specbias/spec.h>

size_t sb_total_samples(const sb_settings *settings) {
    if (settings->target.kind == SB_TARGET_IMAGE)
        return (size_t)settings->target.size * (size_t)settings->target.size;
    return (size_t)settings->target.samples;
}

/* Of an image of which every other pixel is held out: pixels with even row and column are for training, those with odd
 * ones for validation (as Tancik et al. 2020 do); both are images of half the size. */
static size_t even_places(const sb_settings *settings) {
    return ((size_t)settings->target.size + 1) / 2;
}

static size_t odd_places(const sb_settings *settings) {
    return (size_t)settings->target.size / 2;
}

size_t sb_validation_samples(const sb_settings *settings) {
    size_t total = sb_total_samples(settings);
    switch ((sb_validation_kind)settings->validation.kind) {
    case SB_VALIDATION_CLEAN:
        return total;
    case SB_VALIDATION_SPLIT:
        return (size_t)(settings->validation.share * (double)total + 0.5);
    case SB_VALIDATION_ALTERNATE:
        return odd_places(settings) * odd_places(settings);
    case SB_VALIDATION_NONE:
        break;
    }
    return 0;
}

size_t sb_training_samples(const sb_settings *settings) {
    size_t total = sb_total_samples(settings);
    if (settings->validation.kind == SB_VALIDATION_ALTERNATE)
        return even_places(settings) * even_places(settings);
    return settings->validation.kind == SB_VALIDATION_CLEAN ? total : total - sb_validation_samples(settings);
}

/* The pixel whose row and column are those of @p i in an image of @p side, doubled, plus @p offset. */
static size_t spread(const sb_settings *settings, size_t i, size_t side, size_t offset) {
    return (2 * (i / side) + offset) * (size_t)settings->target.size + 2 * (i % side) + offset;
}

size_t sb_training_sample(const sb_settings *settings, size_t i) {
    return settings->validation.kind == SB_VALIDATION_ALTERNATE ? spread(settings, i, even_places(settings), 0) : i;
}

size_t sb_validation_sample(const sb_settings *settings, size_t i) {
    if (settings->validation.kind == SB_VALIDATION_ALTERNATE)
        return spread(settings, i, odd_places(settings), 1);
    return settings->validation.kind == SB_VALIDATION_SPLIT ? sb_training_samples(settings) + i : i;
}

bool sb_has_classes(const sb_settings *settings) {
    return settings->target.binarise || settings->target.kind == SB_TARGET_DIGITS;
}

bool sb_is_one_hot(const sb_settings *settings) {
    return settings->target.kind == SB_TARGET_DIGITS &&
           (settings->target.classes.count > 2 || settings->training.loss == SB_LOSS_CROSS_ENTROPY);
}

bool sb_has_frequencies(const sb_settings *settings) {
    return settings->target.kind == SB_TARGET_SINUSOIDS || settings->target.kind == SB_TARGET_DELTA;
}
