#include "fused.h"

#include "activation.h"
#include "block.h"
#include "pack.h"
#include <string.h>

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

/* So that both operands of a weight gradient stay in the second cache. */
size_t sb_fused_block_samples(const sb_microkernel *kernel) {
    enum { SAMPLES = 256 };
    return sb_round_up(SAMPLES, kernel->vector);
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* BLIS's micro-kernels may read some numbers behind the end of what they are given. */
static float *take(sb_block *block, size_t count) {
    enum { SLACK = 64 };
    return sb_block_take(block, count, SLACK);
}

/* Where the layer's numbers are in the stored vectors, behind @p stored others: biases first, so that the gradients of
 * weights, of which a step keeps one at a time, can all be at the same place. */
static void place_layers(sb_fused *fused, const sb_shape *shape) {
    size_t vector = fused->kernel.vector;
    fused->stored = 0;
    for (size_t l = 1; l <= shape->depth; l++) {
        sb_fused_layer *layer = &fused->layers[l];
        layer->in = shape->widths[l - 1];
        layer->out = shape->widths[l];
        layer->thin = layer->in <= SB_THIN || layer->out <= SB_THIN;
        layer->biases = fused->stored;
        fused->stored += sb_round_up(layer->out, vector);
    }
    for (size_t l = 1; l <= shape->depth; l++) {
        sb_fused_layer *layer = &fused->layers[l];
        layer->weights = fused->stored;
        layer->weight_count = layer->in * (layer->thin ? layer->out : sb_round_up(layer->out, vector));
        fused->stored += sb_round_up(layer->weight_count, vector);
    }
}

static void lay_out_layer(sb_fused *fused, sb_fused_layer *layer, size_t panels, bool keeps_derivatives,
                          sb_block *block) {
    const sb_microkernel *kernel = &fused->kernel;
    layer->outputs = take(block, panels * sb_panel_length(kernel, layer->out));
    if (keeps_derivatives)
        layer->derivatives = take(block, panels * sb_panel_length(kernel, layer->out));
    if (layer->thin)
        return;
    layer->backward = take(block, sb_round_up(layer->in, kernel->broadcast) * layer->out);
    if (kernel->broadcast != kernel->vector)
        layer->forward = take(block, sb_round_up(layer->out, kernel->broadcast) * layer->in);
}

/* What all layers share is as large as the largest of them needs. */
static void lay_out_shared(sb_fused *fused, const sb_shape *shape, size_t batch, sb_block *block) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t samples = sb_smaller(sb_fused_block_samples(kernel), sb_round_up(batch, kernel->vector));
    size_t panel = sb_panel_length(kernel, shape->widths[0]), left = 0, right = 0, thin = 0;
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        panel = larger(panel, sb_panel_length(kernel, layer->out));
        if (layer->thin) {
            thin = larger(thin, sb_panel_length(kernel, layer->in * layer->out));
        } else {
            left = larger(left, sb_round_up(layer->in, kernel->broadcast) * samples);
            right = larger(right, sb_round_up(layer->out, kernel->vector) * samples);
        }
    }
    fused->left = take(block, left);
    fused->right = take(block, right);
    fused->bias_sums = take(block, panel);
    fused->weight_sums = take(block, thin);
    fused->tile = take(block, kernel->broadcast * kernel->panels * kernel->vector);
    fused->product = take(block, kernel->panels * panel);
    fused->passing[0] = take(block, kernel->panels * panel);
    fused->passing[1] = take(block, kernel->panels * panel);
}

/* Sets the pointers of @p fused, or only counts. Returns the bytes of the whole. */
static size_t lay_out(sb_fused *fused, sb_microkernel kernel, const sb_shape *shape, size_t batch, void *memory) {
    sb_block block = sb_block_behind(memory, sizeof *fused);
    size_t panels = (batch + kernel.vector - 1) / kernel.vector;
    fused->kernel = kernel;
    place_layers(fused, shape);
    fused->parameters = take(&block, fused->stored);
    fused->gradient = take(&block, fused->stored);
    fused->first = take(&block, fused->stored);
    fused->second = take(&block, fused->stored);
    fused->layers[0].outputs = take(&block, panels * sb_panel_length(&kernel, shape->widths[0]));
    for (size_t l = 1; l <= shape->depth; l++)
        lay_out_layer(fused, &fused->layers[l], panels, l < shape->depth && sb_keeps_derivatives(shape), &block);
    lay_out_shared(fused, shape, batch, &block);
    fused->outputs = take(&block, batch * shape->widths[shape->depth]);
    fused->seeds = take(&block, batch * shape->widths[shape->depth]);
    return block.used;
}

typedef bool (*microkernel_finder)(sb_microkernel *kernel);

static size_t bytes_with(microkernel_finder find, const sb_shape *shape, size_t batch) {
    sb_fused counted = {0};
    sb_microkernel kernel;
    return find(&kernel) ? lay_out(&counted, kernel, shape, batch, NULL) : 0;
}

static void prepare_with(microkernel_finder find, sb_network *network) {
    sb_fused *fused = (sb_fused *)network;
    sb_microkernel kernel;
    find(&kernel);
    lay_out(fused, kernel, &network->shape, network->batch, network);
}

