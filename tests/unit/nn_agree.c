/* Networks larger than every block of the fused kernels: they agree with the plain ones, with themselves whatever they
 * have computed before, and with themselves on other instruction sets. */
#include "../../src/nn/microkernel.h"
#include "nn_cases.h"
#include "start_blis.h"
#include "sub_configurations.h"
#include <string.h>

/* Widths and batches beyond the blocks of 256 features and 256 samples, no multiples of tiles; thin and thick ends. */
static const sb_shape large_shapes[] = {
    {.depth = 3, .widths = {1, 300, 520, 1}},
    {.depth = 2, .widths = {40, 300, 5}},
    {.depth = 3, .widths = {5, 24, 530, 40}},
    {.depth = 4, .widths = {4, 33, 4, 70, 4}},
    {.depth = 4, .widths = {20, 33, 270, 4, 1}, .activation = SB_ACTIVATION_LEAKY_RELU, .slope = 0.5f},
};
enum { LARGE_SHAPES = sizeof large_shapes / sizeof *large_shapes, MOST = 600 };
static const size_t batches[] = {1, 8, 9, 16, 17, 31, 33, 64, 512, MOST};
enum { BATCHES = sizeof batches / sizeof *batches };

static const sb_adam adam = {1e-3, 0.9, 0.999, 1e-8, SB_CLIP_NONE};

/* The linker sends the fused kernels' question for the best micro-kernel here (CMakeLists.txt). */
static bool (*best)(sb_microkernel *kernel);
bool __real_sb_microkernel_best(sb_microkernel *kernel);
bool __wrap_sb_microkernel_best(sb_microkernel *kernel);

bool __wrap_sb_microkernel_best(sb_microkernel *kernel) {
    return best ? best(kernel) : __real_sb_microkernel_best(kernel);
}

/* --- Data -----------------------------------------------------------------------------------------------------------
 */

typedef struct data {
    sb_shape shape;
    size_t parameter_count;
    float *parameters, *x, *y;
} data;

static size_t inputs_of(const sb_shape *shape) {
    return shape->widths[0];
}

static size_t outputs_of(const sb_shape *shape) {
    return shape->widths[shape->depth];
}

static data random_data(const sb_shape *shape) {
    data d = {*shape, sb_shape_parameters(shape), floats(sb_shape_parameters(shape)),
              random_floats(MOST * inputs_of(shape), 1), random_floats(MOST * outputs_of(shape), 2)};
    sb_initialise(shape, 3, d.parameters);
    return d;
}

static void free_data(data *d) {
    free(d->parameters);
    free(d->x);
    free(d->y);
}

/* Integers in -bound .. bound. */
static void fill_integers(float *values, size_t count, int bound, uint64_t seed) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(int)floor((2 * bound + 1) * sb_random_uniform(seed, SB_PURPOSE_PHASES, i)) - (float)bound;
}

/* Weights -1, 0 and 1, about three of a row's not 0; biases and inputs -2 .. 2, targets 1/4 and 3/4. All that a pass
 * computes are then integers (quarters behind the loss, or a part of them if it divides by a power of 2), so small that
 * any order of operations is without rounding: implementations must agree to the bit. */
static data integer_data(const sb_shape *shape) {
    data d = random_data(shape);
    for (size_t l = 1; l <= shape->depth; l++) {
        size_t in = shape->widths[l - 1], out = shape->widths[l];
        float *weights = d.parameters + sb_shape_weights(shape, l);
        for (size_t i = 0; i < in * out; i++) {
            double uniform = sb_random_uniform(10 + l, SB_PURPOSE_PHASES, i), part = in > 3 ? 3. / (double)in : 1;
            weights[i] = uniform < part / 2 ? -1 : uniform < part ? 1 : 0;
        }
        fill_integers(d.parameters + sb_shape_biases(shape, l), out, 2, 20 + l);
    }
    fill_integers(d.x, MOST * inputs_of(shape), 2, 4);
    for (size_t i = 0; i < MOST * outputs_of(shape); i++)
        d.y[i] = d.y[i] > 0 ? 0.75f : 0.25f;
    return d;
}

static sb_network *network_of(const sb_kernels *kernels, const data *d, size_t batch) {
    sb_network *network;
    assert_int_equal(sb_network_create(kernels, &d->shape, batch, &network, NULL), SB_OK);
    sb_network_set_parameters(network, d->parameters);
    return network;
}

