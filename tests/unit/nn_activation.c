/* The activations' loops against libm in double precision; what is not finite; the same bits on every processor. */
#include "../../src/nn/activation.h"
#include "check.h"
#include <float.h>
#include <math.h>
#include <string.h>

static const sb_shape shapes[] = {
    {.activation = SB_ACTIVATION_RELU},
    {.activation = SB_ACTIVATION_LEAKY_RELU, .slope = 0.25f},
    {.activation = SB_ACTIVATION_TANH},
    {.activation = SB_ACTIVATION_SINE},
};
enum { SHAPES = sizeof shapes / sizeof *shapes, COUNT = 5003 };

/* Numbers of either sign, from 1e-30 to 100, evenly in their logarithms, and no whole number of blocks or vectors. */
static void fill(float *z) {
    for (int i = 0; i < COUNT; i++)
        z[i] = (float)pow(10, -30 + 32. * i / COUNT) * (i % 2 ? -1 : 1);
}

static double value_of(const sb_shape *shape, double z) {
    const double slope = z > 0 ? 1 : (double)shape->slope;
    return shape->activation == SB_ACTIVATION_TANH   ? tanh(z)
           : shape->activation == SB_ACTIVATION_SINE ? sin(z)
                                                     : slope * z;
}

static double derivative_of(const sb_shape *shape, double z) {
    const double slope = z > 0 ? 1 : (double)shape->slope;
    return shape->activation == SB_ACTIVATION_TANH   ? 1 / (cosh(z) * cosh(z))
           : shape->activation == SB_ACTIVATION_SINE ? cos(z)
                                                     : slope;
}

/* One rounding of the value, however small; of derivatives, 1 - tanh^2 has an error of 1e-11 and the sine's series one
 * of 7e-10. */
static void activations_and_derivatives_are_those_of_libm(void **state) {
    (void)state;
    float z[COUNT], values[COUNT], derivatives[COUNT];
    fill(z);
    for (size_t k = 0; k < SHAPES; k++) {
        memcpy(values, z, sizeof z);
        sb_activate(&shapes[k], COUNT, values, derivatives);
        for (int i = 0; i < COUNT; i++) {
            const double value = value_of(&shapes[k], z[i]), derivative = derivative_of(&shapes[k], z[i]);
            assert_near(values[i], value, fabs(value) * 0.6 * FLT_EPSILON);
            if (sb_keeps_derivatives(&shapes[k]))
                assert_near(derivatives[i], derivative, fabs(derivative) * 0.6 * FLT_EPSILON + 1e-9);
        }
    }
}

static void values_are_the_same_without_derivatives(void **state) {
    (void)state;
    float values[COUNT], alone[COUNT], derivatives[COUNT];
    for (size_t k = 0; k < SHAPES; k++) {
        fill(values);
        fill(alone);
        sb_activate(&shapes[k], COUNT, values, derivatives);
        sb_activate(&shapes[k], COUNT, alone, NULL);
        assert_memory_equal(values, alone, sizeof values);
    }
}

static void nan_stays_nan_and_tanh_has_limits(void **state) {
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        float values[3] = {NAN, INFINITY, -INFINITY}, derivatives[3];
        sb_activate(&shapes[k], 3, values, derivatives);
        assert_true(isnan(values[0]));
        if (shapes[k].activation == SB_ACTIVATION_SINE)
            assert_true(isnan(values[1]) && isnan(values[2]));
        if (shapes[k].activation == SB_ACTIVATION_TANH)
            assert_true(values[1] == 1 && values[2] == -1 && derivatives[1] == 0 && derivatives[2] == 0);
    }
}

static void sine_of_large_numbers_is_right_or_nan(void **state) {
    (void)state;
    for (int i = 0; i < 400; i++) {
        const float z = (float)pow(10, 2 + 36. * i / 400) * (i % 2 ? -1 : 1);
        float value = z, derivative;
        sb_activate(&shapes[SB_ACTIVATION_SINE], 1, &value, &derivative);
        if (fabsf(z) > 0x1p31f) {
            assert_true(isnan(value) && isnan(derivative));
        } else {
            assert_near(value, sin((double)z), 4e-7);
            assert_near(derivative, cos((double)z), 4e-7);
        }
    }
}

typedef void activate(const sb_shape *shape, size_t count, float *restrict values, float *restrict derivatives);

/* What a loop may meet beside the ordinary, in vectors and behind them. */
static void fill_with_extremes(float *z) {
    static const float extremes[] = {0,      -0.0f,   FLT_TRUE_MIN, -1e-40f, FLT_MIN, 1e-4f, 39.9f,    40.1f,    -90,
                                     3.1e6f, -2.1e9f, 2.2e9f,       1e20f,   FLT_MAX, NAN,   INFINITY, -INFINITY};
    enum { EXTREMES = sizeof extremes / sizeof *extremes };
    fill(z);
    for (size_t i = 0; i < COUNT; i += i < EXTREMES * EXTREMES ? 1 : 7)
        z[i] = extremes[i % EXTREMES];
}

static bool same_bits(const float *a, const float *b) {
    bool same = true;
    for (size_t i = 0; i < COUNT; i++)
        same = same && (memcmp(&a[i], &b[i], sizeof *a) == 0 || (isnan(a[i]) && isnan(b[i])));
    return same;
}

/* src/nn/activation.c, compiled for one instruction set each. */
static void every_instruction_set_gives_the_same_bits(void **state) {
    (void)state;
#ifdef ACTIVATION_SETS
    extern activate activation_sse2, activation_avx2, activation_avx512f;
    const struct {
        activate *function;
        bool supported;
    } builds[] = {{activation_sse2, true},
                  {activation_avx2, __builtin_cpu_supports("avx2")},
                  {activation_avx512f, __builtin_cpu_supports("avx512f")}};
    float values[2][COUNT], derivatives[2][COUNT];
    for (size_t k = 0; k < SHAPES; k++) {
        memset(derivatives, 0, sizeof derivatives);
        fill_with_extremes(values[0]);
        sb_activate(&shapes[k], COUNT, values[0], derivatives[0]);
        for (size_t b = 0; b < sizeof builds / sizeof *builds; b++)
            if (builds[b].supported) {
                fill_with_extremes(values[1]);
                builds[b].function(&shapes[k], COUNT, values[1], derivatives[1]);
                assert_true(same_bits(values[1], values[0]) && same_bits(derivatives[1], derivatives[0]));
            }
    }
#else
    skip();
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_and_derivatives_are_those_of_libm),
        cmocka_unit_test(values_are_the_same_without_derivatives),
        cmocka_unit_test(nan_stays_nan_and_tanh_has_limits),
        cmocka_unit_test(sine_of_large_numbers_is_right_or_nan),
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
