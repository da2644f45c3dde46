/* The network of nn.h, for every implementation: forward pass, loss and gradient against an independent reference in
 * double precision; the training step; its memory. */
#include "nn_cases.h"
#include "nn_reference.h"
#include <string.h>

static const sb_adam adam = {1e-3, 0.9, 0.999, 1e-8, SB_CLIP_NONE};

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

/* At once and apart, with every implementation: no parameter is further from 0 than the clip, and some are there. The
 * initial parameters, up to 1/sqrt(inputs), are not clipped before the first update. */
static void check_clip(fixture *f) {
    sb_adam clipped = adam;
    clipped.weight_clip = 0.125;
    for (int i = 0; i < 3; i++) {
        sb_network_step(f->network, &clipped, SB_LOSS_MSE, f->x, f->y, BATCH);
        size_t at_the_end = 0;
        sb_network_get_parameters(f->network, f->parameters);
        for (size_t p = 0; p < f->count; p++) {
            assert_true(fabsf(f->parameters[p]) <= 0.125F);
            at_the_end += fabsf(f->parameters[p]) == 0.125F;
        }
        assert_true(at_the_end > 0);
    }
    sb_network_gradient(f->network, SB_LOSS_MSE, f->x, f->y, BATCH);
    sb_network_adam(f->network, &clipped);
    sb_network_get_parameters(f->network, f->parameters);
    for (size_t p = 0; p < f->count; p++)
        assert_true(fabsf(f->parameters[p]) <= 0.125F);
}

static void updates_keep_parameters_within_the_weight_clip(void **state) {
    (void)state;
    for_each_network(check_clip);
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
    assert_int_equal(sb_network_create(f->kernels, &f->shape, BATCH, &other, &status), SB_OK);
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

static void check_blocks(fixture *f) {
    enum { SAMPLES = 3 * BATCH + 5 };
    size_t inputs = f->shape.widths[0], count = SAMPLES * f->shape.widths[f->shape.depth];
    sb_network *large;
    sb_status status;
    assert_int_equal(sb_network_create(f->kernels, &f->shape, SAMPLES, &large, &status), SB_OK);
    float *x = random_floats(SAMPLES * inputs, 5), *blocks = floats(count), *again = floats(count),
          *at_once = floats(count);
    sb_network_set_parameters(large, f->parameters);
    sb_network_forward(large, x, SAMPLES, at_once);
    sb_network_forward(f->network, x, SAMPLES, blocks);
    sb_network_forward(f->network, x, SAMPLES, again);
    assert_memory_equal(blocks, again, count * sizeof *blocks);
    for (size_t i = 0; i < count; i++)
        assert_near(blocks[i], at_once[i], forward_tolerance);
    assert_true(fabsf(at_once[count - 1]) > 1e-3f);
    sb_network_destroy(large);
    free(x);
    free(blocks);
    free(again);
    free(at_once);
}

static void forward_in_blocks_is_forward_at_once(void **state) {
    (void)state;
    for_each_network(check_blocks);
}

/* A trial is marked as failed by its loss: a ReLU that turns NaN into 0 would hide a broken network. */
static void check_not_a_number(fixture *f) {
    f->parameters[0] = NAN;
    sb_network_set_parameters(f->network, f->parameters);
    assert_true(isnan(sb_network_gradient(f->network, SB_LOSS_MSE, f->x, f->y, BATCH)));
}

static void a_parameter_that_is_not_a_number_shows_in_the_loss(void **state) {
    (void)state;
    for_each_network(check_not_a_number);
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
        cmocka_unit_test(updates_keep_parameters_within_the_weight_clip),
        cmocka_unit_test(training_goes_on_from_its_saved_state_bit_for_bit),
        cmocka_unit_test(forward_in_blocks_is_forward_at_once),
        cmocka_unit_test(a_parameter_that_is_not_a_number_shows_in_the_loss),
        cmocka_unit_test(kernels_are_found_by_their_names_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
