#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
/* The loops over panels of panels.h against plain ones, for every width of a panel that a micro-kernel may have. */
#include "../../src/nn/panels.h"
#include "nn_operands.h"
#include <float.h>

static const size_t vectors[] = {8, 16, 24, 32}, widths[] = {1, 2, 3, 4, 5, 8, 17, 40};
enum { VECTORS = sizeof vectors / sizeof *vectors, WIDTHS = sizeof widths / sizeof *widths };
enum { MOST = 40 * 40 * 32 }; /* numbers of an operand */

/* A rounding is at most this part of the result. */
static const double rounding = FLT_EPSILON / 2;

/* Four arrays before fences, of random numbers. */
enum { ARRAYS = 4 };
static fence fences[ARRAYS];
static float *expected;

static int open_fences(void **state) {
    (void)state;
    for (int i = 0; i < ARRAYS; i++)
        fences[i] = open_fence(MOST);
    expected = malloc(MOST * sizeof *expected);
    return expected ? 0 : -1;
}

static int close_fences(void **state) {
    (void)state;
    for (int i = 0; i < ARRAYS; i++)
        close_fence(&fences[i]);
    free(expected);
    return 0;
}

static float *random_array(int which, size_t count) {
    float *values = before_fence(&fences[which], count);
    fill_random(values, count, (uint64_t)which);
    return values;
}

/* --- Epilogues ------------------------------------------------------------------------------------------------------
 */

/* One rounding for the bias and one for the sum, as in the plain loop: the same bits. */
static void check_epilogue(size_t features, size_t vector, unsigned parts) {
    size_t count = features * vector;
    float *values = random_array(0, count), *biases = random_array(1, features), *activations = random_array(2, count);
    float *sums = random_array(3, count), *expected_sums = expected + count;
    for (size_t i = 0; i < count; i += 3)
        activations[i] = 0;
    values[count / 2] = activations[count - 1] = NAN;
    const sb_epilogue epilogue = {.biases = parts & 1 ? biases : NULL,
                                  .relu = parts & 2,
                                  .activations = parts & 4 ? activations : NULL,
                                  .sums = parts & 8 ? sums : NULL};
    for (size_t i = 0; i < count; i++) {
        float value = values[i];
        if (parts & 1)
            value += biases[i / vector];
        if (parts & 2 && value < 0)
            value = 0;
        if (parts & 4 && activations[i] == 0)
            value = 0;
        expected[i] = value;
        expected_sums[i] = sums[i] + (parts & 8 ? value : 0);
    }
    sb_panel_epilogue(features, vector, &epilogue, values);
    assert_same_bits(values, expected, count);
    assert_same_bits(sums, expected_sums, count);
}

static void an_epilogue_is_bias_relu_mask_and_sums_in_this_order(void **state) {
    (void)state;
    for (size_t v = 0; v < VECTORS; v++)
        for (size_t w = 0; w < WIDTHS; w++)
            for (unsigned parts = 0; parts < 16; parts++)
                check_epilogue(widths[w], vectors[v], parts);
}

/* --- Sums -----------------------------------------------------------------------------------------------------------
 */

static void check_sums(size_t rows, size_t vector) {
    float *values = random_array(0, rows * vector), *sums = random_array(1, rows);
    sb_panel_sums(rows, vector, values, sums);
    for (size_t r = 0; r < rows; r++) {
        double sum = 0, size = 0;
        for (size_t v = 0; v < vector; v++) {
            sum += values[r * vector + v];
            size += fabsf(values[r * vector + v]);
        }
        assert_near(sums[r], sum, (double)(vector / 8 + 2) * rounding * size); /* so many additions, one on the other */
    }
}

static void sums_are_those_of_rows(void **state) {
    (void)state;
    for (size_t v = 0; v < VECTORS; v++)
        for (size_t w = 0; w < WIDTHS; w++)
            check_sums(widths[w], vectors[v]);
}

