/* Passes for probes (nn.h), for every implementation: pre-activations, deltas and tangents against differences of an
 * independent network in double precision, and on larger networks against `plain`. */
#include "nn_cases.h"
#include "nn_reference.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Arrays by layer ------------------------------------------------------------------------------------------------
 */

/* values[l][samples][widths[l]] from layer @p lowest on, NULL below. */
static void take_layers(const sb_shape *shape, size_t samples, size_t lowest, float **values) {
    for (size_t layer = 0; layer <= shape->depth; layer++)
        values[layer] = layer < lowest ? NULL : floats(samples * shape->widths[layer]);
}

static void release_layers(const sb_shape *shape, float **values) {
    for (size_t layer = 0; layer <= shape->depth; layer++)
        free(values[layer]);
}

/* --- Against the reference ------------------------------------------------------------------------------------------
 */

typedef double reference_values[REFERENCE_DEPTH + 1][REFERENCE_WIDTH];

/* One sample of a fixture in double precision. */
typedef struct sample {
    const sb_shape *shape;
    double *parameters, x[REFERENCE_WIDTH];
} sample;

static sample sample_of(const fixture *f, double *parameters, size_t n) {
    sample s = {.shape = &f->shape, .parameters = parameters};
    for (size_t i = 0; i < f->shape.widths[0]; i++)
        s.x[i] = f->x[n * f->shape.widths[0] + i];
    return s;
}

static void check_preactivations(fixture *f, sb_loss loss, size_t samples) {
    (void)loss;
    double *parameters = doubles_of(f->parameters, f->count);
    float *z[SB_DEPTH_MAX + 1];
    reference_values expected;
    take_layers(&f->shape, samples, 1, z);
    sb_network_preactivations(f->network, f->x, samples, z);
    for (size_t n = 0; n < samples; n++) {
        sample s = sample_of(f, parameters, n);
        reference_layers(s.shape, s.parameters, s.x, NULL, expected);
        for (size_t layer = 1; layer <= f->shape.depth; layer++)
            for (size_t j = 0, width = f->shape.widths[layer]; j < width; j++)
                assert_near(z[layer][n * width + j], expected[layer][j], forward_tolerance);
    }
    release_layers(&f->shape, z);
    free(parameters);
}

static void preactivations_are_those_of_the_reference(void **state) {
    (void)state;
    for_each_case(check_preactivations);
}

/* Between its kinks a ReLU network is linear: differences have rounding errors alone, of 1e-16 / h. None of these data
 * has a pre-activation within h of zero. */
static const double h = 1e-6;

/* Derivative of seeds . f with respect to number @p index of layer @p layer. */
static double reference_delta(const sample *s, const float *seeds, size_t layer, size_t index) {
    reference_values above, below;
    reference_layers(s->shape, s->parameters, s->x, &(reference_shift){layer, index, h}, above);
    reference_layers(s->shape, s->parameters, s->x, &(reference_shift){layer, index, -h}, below);
    double sum = 0;
    for (size_t k = 0, depth = s->shape->depth; k < s->shape->widths[depth]; k++)
        sum += seeds[k] * (above[depth][k] - below[depth][k]) / (2 * h);
    return sum;
}

static void check_deltas(fixture *f, sb_loss loss, size_t samples) {
    (void)loss;
    double *parameters = doubles_of(f->parameters, f->count);
    size_t outputs = f->shape.widths[f->shape.depth];
    float *delta[SB_DEPTH_MAX + 1], *z[SB_DEPTH_MAX + 1] = {NULL}, *seeds = random_floats(samples * outputs, 7);
    take_layers(&f->shape, samples, 0, delta);
    sb_network_preactivations(f->network, f->x, samples, z);
    sb_network_deltas(f->network, samples, seeds, delta);
    for (size_t n = 0; n < samples; n++) {
        sample s = sample_of(f, parameters, n);
        for (size_t layer = 0; layer <= f->shape.depth; layer++)
            for (size_t j = 0, width = f->shape.widths[layer]; j < width; j++)
                assert_near(delta[layer][n * width + j], reference_delta(&s, seeds + n * outputs, layer, j),
                            forward_tolerance);
    }
    release_layers(&f->shape, delta);
    free(seeds);
    free(parameters);
}

static void deltas_are_derivatives_by_preactivations_and_inputs(void **state) {
    (void)state;
    for_each_case(check_deltas);
}

static void check_tangents(fixture *f, sb_loss loss, size_t samples) {
    (void)loss;
    double *parameters = doubles_of(f->parameters, f->count);
    size_t inputs = f->shape.widths[0];
    float *t[SB_DEPTH_MAX + 1], *z[SB_DEPTH_MAX + 1] = {NULL}, *directions = random_floats(samples * inputs, 8);
    reference_values above, below;
    take_layers(&f->shape, samples, 1, t);
    sb_network_preactivations(f->network, f->x, samples, z);
    sb_network_tangents(f->network, samples, directions, t);
    for (size_t n = 0; n < samples; n++) {
        sample forwards = sample_of(f, parameters, n), backwards = forwards;
        for (size_t i = 0; i < inputs; i++) {
            forwards.x[i] += h * directions[n * inputs + i];
            backwards.x[i] -= h * directions[n * inputs + i];
        }
        reference_layers(&f->shape, parameters, forwards.x, NULL, above);
        reference_layers(&f->shape, parameters, backwards.x, NULL, below);
        for (size_t layer = 1; layer <= f->shape.depth; layer++)
            for (size_t j = 0, width = f->shape.widths[layer]; j < width; j++)
                assert_near(t[layer][n * width + j], (above[layer][j] - below[layer][j]) / (2 * h), forward_tolerance);
    }
    release_layers(&f->shape, t);
    free(directions);
    free(parameters);
}

