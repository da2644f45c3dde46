#include "panels.h"

#include "elementwise.h"
#include "lanes.h"

/* Each loop is written once, for any number of samples side by side, and compiled a second time for the 16 of the usual
 * micro-kernels, whose inner loops are then one or two instructions. */
enum { USUAL_VECTOR = 16 };

SB_INLINE void bias_loop(size_t features, size_t vector, bool relu, const float *restrict biases,
                         float *restrict values) {
    for (size_t f = 0; f < features; f++)
        for (size_t v = 0; v < vector; v++) {
            float z = values[f * vector + v] + biases[f];
            values[f * vector + v] = relu && z < 0 ? 0 : z;
        }
}

SB_CLONES
static void panel_bias(size_t features, size_t vector, bool relu, const float *restrict biases,
                       float *restrict values) {
    if (vector == USUAL_VECTOR && relu)
        bias_loop(features, USUAL_VECTOR, true, biases, values);
    else
        bias_loop(features, vector, relu, biases, values);
}

SB_CLONES
static void panel_add(size_t count, const float *restrict values, float *restrict sums) {
    for (size_t i = 0; i < count; i++)
        sums[i] += values[i];
}

/* Vectors are added in their order, then halves of the sum. */
SB_INLINE void sums_loop(size_t rows, size_t vector, const float *restrict values, float *restrict sums) {
    for (size_t r = 0; r < rows; r++, values += vector) {
        sb_lanes sum = SB_READ_LANES(values);
        for (size_t v = SB_LANES; v < vector; v += SB_LANES)
            sum += SB_READ_LANES(values + v);
        sum += SB_SHUFFLE_LANES(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
        sum += SB_SHUFFLE_LANES(sum, sum, 2, 3, 0, 1, 6, 7, 4, 5);
        sums[r] = sum[0] + sum[1];
    }
}

SB_CLONES
static void panel_sums(size_t rows, size_t vector, const float *restrict values, float *restrict sums) {
    if (vector == USUAL_VECTOR)
        sums_loop(rows, USUAL_VECTOR, values, sums);
    else
        sums_loop(rows, vector, values, sums);
}

/* Four sums, of every fourth input each, so that an addition does not wait for the one before it. */
SB_INLINE void forward_loop(size_t in, size_t out, size_t vector, const float *restrict weights,
                            const float *restrict inputs, float *restrict outputs) {
    enum { CHAINS = 4 };
    for (size_t o = 0; o < out; o++, weights += in)
        for (size_t v = 0; v < vector; v += SB_LANES) {
            sb_lanes sums[CHAINS] = {{0}};
            size_t i = 0;
            for (; i + CHAINS <= in; i += CHAINS)
                for (size_t chain = 0; chain < CHAINS; chain++)
                    sums[chain] += weights[i + chain] * SB_READ_LANES(inputs + (i + chain) * vector + v);
            sb_lanes sum = sums[0];
            if (in >= CHAINS)
                sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
            for (; i < in; i++)
                sum += weights[i] * SB_READ_LANES(inputs + i * vector + v);
            SB_LANES_AT(outputs + o * vector + v) = sum;
        }
}

SB_CLONES
static void thin_forward(size_t in, size_t out, size_t vector, const float *restrict weights,
                         const float *restrict inputs, float *restrict outputs) {
    if (vector == USUAL_VECTOR)
        forward_loop(in, out, USUAL_VECTOR, weights, inputs, outputs);
    else
        forward_loop(in, out, vector, weights, inputs, outputs);
}

SB_INLINE void backward_loop(size_t in, size_t out, size_t vector, const float *restrict weights,
                             const float *restrict deltas, float *restrict below) {
    for (size_t i = 0; i < in; i++) {
        for (size_t v = 0; v < vector; v++)
            below[i * vector + v] = weights[i] * deltas[v];
        for (size_t o = 1; o < out; o++)
            for (size_t v = 0; v < vector; v++)
                below[i * vector + v] += weights[o * in + i] * deltas[o * vector + v];
    }
}

SB_CLONES
static void thin_backward(size_t in, size_t out, size_t vector, const float *restrict weights,
                          const float *restrict deltas, float *restrict below) {
    if (vector == USUAL_VECTOR)
        backward_loop(in, out, USUAL_VECTOR, weights, deltas, below);
    else
        backward_loop(in, out, vector, weights, deltas, below);
}

SB_INLINE void gradient_loop(size_t in, size_t out, size_t vector, const float *restrict deltas,
                             const float *restrict inputs, float *restrict gradients) {
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            for (size_t v = 0; v < vector; v++)
                gradients[(o * in + i) * vector + v] += deltas[o * vector + v] * inputs[i * vector + v];
}

SB_CLONES
static void thin_gradient(size_t in, size_t out, size_t vector, const float *restrict deltas,
                          const float *restrict inputs, float *restrict gradients) {
    if (vector == USUAL_VECTOR)
        gradient_loop(in, out, USUAL_VECTOR, deltas, inputs, gradients);
    else
        gradient_loop(in, out, vector, deltas, inputs, gradients);
}

void sb_panel_epilogue(size_t features, size_t vector, const sb_epilogue *epilogue, float *restrict values) {
    if (epilogue->biases)
        panel_bias(features, vector, epilogue->relu, epilogue->biases, values);
    else if (epilogue->relu)
        sb_relu(features * vector, values);
    if (epilogue->activations)
        sb_relu_mask(features * vector, epilogue->activations, values);
    if (epilogue->factors)
        sb_multiply(features * vector, epilogue->factors, values);
    if (epilogue->sums)
        panel_add(features * vector, values, epilogue->sums);
}

void sb_panel_add(size_t features, size_t vector, const float *restrict values, float *restrict sums) {
    panel_add(features * vector, values, sums);
}

void sb_panel_sums(size_t rows, size_t vector, const float *restrict values, float *restrict sums) {
    panel_sums(rows, vector, values, sums);
}

void sb_thin_forward(size_t in, size_t out, size_t vector, const float *restrict weights, const float *restrict inputs,
                     float *restrict outputs) {
    thin_forward(in, out, vector, weights, inputs, outputs);
}

void sb_thin_backward(size_t in, size_t out, size_t vector, const float *restrict weights, const float *restrict deltas,
                      float *restrict below) {
    thin_backward(in, out, vector, weights, deltas, below);
}

void sb_thin_gradient(size_t in, size_t out, size_t vector, const float *restrict deltas, const float *restrict inputs,
                      float *restrict gradients) {
    thin_gradient(in, out, vector, deltas, inputs, gradients);
}
