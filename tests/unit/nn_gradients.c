/* Gradients of single samples, their inner products, and gradients by the inputs (nn.h), for every implementation. */
#include "nn_cases.h"
#include "nn_reference.h"
#include <string.h>

/* Central differences with h = 1e-6 have an error of 1e-10; none of these data has a pre-activation within h of a kink.
 */
static const double h = 1e-6;
static const double gradient_tolerance = 2e-6; /* relative to the norm, as in nn_network.c */

static sb_gradients *make_gradients(const fixture *f, size_t samples) {
    sb_gradients *gradients;
    assert_int_equal(sb_gradients_create(f->network, samples, &gradients, NULL), SB_OK);
    return gradients;
}

/* --- Single gradients -----------------------------------------------------------------------------------------------
 */

/* A function of one sample's outputs. */
typedef double function(const fixture *f, const double *parameters, size_t n, sb_loss loss);

static double own_loss(const fixture *f, const double *parameters, size_t n, sb_loss loss) {
    return reference_mean_loss(&f->shape, parameters, loss, f->x + n * f->shape.widths[0],
                               f->y + n * f->shape.widths[f->shape.depth], 1);
}

static double last_output(const fixture *f, const double *parameters, size_t n, sb_loss loss) {
    (void)loss;
    double outputs[REFERENCE_WIDTH];
    reference_forward(&f->shape, parameters, f->x + n * f->shape.widths[0], outputs);
    return outputs[f->shape.widths[f->shape.depth] - 1];
}

static void compare_gradient(const fixture *f, const float *gradient, function *g, size_t n, sb_loss loss) {
    double *parameters = doubles_of(f->parameters, f->count), error = 0, norm = 0;
    for (size_t i = 0; i < f->count; i++) {
        double at = parameters[i];
        parameters[i] = at + h;
        double above = g(f, parameters, n, loss);
        parameters[i] = at - h;
        double below = g(f, parameters, n, loss);
        parameters[i] = at;
        double expected = (above - below) / (2 * h);
        error += pow(gradient[i] - expected, 2);
        norm += pow(expected, 2);
    }
    assert_true(norm > 0);
    assert_near(sqrt(error), 0, gradient_tolerance * fmax(1, sqrt(norm))); /* f - y may cancel, f is of order 1 */
    free(parameters);
}

static void check_single(fixture *f, sb_loss loss, size_t samples) {
    sb_gradients *gradients = make_gradients(f, samples);
    assert_int_equal(sb_gradients_of_loss(gradients, loss, f->x, f->y, samples), SB_OK);
    for (size_t n = 0; n < samples; n++) {
        sb_gradients_flat(gradients, n, f->gradient);
        compare_gradient(f, f->gradient, own_loss, n, loss);
    }
    size_t last = f->shape.widths[f->shape.depth] - 1;
    assert_int_equal(sb_gradients_of_output(gradients, last, f->x, samples), SB_OK);
    for (size_t n = 0; n < samples; n++) {
        sb_gradients_flat(gradients, n, f->gradient);
        compare_gradient(f, f->gradient, last_output, n, loss);
    }
    sb_gradients_destroy(gradients);
}

static void gradients_are_derivatives_of_each_samples_function(void **state) {
    (void)state;
    for_each_case(check_single);
}

/* The loss of many is the mean of the losses of each, and so are their gradients. */
static void check_mean(fixture *f, sb_loss loss, size_t samples) {
    sb_gradients *gradients = make_gradients(f, samples);
    double *mean = calloc(f->count, sizeof *mean), error = 0, norm = 0;
    float *single = floats(f->count);
    assert_non_null(mean);
    sb_network_gradient(f->network, loss, f->x, f->y, samples);
    sb_network_get_gradient(f->network, f->gradient);
    assert_int_equal(sb_gradients_of_loss(gradients, loss, f->x, f->y, samples), SB_OK);
    for (size_t n = 0; n < samples; n++) {
        sb_gradients_flat(gradients, n, single);
        for (size_t i = 0; i < f->count; i++)
            mean[i] += single[i] / (double)samples;
    }
    for (size_t i = 0; i < f->count; i++) {
        error += pow(f->gradient[i] - mean[i], 2);
        norm += pow(mean[i], 2);
    }
    assert_near(sqrt(error / norm), 0, gradient_tolerance);
    free(mean);
    free(single);
    sb_gradients_destroy(gradients);
}

