/* Classes of small images, such as handwritten digits, from IDX files (Rahaman et al. 2019, figures 4 and 5): a
 * sample's coordinates are its pixels over 255. Samples are the first in the files that belong to one of the classes,
 * in the order of the files. Two classes are the targets -1 and 1; otherwise each class has an output, 1 where it is
 * the sample's. */
#include "families.h"
#include "source.h"
#include <stdlib.h>

static size_t outputs(const sb_settings *settings) {
    return sb_is_one_hot(settings) ? settings->target.classes.count : 1;
}

/* Which of the classes that are learned @p label is; their number if none. */
static size_t class_of(const sb_settings *settings, uint8_t label) {
    const sb_list classes = settings->target.classes;
    size_t class = 0;
    while (class < classes.count && classes.values[class] != label)
        class ++;
    return class;
}

static size_t bytes(const sb_settings *settings) {
    return sb_total_samples(settings) * sizeof(size_t);
}

static sb_code create(const sb_settings *settings, void **state, sb_status *status) {
    const sb_content *labels = settings->target.labels->content;
    const size_t samples = sb_total_samples(settings);
    size_t *chosen = sb_array(samples, sizeof *chosen, "the samples of the classes", status), count = 0;
    if (!chosen)
        return SB_MEMORY;
    for (size_t i = 0; count < samples && i < labels->count; i++)
        if (class_of(settings, labels->bytes[i]) < settings->target.classes.count)
            chosen[count++] = i;
    *state = chosen;
    return SB_OK;
}

static void evaluate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *y) {
    const sb_content *labels = settings->target.labels->content;
    const size_t *chosen = state, width = outputs(settings);
    for (size_t i = 0; i < count; i++) {
        const size_t class = class_of(settings, labels->bytes[chosen[number[i]]]);
        for (size_t output = 0; output < width; output++)
            y[i * width + output] = width == 1 ? (class == 0 ? -1 : 1) : class == output;
    }
}

static size_t coordinates(const sb_settings *settings) {
    return (size_t)settings->target.pixels;
}

static void locate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *v) {
    const size_t *chosen = state, pixels = coordinates(settings);
    for (size_t i = 0; i < count; i++)
        for (size_t pixel = 0; pixel < pixels; pixel++)
            v[i * pixels + pixel] =
                sb_content_value(settings->target.images->content, chosen[number[i]] * pixels + pixel);
}

const sb_target_ops sb_target_digits = {.outputs = outputs,
                                        .create = create,
                                        .destroy = free,
                                        .bytes = bytes,
                                        .evaluate = evaluate,
                                        .coordinates = coordinates,
                                        .locate = locate};
