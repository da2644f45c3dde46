/** @file digits.h
 * Small images of four classes as they would come from files: image i has the class i % 4, and pixels that are a
 * formula.
 */
#ifndef SPECBIAS_TESTS_DIGITS_H
#define SPECBIAS_TESTS_DIGITS_H

#include "../../src/data/source.h"

enum { DIGITS = 1300, DIGIT_SIDE = 3, DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE };

static inline uint8_t digit_pixel(size_t image, size_t pixel) {
    return (uint8_t)((image * image * (pixel + 3) + 31 * pixel * pixel + image) % 256);
}

/** Target digits of the classes 3 and 1. */
static inline void set_digits(sb_settings *settings) {
    static uint8_t pixels[DIGITS][DIGIT_PIXELS], classes[DIGITS];
    static const double wanted[] = {3, 1};
    static sb_content image_content = {DIGITS, DIGIT_SIDE, DIGIT_SIDE, 1, 255, {pixels[0]}};
    static sb_content label_content = {DIGITS, 1, 1, 1, 255, {classes}};
    static sb_source images = {.path = "images", .content = &image_content};
    static sb_source labels = {.path = "labels", .content = &label_content};
    for (size_t i = 0; i < DIGITS; i++) {
        classes[i] = (uint8_t)(i % 4);
        for (size_t pixel = 0; pixel < DIGIT_PIXELS; pixel++)
            pixels[i][pixel] = digit_pixel(i, pixel);
    }
    settings->target.images = &images;
    settings->target.labels = &labels;
    settings->target.pixels = DIGIT_PIXELS;
    settings->target.classes = (sb_list){2, wanted};
}

#endif
