/* A network is one allocation of the size that it announces, and training allocates nothing. The linker sends this
 * program's calls of the allocators here first (CMakeLists.txt). */
#include "check.h"
#include <specbias/nn.h>
#include <stdlib.h>

static size_t allocations, allocated_bytes;

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static void count(size_t size) {
    allocations++;
    allocated_bytes += size;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    count(size);
    return __real_aligned_alloc(alignment, size);
}

void *__wrap_malloc(size_t size) {
    count(size);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t elements, size_t size) {
    count(elements * size);
    return __real_calloc(elements, size);
}

static const sb_shape shape = {.depth = 4, .widths = {3, 37, 64, 5, 2}};
static const sb_adam adam = {1e-3, 0.9, 0.999, 1e-8, SB_CLIP_NONE};
enum { BATCH = 19 };

static const size_t batches[] = {1, BATCH, 200};

static void check_one_allocation(const sb_kernels *kernels, size_t batch) {
    sb_network *network;
    sb_status status;
    allocations = allocated_bytes = 0;
    assert_int_equal(sb_network_create(kernels, &shape, batch, &network, &status), SB_OK);
    size_t announced = sb_network_bytes(kernels, &shape, batch);
    assert_int_equal(allocations, 1);
    assert_in_range(allocated_bytes, announced, announced + SB_ALIGNMENT); /* sb_array rounds up */
    sb_network_destroy(network);
}

static void a_network_is_one_allocation_of_its_announced_size(void **state) {
    (void)state;
    const sb_kernels *kernels;
    for (size_t k = 0; (kernels = sb_kernels_at(k)); k++)
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            check_one_allocation(kernels, batches[b]);
}

/* Parameters, gradient and moments; activations; two layers of deltas: nothing is counted twice. For the other kernels
 * unit.bench has a bound. */
static void plain_kernels_take_what_they_need(void **state) {
    (void)state;
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        size_t announced = sb_network_bytes(sb_kernels_find("plain"), &shape, batches[b]);
        size_t numbers = 4 * sb_shape_parameters(&shape) + batches[b] * (37 + 64 + 5 + 2 + 2 * 64);
        assert_in_range(announced, numbers * sizeof(float), numbers * sizeof(float) + 2048);
    }
}

static void training_and_evaluation_allocate_nothing(void **state) {
    (void)state;
    float x[3 * BATCH], y[2 * BATCH], outputs[2 * BATCH], parameters[4000];
    for (size_t i = 0; i < 3 * BATCH; i++)
        x[i] = (float)sb_random_uniform(1, SB_PURPOSE_PHASES, i);
    for (size_t i = 0; i < 2 * BATCH; i++)
        y[i] = (float)sb_random_uniform(2, SB_PURPOSE_PHASES, i);
    assert_in_range(sb_shape_parameters(&shape), 1, 4000);
    sb_initialise(&shape, 1, parameters);
    sb_network *network;
    sb_status status;
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, BATCH, &network, &status), SB_OK);
    allocations = 0;
    sb_network_set_parameters(network, parameters);
    for (int step = 0; step < 10; step++)
        assert_true(sb_network_step(network, &adam, SB_LOSS_MSE, x, y, step % 2 ? BATCH : 1) > 0);
    sb_network_forward(network, x, BATCH, outputs);
    sb_network_get_gradient(network, parameters);
    assert_int_equal(allocations, 0);
    sb_network_destroy(network);
}

static void gradients_are_one_allocation_of_their_announced_size(void **state) {
    (void)state;
    enum { SAMPLES = 2 * BATCH + 1 };
    static float x[3 * SAMPLES], squares[BATCH * 64], workspace[BATCH * (3 + 37 + 64 + 5 + 2)];
    static double gram[SAMPLES * SAMPLES];
    const size_t pair[1][2] = {{0, SAMPLES - 1}};
    float *layers[SB_DEPTH_MAX + 1] = {[2] = squares};
    sb_network *network;
    sb_gradients *gradients;
    sb_status status;
    assert_int_equal(sb_input_gradients_workspace(&shape, BATCH), sizeof workspace / sizeof *workspace);
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, BATCH, &network, &status), SB_OK);
    allocations = allocated_bytes = 0;
    assert_int_equal(sb_gradients_create(network, SAMPLES, &gradients, &status), SB_OK);
    size_t announced = sb_gradients_bytes(&shape, BATCH, SAMPLES);
    assert_int_equal(allocations, 1);
    assert_in_range(allocated_bytes, announced, announced + SB_ALIGNMENT); /* sb_array rounds up */
    assert_int_equal(sb_gradients_of_output(gradients, 1, x, SAMPLES), SB_OK);
    assert_int_equal(sb_gradients_gram(gradients, gradients, 0, gram), SB_OK);
    assert_int_equal(sb_gradients_products(gradients, gradients, 0, 1, pair, gram), SB_OK);
    sb_network_preactivations(network, x, BATCH, layers);
    assert_int_equal(sb_network_input_gradients(network, BATCH, layers, workspace), SB_OK);
    assert_int_equal(allocations, 1);
    sb_gradients_destroy(gradients);
    sb_network_destroy(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_is_one_allocation_of_its_announced_size),
        cmocka_unit_test(plain_kernels_take_what_they_need),
        cmocka_unit_test(training_and_evaluation_allocate_nothing),
        cmocka_unit_test(gradients_are_one_allocation_of_their_announced_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