static double norm_of_difference(const float *a, const float *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow((double)a[i] - (double)b[i], 2);
    return sqrt(sum);
}

static double norm(const float *a, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow(a[i], 2);
    return sqrt(sum);
}

/* Runs a test for each of the fused kernels and each shape. */
static void for_each_large(void (*test)(const sb_kernels *kernels, const sb_shape *shape)) {
    const sb_kernels *kernels;
    for (size_t k = 0; (kernels = sb_kernels_at(k)); k++)
        for (size_t shape = 0; shape < LARGE_SHAPES; shape++)
            if (kernels != sb_kernels_find("plain") && sb_network_bytes(kernels, &large_shapes[shape], 1) > 0)
                test(kernels, &large_shapes[shape]);
}

/* --- Against the plain kernels --------------------------------------------------------------------------------------
 */

/* The derivatives of the loss by the outputs are rounded once, in a function that all kernels share. From there on,
 * with the same masks everywhere, each layer's deltas are sums of few products, and a gradient is a sum over the
 * samples: 600 roundings in a chain, each of at most half an epsilon of a partial sum, are random and grow to about
 * sqrt(600) / 2 = 12 of those. */
static const double gradient_tolerance = 12 * FLT_EPSILON;

static void check_pass(sb_network *network, sb_network *plain, const data *d, sb_loss loss, size_t samples) {
    size_t count = d->parameter_count, outputs = samples * outputs_of(&d->shape);
    float *gradient = floats(count), *expected = floats(count), *f = floats(outputs), *f_expected = floats(outputs);
    double value = sb_network_gradient(network, loss, d->x, d->y, samples);
    double value_expected = sb_network_gradient(plain, loss, d->x, d->y, samples);
    assert_near(value, value_expected, 0);
    assert_true(value > 0);
    sb_network_get_gradient(network, gradient);
    sb_network_get_gradient(plain, expected);
    assert_true(norm(expected, count) > 0);
    assert_near(norm_of_difference(gradient, expected, count) / norm(expected, count), 0, gradient_tolerance);
    if (loss == SB_LOSS_MSE && (outputs & (outputs - 1)) == 0)
        assert_near(norm_of_difference(gradient, expected, count), 0, 0);
    sb_network_forward(network, d->x, samples, f);
    sb_network_forward(plain, d->x, samples, f_expected);
    assert_memory_equal(f, f_expected, outputs * sizeof *f);
    free(gradient);
    free(expected);
    free(f);
    free(f_expected);
}

/* In one network, whose batch changes from one pass to the next, upwards and downwards. */
static void check_passes(const sb_kernels *kernels, const sb_shape *shape) {
    data d = integer_data(shape);
    sb_network *network = network_of(kernels, &d, MOST), *plain = network_of(sb_kernels_find("plain"), &d, MOST);
    for (size_t i = 0; i < BATCHES; i++) {
        check_pass(network, plain, &d, SB_LOSS_MSE, batches[i]);
        if (i % 2)
            check_pass(network, plain, &d, SB_LOSS_BCE, batches[BATCHES - 1 - i]);
    }
    sb_network_destroy(network);
    sb_network_destroy(plain);
    free_data(&d);
}

static void loss_and_gradient_are_those_of_the_plain_kernels(void **state) {
    (void)state;
    for_each_large(check_passes);
}

/* Every layer's numbers, of widths up to 520. */
typedef struct layers {
    float *of[SB_DEPTH_MAX + 1];
} layers;

static layers open_layers(const sb_shape *shape) {
    layers values = {{NULL}};
    for (size_t l = 0; l <= shape->depth; l++)
        values.of[l] = floats(MOST * shape->widths[l]);
    return values;
}

static void close_layers(const sb_shape *shape, layers *values) {
    for (size_t l = 0; l <= shape->depth; l++)
        free(values->of[l]);
}

static void assert_same_layers(const sb_shape *shape, size_t lowest, size_t samples, const layers *a, const layers *b) {
    for (size_t l = lowest; l <= shape->depth; l++)
        for (size_t i = 0; i < samples * shape->widths[l]; i++)
            if (a->of[l][i] != b->of[l][i]) /* -0 is 0 */
                fail_msg("layer %zu, number %zu: %g, %g", l, i, (double)a->of[l][i], (double)b->of[l][i]);
}

