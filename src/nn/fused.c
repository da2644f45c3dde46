#include "fused.h"

#include "pack.h"
#include <string.h>

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

/* Most inputs, or outputs, of a thin layer. */
enum { THIN = 4 };

/* So that both operands of a weight gradient stay in the second cache. */
size_t sb_fused_block(const sb_microkernel *kernel) {
    enum { SAMPLES = 256 };
    return sb_round_up(SAMPLES, kernel->vector);
}

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* What is left of one block of memory; without memory, only the size is counted. */
typedef struct memory_arena {
    char *memory;
    size_t used;
} memory_arena;

/* Micro-kernels and packing may touch some numbers behind the end. */
static float *take(memory_arena *arena, size_t count) {
    enum { SLACK = 64 };
    float *array = arena->memory ? (float *)(void *)(arena->memory + arena->used) : NULL;
    arena->used += sb_round_up((count + SLACK) * sizeof(float), SB_ALIGNMENT);
    return array;
}

static void lay_out_layer(sb_fused *fused, sb_fused_layer *layer, size_t panels, memory_arena *arena) {
    const sb_microkernel *kernel = &fused->kernel;
    layer->outputs = take(arena, panels * sb_panel_length(kernel, layer->out));
    if (layer->thin)
        return;
    layer->forward = take(arena, sb_round_up(layer->out, kernel->broadcast) * layer->in);
    layer->backward = take(arena, sb_round_up(layer->in, kernel->broadcast) * layer->out);
}

/* What all layers share is as large as the largest of them needs. */
static void lay_out_shared(sb_fused *fused, const sb_shape *shape, size_t batch, memory_arena *arena) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t samples = sb_smaller(sb_fused_block(kernel), sb_round_up(batch, kernel->vector));
    size_t panel = sb_panel_length(kernel, shape->widths[0]), left = 0, right = 0, thin = 0;
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        panel = larger(panel, sb_panel_length(kernel, layer->out));
        if (layer->thin) {
            thin = larger(thin, sb_panel_length(kernel, layer->in * layer->out));
        } else {
            left = larger(left, sb_round_up(layer->out, kernel->broadcast) * samples);
            right = larger(right, sb_round_up(layer->in, kernel->vector) * samples);
        }
    }
    fused->left = take(arena, left);
    fused->right = take(arena, right);
    fused->bias_sums = take(arena, panel);
    fused->weight_sums = take(arena, thin);
    fused->tile = take(arena, kernel->broadcast * kernel->panels * kernel->vector);
    fused->product = take(arena, kernel->panels * panel);
    fused->passing[0] = take(arena, kernel->panels * panel);
    fused->passing[1] = take(arena, kernel->panels * panel);
}

/* Sets the pointers of @p fused, or only counts. Returns the bytes of the whole. */
static size_t lay_out(sb_fused *fused, sb_microkernel kernel, const sb_shape *shape, size_t batch, char *memory) {
    memory_arena arena = {memory, sb_round_up(sizeof *fused, SB_ALIGNMENT)};
    size_t parameters = sb_shape_parameters(shape), panels = (batch + kernel.vector - 1) / kernel.vector;
    fused->kernel = kernel;
    fused->parameters = take(&arena, parameters);
    fused->gradient = take(&arena, parameters);
    fused->first = take(&arena, parameters);
    fused->second = take(&arena, parameters);
    fused->layers[0].outputs = take(&arena, panels * sb_panel_length(&kernel, shape->widths[0]));
    for (size_t l = 1; l <= shape->depth; l++) {
        sb_fused_layer *layer = &fused->layers[l];
        layer->in = shape->widths[l - 1];
        layer->out = shape->widths[l];
        layer->thin = layer->in <= THIN || layer->out <= THIN;
        lay_out_layer(fused, layer, panels, &arena);
    }
    lay_out_shared(fused, shape, batch, &arena);
    fused->outputs = take(&arena, batch * shape->widths[shape->depth]);
    fused->seeds = take(&arena, batch * shape->widths[shape->depth]);
    return arena.used;
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
    const sb_shape *shape = &network->shape;
    lay_out(fused, kernel, shape, network->batch, (char *)network);
    for (size_t l = 1; l <= shape->depth; l++) {
        sb_fused_layer *layer = &fused->layers[l];
        layer->weights = fused->parameters + sb_shape_weights(shape, l);
        layer->biases = fused->parameters + sb_shape_biases(shape, l);
        layer->weight_gradient = fused->gradient + sb_shape_weights(shape, l);
        layer->bias_gradient = fused->gradient + sb_shape_biases(shape, l);
    }
}

/* --- Parameters and moments -----------------------------------------------------------------------------------------
 */

static size_t flat_bytes(const sb_network *network) {
    return sb_shape_parameters(&network->shape) * sizeof(float);
}

void sb_fused_pack_weights(sb_fused *fused, const sb_fused_layer *layer) {
    size_t group = fused->kernel.broadcast, in = layer->in, out = layer->out;
    if (layer->thin)
        return;
    sb_pack_rows(out, in, layer->weights, in, group, layer->forward, group * in);
    sb_pack_columns(out, in, layer->weights, in, group, layer->backward, group * out);
}

static void set_parameters(sb_network *network, const float *parameters) {
    sb_fused *fused = (sb_fused *)network;
    memcpy(fused->parameters, parameters, flat_bytes(network));
    for (size_t l = 1; l <= network->shape.depth; l++)
        sb_fused_pack_weights(fused, &fused->layers[l]);
}

static void get_parameters(const sb_network *network, float *parameters) {
    memcpy(parameters, ((const sb_fused *)network)->parameters, flat_bytes(network));
}

static void set_moments(sb_network *network, const float *first, const float *second) {
    memcpy(((sb_fused *)network)->first, first, flat_bytes(network));
    memcpy(((sb_fused *)network)->second, second, flat_bytes(network));
}

static void get_moments(const sb_network *network, float *first, float *second) {
    memcpy(first, ((const sb_fused *)network)->first, flat_bytes(network));
    memcpy(second, ((const sb_fused *)network)->second, flat_bytes(network));
}

static void get_gradient(const sb_network *network, float *gradient) {
    memcpy(gradient, ((const sb_fused *)network)->gradient, flat_bytes(network));
}

/* --- Rows of the table of implementations ---------------------------------------------------------------------------
 */

static bool is_available(void) {
    sb_microkernel kernel;
    return sb_microkernel_avx512(&kernel) || sb_microkernel_avx2(&kernel) || sb_microkernel_knows_blis();
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
    .name = "fused", .is_available = is_available, .bytes = bytes, .prepare = prepare, OPERATIONS};
const sb_kernels sb_kernels_fused_blis = {.name = "fused-blis",
                                          .is_available = sb_microkernel_knows_blis,
                                          .bytes = bytes_blis,
                                          .prepare = prepare_blis,
                                          OPERATIONS};
