/* The reference implementation: one BLIS call for each matrix product, everything row-major, parameters flat. */
#include "activation.h"
#include "block.h"
#include "elementwise.h"
#include "kernels.h"
#include <blis.h>
#include <string.h>

typedef struct plain_network {
    sb_network head;
    float *parameters, *gradient, *first, *second; /* [sb_shape_parameters] */
    float *activations[SB_DEPTH_MAX + 1];          /* h_l[batch][widths[l]], 1 <= l <= depth; the last is f(x) */
    float *derivatives[SB_DEPTH_MAX];              /* h'(z_l) like activations, where sb_keeps_derivatives */
    float *deltas[2];                              /* [batch][widest layer]: dloss/dz_l in l % 2 */
} plain_network;

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

static size_t widest_layer(const sb_shape *shape) {
    size_t widest = 0;
    for (size_t layer = 1; layer <= shape->depth; layer++)
        if (shape->widths[layer] > widest)
            widest = shape->widths[layer];
    return widest;
}

/* Sets the pointers of @p plain, or only counts. Returns the bytes of the whole. */
static size_t lay_out(plain_network *plain, const sb_shape *shape, size_t batch, void *memory) {
    sb_block block = sb_block_behind(memory, sizeof *plain);
    size_t parameters = sb_shape_parameters(shape), widest = batch * widest_layer(shape);
    plain->parameters = sb_block_take(&block, parameters, 0);
    plain->gradient = sb_block_take(&block, parameters, 0);
    plain->first = sb_block_take(&block, parameters, 0);
    plain->second = sb_block_take(&block, parameters, 0);
    for (size_t layer = 1; layer <= shape->depth; layer++)
        plain->activations[layer] = sb_block_take(&block, batch * shape->widths[layer], 0);
    for (size_t layer = 1; sb_keeps_derivatives(shape) && layer < shape->depth; layer++)
        plain->derivatives[layer] = sb_block_take(&block, batch * shape->widths[layer], 0);
    plain->deltas[0] = sb_block_take(&block, widest, 0);
    plain->deltas[1] = sb_block_take(&block, widest, 0);
    return block.used;
}

static size_t bytes(const sb_shape *shape, size_t batch) {
    plain_network counted;
    return lay_out(&counted, shape, batch, NULL);
}

static void prepare(sb_network *network) {
    lay_out((plain_network *)network, &network->shape, network->batch, network);
}

/* --- Parameters and moments -----------------------------------------------------------------------------------------
 */

static size_t flat_bytes(const sb_network *network) {
    return sb_shape_parameters(&network->shape) * sizeof(float);
}

static void set_parameters(sb_network *network, const float *parameters) {
    memcpy(((plain_network *)network)->parameters, parameters, flat_bytes(network));
}

static void get_parameters(const sb_network *network, float *parameters) {
    memcpy(parameters, ((const plain_network *)network)->parameters, flat_bytes(network));
}

static void set_moments(sb_network *network, const float *first, const float *second) {
    memcpy(((plain_network *)network)->first, first, flat_bytes(network));
    memcpy(((plain_network *)network)->second, second, flat_bytes(network));
}

static void get_moments(const sb_network *network, float *first, float *second) {
    memcpy(first, ((const plain_network *)network)->first, flat_bytes(network));
    memcpy(second, ((const plain_network *)network)->second, flat_bytes(network));
}

static void get_gradient(const sb_network *network, float *gradient) {
    memcpy(gradient, ((const plain_network *)network)->gradient, flat_bytes(network));
}

/* --- Forward and backward passes ------------------------------------------------------------------------------------
 */

/* A matrix in memory: element (i, j) is values[i * row_stride + j * column_stride]. */
typedef struct matrix {
    const float *values;
    size_t row_stride, column_stride;
} matrix;

static matrix row_major(const float *values, size_t columns) {
    return (matrix){values, columns, 1};
}

static matrix transposed(matrix a) {
    return (matrix){a.values, a.column_stride, a.row_stride};
}

