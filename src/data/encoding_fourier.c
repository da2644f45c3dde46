/* Random Fourier features (Tancik et al. 2020): [sin(2 pi B v), cos(2 pi B v)], B_ij ~ N(0, sigma^2): first all sines,
 * then all cosines. B_ij is number i * coordinates + j of the trial's stream. */
#include "families.h"
#include <math.h>

static size_t inputs(const sb_settings *settings, size_t coordinates) {
    (void)coordinates;
    return 2 * (size_t)settings->encoding.features;
}

/* Adds B_ij v_j to the angle of row i, in turns, which is kept in the place of its sine. */
static void add_turns(double b, const double *v, size_t samples, size_t coordinates, double *turns, size_t stride) {
    for (size_t n = 0; n < samples; n++)
        turns[n * stride] += b * v[n * coordinates];
}

static void encode(const sb_settings *settings, const double *v, size_t samples, size_t coordinates, double *features) {
    size_t rows = (size_t)settings->encoding.features, stride = 2 * rows;
    for (size_t i = 0; i < samples * stride; i++)
        features[i] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < coordinates; j++) {
            float normal;
            sb_random_normals((uint64_t)settings->seed, SB_PURPOSE_ENCODING, 0, i * coordinates + j, 1, &normal);
            add_turns(settings->encoding.sigma * normal, v + j, samples, coordinates, features + i, stride);
        }
    for (size_t n = 0; n < samples; n++)
        for (size_t i = 0; i < rows; i++) {
            double *sine = features + n * stride + i, angle = SB_TWO_PI * *sine;
            *sine = sin(angle);
            sine[rows] = cos(angle);
        }
}

const sb_encoding_ops sb_encoding_fourier = {inputs, encode};
