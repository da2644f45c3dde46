/* The parts of a network that need no network: shapes, initialisation, losses, Adam. */
#include "../../src/nn/elementwise.h"
#include "check.h"
#include <float.h>
#include <stdlib.h>

/* --- Shapes ---------------------------------------------------------------------------------------------------------
 */

static void shapes_count_layers_parameters_and_operations(void **state) {
    (void)state;
    sb_settings settings = {.model = {.depth = 6, .width = 256}};
    sb_shape shape = sb_shape_of(&settings, 2, 1);
    assert_int_equal(shape.depth, 6);
    assert_int_equal(shape.widths[0], 2);
    assert_int_equal(shape.widths[5], 256);
    assert_int_equal(shape.widths[6], 1);
    assert_int_equal(sb_shape_weights(&shape, 1), 0);
    assert_int_equal(sb_shape_biases(&shape, 1), 512);
    assert_int_equal(sb_shape_weights(&shape, 2), 768);
    assert_int_equal(sb_shape_biases(&shape, 6), 768 + 4 * 65792 + 256);
    assert_int_equal(sb_shape_parameters(&shape), 768 + 4 * 65792 + 257); /* 264 193 */
    assert_near(sb_shape_flops(&shape), 2 * (512 + 4 * 65536 + 256), 0);
}

static void a_network_may_have_one_layer(void **state) {
    (void)state;
    sb_settings settings = {.model = {.depth = 1, .width = 256}};
    sb_shape shape = sb_shape_of(&settings, 3, 2);
    assert_int_equal(sb_shape_parameters(&shape), 8);
}

/* --- Initialisation -------------------------------------------------------------------------------------------------
 */

/* Uniform on +-b: variance b^2/3, fourth moment b^4/5, so that over n numbers the mean is 0 within 4 b / sqrt(3 n) and
 * the variance b^2/3 within 4 b^2 sqrt(4/45 / n). The numbers are fixed: the test always passes or never. */
static void assert_uniform(const float *values, size_t count, double bound) {
    double mean = 0, square = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) {
        assert_true(fabsf(values[i]) <= (float)bound);
        mean += values[i] / n;
        square += (double)values[i] * values[i] / n;
    }
    assert_near(mean, 0, 4 * bound / sqrt(3 * n));
    assert_near(square, bound * bound / 3, 4 * bound * bound * sqrt(4 / 45. / n));
}

static void initial_parameters_are_uniform_within_one_over_root_fan_in(void **state) {
    (void)state;
    const sb_shape shape = {.depth = 3, .widths = {5, 200, 100, 300}};
    float *parameters = sb_array(sb_shape_parameters(&shape), sizeof *parameters, "test data", NULL);
    assert_non_null(parameters);
    sb_initialise(&shape, 1, parameters);
    for (size_t layer = 1; layer <= 3; layer++) {
        double bound = 1 / sqrt((double)shape.widths[layer - 1]);
        assert_uniform(parameters + sb_shape_weights(&shape, layer), shape.widths[layer] * shape.widths[layer - 1],
                       bound);
        assert_uniform(parameters + sb_shape_biases(&shape, layer), shape.widths[layer], bound);
    }
    free(parameters);
}

static void initial_parameters_belong_to_seed_and_position(void **state) {
    (void)state;
    const sb_shape shallow = {.depth = 2, .widths = {1, 8, 1}}, deep = {.depth = 3, .widths = {1, 8, 8, 1}};
    float first[25], again[25], other[25], longer[97];
    sb_initialise(&shallow, 1, first);
    sb_initialise(&deep, 1, longer);
    sb_initialise(&shallow, 2, other);
    sb_initialise(&shallow, 1, again);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_equal(first, longer, 16 * sizeof *first); /* the layer that they share */
    for (size_t i = 0; i < 25; i++)
        assert_true(first[i] != other[i]);
}

/* --- Losses ---------------------------------------------------------------------------------------------------------
 */