/* c[rows][columns] = a[rows][inner] b[inner][columns]. BLIS does not write to its const operands. */
static void multiply(size_t rows, size_t columns, size_t inner, matrix a, matrix b, float *c) {
    float one = 1, zero = 0;
    bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, (dim_t)rows, (dim_t)columns, (dim_t)inner, &one, (float *)a.values,
              (inc_t)a.row_stride, (inc_t)a.column_stride, (float *)b.values, (inc_t)b.row_stride,
              (inc_t)b.column_stride, &zero, c, (inc_t)columns, 1);
}

/* values[samples][widths[l]] += b_l, and the activation behind a hidden layer. */
static void finish_layer(plain_network *plain, size_t layer, size_t samples, float *values) {
    const sb_shape *shape = &plain->head.shape;
    const size_t out = shape->widths[layer];
    const float *biases = plain->parameters + sb_shape_biases(shape, layer);
    if (layer < shape->depth && !sb_keeps_derivatives(shape)) {
        sb_add_bias_relu(samples, out, biases, values);
        return;
    }
    sb_add_bias(samples, out, biases, values);
    if (layer < shape->depth)
        sb_activate(shape, samples * out, values, plain->derivatives[layer]);
}

/* values[samples][widths[l]] times h'(z_l). */
static void differentiate(const plain_network *plain, size_t layer, size_t samples, float *values) {
    const sb_shape *shape = &plain->head.shape;
    const size_t count = samples * shape->widths[layer];
    if (sb_keeps_derivatives(shape))
        sb_multiply(count, plain->derivatives[layer], values);
    else
        sb_relu_mask(count, plain->activations[layer], values);
}

/* z_l = h_{l-1} W_l^T + b_l and its activation, for each layer; the last writes z_D to outputs. */
static void run_forward(plain_network *plain, const float *x, size_t samples, float *outputs) {
    const sb_shape *shape = &plain->head.shape;
    const float *input = x;
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *weights = plain->parameters + sb_shape_weights(shape, layer);
        float *output = layer < shape->depth ? plain->activations[layer] : outputs;
        multiply(samples, out, in, row_major(input, in), transposed(row_major(weights, in)), output);
        sb_profile_mark(&plain->head, SB_PHASE_GEMM);
        finish_layer(plain, layer, samples, output);
        sb_profile_mark(&plain->head, SB_PHASE_EPILOGUE);
        input = output;
    }
}

static void forward(sb_network *network, const float *x, size_t samples, float *outputs) {
    run_forward((plain_network *)network, x, samples, outputs);
}

/* With delta_l = dloss/dz_l:  dW_l = delta_l^T h_{l-1},  db_l = sum over samples of delta_l,
 * delta_{l-1} = (delta_l W_l) h'(z_{l-1}). The deltas of the last layer are there already. */
static void run_backward(plain_network *plain, const float *x, size_t samples) {
    const sb_shape *shape = &plain->head.shape;
    for (size_t layer = shape->depth; layer >= 1; layer--) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *input = layer > 1 ? plain->activations[layer - 1] : x;
        float *delta = plain->deltas[layer % 2], *below = plain->deltas[(layer - 1) % 2];
        multiply(out, in, samples, transposed(row_major(delta, out)), row_major(input, in),
                 plain->gradient + sb_shape_weights(shape, layer));
        sb_profile_mark(&plain->head, SB_PHASE_GEMM);
        sb_column_sums(samples, out, delta, plain->gradient + sb_shape_biases(shape, layer));
        sb_profile_mark(&plain->head, SB_PHASE_EPILOGUE);
        if (layer > 1) {
            const float *weights = plain->parameters + sb_shape_weights(shape, layer);
            multiply(samples, in, out, row_major(delta, out), row_major(weights, in), below);
            sb_profile_mark(&plain->head, SB_PHASE_GEMM);
            differentiate(plain, layer - 1, samples, below);
            sb_profile_mark(&plain->head, SB_PHASE_EPILOGUE);
        }
    }
}

