#include "elementwise.h"

#include <string.h>

/* Only static functions are cloned: before version 18, clang gave cloned functions names that other files do not find.
 */

SB_CLONES
static void add_bias(size_t samples, size_t width, const float *restrict bias, float *restrict values) {
    for (size_t s = 0; s < samples; s++, values += width)
        for (size_t i = 0; i < width; i++)
            values[i] += bias[i];
}

SB_CLONES
static void add_bias_relu(size_t samples, size_t width, const float *restrict bias, float *restrict values) {
    for (size_t s = 0; s < samples; s++, values += width)
        for (size_t i = 0; i < width; i++) {
            float z = values[i] + bias[i];
            values[i] = z < 0 ? 0 : z;
        }
}

SB_CLONES
static void relu(size_t count, float *values) {
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] < 0 ? 0 : values[i];
}

SB_CLONES
static void relu_mask(size_t count, const float *restrict activations, float *restrict gradient) {
    for (size_t i = 0; i < count; i++)
        gradient[i] = activations[i] == 0 ? 0 : gradient[i];
}

SB_CLONES
static void multiply(size_t count, const float *restrict factors, float *restrict values) {
    for (size_t i = 0; i < count; i++)
        values[i] *= factors[i];
}

void sb_add_bias(size_t samples, size_t width, const float *restrict bias, float *restrict values) {
    add_bias(samples, width, bias, values);
}

void sb_add_bias_relu(size_t samples, size_t width, const float *restrict bias, float *restrict values) {
    add_bias_relu(samples, width, bias, values);
}

void sb_relu(size_t count, float *values) {
    relu(count, values);
}

void sb_relu_mask(size_t count, const float *restrict activations, float *restrict gradient) {
    relu_mask(count, activations, gradient);
}

void sb_multiply(size_t count, const float *restrict factors, float *restrict values) {
    multiply(count, factors, values);
}

enum { PARTIALS = 16, COLUMNS = 64 }; /* 4 KiB of partial sums */

/* Row s is added to partial sum s mod 16, then the partial sums pairwise: 16 times less rounding error than one sum. */
SB_CLONES
static void tile_sums(size_t samples, size_t columns, size_t width, const float *restrict values,
                      float *restrict sums) {
    float partial[PARTIALS][COLUMNS] = {{0}};
    for (size_t s = 0; s < samples; s++)
        for (size_t i = 0; i < columns; i++)
            partial[s % PARTIALS][i] += values[s * width + i];
    for (size_t half = PARTIALS / 2; half > 0; half /= 2)
        for (size_t p = 0; p < half; p++)
            for (size_t i = 0; i < columns; i++)
                partial[p][i] += partial[p + half][i];
    memcpy(sums, partial[0], columns * sizeof *sums);
}

void sb_column_sums(size_t samples, size_t width, const float *restrict values, float *restrict sums) {
    for (size_t first = 0; first < width; first += COLUMNS) {
        size_t columns = width - first < COLUMNS ? width - first : COLUMNS;
        tile_sums(samples, columns, width, values + first, sums + first);
    }
}

SB_CLONES
static void add_squares(size_t count, const float *restrict values, float *restrict sums) {
    for (size_t i = 0; i < count; i++)
        sums[i] += values[i] * values[i];
}

void sb_add_squares(size_t count, const float *restrict values, float *restrict sums) {
    add_squares(count, values, sums);
}

/* As in tile_sums, product i goes to partial sum i mod 16: so the loop is one of vectors, and in the same order on all.
 */
SB_CLONES
static double dot(size_t count, const float *a, const float *b) {
    double partial[PARTIALS] = {0};
    size_t whole = count / PARTIALS * PARTIALS;
    for (size_t first = 0; first < whole; first += PARTIALS)
        for (size_t p = 0; p < PARTIALS; p++)
            partial[p] += (double)a[first + p] * (double)b[first + p];
    for (size_t i = whole; i < count; i++)
        partial[i - whole] += (double)a[i] * (double)b[i];
    for (size_t half = PARTIALS / 2; half > 0; half /= 2)
        for (size_t p = 0; p < half; p++)
            partial[p] += partial[p + half];
    return partial[0];
}

double sb_dot(size_t count, const float *a, const float *b) {
    return dot(count, a, b);
}

SB_CLONES
static void add_gram(size_t count, const float *restrict deltas, const float *restrict inputs, double *restrict gram) {
    for (size_t i = 0; i < count; i++)
        gram[i] += (double)deltas[i] * ((double)inputs[i] + 1);
}

void sb_add_gram(size_t count, const float *restrict deltas, const float *restrict inputs, double *restrict gram) {
    add_gram(count, deltas, inputs, gram);
}