static void check_probes(const sb_kernels *kernels, const sb_shape *shape) {
    data d = integer_data(shape);
    sb_network *network = network_of(kernels, &d, MOST), *plain = network_of(sb_kernels_find("plain"), &d, MOST);
    layers values = open_layers(shape), expected = open_layers(shape);
    float *seeds = floats(MOST * outputs_of(shape)), *directions = floats(MOST * inputs_of(shape));
    fill_integers(seeds, MOST * outputs_of(shape), 3, 5);
    fill_integers(directions, MOST * inputs_of(shape), 3, 6);
    for (size_t i = 0; i < BATCHES; i++) {
        size_t samples = batches[BATCHES - 1 - i];
        sb_network_preactivations(network, d.x, samples, values.of);
        sb_network_preactivations(plain, d.x, samples, expected.of);
        assert_same_layers(shape, 1, samples, &values, &expected);
        sb_network_deltas(network, samples, seeds, values.of);
        sb_network_deltas(plain, samples, seeds, expected.of);
        assert_same_layers(shape, 0, samples, &values, &expected);
        sb_network_tangents(network, samples, directions, values.of);
        sb_network_tangents(plain, samples, directions, expected.of);
        assert_same_layers(shape, 1, samples, &values, &expected);
    }
    close_layers(shape, &values);
    close_layers(shape, &expected);
    free(seeds);
    free(directions);
    sb_network_destroy(network);
    sb_network_destroy(plain);
    free_data(&d);
}

static void passes_for_probes_are_those_of_the_plain_kernels(void **state) {
    (void)state;
    for_each_large(check_probes);
}

/* Adam divides a gradient by its size: where that is small beside its error, and where a pre-activation is so near to 0
 * that rounding decides on which side it lies, parameters may go other ways. One of 300 samples of one of 300 neurons
 * makes about 1 / (300 sqrt(300)) = 2e-4 of a gradient; what 20 steps changed may differ by five of those. */
static const double movement_tolerance = 1e-3;

static void check_training(const sb_kernels *kernels, const sb_shape *shape) {
    enum { STEPS = 20 };
    const size_t cycle[] = {300, 5, 37, 257};
    data d = random_data(shape);
    size_t count = d.parameter_count;
    float *trained = floats(count), *expected = floats(count);
    sb_network *network = network_of(kernels, &d, MOST), *plain = network_of(sb_kernels_find("plain"), &d, MOST);
    for (size_t step = 0; step < STEPS; step++) {
        size_t samples = cycle[step % 4];
        double value = sb_network_step(network, &adam, SB_LOSS_MSE, d.x, d.y, samples);
        double value_expected = sb_network_step(plain, &adam, SB_LOSS_MSE, d.x, d.y, samples);
        assert_near(value, value_expected, value_expected * 1e-4);
    }
    sb_network_get_parameters(network, trained);
    sb_network_get_parameters(plain, expected);
    double movement = norm_of_difference(expected, d.parameters, count);
    assert_true(movement > adam.learning_rate * sqrt((double)count));
    assert_near(norm_of_difference(trained, expected, count) / movement, 0, movement_tolerance);
    free(trained);
    free(expected);
    sb_network_destroy(network);
    sb_network_destroy(plain);
    free_data(&d);
}

static void training_goes_where_the_plain_kernels_go(void **state) {
    (void)state;
    for_each_large(check_training);
}

/* --- The same bits --------------------------------------------------------------------------------------------------
 */

/* One panel, whole and not, some, and two blocks. */
static const size_t few_batches[] = {1, 9, 16, 33, 300};
enum { FEW_BATCHES = sizeof few_batches / sizeof *few_batches };

/* Everything that a network holds after two steps and a gradient, of different batches of at most `samples`. */
static void train(sb_network *network, const data *d, sb_loss loss, size_t samples, float *result) {
    size_t count = d->parameter_count;
    uint64_t updates;
    memset(result, 0, count * sizeof *result);
    sb_network_set_parameters(network, d->parameters);
    sb_network_set_moments(network, result, result, 0);
    double value = sb_network_step(network, &adam, loss, d->x, d->y, samples);
    value += sb_network_step(network, &adam, loss, d->x, d->y, samples / 2 + 1);
    value += sb_network_gradient(network, loss, d->x, d->y, samples);
    sb_network_get_parameters(network, result);
    sb_network_get_moments(network, result + count, result + 2 * count, &updates);
    sb_network_get_gradient(network, result + 3 * count);
    sb_network_forward(network, d->x, samples, result + 4 * count);
    memcpy(result + 4 * count + samples * outputs_of(&d->shape), &value, sizeof value);
}

