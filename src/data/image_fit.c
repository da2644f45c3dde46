/* The centre of an image, as it is (crop), or its largest centred square scaled to the wanted size (resize): down by
 * averaging over areas, so that each pixel is the mean of what it covers and nothing is aliased; up by bilinear
 * interpolation between centres of pixels. Weights are ratios of whole numbers and add up to 1.
 *
 * A grey value is the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B; of a grey image, red, green and blue are that
 * value. */
#include "image.h"
#include <stdlib.h>

/* A square of a file's image. */
typedef struct image_window {
    const sb_content *content;
    size_t side, top, left;
} image_window;

/* Pixels of a line that make up one pixel of the result. */
typedef struct pixel_taps {
    size_t first, count;
    double *weights; /* [count] */
} pixel_taps;

size_t sb_image_channels(const sb_settings *settings) {
    return settings->target.channels == SB_CHANNELS_RGB ? 3 : 1;
}

static void read_pixel(const image_window *window, size_t y, size_t x, size_t channels, double *pixel) {
    const sb_content *content = window->content;
    const size_t at = ((window->top + y) * content->columns + window->left + x) * content->channels;
    double colours[3];
    for (size_t c = 0; c < 3; c++)
        colours[c] = sb_content_value(content, at + (content->channels == 3 ? c : 0));
    if (channels == 3 || content->channels == 1)
        for (size_t c = 0; c < channels; c++)
            pixel[c] = colours[c];
    else
        *pixel = 0.299 * colours[0] + 0.587 * colours[1] + 0.114 * colours[2];
}

/* Pixel i of the result covers i side/size to (i + 1) side/size: in units of 1/size all borders are whole numbers. */
static void average(size_t side, size_t size, size_t i, pixel_taps *taps) {
    const size_t from = i * side, to = from + side;
    taps->first = from / size;
    taps->count = (to + size - 1) / size - taps->first;
    for (size_t t = 0; t < taps->count; t++) {
        const size_t low = (taps->first + t) * size, high = low + size;
        taps->weights[t] = (double)((high < to ? high : to) - (low > from ? low : from)) / (double)side;
    }
}

/* The centre of pixel i lies at (i + 1/2) side/size - 1/2; beyond the outer centres an image goes on as it ends. */
static void interpolate(size_t side, size_t size, size_t i, pixel_taps *taps) {
    const size_t unit = 2 * size, centre = (2 * i + 1) * side, last = (side - 1) * unit;
    size_t at = centre > size ? centre - size : 0;
    at = at < last ? at : last;
    taps->first = at / unit;
    taps->count = taps->first + 1 < side ? 2 : 1;
    taps->weights[taps->count - 1] = 1;
    if (taps->count == 2) {
        taps->weights[1] = (double)(at % unit) / (double)unit;
        taps->weights[0] = 1 - taps->weights[1];
    }
}

static void weigh(size_t side, size_t size, size_t i, pixel_taps *taps) {
    (side >= size ? average : interpolate)(side, size, i, taps);
}

/* One row of the window with @p size columns: row[size][channels]. line[side][channels] is workspace. */
static void scale_row(const image_window *window, size_t y, size_t size, size_t channels, pixel_taps *taps,
                      double *line, double *row) {
    for (size_t x = 0; x < window->side; x++)
        read_pixel(window, y, x, channels, line + x * channels);
    for (size_t i = 0; i < size; i++) {
        weigh(window->side, size, i, taps);
        for (size_t c = 0; c < channels; c++) {
            double sum = 0;
            for (size_t t = 0; t < taps->count; t++)
                sum += taps->weights[t] * line[(taps->first + t) * channels + c];
            row[i * channels + c] = sum;
        }
    }
}

/* Rows first to first + count - 1, each with its weight, are added up to one row of the result. Neighbouring rows of
 * the result share at most one row of the window (two when scaling up), which is computed again. */
static void scale(const image_window *window, size_t size, size_t channels, pixel_taps *across, pixel_taps *down,
                  double *line, double *row, double *pixels) {
    const size_t width = size * channels;
    for (size_t i = 0; i < size; i++) {
        double *result = pixels + i * width;
        weigh(window->side, size, i, down);
        for (size_t k = 0; k < width; k++)
            result[k] = 0;
        for (size_t t = 0; t < down->count; t++) {
            scale_row(window, down->first + t, size, channels, across, line, row);
            for (size_t k = 0; k < width; k++)
                result[k] += down->weights[t] * row[k];
        }
    }
}

static sb_code resize(const image_window *window, size_t size, size_t channels, double *pixels, sb_status *status) {
    const size_t most = window->side / size + 2; /* taps of a pixel */
    double *weights = sb_array(2 * most, sizeof *weights, "an image's weights", status);
    double *line = weights ? sb_array(window->side * channels, sizeof *line, "an image's row", status) : NULL;
    double *row = line ? sb_array(size * channels, sizeof *row, "an image's row", status) : NULL;
    if (row)
        scale(window, size, channels, &(pixel_taps){.weights = weights}, &(pixel_taps){.weights = weights + most}, line,
              row, pixels);
    free(line);
    free(weights);
    if (!row)
        return SB_MEMORY;
    free(row);
    return SB_OK;
}

sb_code sb_image_fit(const sb_settings *settings, double *pixels, sb_status *status) {
    const sb_content *content = settings->target.image->content;
    const size_t size = (size_t)settings->target.size, channels = sb_image_channels(settings);
    if (!content)
        return sb_fail(status, SB_INTERNAL, "the image '%s' has not been read", settings->target.image->path);
    const size_t smaller = content->rows < content->columns ? content->rows : content->columns;
    const size_t side = settings->target.fit == SB_FIT_CROP ? size : smaller;
    if (side > smaller)
        return sb_fail(status, SB_INTERNAL, "the image '%s' is too small", settings->target.image->path);
    const image_window centre = {content, side, (content->rows - side) / 2, (content->columns - side) / 2};
    return resize(&centre, size, channels, pixels, status);
}
