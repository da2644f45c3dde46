/* The network of nn.h, for every implementation: forward pass, loss and gradient against an independent reference in
 * double precision; the training step; its memory. */
#include "check.h"
#include "nn_reference.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

static const char *const implementations[] = {"plain"};

/* Odd sizes on purpose: no multiple of any vector or tile. */
static const sb_shape shapes[] = {
    {1, {3, 2}}, {2, {1, 5, 1}}, {3, {2, 17, 9, 1}}, {4, {7, 13, 33, 6, 3}}, {6, {1, 16, 16, 16, 16, 16, 1}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes, BATCH = 37 };
static const size_t sample_counts[] = {1, 2, 16, 37};
static const sb_adam adam = {1e-3, 0.9, 0.999, 1e-8};

/* A network with its data and flat vectors, released together. */
typedef struct fixture {
    sb_network *network;
    sb_shape shape;
    size_t count; /* parameters */
    float *parameters, *gradient, *x, *y, *outputs;
} fixture;

static float *floats(size_t count) {
    float *values = sb_array(count, sizeof *values, "test data", NULL);
    assert_non_null(values);
    return values;
}

/* Numbers uniform on [-1, 1). */
static float *random_floats(size_t count, uint64_t seed) {
    float *values = floats(count);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(2 * sb_random_uniform(seed, SB_PURPOSE_PHASES, i) - 1);
    return values;
}

static fixture create(const char *kernels, const sb_shape *shape, sb_loss loss) {
    fixture f = {.shape = *shape, .count = sb_shape_parameters(shape)};
    size_t width = shape->widths[shape->depth];
    sb_status status;
    assert_int_equal(sb_network_create(sb_kernels_find(kernels), shape, BATCH, &f.network, &status), SB_OK);
    f.parameters = floats(f.count);
    f.gradient = floats(f.count);
    f.x = random_floats(BATCH * shape->widths[0], 1);
    f.y = random_floats(BATCH * width, 2);
    f.outputs = floats(BATCH * width);
    if (loss == SB_LOSS_BCE)
        for (size_t i = 0; i < BATCH * width; i++)
            f.y[i] = f.y[i] > 0;
    sb_initialise(shape, 3, f.parameters);
    sb_network_set_parameters(f.network, f.parameters);
    return f;
}

static void destroy(fixture *f) {
    sb_network_destroy(f->network);
    free(f->parameters);
    free(f->gradient);
    free(f->x);
    free(f->y);
    free(f->outputs);
}

/* Runs a test for each implementation, shape, loss and number of samples. */
static void for_each_case(void (*test)(fixture *f, sb_loss loss, size_t samples)) {
    for (size_t k = 0; k < sizeof implementations / sizeof *implementations; k++)
        for (size_t shape = 0; shape < SHAPES; shape++)
            for (int loss = SB_LOSS_MSE; loss <= SB_LOSS_BCE; loss++)
                for (size_t s = 0; s < sizeof sample_counts / sizeof *sample_counts; s++) {
                    fixture f = create(implementations[k], &shapes[shape], (sb_loss)loss);
                    test(&f, (sb_loss)loss, sample_counts[s]);
                    destroy(&f);
                }
}

static double *doubles_of(const float *values, size_t count) {
    double *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = values[i];
    return copy;
}

/* Values of a forward pass are of order 1, and each is a sum of at most 64 products in each of 6 layers. */
static const double forward_tolerance = 32 * FLT_EPSILON;

static void check_forward(fixture *f, sb_loss loss, size_t samples) {
    (void)loss;
    double *parameters = doubles_of(f->parameters, f->count), expected[REFERENCE_WIDTH];
    size_t inputs = f->shape.widths[0], width = f->shape.widths[f->shape.depth];
    sb_network_forward(f->network, f->x, samples, f->outputs);
    for (size_t n = 0; n < samples; n++) {
        reference_forward(&f->shape, parameters, f->x + n * inputs, expected);
        for (size_t j = 0; j < width; j++)
            assert_near(f->outputs[n * width + j], expected[j], forward_tolerance);
    }
    free(parameters);
}

static void forward_is_the_reference(void **state) {
    (void)state;
    for_each_case(check_forward);
}

/* Central differences in double precision. With h = 1e-6 their own error is 1e-10; the kinks of the ReLU matter only
 * for a pre-activation within h of zero, which none of these data has. */
static void check_gradient(fixture *f, sb_loss loss, size_t samples) {
    const double h = 1e-6;
    double *parameters = doubles_of(f->parameters, f->count), error = 0, norm = 0;
    double value = sb_network_gradient(f->network, loss, f->x, f->y, samples);
    assert_near(value, reference_mean_loss(&f->shape, parameters, loss, f->x, f->y, samples), forward_tolerance);
    sb_network_get_gradient(f->network, f->gradient);
    for (size_t i = 0; i < f->count; i++) {
        double at = parameters[i];
        parameters[i] = at + h;
        double above = reference_mean_loss(&f->shape, parameters, loss, f->x, f->y, samples);
        parameters[i] = at - h;
        double below = reference_mean_loss(&f->shape, parameters, loss, f->x, f->y, samples);
        parameters[i] = at;
        double expected = (above - below) / (2 * h);
        error += pow(f->gradient[i] - expected, 2);
        norm += pow(expected, 2);
    }
    assert_true(norm > 0);
    assert_near(sqrt(error / norm), 0, 2e-6);
    free(parameters);
}

static void gradient_is_the_derivative_of_the_loss(void **state) {
    (void)state;
    for_each_case(check_gradient);
}

static void check_step(fixture *f, sb_loss loss, size_t samples) {
    size_t bytes = f->count * sizeof(float);
    float *apart = floats(f->count), *at_once = floats(f->count);
    double losses[2][3];
    for (int i = 0; i < 3; i++) {
        losses[0][i] = sb_network_gradient(f->network, loss, f->x, f->y, samples);
        sb_network_adam(f->network, &adam);
    }
    sb_network_get_parameters(f->network, apart);
    memset(at_once, 0, bytes);
    sb_network_set_parameters(f->network, f->parameters);
    sb_network_set_moments(f->network, at_once, at_once, 0);
    for (int i = 0; i < 3; i++)
        losses[1][i] = sb_network_step(f->network, &adam, loss, f->x, f->y, samples);
    sb_network_get_parameters(f->network, at_once);
    assert_memory_equal(apart, at_once, bytes);
    assert_memory_not_equal(apart, f->parameters, bytes);
    assert_memory_equal(losses[0], losses[1], sizeof losses[0]);
    free(apart);
    free(at_once);
}

static void a_step_is_gradient_and_adam_bit_for_bit(void **state) {
    (void)state;
    for_each_case(check_step);
}

static void check_state(fixture *f, sb_loss loss, size_t samples) {
    size_t bytes = f->count * sizeof(float);
    float *first = floats(f->count), *second = floats(f->count), *read = floats(f->count), *later = floats(f->count);
    uint64_t updates;
    sb_network_get_parameters(f->network, read);
    assert_memory_equal(read, f->parameters, bytes);
    for (int i = 0; i < 3; i++)
        sb_network_step(f->network, &adam, loss, f->x, f->y, samples);
    sb_network_get_parameters(f->network, f->parameters);
    sb_network_get_moments(f->network, first, second, &updates);
    assert_int_equal(updates, 3);
    sb_network_step(f->network, &adam, loss, f->x, f->y, samples);
    sb_network_get_parameters(f->network, later);

    sb_network *other;
    sb_status status;
    assert_int_equal(sb_network_create(sb_kernels_find("plain"), &f->shape, BATCH, &other, &status), SB_OK);
    sb_network_set_parameters(other, f->parameters);
    sb_network_set_moments(other, first, second, updates);
    sb_network_step(other, &adam, loss, f->x, f->y, samples);
    sb_network_get_parameters(other, read);
    assert_memory_equal(read, later, bytes);
    sb_network_destroy(other);
    free(first);
    free(second);
    free(read);
    free(later);
}

static void training_goes_on_from_its_saved_state_bit_for_bit(void **state) {
    (void)state;
    for_each_case(check_state);
}

static void forward_in_blocks_is_forward_at_once(void **state) {
    (void)state;
    enum { SAMPLES = 3 * BATCH + 5 };
    const sb_shape *shape = &shapes[3];
    sb_network *large;
    sb_status status;
    assert_int_equal(sb_network_create(sb_kernels_default(), shape, SAMPLES, &large, &status), SB_OK);
    fixture f = create("plain", shape, SB_LOSS_MSE);
    float *x = random_floats(SAMPLES * 7, 5), *blocks = floats(SAMPLES * 3), *again = floats(SAMPLES * 3),
          *at_once = floats(SAMPLES * 3);
    sb_network_set_parameters(large, f.parameters);
    sb_network_forward(large, x, SAMPLES, at_once);
    sb_network_forward(f.network, x, SAMPLES, blocks);
    sb_network_forward(f.network, x, SAMPLES, again);
    assert_memory_equal(blocks, again, SAMPLES * 3 * sizeof *blocks);
    for (size_t i = 0; i < SAMPLES * 3; i++)
        assert_near(blocks[i], at_once[i], forward_tolerance);
    assert_true(fabsf(at_once[SAMPLES * 3 - 1]) > 1e-3f);
    sb_network_destroy(large);
    destroy(&f);
    free(x);
    free(blocks);
    free(again);
    free(at_once);
}

/* A trial is marked as failed by its loss: a ReLU that turns NaN into 0 would hide a broken network. */
static void a_parameter_that_is_not_a_number_shows_in_the_loss(void **state) {
    (void)state;
    fixture f = create("plain", &shapes[3], SB_LOSS_MSE);
    f.parameters[0] = NAN;
    sb_network_set_parameters(f.network, f.parameters);
    assert_true(isnan(sb_network_gradient(f.network, SB_LOSS_MSE, f.x, f.y, BATCH)));
    destroy(&f);
}

static void kernels_are_found_by_their_names_alone(void **state) {
    (void)state;
    assert_null(sb_kernels_find("fast"));
    assert_ptr_equal(sb_kernels_at(0), sb_kernels_default());
    size_t count = 0;
    for (const sb_kernels *kernels; (kernels = sb_kernels_at(count)); ++count)
        assert_ptr_equal(sb_kernels_find(sb_kernels_name(kernels)), kernels);
    assert_true(count > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_reference),
        cmocka_unit_test(gradient_is_the_derivative_of_the_loss),
        cmocka_unit_test(a_step_is_gradient_and_adam_bit_for_bit),
        cmocka_unit_test(training_goes_on_from_its_saved_state_bit_for_bit),
        cmocka_unit_test(forward_in_blocks_is_forward_at_once),
        cmocka_unit_test(a_parameter_that_is_not_a_number_shows_in_the_loss),
        cmocka_unit_test(kernels_are_found_by_their_names_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
