/* Conditions on what the sweep's files hold, in the manner of src/spec/rules.c. */
#include "source.h"
#include <stdio.h>

static bool image_covers_crop(const sb_settings *settings, char *message, size_t size) {
    const sb_source *image = settings->target.image;
    if (settings->target.kind != SB_TARGET_IMAGE || settings->target.fit != SB_FIT_CROP || image->word)
        return true;
    const size_t rows = image->content->rows, columns = image->content->columns;
    const size_t smaller = rows < columns ? rows : columns;
    if ((size_t)settings->target.size <= smaller)
        return true;
    snprintf(message, size,
             "found %lld, but '%s' has %zu x %zu pixels; allowed a crop of up to %zu, or target.fit: resize",
             (long long)settings->target.size, image->path, columns, rows, smaller);
    return false;
}

static bool is_wanted(const sb_settings *settings, uint8_t label) {
    const sb_list classes = settings->target.classes;
    bool wanted = false;
    for (size_t i = 0; i < classes.count; i++)
        wanted = wanted || classes.values[i] == label;
    return wanted;
}

static bool digits_are_there(const sb_settings *settings, char *message, size_t size) {
    if (settings->target.kind != SB_TARGET_DIGITS)
        return true;
    const sb_source *source = settings->target.labels;
    const sb_content *labels = source->content, *images = settings->target.images->content;
    size_t found = 0, of_label[UINT8_MAX + 1] = {0};
    for (size_t i = 0; i < labels->count; i++) {
        of_label[labels->bytes[i]]++;
        found += is_wanted(settings, labels->bytes[i]);
    }
    if (labels->count != images->count) {
        snprintf(message, size,
                 "found '%s' with %zu labels for the %zu images of '%s'; allowed one label for each image",
                 source->path, labels->count, images->count, settings->target.images->path);
        return false;
    }
    for (size_t i = 0; i < settings->target.classes.count; i++)
        if (of_label[(size_t)settings->target.classes.values[i]] == 0) {
            snprintf(message, size, "found the class %.0f, of which '%s' has no sample; allowed classes that it has",
                     settings->target.classes.values[i], source->path);
            return false;
        }
    if (found >= sb_total_samples(settings))
        return true;
    snprintf(message, size,
             "found target.samples %zu, but '%s' has %zu samples of these classes; allowed up to as many",
             sb_total_samples(settings), source->path, found);
    return false;
}

static bool pixels_are_there(const sb_settings *settings, char *message, size_t size) {
    if (settings->target.kind != SB_TARGET_DIGITS)
        return true;
    const sb_content *images = settings->target.images->content;
    const size_t pixels = images->rows * images->columns;
    if ((size_t)settings->target.pixels == pixels)
        return true;
    snprintf(message, size, "found %lld, but '%s' has images of %zu x %zu pixels; allowed %zu",
             (long long)settings->target.pixels, settings->target.images->path, images->rows, images->columns, pixels);
    return false;
}

static bool component_exists(const sb_settings *settings, char *message, size_t size) {
    if (settings->noise.kind != SB_NOISE_COMPONENT)
        return true;
    const size_t inputs = sb_dataset_inputs(settings), component = (size_t)settings->noise.component;
    if (inputs > SB_KERNEL_SAMPLES_MAX)
        snprintf(message, size, "found component with %zu inputs; allowed up to %d", inputs, SB_KERNEL_SAMPLES_MAX);
    else if (component > inputs)
        snprintf(message, size, "found component %zu of %zu inputs; allowed up to their number", component, inputs);
    else
        return true;
    return false;
}

#define READS(...)                                                                                                     \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }

const sb_rule sb_data_rules[] = {
    {READS("target.kind", "target.image", "target.size", "target.fit"), "target.size", image_covers_crop},
    {READS("target.kind", "target.images", "target.labels", "target.classes", "target.samples"), "target.classes",
     digits_are_there},
    {READS("target.kind", "target.images", "target.pixels"), "target.pixels", pixels_are_there},
    {READS("noise.kind", "noise.component", "target", "embedding", "encoding"), "noise.component", component_exists},
};

const size_t sb_data_rule_count = sizeof sb_data_rules / sizeof *sb_data_rules;
