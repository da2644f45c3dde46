/* An image as a function of the coordinates of its pixels (Lazzari and Liu 2023): v = (x, y), x by columns, y by rows,
 * and the pixel's values over their maximum. Samples are in row-major order. */
#include "families.h"
#include "image.h"
#include <stdlib.h>

static size_t coordinates(const sb_settings *settings) {
    (void)settings;
    return 2;
}

static size_t side(const sb_settings *settings) {
    return (size_t)settings->target.size;
}

static sb_lattice lattice(const sb_settings *settings) {
    return (sb_lattice){2, {side(settings), side(settings)}};
}

/* Lines of a file's image apart, that are scaled one by one. */
static size_t bytes(const sb_settings *settings) {
    return sb_total_samples(settings) * sb_image_channels(settings) * sizeof(double) +
           (settings->target.image->word ? sb_image_power_law_bytes(settings) : 0);
}

static sb_code create(const sb_settings *settings, void **state, sb_status *status) {
    double *pixels = sb_array(sb_total_samples(settings) * sb_image_channels(settings), sizeof *pixels,
                              "the pixels of an image", status);
    sb_code code = SB_MEMORY;
    if (pixels)
        code = (settings->target.image->word ? sb_image_power_law : sb_image_fit)(settings, pixels, status);
    if (code == SB_OK)
        *state = pixels;
    else
        free(pixels);
    return code;
}

static void evaluate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *y) {
    const size_t channels = sb_image_channels(settings);
    const double *pixels = state;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < channels; c++)
            y[i * channels + c] = pixels[number[i] * channels + c];
}

static void locate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *v) {
    const size_t size = side(settings);
    const double length = (double)(settings->target.endpoint ? size - 1 : size);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        v[2 * i] = (double)(number[i] % size) / length;
        v[2 * i + 1] = (double)(number[i] / size) / length;
    }
}

const sb_target_ops sb_target_image = {.outputs = sb_image_channels,
                                       .create = create,
                                       .destroy = free,
                                       .bytes = bytes,
                                       .evaluate = evaluate,
                                       .coordinates = coordinates,
                                       .locate = locate,
                                       .lattice = lattice};