static void their_mean_is_the_gradient_of_training(void **state) {
    (void)state;
    for_each_case(check_mean);
}

/* --- Inner products -------------------------------------------------------------------------------------------------
 */

/* More than two tiles of a Gram matrix and many batches, and a number that fits neither. */
enum { MANY = 2 * 256 + 11, FEW = 2 * BATCH + 3 };

/* Flat gradients, one after another. */
static float *explicit_gradients(const fixture *f, const sb_gradients *gradients, size_t samples) {
    float *flat = floats(samples * f->count);
    for (size_t n = 0; n < samples; n++)
        sb_gradients_flat(gradients, n, flat + n * f->count);
    return flat;
}

/* Inner product of two flat gradients by the parameters of one layer, or of all for 0; in *norms the product of their
 * norms, of which rounding errors are a part. */
static double explicit_product(const sb_shape *shape, const float *a, const float *b, size_t layer, double *norms) {
    size_t first = layer > 0 ? sb_shape_weights(shape, layer) : 0;
    size_t last = layer > 0 ? sb_shape_biases(shape, layer) + shape->widths[layer] : sb_shape_parameters(shape);
    double sum = 0, a_square = 0, b_square = 0;
    for (size_t i = first; i < last; i++) {
        sum += (double)a[i] * b[i];
        a_square += (double)a[i] * a[i];
        b_square += (double)b[i] * b[i];
    }
    *norms = sqrt(a_square * b_square);
    return sum;
}

/* Two sets of samples with their gradients in both forms: of the loss, and of the first output. */
typedef struct two_sets {
    float *x, *y, *flat[2];
    sb_gradients *of[2];
} two_sets;

static two_sets make_sets(const fixture *f) {
    size_t inputs = f->shape.widths[0], outputs = f->shape.widths[f->shape.depth];
    two_sets sets = {.x = random_floats((MANY + FEW) * inputs, 11), .y = random_floats(MANY * outputs, 12)};
    sets.of[0] = make_gradients(f, MANY);
    sets.of[1] = make_gradients(f, MANY);
    assert_int_equal(sb_gradients_of_loss(sets.of[0], SB_LOSS_MSE, sets.x, sets.y, MANY), SB_OK);
    assert_int_equal(sb_gradients_of_output(sets.of[1], 0, sets.x + MANY * inputs, FEW), SB_OK);
    sets.flat[0] = explicit_gradients(f, sets.of[0], MANY);
    sets.flat[1] = explicit_gradients(f, sets.of[1], FEW);
    return sets;
}

static void release_sets(two_sets *sets) {
    for (int i = 0; i < 2; i++) {
        sb_gradients_destroy(sets->of[i]);
        free(sets->flat[i]);
    }
    free(sets->x);
    free(sets->y);
}

/* Each factor of a product is a sum of at most 64 terms in single precision. */
static const double gram_tolerance = 8 * FLT_EPSILON;

static void check_gram_of_two(fixture *f) {
    two_sets sets = make_sets(f);
    double *gram = sb_array(MANY * FEW, sizeof *gram, "test data", NULL), norms;
    assert_non_null(gram);
    for (size_t layer = 0; layer <= f->shape.depth; layer++) {
        memset(gram, 0xff, MANY * FEW * sizeof *gram); /* NaN */
        assert_int_equal(sb_gradients_gram(sets.of[0], sets.of[1], layer, gram), SB_OK);
        for (size_t n = 0; n < MANY; n++)
            for (size_t m = 0; m < FEW; m++) {
                double expected = explicit_product(&f->shape, sets.flat[0] + n * f->count, sets.flat[1] + m * f->count,
                                                   layer, &norms);
                assert_near(gram[n * FEW + m], expected, gram_tolerance * norms);
            }
    }
    free(gram);
    release_sets(&sets);
}

static void a_gram_matrix_is_the_inner_products_of_explicit_gradients(void **state) {
    (void)state;
    for_each_network(check_gram_of_two);
}