static void losses_have_their_closed_forms(void **state) {
    (void)state;
    const float f[4] = {0, 1, -2, 3}, y[4] = {0, 2, 0, 1}, zeros[4] = {0}, ones[4] = {1, 1, 1, 1};
    assert_near(sb_loss_value(SB_LOSS_MSE, f, y, 2, 2), (0 + 1 + 4 + 4) / 4., 1e-15);
    assert_near(sb_loss_value(SB_LOSS_BCE, zeros, ones, 4, 1), log(2), 1e-15);
    assert_near(sb_loss_value(SB_LOSS_BCE, f, zeros, 4, 1),
                (log(2) + log(1 + exp(1)) + log(1 + exp(-2)) + log(1 + exp(3))) / 4, 1e-15);
    /* two classes: log(e^0 + e^1) - 1, the first of -2 and 3: log(e^-2 + e^3) + 2 */
    const float classes[4] = {0, 1, 1, 0};
    assert_near(sb_loss_value(SB_LOSS_CROSS_ENTROPY, f, classes, 2, 2), (log(1 + exp(-1)) + log(1 + exp(5))) / 2,
                1e-15);
    assert_near(sb_loss_value(SB_LOSS_CROSS_ENTROPY, zeros, (const float[4]){0, 0, 1, 0}, 1, 4), log(4), 1e-15);
    assert_near(sb_loss_value(SB_LOSS_BCE, f + 1, ones, 1, 1), log(1 + exp(-1)), 1e-15);
}

/* log(1 + e^f) - y f overflows for f = 1000 if it is computed as it is written. */
static void cross_entropy_is_stable_for_large_logits(void **state) {
    (void)state;
    const float large[2] = {1000, -1000}, wrong[2] = {0, 1}, right[2] = {1, 0};
    float gradient[2];
    assert_near(sb_loss_value(SB_LOSS_BCE, large, wrong, 2, 1), 1000, 1e-12);
    assert_near(sb_loss_value(SB_LOSS_BCE, large, right, 2, 1), 0, 1e-12);
    sb_loss_gradient(SB_LOSS_BCE, 2, 1, large, wrong, gradient);
    assert_near(gradient[0], 0.5, 0);
    assert_near(gradient[1], -0.5, 0);
    assert_near(sb_loss_value(SB_LOSS_CROSS_ENTROPY, large, wrong, 1, 2), 2000, 1e-12);
    assert_near(sb_loss_value(SB_LOSS_CROSS_ENTROPY, large, right, 1, 2), 0, 1e-12);
    sb_loss_gradient(SB_LOSS_CROSS_ENTROPY, 1, 2, large, wrong, gradient);
    assert_near(gradient[0], 1, 0);
    assert_near(gradient[1], -1, 0);
}

static void loss_gradients_have_their_closed_forms(void **state) {
    (void)state;
    const float f[2] = {1.5f, -0.5f}, y[2] = {0, 1};
    float gradient[2];
    sb_loss_gradient(SB_LOSS_MSE, 2, 1, f, y, gradient);
    assert_near(gradient[0], 1.5, 0);
    assert_near(gradient[1], -1.5, 0);
    sb_loss_gradient(SB_LOSS_BCE, 2, 1, f, y, gradient);
    assert_near(gradient[0], 0.5 * (0.5 + 0.5 * tanh(0.75)), FLT_EPSILON); /* sigmoid(f) = (1 + tanh(f / 2)) / 2 */
    assert_near(gradient[1], 0.5 * (0.5 + 0.5 * tanh(-0.25) - 1), FLT_EPSILON);
    sb_loss_gradient(SB_LOSS_CROSS_ENTROPY, 1, 2, f, y, gradient); /* of two classes: the sigmoid of the difference */
    assert_near(gradient[0], 0.5 + 0.5 * tanh(1), FLT_EPSILON);
    assert_near(gradient[1], -0.5 - 0.5 * tanh(1), FLT_EPSILON);
}

