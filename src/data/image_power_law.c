/* An image without a file: independent uniform phases under an amplitude that falls as 1/f, as in photographs (Field
 * 1987, "Relations between the statistics of natural images and the response properties of cortical cells"), in each
 * channel on its own, scaled to span [0, 1]. */
#include "families.h"
#include "image.h"
#include <fftw3.h>
#include <math.h>

/* Frequency number @p i of @p size, with its sign. */
static double frequency(size_t i, size_t size) {
    return 2 * i <= size ? (double)i : (double)i - (double)size;
}

/* Coefficients half[size][size/2 + 1] of a real image: those of -f are the conjugates of those of f, of which two
 * columns hold both. A coefficient that is its own conjugate is real. */
static void draw_spectrum(uint64_t seed, size_t channel, size_t size, fftw_complex *half) {
    const size_t columns = size / 2 + 1;
    for (size_t y = 0; y < size; y++)
        for (size_t x = 0; x < columns; x++) {
            const bool alone = x > 0 && 2 * x < size;
            const size_t mirrored = (size - y) % size;
            const size_t row = alone || y <= mirrored ? y : mirrored;
            const double fy = frequency(y, size), radius = hypot(fy, (double)x);
            const double u = sb_random_uniform(seed, SB_PURPOSE_IMAGE, (channel * size + row) * columns + x);
            const double angle = SB_TWO_PI * (alone || y != mirrored ? u : u < 0.5 ? 0 : 0.5);
            const double amplitude = radius > 0 ? 1 / radius : 0;
            half[y * columns + x][0] = amplitude * cos(angle);
            half[y * columns + x][1] = row == y ? amplitude * sin(angle) : -amplitude * sin(angle);
        }
}

static void span_unit_interval(const double *image, size_t count, double *pixels, size_t channels) {
    double low = image[0], high = image[0];
    for (size_t i = 1; i < count; i++) {
        low = fmin(low, image[i]);
        high = fmax(high, image[i]);
    }
    for (size_t i = 0; i < count; i++)
        pixels[i * channels] = (image[i] - low) / (high - low);
}

size_t sb_image_power_law_bytes(const sb_settings *settings) {
    const size_t size = (size_t)settings->target.size;
    return size * (size / 2 + 1) * sizeof(fftw_complex) + size * size * sizeof(double);
}

sb_code sb_image_power_law(const sb_settings *settings, double *pixels, sb_status *status) {
    const size_t size = (size_t)settings->target.size, channels = sb_image_channels(settings);
    const int64_t seed = settings->target.seed == SB_SEED_OF_TRIAL ? settings->seed : settings->target.seed;
    sb_code code = SB_MEMORY;
    fftw_complex *half = fftw_alloc_complex(size * (size / 2 + 1));
    double *image = fftw_alloc_real(size * size);
    fftw_plan plan = half && image ? fftw_plan_dft_c2r_2d((int)size, (int)size, half, image, FFTW_ESTIMATE) : NULL;
    if (!plan) {
        sb_fail(status, SB_MEMORY, "no memory for an image of %zu x %zu pixels", size, size);
        goto done;
    }
    for (size_t c = 0; c < channels; c++) {
        draw_spectrum((uint64_t)seed, c, size, half);
        fftw_execute(plan);
        span_unit_interval(image, size * size, pixels + c, channels);
    }
    code = SB_OK;
done:
    fftw_destroy_plan(plan);
    fftw_free(image);
    fftw_free(half);
    return code;
}