static void tangents_are_derivatives_along_a_direction(void **state) {
    (void)state;
    for_each_case(check_tangents);
}

/* --- What a pass leaves alone ---------------------------------------------------------------------------------------
 */

/* Each layer asked for alone, and after all others, has the bits that it has among all. */
static void check_single_layers(fixture *f) {
    const sb_shape *shape = &f->shape;
    float *seeds = random_floats(BATCH * shape->widths[shape->depth], 7), *directions = f->x;
    float *delta[SB_DEPTH_MAX + 1], *t[SB_DEPTH_MAX + 1], *z[SB_DEPTH_MAX + 1], *again[SB_DEPTH_MAX + 1];
    take_layers(shape, BATCH, 1, z);
    take_layers(shape, BATCH, 0, delta);
    take_layers(shape, BATCH, 1, t);
    take_layers(shape, BATCH, 0, again);
    sb_network_preactivations(f->network, f->x, BATCH, z);
    sb_network_deltas(f->network, BATCH, seeds, delta);
    sb_network_tangents(f->network, BATCH, directions, t);
    for (size_t layer = 0; layer <= shape->depth; layer++) {
        float *single[SB_DEPTH_MAX + 1] = {[0] = NULL};
        size_t bytes = BATCH * shape->widths[layer] * sizeof(float);
        single[layer] = again[layer];
        sb_network_deltas(f->network, BATCH, seeds, single);
        assert_memory_equal(again[layer], delta[layer], bytes);
        if (layer == 0)
            continue;
        sb_network_tangents(f->network, BATCH, directions, single);
        assert_memory_equal(again[layer], t[layer], bytes);
    }
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        float *single[SB_DEPTH_MAX + 1] = {[0] = NULL};
        single[layer] = again[layer];
        sb_network_preactivations(f->network, f->x, BATCH, single);
        assert_memory_equal(again[layer], z[layer], BATCH * shape->widths[layer] * sizeof(float));
    }
    release_layers(shape, z);
    release_layers(shape, delta);
    release_layers(shape, t);
    release_layers(shape, again);
    free(seeds);
}

static void a_layer_asked_for_alone_has_the_same_bits(void **state) {
    (void)state;
    for_each_network(check_single_layers);
}

/* A pass between gradient and update changes neither. */
static void check_training(fixture *f) {
    const sb_adam adam = {1e-3, 0.9, 0.999, 1e-8, SB_CLIP_NONE};
    const sb_shape *shape = &f->shape;
    float *seeds = random_floats(BATCH * shape->widths[shape->depth], 7), *read = floats(f->count);
    float *values[SB_DEPTH_MAX + 1];
    take_layers(shape, BATCH, 0, values);
    sb_network_gradient(f->network, SB_LOSS_MSE, f->x, f->y, BATCH);
    sb_network_get_gradient(f->network, f->gradient);
    sb_network_preactivations(f->network, f->x, BATCH, values);
    sb_network_deltas(f->network, BATCH, seeds, values);
    sb_network_tangents(f->network, BATCH, f->x, values);
    sb_network_get_gradient(f->network, read);
    assert_memory_equal(read, f->gradient, f->count * sizeof *read);
    sb_network_adam(f->network, &adam);
    sb_network_get_parameters(f->network, read);
    fixture other = create(f->kernels, shape, SB_LOSS_MSE);
    sb_network_step(other.network, &adam, SB_LOSS_MSE, other.x, other.y, BATCH);
    sb_network_get_parameters(other.network, other.parameters);
    assert_memory_equal(read, other.parameters, f->count * sizeof *read);
    assert_memory_not_equal(read, f->parameters, f->count * sizeof *read);
    destroy(&other);
    release_layers(shape, values);
    free(seeds);
    free(read);
}

static void a_pass_leaves_training_alone(void **state) {
    (void)state;
    for_each_network(check_training);
}

static void take_deltas(fixture *f) {
    float *none[SB_DEPTH_MAX + 1] = {NULL};
    sb_network_deltas(f->network, BATCH, f->outputs, none);
}

static void take_tangents(fixture *f) {
    float *none[SB_DEPTH_MAX + 1] = {NULL};
    sb_network_tangents(f->network, BATCH, f->x, none);
}

static void take_more_than_a_batch(fixture *f) {
    float *none[SB_DEPTH_MAX + 1] = {NULL};
    sb_network_preactivations(f->network, f->x, BATCH + 1, none);
}