/* --- Adam -----------------------------------------------------------------------------------------------------------
 */

/* Worked by hand for beta1 = 1/2, beta2 = 3/4, epsilon = 0, learning rate 1/8 and gradients 1, 1, -2:
 *   m = 1/2, 3/4, -5/8;  v = 1/4, 7/16, 85/64;  1 - beta1^t = 1/2, 3/4, 7/8;  1 - beta2^t = 1/4, 7/16, 37/64
 *   m / (1 - beta1^t) = 1, 1, -5/7;  v / (1 - beta2^t) = 1, 1, 85/37 */
static void adam_is_as_worked_by_hand(void **state) {
    (void)state;
    const sb_adam adam = {0.125, 0.5, 0.75, 0, SB_CLIP_NONE};
    const float gradients[3] = {1, 1, -2};
    const double first[3] = {1 / 2., 3 / 4., -5 / 8.}, second[3] = {1 / 4., 7 / 16., 85 / 64.};
    const double moves[3] = {-1 / 8., -1 / 8., 5 / 7. / sqrt(85 / 37.) / 8};
    float p = 1, m = 0, v = 0;
    double expected = 1;
    for (uint64_t t = 1; t <= 3; t++) {
        sb_adam_update update = sb_adam_update_at(&adam, t);
        sb_adam_apply(&update, 1, &gradients[t - 1], &p, &m, &v);
        expected += moves[t - 1];
        assert_near(m, first[t - 1], 0); /* exact in binary */
        assert_near(v, second[t - 1], 0);
        assert_near(p, expected, 2 * FLT_EPSILON);
    }
}

/* The algorithm of Kingma and Ba (2015) in double precision, with the papers' constants; on more parameters than one
 * vector and no multiple of it. */
static void adam_is_the_published_algorithm(void **state) {
    (void)state;
    enum { COUNT = 67, STEPS = 200 };
    const sb_adam adam = {3e-4, 0.9, 0.999, 1e-8, SB_CLIP_NONE};
    float p[COUNT] = {0}, m[COUNT] = {0}, v[COUNT] = {0}, g[COUNT];
    double parameters[COUNT] = {0}, first[COUNT] = {0}, second[COUNT] = {0};
    for (uint64_t t = 1; t <= STEPS; t++) {
        sb_adam_update update = sb_adam_update_at(&adam, t);
        for (size_t i = 0; i < COUNT; i++)
            g[i] = (float)(sb_random_uniform(t, SB_PURPOSE_PHASES, i) - 0.4) * powf(10, (float)(i % 7) - 5);
        sb_adam_apply(&update, COUNT, g, p, m, v);
        for (size_t i = 0; i < COUNT; i++) {
            first[i] = 0.9 * first[i] + 0.1 * g[i];
            second[i] = 0.999 * second[i] + 0.001 * g[i] * g[i];
            double m_hat = first[i] / (1 - pow(0.9, (double)t)), v_hat = second[i] / (1 - pow(0.999, (double)t));
            parameters[i] -= 3e-4 * m_hat / (sqrt(v_hat) + 1e-8);
        }
    }
    /* A step is at most about the learning rate; 200 of them, each rounded a few times. */
    for (size_t i = 0; i < COUNT; i++) {
        assert_near(p[i], parameters[i], STEPS * 3e-4 * 8 * FLT_EPSILON);
        assert_true(fabs(parameters[i]) > 1e-3);
    }
}