static void check_gram_of_one(fixture *f) {
    two_sets sets = make_sets(f);
    double *gram = sb_array(MANY * MANY, sizeof *gram, "test data", NULL), norms;
    assert_non_null(gram);
    memset(gram, 0xff, MANY * MANY * sizeof *gram);
    assert_int_equal(sb_gradients_gram(sets.of[0], sets.of[0], 0, gram), SB_OK);
    for (size_t n = 0; n < MANY; n++) {
        const float *a = sets.flat[0] + n * f->count;
        for (size_t m = 0; m <= n; m++) {
            assert_memory_equal(&gram[n * MANY + m], &gram[m * MANY + n], sizeof *gram);
            if ((n + m) % 7 == 0) { /* each remainder of the position in a tile */
                double expected = explicit_product(&f->shape, a, sets.flat[0] + m * f->count, 0, &norms);
                assert_near(gram[n * MANY + m], expected, gram_tolerance * norms);
            }
        }
    }
    free(gram);
    release_sets(&sets);
}

static void a_gram_matrix_of_one_set_is_symmetric_to_the_bit(void **state) {
    (void)state;
    for_each_network(check_gram_of_one);
}

/* Products are summed in double precision: what remains is that an explicit gradient is rounded. */
static void check_products(fixture *f) {
    enum { COUNT = 2000 };
    two_sets sets = make_sets(f);
    size_t(*pairs)[2] = sb_array(COUNT, sizeof *pairs, "test data", NULL);
    double *products = sb_array(COUNT, sizeof *products, "test data", NULL), norms;
    assert_non_null(pairs);
    assert_non_null(products);
    for (size_t i = 0; i < COUNT; i++) {
        pairs[i][0] = i * 7919 % MANY;
        pairs[i][1] = i * 104729 % FEW;
    }
    for (size_t layer = 0; layer <= f->shape.depth; layer++) {
        assert_int_equal(sb_gradients_products(sets.of[0], sets.of[1], layer, COUNT, pairs, products), SB_OK);
        for (size_t i = 0; i < COUNT; i++) {
            double expected = explicit_product(&f->shape, sets.flat[0] + pairs[i][0] * f->count,
                                               sets.flat[1] + pairs[i][1] * f->count, layer, &norms);
            assert_near(products[i], expected, FLT_EPSILON * norms);
        }
    }
    free(pairs);
    free(products);
    release_sets(&sets);
}

static void products_of_pairs_are_those_of_explicit_gradients(void **state) {
    (void)state;
    for_each_network(check_products);
}

/* --- Gradients by the inputs ----------------------------------------------------------------------------------------
 */

/* Squared norm for every neuron of one sample: squares[l][j]. */
static void reference_squares(const fixture *f, const double *parameters, size_t n, double squares[][REFERENCE_WIDTH]) {
    static double above[REFERENCE_DEPTH + 1][REFERENCE_WIDTH], below[REFERENCE_DEPTH + 1][REFERENCE_WIDTH];
    double x[REFERENCE_WIDTH];
    memset(squares, 0, (f->shape.depth + 1) * sizeof *squares);
    for (size_t i = 0; i < f->shape.widths[0]; i++)
        x[i] = f->x[n * f->shape.widths[0] + i];
    for (size_t i = 0; i < f->shape.widths[0]; i++) {
        reference_layers(&f->shape, parameters, x, &(reference_shift){0, i, h}, above);
        reference_layers(&f->shape, parameters, x, &(reference_shift){0, i, -h}, below);
        for (size_t layer = 1; layer <= f->shape.depth; layer++)
            for (size_t j = 0; j < f->shape.widths[layer]; j++)
                squares[layer][j] += pow((above[layer][j] - below[layer][j]) / (2 * h), 2);
    }
}

/* Every layer but @p left_out. */
static void check_squares(fixture *f, size_t samples, size_t left_out) {
    const sb_shape *shape = &f->shape;
    double *parameters = doubles_of(f->parameters, f->count), expected[REFERENCE_DEPTH + 1][REFERENCE_WIDTH];
    float *squares[SB_DEPTH_MAX + 1] = {NULL}, *none[SB_DEPTH_MAX + 1] = {NULL};
    float *workspace = floats(sb_input_gradients_workspace(shape, samples));
    for (size_t layer = 1; layer <= shape->depth; layer++)
        if (layer != left_out)
            squares[layer] = random_floats(samples * shape->widths[layer], 9); /* what was there does not matter */
    sb_network_preactivations(f->network, f->x, samples, none);
    assert_int_equal(sb_network_input_gradients(f->network, samples, squares, workspace), SB_OK);
    for (size_t n = 0; n < samples; n++) {
        reference_squares(f, parameters, n, expected);
        for (size_t layer = 1; layer <= shape->depth; layer++)
            for (size_t j = 0, width = shape->widths[layer]; squares[layer] && j < width; j++)
                assert_near(squares[layer][n * width + j], expected[layer][j], forward_tolerance);
    }
    for (size_t layer = 1; layer <= shape->depth; layer++)
        free(squares[layer]);
    free(workspace);
    free(parameters);
}

