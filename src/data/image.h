/* The two ways to an image: from a file, and computed. */
#ifndef SPECBIAS_DATA_IMAGE_H
#define SPECBIAS_DATA_IMAGE_H

#include "source.h"

/* Values of a pixel. */
size_t sb_image_channels(const sb_settings *settings);

/* The square of target.size that target.fit makes of the file target.image: pixels[size][size][channels], in [0, 1]. */
sb_code sb_image_fit(const sb_settings *settings, double *pixels, sb_status *status);

/* An image of random phases: pixels[size][size][channels], in [0, 1]. */
sb_code sb_image_power_law(const sb_settings *settings, double *pixels, sb_status *status);

/* Bytes that sb_image_power_law allocates and releases. */
size_t sb_image_power_law_bytes(const sb_settings *settings);

#endif