/* A projection behind the update: the moments are those without it, NaN stays NaN. */
static void weight_clip_bounds_parameters_after_the_update(void **state) {
    (void)state;
    enum { COUNT = 67 };
    sb_adam adam = {0.5, 0.9, 0.999, 1e-8, SB_CLIP_NONE};
    float p[2][COUNT], m[2][COUNT] = {{0}}, v[2][COUNT] = {{0}}, g[COUNT];
    size_t clipped = 0;
    for (size_t i = 0; i < COUNT; i++) {
        p[0][i] = p[1][i] = (float)(2 * sb_random_uniform(1, SB_PURPOSE_PHASES, i) - 1);
        g[i] = (float)(2 * sb_random_uniform(2, SB_PURPOSE_PHASES, i) - 1);
    }
    p[0][5] = p[1][5] = NAN;
    for (int k = 0; k < 2; k++) {
        sb_adam_update update = sb_adam_update_at(&adam, 1);
        sb_adam_apply(&update, COUNT, g, p[k], m[k], v[k]);
        adam.weight_clip = 0.25;
    }
    assert_memory_equal(m[0], m[1], sizeof m[0]);
    assert_memory_equal(v[0], v[1], sizeof v[0]);
    for (size_t i = 0; i < COUNT; i++) {
        if (i == 5)
            assert_true(isnan(p[1][i]));
        else
            assert_near(p[1][i], fmax(-0.25, fmin(0.25, p[0][i])), 0);
        clipped += fabsf(p[0][i]) > 0.25F;
    }
    assert_in_range(clipped, 1, COUNT - 1);
}

/* --- Elementwise loops ----------------------------------------------------------------------------------------------
 */

static void relu_keeps_nan_and_its_mask_stops_at_zero(void **state) {
    (void)state;
    const float bias[3] = {1, -1, 0};
    float values[6] = {-2, 3, NAN, 0.5f, 1, -0.0f}, gradient[6] = {1, 2, 3, 4, 5, 6};
    sb_add_bias_relu(2, 3, bias, values);
    assert_near(values[0], 0, 0);
    assert_near(values[1], 2, 0);
    assert_true(isnan(values[2]));
    assert_near(values[3], 1.5, 0);
    assert_near(values[4], 0, 0);
    sb_relu_mask(6, values, gradient);
    const float expected[6] = {0, 2, 3, 4, 0, 0};
    assert_memory_equal(gradient, expected, sizeof expected);
}

static void column_sums_are_sums_of_columns(void **state) {
    (void)state;
    const size_t widths[] = {1, 3, 64, 65, 200};
    enum { SAMPLES = 1000 };
    for (size_t w = 0; w < 5; w++) {
        size_t width = widths[w];
        float *values = sb_array(SAMPLES * width, sizeof *values, "test data", NULL), sums[200];
        assert_non_null(values);
        for (size_t i = 0; i < SAMPLES * width; i++)
            values[i] = (float)(sb_random_uniform(1, SB_PURPOSE_PHASES, i));
        for (size_t samples = 1; samples <= SAMPLES; samples = samples * 5 + 1) {
            sb_column_sums(samples, width, values, sums);
            for (size_t i = 0; i < width; i++) {
                double sum = 0;
                for (size_t s = 0; s < samples; s++)
                    sum += values[s * width + i];
                /* 63 additions into a partial sum and 4 of them: half a rounding each, at worst. */
                assert_near(sums[i], sum, sum * 34 * FLT_EPSILON);
            }
        }
        free(values);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_count_layers_parameters_and_operations),
        cmocka_unit_test(a_network_may_have_one_layer),
        cmocka_unit_test(initial_parameters_are_uniform_within_one_over_root_fan_in),
        cmocka_unit_test(initial_parameters_belong_to_seed_and_position),
        cmocka_unit_test(losses_have_their_closed_forms),
        cmocka_unit_test(cross_entropy_is_stable_for_large_logits),
        cmocka_unit_test(loss_gradients_have_their_closed_forms),
        cmocka_unit_test(adam_is_as_worked_by_hand),
        cmocka_unit_test(adam_is_the_published_algorithm),
        cmocka_unit_test(weight_clip_bounds_parameters_after_the_update),
        cmocka_unit_test(relu_keeps_nan_and_its_mask_stops_at_zero),
        cmocka_unit_test(column_sums_are_sums_of_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
