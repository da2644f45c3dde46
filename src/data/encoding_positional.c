/* Positional encoding (Lazzari and Liu 2023): sin(2^j pi v), cos(2^j pi v) for octave j = 0 .. octaves-1 and each
 * coordinate v, in the order sin x, cos x, sin y, cos y within an octave. */
#include "families.h"
#include <math.h>

static size_t inputs(const sb_settings *settings, size_t coordinates) {
    return 2 * (size_t)settings->encoding.octaves * coordinates;
}

static void encode(const sb_settings *settings, const double *v, size_t samples, size_t coordinates, double *features) {
    for (size_t n = 0; n < samples; n++)
        for (int octave = 0; octave < settings->encoding.octaves; octave++)
            for (size_t i = 0; i < coordinates; i++) {
                /* Reduced to one period before the multiplication by pi, which is then the only rounding. */
                double angle = SB_TWO_PI / 2 * fmod(ldexp(v[n * coordinates + i], octave), 2);
                *features++ = sin(angle);
                *features++ = cos(angle);
            }
}

const sb_encoding_ops sb_encoding_positional = {inputs, encode};
