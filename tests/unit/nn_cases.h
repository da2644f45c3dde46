/* What tests of networks are run on: every implementation, odd shapes, all activations and losses, samples below and
 * at the batch. */
#ifndef SPECBIAS_TESTS_UNIT_NN_CASES_H
#define SPECBIAS_TESTS_UNIT_NN_CASES_H

#include "check.h"
#include <float.h>
#include <specbias/nn.h>
#include <stdlib.h>

/* Odd sizes on purpose: no multiple of any vector or tile. */
static const sb_shape shapes[] = {
    {.depth = 1, .widths = {3, 2}},
    {.depth = 2, .widths = {1, 5, 1}},
    {.depth = 3, .widths = {2, 17, 9, 1}},
    {.depth = 4, .widths = {7, 13, 33, 6, 3}},
    {.depth = 6, .widths = {1, 16, 16, 16, 16, 16, 1}},
    {.depth = 3, .widths = {2, 17, 9, 3}, .activation = SB_ACTIVATION_LEAKY_RELU, .slope = 0.25f},
    {.depth = 4, .widths = {5, 13, 23, 6, 1}, .activation = SB_ACTIVATION_TANH},
    {.depth = 3, .widths = {1, 9, 17, 2}, .activation = SB_ACTIVATION_SINE},
};
enum { SHAPES = sizeof shapes / sizeof *shapes, BATCH = 37 };
static const size_t sample_counts[] = {1, 2, 16, BATCH};
enum { SAMPLE_COUNTS = sizeof sample_counts / sizeof *sample_counts };

/* Values of a forward pass are of order 1, and each is a sum of at most 64 products in each of 6 layers. */
static const double forward_tolerance = 32 * FLT_EPSILON;

/* A network with its data and flat vectors, released together. */
typedef struct fixture {
    sb_network *network;
    const sb_kernels *kernels;
    sb_shape shape;
    size_t count; /* parameters */
    float *parameters, *gradient, *x, *y, *outputs;
} fixture;

static inline float *floats(size_t count) {
    float *values = sb_array(count, sizeof *values, "test data", NULL);
    assert_non_null(values);
    return values;
}

/* Numbers uniform on [-1, 1). */
static inline float *random_floats(size_t count, uint64_t seed) {
    float *values = floats(count);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(2 * sb_random_uniform(seed, SB_PURPOSE_PHASES, i) - 1);
    return values;
}

static inline double *doubles_of(const float *values, size_t count) {
    double *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = values[i];
    return copy;
}

static inline fixture create(const sb_kernels *kernels, const sb_shape *shape, sb_loss loss) {
    fixture f = {.kernels = kernels, .shape = *shape, .count = sb_shape_parameters(shape)};
    size_t width = shape->widths[shape->depth];
    sb_status status;
    assert_int_equal(sb_network_create(kernels, shape, BATCH, &f.network, &status), SB_OK);
    f.parameters = floats(f.count);
    f.gradient = floats(f.count);
    f.x = random_floats(BATCH * shape->widths[0], 1);
    f.y = random_floats(BATCH * width, 2);
    f.outputs = floats(BATCH * width);
    if (loss == SB_LOSS_BCE)
        for (size_t i = 0; i < BATCH * width; i++)
            f.y[i] = f.y[i] > 0;
    if (loss == SB_LOSS_CROSS_ENTROPY)
        for (size_t i = 0; i < BATCH * width; i++)
            f.y[i] = i % width == i / width % width; /* sample n is of class n mod width */
    sb_initialise(shape, 3, f.parameters);
    sb_network_set_parameters(f.network, f.parameters);
    return f;
}

static inline void destroy(fixture *f) {
    sb_network_destroy(f->network);
    free(f->parameters);
    free(f->gradient);
    free(f->x);
    free(f->y);
    free(f->outputs);
}

/* Runs a test for each implementation and shape, with the loss MSE. */
static inline void for_each_network(void (*test)(fixture *f)) {
    const sb_kernels *kernels;
    for (size_t k = 0; (kernels = sb_kernels_at(k)); k++)
        for (size_t shape = 0; shape < SHAPES; shape++) {
            fixture f = create(kernels, &shapes[shape], SB_LOSS_MSE);
            test(&f);
            destroy(&f);
        }
}

/* Runs a test for each implementation, shape, loss and number of samples. */
static inline void for_each_case(void (*test)(fixture *f, sb_loss loss, size_t samples)) {
    const sb_kernels *kernels;
    for (size_t k = 0; (kernels = sb_kernels_at(k)); k++)
        for (size_t shape = 0; shape < SHAPES; shape++)
            for (int loss = SB_LOSS_MSE; loss <= SB_LOSS_CROSS_ENTROPY; loss++)
                for (size_t s = 0; s < SAMPLE_COUNTS; s++) {
                    if (loss == SB_LOSS_CROSS_ENTROPY && shapes[shape].widths[shapes[shape].depth] == 1)
                        continue; /* a class alone is always right */
                    fixture f = create(kernels, &shapes[shape], (sb_loss)loss);
                    test(&f, (sb_loss)loss, sample_counts[s]);
                    destroy(&f);
                }
}

#endif