static bool aborts(void (*call)(fixture *f), fixture *f) {
    pid_t child = fork();
    if (child == 0) {
        call(f);
        _exit(0);
    }
    int ended;
    assert_int_equal(waitpid(child, &ended, 0), child);
    return WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT;
}

/* The masks of other samples would give wrong numbers without a sign. */
static void calls_that_would_go_wrong_abort(void **state) {
    (void)state;
    fixture f = create(sb_kernels_default(), &shapes[3], SB_LOSS_MSE);
    float *none[SB_DEPTH_MAX + 1] = {NULL};
    assert_true(aborts(take_more_than_a_batch, &f));
    sb_network_preactivations(f.network, f.x, BATCH, none);
    assert_false(aborts(take_deltas, &f));
    assert_false(aborts(take_tangents, &f));
    sb_network_forward(f.network, f.x, BATCH, f.outputs);
    assert_true(aborts(take_deltas, &f));
    assert_true(aborts(take_tangents, &f));
    destroy(&f);
}

/* --- Against plain --------------------------------------------------------------------------------------------------
 */

enum { LARGE = 150 };
static const sb_shape large = {
    .depth = 5, .widths = {6, 130, 257, 64, 3, 2}, .slope = 0.25f}; /* wide, thin and in between */

/* Everything that a pass can give of LARGE samples, on the kernels @p kernels. */
typedef struct large_pass {
    float *z[SB_DEPTH_MAX + 1], *delta[SB_DEPTH_MAX + 1], *t[SB_DEPTH_MAX + 1];
} large_pass;

static large_pass run_large(const sb_kernels *kernels, const sb_shape *shape, const float *x) {
    large_pass pass;
    sb_network *network;
    float *parameters = floats(sb_shape_parameters(&large)), *seeds = random_floats(LARGE * 2, 7),
          *directions = random_floats(LARGE * 6, 8);
    take_layers(&large, LARGE, 1, pass.z);
    take_layers(&large, LARGE, 0, pass.delta);
    take_layers(&large, LARGE, 1, pass.t);
    sb_initialise(&large, 3, parameters);
    assert_int_equal(sb_network_create(kernels, shape, LARGE, &network, NULL), SB_OK);
    sb_network_set_parameters(network, parameters);
    sb_network_preactivations(network, x, LARGE, pass.z);
    sb_network_deltas(network, LARGE, seeds, pass.delta);
    sb_network_tangents(network, LARGE, directions, pass.t);
    sb_network_destroy(network);
    free(parameters);
    free(seeds);
    free(directions);
    return pass;
}

static void release_large(large_pass *pass) {
    release_layers(&large, pass->z);
    release_layers(&large, pass->delta);
    release_layers(&large, pass->t);
}

/* Whether rounding could turn a ReLU of sample n on or off. */
static bool is_near_a_kink(const large_pass *pass, size_t n) {
    for (size_t layer = 1; layer < large.depth; layer++)
        for (size_t j = 0; j < large.widths[layer]; j++)
            if (fabsf(pass->z[layer][n * large.widths[layer] + j]) < 1e-6f)
                return true;
    return false;
}

static void compare_samples(float *const *a, float *const *b, size_t lowest, size_t n) {
    for (size_t layer = lowest; layer <= large.depth; layer++)
        for (size_t j = 0, width = large.widths[layer]; j < width; j++)
            assert_near(a[layer][n * width + j], b[layer][n * width + j], forward_tolerance);
}

static void check_large(const sb_shape *shape) {
    float *x = random_floats(LARGE * 6, 5);
    large_pass plain = run_large(sb_kernels_find("plain"), shape, x);
    const sb_kernels *kernels;
    for (size_t k = 0; (kernels = sb_kernels_at(k)); k++) {
        large_pass other = run_large(kernels, shape, x);
        size_t left_out = 0;
        for (size_t n = 0; n < LARGE; n++) {
            compare_samples(other.z, plain.z, 1, n);
            if (is_near_a_kink(&plain, n)) {
                left_out++;
                continue;
            }
            compare_samples(other.delta, plain.delta, 0, n);
            compare_samples(other.t, plain.t, 1, n);
        }
        assert_in_range(left_out, 0, 3); /* 68 000 pre-activations of order 1: 0.1 are expected */
        release_large(&other);
    }
    release_large(&plain);
    free(x);
}

static void all_kernels_agree_with_plain(void **state) {
    (void)state;
    sb_shape shape = large;
    for (int activation = SB_ACTIVATION_RELU; activation <= SB_ACTIVATION_SINE; activation++) {
        shape.activation = (sb_activation)activation;
        check_large(&shape);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preactivations_are_those_of_the_reference),
        cmocka_unit_test(deltas_are_derivatives_by_preactivations_and_inputs),
        cmocka_unit_test(tangents_are_derivatives_along_a_direction),
        cmocka_unit_test(a_layer_asked_for_alone_has_the_same_bits),
        cmocka_unit_test(a_pass_leaves_training_alone),
        cmocka_unit_test(calls_that_would_go_wrong_abort),
        cmocka_unit_test(all_kernels_agree_with_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