static size_t result_size(const data *d, size_t samples) {
    return 4 * d->parameter_count + samples * outputs_of(&d->shape) + sizeof(double) / sizeof(float);
}

/* Leaves NaN wherever a network of a full batch can. */
static void spoil(sb_network *network, const data *d) {
    float *nans = floats(MOST * inputs_of(&d->shape));
    for (size_t i = 0; i < MOST * inputs_of(&d->shape); i++)
        nans[i] = NAN;
    assert_true(isnan(sb_network_step(network, &adam, SB_LOSS_MSE, nans, d->y, sb_network_batch(network))));
    free(nans);
}

static void check_past(const sb_kernels *kernels, const sb_shape *shape) {
    data d = random_data(shape);
    sb_network *large = network_of(kernels, &d, MOST);
    for (size_t i = 0; i < FEW_BATCHES; i++) {
        size_t count = result_size(&d, few_batches[i]);
        float *fresh = floats(count), *later = floats(count);
        sb_network *network = network_of(kernels, &d, few_batches[i]);
        train(network, &d, SB_LOSS_MSE, few_batches[i], fresh);
        spoil(large, &d);
        train(large, &d, SB_LOSS_MSE, few_batches[i], later);
        for (size_t j = 0; j < count - 2; j++)
            assert_true(!isnan(fresh[j]));
        assert_memory_equal(fresh, later, count * sizeof *fresh);
        sb_network_destroy(network);
        free(fresh);
        free(later);
    }
    sb_network_destroy(large);
    free_data(&d);
}

static void bits_depend_neither_on_the_past_nor_on_the_largest_batch(void **state) {
    (void)state;
    for_each_large(check_past);
}

static void check_instruction_sets(const sb_shape *shape, sb_loss loss, size_t samples) {
    data d = random_data(shape);
    size_t count = result_size(&d, samples);
    float *results[2] = {floats(count), floats(count)};
    bool (*const finders[2])(sb_microkernel *) = {sb_microkernel_avx2, sb_microkernel_avx512};
    for (int i = 0; i < 2; i++) {
        best = finders[i];
        sb_network *network = network_of(sb_kernels_find("fused"), &d, samples);
        train(network, &d, loss, samples, results[i]);
        sb_network_destroy(network);
        best = NULL;
    }
    assert_memory_equal(results[0], results[1], count * sizeof(float));
    free(results[0]);
    free(results[1]);
    free_data(&d);
}

/* So that ranks on unlike nodes may train trials of one sweep. */
static void avx2_and_avx512_give_the_same_bits(void **state) {
    (void)state;
    sb_microkernel kernel;
    if (!sb_microkernel_avx2(&kernel) || !sb_microkernel_avx512(&kernel))
        skip();
    for (size_t shape = 0; shape < LARGE_SHAPES; shape++)
        for (size_t i = 0; i < FEW_BATCHES; i++)
            check_instruction_sets(&large_shapes[shape], i % 2 ? SB_LOSS_MSE : SB_LOSS_BCE, few_batches[i]);
}

/* Tiles of any shape serve: with 3 to 12 rows, 8 to 32 columns, along rows and along columns. */
static void blis_agrees_with_the_plain_kernels(void **state) {
    (void)state;
    const sb_kernels *kernels = sb_kernels_find("fused-blis");
    const sb_shape shape = {.depth = 3, .widths = {5, 26, 300, 7}};
    if (sb_network_bytes(kernels, &shape, 1) == 0)
        skip();
    check_passes(kernels, &shape);
    check_probes(kernels, &shape);
    check_past(kernels, &shape);
}

static int check_blis(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blis_agrees_with_the_plain_kernels)};
    return cmocka_run_group_tests_name(sb_blis_architecture(), tests, NULL, NULL);
}

int main(void) {
    int failed = sb_kernels_find("fused-blis") ? check_sub_configurations(check_blis) : 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_and_gradient_are_those_of_the_plain_kernels),
        cmocka_unit_test(passes_for_probes_are_those_of_the_plain_kernels),
        cmocka_unit_test(training_goes_where_the_plain_kernels_go),
        cmocka_unit_test(bits_depend_neither_on_the_past_nor_on_the_largest_batch),
        cmocka_unit_test(avx2_and_avx512_give_the_same_bits),
    };
    return failed + cmocka_run_group_tests(tests, start_blis, NULL);
}