static void check_input_gradients(fixture *f, sb_loss loss, size_t samples) {
    (void)loss;
    check_squares(f, samples, 0);
    check_squares(f, samples, f->shape.depth);
}

static void input_gradients_are_sums_of_squared_derivatives(void **state) {
    (void)state;
    for_each_case(check_input_gradients);
}

/* --- Turns ----------------------------------------------------------------------------------------------------------
 */

/* Turns until the end; 0 ends at once. */
static sb_code take_turn(void *context) {
    size_t *left = context;
    return (*left)-- == 1 ? SB_STOPPED : SB_OK;
}

static size_t turns_of(fixture *f, sb_code (*call)(const two_sets *sets, fixture *f), const two_sets *sets) {
    size_t left = SIZE_MAX;
    sb_network_on_block(f->network, take_turn, &left);
    assert_int_equal(call(sets, f), SB_OK);
    size_t turns = SIZE_MAX - left;
    left = turns; /* the last of them */
    assert_int_equal(call(sets, f), SB_STOPPED);
    left = 1;
    assert_int_equal(call(sets, f), SB_STOPPED);
    assert_int_equal(left, 0); /* none after the one that said stop */
    return turns;
}

static sb_code take_loss(const two_sets *sets, fixture *f) {
    (void)f;
    return sb_gradients_of_loss(sets->of[0], SB_LOSS_MSE, sets->x, sets->y, MANY);
}

static sb_code take_gram(const two_sets *sets, fixture *f) {
    (void)f;
    static double gram[MANY * MANY];
    return sb_gradients_gram(sets->of[0], sets->of[0], 0, gram);
}

static sb_code take_products(const two_sets *sets, fixture *f) {
    (void)f;
    static const size_t pairs[2500][2];
    static double products[2500];
    return sb_gradients_products(sets->of[0], sets->of[0], 0, 2500, pairs, products);
}

static sb_code take_squares(const two_sets *sets, fixture *f) {
    float *squares[SB_DEPTH_MAX + 1] = {NULL}, *workspace = floats(sb_input_gradients_workspace(&f->shape, BATCH));
    (void)sets;
    squares[1] = floats(BATCH * f->shape.widths[1]);
    sb_network_preactivations(f->network, f->x, BATCH, squares);
    sb_code code = sb_network_input_gradients(f->network, BATCH, squares, workspace);
    free(squares[1]);
    free(workspace);
    return code;
}

static void every_long_call_gives_turns_and_ends_when_told(void **state) {
    (void)state;
    fixture f = create(sb_kernels_default(), &shapes[3], SB_LOSS_MSE);
    two_sets sets = make_sets(&f);
    assert_int_equal(turns_of(&f, take_gram, &sets), 6); /* 3 x 3 tiles, the lower half */
    assert_int_equal(turns_of(&f, take_products, &sets), 2);
    assert_int_equal(turns_of(&f, take_squares, &sets), 7);
    assert_int_equal(turns_of(&f, take_loss, &sets), (MANY + BATCH - 1) / BATCH);
    release_sets(&sets);
    destroy(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_derivatives_of_each_samples_function),
        cmocka_unit_test(their_mean_is_the_gradient_of_training),
        cmocka_unit_test(a_gram_matrix_is_the_inner_products_of_explicit_gradients),
        cmocka_unit_test(a_gram_matrix_of_one_set_is_symmetric_to_the_bit),
        cmocka_unit_test(products_of_pairs_are_those_of_explicit_gradients),
        cmocka_unit_test(input_gradients_are_sums_of_squared_derivatives),
        cmocka_unit_test(every_long_call_gives_turns_and_ends_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
