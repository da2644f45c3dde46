/* Coordinates on [0, 1) moved to [low, high): low + (high - low) v. */
#include "families.h"

static size_t inputs(const sb_settings *settings, size_t coordinates) {
    (void)settings;
    return coordinates;
}

static void encode(const sb_settings *settings, const double *v, size_t samples, size_t coordinates, double *features) {
    double low = settings->encoding.low, high = settings->encoding.high;
    for (size_t i = 0; i < samples * coordinates; i++)
        features[i] = low + (high - low) * v[i];
}

const sb_encoding_ops sb_encoding_interval = {inputs, encode};
