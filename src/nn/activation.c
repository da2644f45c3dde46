#include "activation.h"

#include "elementwise.h"
#include <math.h>
#include <string.h>

/* --- Functions ------------------------------------------------------------------------------------------------------
 *
 * Taylor series in double precision behind a reduction of the argument, far below the rounding to single precision.
 * libm's functions are not compiled for vectors, and choose their code by the processor. A condition whose sides are
 * more than numbers keeps GCC from vectors too (-fopt-info-vec tells).
 */

static const double whole = 0x1.8p52; /* (x + whole) - whole is the whole number next to x */

/* e^x - 1 for |x| <= 700: x = n log 2 + r with |r| <= 0.35, and r^10 / 10! < 1e-11. The sum that rounds to n has it in
 * its lowest bits. Near 0, n is 0 and nothing is subtracted. */
static inline double exponential_minus_one(double x) {
    const double high = 0x1.62e42fefp-1, low = 0x1.473de6af278edp-34; /* log 2 */
    const double shifted = x * (1 / (high + low)) + whole, n = shifted - whole, r = x - n * high - n * low;
    double series = 1;
#pragma GCC unroll 8
    for (int k = 9; k > 1; k--)
        series = 1 + r * (1. / k) * series;
    uint64_t bits;
    double power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    memcpy(&power, &bits, sizeof power);
    return power * (r * series) + (power - 1);
}

/* For |z| <= 350. */
static inline double hyperbolic_tangent(double z) {
    const double e = exponential_minus_one(2 * z);
    return e / (e + 2);
}

/* sin(z + quarters pi / 2) for quarters 0 or 1: n pi is taken off, which leaves |r| <= pi / 2, and r^15 / 15! < 1e-9.
 * n high is exact to |z| = 3e6, and rounded by 2^-22 at most to 2^31. */
static inline double sine(double z, double quarters) {
    const double high = 0x1.921fb544p+1, low = 0x1.0b4611a626331p-33; /* pi */
    const double half = quarters / 2, n = (z * (1 / (high + low)) + half + whole) - whole - half;
    const double r = z - n * high - n * low, square = r * r, turns = (n + half) / 2;
    double series = 1;
#pragma GCC unroll 6
    for (int k = 12; k > 0; k -= 2)
        series = 1 - square * (1. / (k * (k + 1))) * series;
    const double odd = turns - ((turns + whole) - whole); /* 0 for an even number of half turns, else 1/2 or -1/2 */
    return (1 - 8 * odd * odd) * r * series;
}

/* --- Loops ----------------------------------------------------------------------------------------------------------
 */

SB_CLONES
static void leaky_relu_derivatives(size_t count, float slope, const float *restrict values,
                                   float *restrict derivatives) {
    for (size_t i = 0; i < count; i++)
        derivatives[i] = values[i] > 0 ? 1 : slope;
}

/* Where |z| > 40, |tanh z| differs from 1 by less than e^-80. */
SB_CLONES
static void bound(size_t count, float *values) {
    const float limit = 40;
    for (size_t i = 0; i < count; i++) {
        const float below = values[i] > limit ? limit : values[i];
        values[i] = below < -limit ? -limit : below;
    }
}

/* Beyond 2^31 single precision has at most one number to 256: a network that gets there is broken, and shows it. */
SB_CLONES
static void refuse_beyond_sine(size_t count, float *values) {
    for (size_t i = 0; i < count; i++)
        values[i] = fabsf(values[i]) <= 0x1p31F ? values[i] : NAN;
}

SB_CLONES
static void tanh_loop(size_t count, float *restrict values, float *restrict derivatives) {
    for (size_t i = 0; i < count; i++) {
        const double h = hyperbolic_tangent(values[i]);
        derivatives[i] = (float)(1 - h * h);
        values[i] = (float)h;
    }
}

SB_CLONES
static void sine_loop(size_t count, float *restrict values, float *restrict derivatives) {
    for (size_t i = 0; i < count; i++) {
        const double z = values[i];
        derivatives[i] = (float)sine(z, 1);
        values[i] = (float)sine(z, 0);
    }
}

/* --- The table ------------------------------------------------------------------------------------------------------
 */

typedef void loop(size_t count, float slope, float *restrict values, float *restrict derivatives);

static void apply_relu(size_t count, float slope, float *restrict values, float *restrict derivatives) {
    (void)slope;
    (void)derivatives;
    sb_relu(count, values);
}

static void apply_leaky_relu(size_t count, float slope, float *restrict values, float *restrict derivatives) {
    leaky_relu_derivatives(count, slope, values, derivatives);
    sb_multiply(count, derivatives, values); /* h'(z) z */
}

static void apply_tanh(size_t count, float slope, float *restrict values, float *restrict derivatives) {
    (void)slope;
    bound(count, values);
    tanh_loop(count, values, derivatives);
}

static void apply_sine(size_t count, float slope, float *restrict values, float *restrict derivatives) {
    (void)slope;
    refuse_beyond_sine(count, values);
    sine_loop(count, values, derivatives);
}

static loop *const table[] = {
    [SB_ACTIVATION_RELU] = apply_relu,
    [SB_ACTIVATION_LEAKY_RELU] = apply_leaky_relu,
    [SB_ACTIVATION_TANH] = apply_tanh,
    [SB_ACTIVATION_SINE] = apply_sine,
};

bool sb_keeps_derivatives(const sb_shape *shape) {
    return shape->activation != SB_ACTIVATION_RELU;
}

void sb_activate(const sb_shape *shape, size_t count, float *restrict values, float *restrict derivatives) {
    enum { BLOCK = 512 };
    float unwanted[BLOCK];
    for (size_t first = 0; first < count; first += BLOCK)
        table[shape->activation](count - first < BLOCK ? count - first : BLOCK, shape->slope, values + first,
                                 derivatives ? derivatives + first : unwanted);
}