static double gradient(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples) {
    plain_network *plain = (plain_network *)network;
    size_t depth = network->shape.depth, width = network->shape.widths[depth];
    float *outputs = plain->activations[depth];
    run_forward(plain, x, samples, outputs);
    sb_loss_gradient(loss, samples, width, outputs, y, plain->deltas[depth % 2]);
    double value = sb_loss_value(loss, outputs, y, samples, width);
    sb_profile_mark(network, SB_PHASE_EPILOGUE);
    run_backward(plain, x, samples);
    return value;
}

static void adam(sb_network *network, const sb_adam *settings) {
    plain_network *plain = (plain_network *)network;
    sb_adam_update update = sb_adam_update_at(settings, network->updates);
    sb_adam_apply(&update, sb_shape_parameters(&network->shape), plain->gradient, plain->parameters, plain->first,
                  plain->second);
    sb_profile_mark(network, SB_PHASE_ADAM);
}

static double step(sb_network *network, const sb_adam *settings, sb_loss loss, const float *x, const float *y,
                   size_t samples) {
    double value = gradient(network, loss, x, y, samples);
    adam(network, settings);
    return value;
}

/* --- Passes for probes ----------------------------------------------------------------------------------------------
 */

/* What deltas and tangents need of the hidden layers stays behind. */
static void preactivations(sb_network *network, const float *x, size_t samples, float *const *z) {
    plain_network *plain = (plain_network *)network;
    const sb_shape *shape = &network->shape;
    const float *input = x;
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *weights = plain->parameters + sb_shape_weights(shape, layer);
        float *output = plain->activations[layer];
        multiply(samples, out, in, row_major(input, in), transposed(row_major(weights, in)), output);
        sb_add_bias(samples, out, plain->parameters + sb_shape_biases(shape, layer), output);
        if (z[layer])
            memcpy(z[layer], output, samples * out * sizeof *output);
        if (layer < shape->depth)
            sb_activate(shape, samples * out, output, plain->derivatives[layer]);
        input = output;
    }
}

static void deltas(sb_network *network, size_t samples, const float *seeds, float *const *delta) {
    plain_network *plain = (plain_network *)network;
    const sb_shape *shape = &network->shape;
    size_t lowest = 0;
    while (lowest < shape->depth && !delta[lowest])
        lowest++;
    if (delta[shape->depth])
        memcpy(delta[shape->depth], seeds, samples * shape->widths[shape->depth] * sizeof *seeds);
    const float *above = seeds;
    for (size_t layer = shape->depth; layer > lowest; layer--) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *weights = plain->parameters + sb_shape_weights(shape, layer);
        float *below = delta[layer - 1] ? delta[layer - 1] : plain->deltas[(layer - 1) % 2];
        multiply(samples, in, out, row_major(above, out), row_major(weights, in), below);
        if (layer > 1)
            differentiate(plain, layer - 1, samples, below);
        above = below;
    }
}

static void tangents(sb_network *network, size_t samples, const float *directions, float *const *t) {
    plain_network *plain = (plain_network *)network;
    const sb_shape *shape = &network->shape;
    size_t highest = shape->depth;
    while (highest > 0 && !t[highest])
        highest--;
    const float *input = directions;
    for (size_t layer = 1; layer <= highest; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *weights = plain->parameters + sb_shape_weights(shape, layer);
        float *output = plain->deltas[layer % 2];
        multiply(samples, out, in, row_major(input, in), transposed(row_major(weights, in)), output);
        if (t[layer])
            memcpy(t[layer], output, samples * out * sizeof *output);
        if (layer < highest)
            differentiate(plain, layer, samples, output);
        input = output;
    }
}

static bool is_available(void) {
    return true;
}

const sb_kernels sb_kernels_plain = {
    .name = "plain",
    .is_available = is_available,
    .tiles = sb_blis_architecture,
    .bytes = bytes,
    .prepare = prepare,
    .set_parameters = set_parameters,
    .get_parameters = get_parameters,
    .set_moments = set_moments,
    .get_moments = get_moments,
    .forward = forward,
    .gradient = gradient,
    .get_gradient = get_gradient,
    .adam = adam,
    .step = step,
    .preactivations = preactivations,
    .deltas = deltas,
    .tangents = tangents,
};