static void panels_are_added_number_by_number(void **state) {
    (void)state;
    for (size_t v = 0; v < VECTORS; v++)
        for (size_t w = 0; w < WIDTHS; w++) {
            size_t count = widths[w] * vectors[v];
            float *values = random_array(0, count), *sums = random_array(1, count);
            for (size_t i = 0; i < count; i++)
                expected[i] = sums[i] + values[i];
            sb_panel_add(widths[w], vectors[v], values, sums);
            assert_same_bits(sums, expected, count);
        }
}

/* --- Thin layers ----------------------------------------------------------------------------------------------------
 */

typedef void (*layer_check)(size_t in, size_t out, size_t vector);

static void for_each_layer(layer_check check) {
    for (size_t v = 0; v < VECTORS; v++)
        for (size_t i = 0; i < WIDTHS; i++)
            for (size_t o = 0; o < WIDTHS; o++)
                check(widths[i], widths[o], vectors[v]);
}

/* Results hold NaN before: what is there is not added to. */
static void check_forward(size_t in, size_t out, size_t vector) {
    float *weights = random_array(0, out * in), *inputs = random_array(1, in * vector);
    float *outputs = random_array(2, out * vector);
    fill(outputs, out * vector, NAN);
    sb_thin_forward(in, out, vector, weights, inputs, outputs);
    for (size_t o = 0; o < out; o++)
        for (size_t v = 0; v < vector; v++) {
            double sum = 0, size = 0;
            for (size_t i = 0; i < in; i++) {
                double product = (double)weights[o * in + i] * (double)inputs[i * vector + v];
                sum += product;
                size += fabs(product);
            }
            assert_near(outputs[o * vector + v], sum, (double)(in + 1) * rounding * size);
        }
}

static void check_backward(size_t in, size_t out, size_t vector) {
    float *weights = random_array(0, out * in), *deltas = random_array(1, out * vector);
    float *below = random_array(2, in * vector);
    fill(below, in * vector, NAN);
    sb_thin_backward(in, out, vector, weights, deltas, below);
    for (size_t i = 0; i < in; i++)
        for (size_t v = 0; v < vector; v++) {
            double sum = 0, size = 0;
            for (size_t o = 0; o < out; o++) {
                double product = (double)weights[o * in + i] * (double)deltas[o * vector + v];
                sum += product;
                size += fabs(product);
            }
            assert_near(below[i * vector + v], sum, (double)(out + 1) * rounding * size);
        }
}

static void check_gradient(size_t in, size_t out, size_t vector) {
    size_t count = out * in * vector;
    float *deltas = random_array(0, out * vector), *inputs = random_array(1, in * vector);
    float *gradients = random_array(2, count);
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            for (size_t v = 0; v < vector; v++) {
                size_t at = (o * in + i) * vector + v;
                expected[at] = gradients[at] + deltas[o * vector + v] * inputs[i * vector + v];
            }
    sb_thin_gradient(in, out, vector, deltas, inputs, gradients);
    assert_same_bits(gradients, expected, count);
}

static void a_thin_layer_is_its_matrix_product(void **state) {
    (void)state;
    for_each_layer(check_forward);
}

static void deltas_go_back_through_a_thin_layer(void **state) {
    (void)state;
    for_each_layer(check_backward);
}

static void gradients_of_a_thin_layer_are_added_for_each_lane(void **state) {
    (void)state;
    for_each_layer(check_gradient);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epilogue_is_bias_relu_mask_and_sums_in_this_order),
        cmocka_unit_test(sums_are_those_of_rows),
        cmocka_unit_test(panels_are_added_number_by_number),
        cmocka_unit_test(a_thin_layer_is_its_matrix_product),
        cmocka_unit_test(deltas_go_back_through_a_thin_layer),
        cmocka_unit_test(gradients_of_a_thin_layer_are_added_for_each_lane),
    };
    return cmocka_run_group_tests(tests, open_fences, close_fences);
}