/* --- Parameters and moments -----------------------------------------------------------------------------------------
 */

void sb_fused_pack_weights(sb_fused *fused, const sb_fused_layer *layer) {
    size_t broadcast = fused->kernel.broadcast, vector = fused->kernel.vector, in = layer->in, out = layer->out;
    const float *weights = fused->parameters + layer->weights;
    if (layer->thin)
        return;
    for (size_t o = 0; o < out; o += vector)
        sb_pack_rows(in, sb_smaller(out - o, vector), weights + o * in, vector, broadcast,
                     layer->backward + o * broadcast, out * broadcast);
    if (layer->forward)
        sb_pack_again(out, in, weights, vector, broadcast, layer->forward);
}

/* Flat vectors as in nn.h to stored ones and back. */
static void store(const sb_fused *fused, const float *flat, float *stored) {
    const sb_shape *shape = &fused->head.shape;
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        const float *weights = flat + sb_shape_weights(shape, l);
        size_t vector = fused->kernel.vector, in = layer->in;
        if (layer->thin)
            memcpy(stored + layer->weights, weights, layer->weight_count * sizeof *stored);
        else
            sb_pack_rows(layer->out, in, weights, in, vector, stored + layer->weights, vector * in);
        memcpy(stored + layer->biases, flat + sb_shape_biases(shape, l), layer->out * sizeof *stored);
    }
}

static void flatten(const sb_fused *fused, const float *stored, float *flat) {
    const sb_shape *shape = &fused->head.shape;
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        const float *weights = stored + layer->weights;
        float *rows = flat + sb_shape_weights(shape, l);
        size_t vector = fused->kernel.vector, in = layer->in;
        if (layer->thin)
            memcpy(rows, weights, layer->weight_count * sizeof *flat);
        for (size_t o = 0; !layer->thin && o < layer->out; o += vector)
            sb_pack_rows(in, sb_smaller(layer->out - o, vector), weights + o * in, vector, in, rows + o * in, 0);
        memcpy(flat + sb_shape_biases(shape, l), stored + layer->biases, layer->out * sizeof *flat);
    }
}

static void set_parameters(sb_network *network, const float *parameters) {
    sb_fused *fused = (sb_fused *)network;
    store(fused, parameters, fused->parameters);
    for (size_t l = 1; l <= network->shape.depth; l++)
        sb_fused_pack_weights(fused, &fused->layers[l]);
}

static void get_parameters(const sb_network *network, float *parameters) {
    const sb_fused *fused = (const sb_fused *)network;
    flatten(fused, fused->parameters, parameters);
}

static void set_moments(sb_network *network, const float *first, const float *second) {
    sb_fused *fused = (sb_fused *)network;
    store(fused, first, fused->first);
    store(fused, second, fused->second);
}

static void get_moments(const sb_network *network, float *first, float *second) {
    const sb_fused *fused = (const sb_fused *)network;
    flatten(fused, fused->first, first);
    flatten(fused, fused->second, second);
}

static void get_gradient(const sb_network *network, float *gradient) {
    const sb_fused *fused = (const sb_fused *)network;
    flatten(fused, fused->gradient, gradient);
}

/* --- Rows of the table of implementations ---------------------------------------------------------------------------
 */

static bool is_available(void) {
    sb_microkernel kernel;
    return sb_microkernel_avx512(&kernel) || sb_microkernel_avx2(&kernel) || sb_microkernel_knows_blis();
}

static const char *tiles(void) {
    sb_microkernel kernel;
    return sb_microkernel_best(&kernel) && kernel.name ? kernel.name : sb_blis_architecture();
}

static size_t bytes(const sb_shape *shape, size_t batch) {
    return bytes_with(sb_microkernel_best, shape, batch);
}

static void prepare(sb_network *network) {
    prepare_with(sb_microkernel_best, network);
}

static size_t bytes_blis(const sb_shape *shape, size_t batch) {
    return bytes_with(sb_microkernel_blis, shape, batch);
}

static void prepare_blis(sb_network *network) {
    prepare_with(sb_microkernel_blis, network);
}

#define OPERATIONS                                                                                                     \
    .set_parameters = set_parameters, .get_parameters = get_parameters, .set_moments = set_moments,                    \
    .get_moments = get_moments, .get_gradient = get_gradient, .forward = sb_fused_evaluate,                            \
    .gradient = sb_fused_gradient, .adam = sb_fused_adam, .step = sb_fused_step,                                       \
    .preactivations = sb_fused_preactivations, .deltas = sb_fused_deltas, .tangents = sb_fused_tangents

const sb_kernels sb_kernels_fused = {
    .name = "fused", .is_available = is_available, .tiles = tiles, .bytes = bytes, .prepare = prepare, OPERATIONS};
const sb_kernels sb_kernels_fused_blis = {.name = "fused-blis",
                                          .is_available = sb_microkernel_knows_blis,
                                          .tiles = sb_blis_architecture,
                                          .bytes = bytes_blis,
                                          .prepare = prepare_blis,
                                          OPERATIONS};
