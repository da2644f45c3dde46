#include "activation.h"
#include "fused.h"
#include "pack.h"
#include "panels.h"
#include <string.h>

/* Numbers of k that a tile runs through at once, so that its operands stay in the first cache. */
enum { K_BLOCK = 256 };

void sb_fused_to_panels(const sb_fused *fused, size_t samples, size_t features, const float *rows, float *panels) {
    sb_pack_rows(samples, features, rows, features, fused->kernel.vector, panels,
                 sb_panel_length(&fused->kernel, features));
}

void sb_fused_to_rows(const sb_fused *fused, size_t samples, size_t features, const float *panels, float *rows) {
    size_t vector = fused->kernel.vector, length = sb_panel_length(&fused->kernel, features);
    for (size_t s = 0; s < samples; s += vector, panels += length)
        sb_pack_rows(features, sb_smaller(samples - s, vector), panels, vector, features, rows + s * features, 0);
}

/* The epilogue of what lies @p panels numbers and @p feature rows behind. */
static sb_epilogue epilogue_at(sb_epilogue epilogue, size_t feature, size_t panels, size_t vector) {
    if (epilogue.biases)
        epilogue.biases += feature;
    if (epilogue.activations)
        epilogue.activations += panels + feature * vector;
    if (epilogue.factors)
        epilogue.factors += panels + feature * vector;
    if (epilogue.sums)
        epilogue.sums += feature * vector;
    return epilogue;
}

void sb_fused_finish(const sb_fused *fused, size_t features, size_t samples, sb_epilogue epilogue, float *values) {
    size_t vector = fused->kernel.vector, length = sb_panel_length(&fused->kernel, features);
    for (size_t s = 0; s < samples; s += vector, values += length) {
        sb_epilogue at = epilogue_at(epilogue, 0, s / vector * length, vector);
        sb_panel_epilogue(features, vector, &at, values);
    }
}

/* Whether the micro-kernel does it. */
static bool in_registers(const sb_microkernel *kernel, const sb_epilogue *epilogue) {
    return kernel->has_epilogue && !epilogue->factors;
}

/* As many panels as the micro-kernel takes at once, with weights packed for `features` results of k inputs each. Where
 * the results replace activations that their epilogue needs, they must not be written before: sums over a part of k,
 * and all results whose epilogue comes later, are made elsewhere. */
static void multiply_panels(const sb_fused *fused, size_t features, size_t k, size_t samples, const float *weights,
                            const float *inputs, const sb_epilogue *epilogue, float *outputs) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t broadcast = kernel->broadcast, vector = kernel->vector;
    sb_tile tile = {.stride = vector,
                    .columns = samples,
                    .b_step = sb_panel_length(kernel, k),
                    .c_step = sb_panel_length(kernel, features)};
    for (size_t first = 0; first < k; first += K_BLOCK) {
        tile.k = sb_smaller(k - first, K_BLOCK);
        tile.b = inputs + first * vector;
        bool finish = in_registers(kernel, epilogue) && first + tile.k == k;
        for (size_t f = 0; f < features; f += broadcast) {
            tile.a = weights + f * k + first * broadcast;
            tile.rows = sb_smaller(features - f, broadcast);
            tile.before = first > 0 ? fused->product + f * vector : NULL;
            tile.c = (finish ? outputs : fused->product) + f * vector;
            if (finish)
                tile.epilogue = epilogue_at(*epilogue, f, 0, vector);
            kernel->multiply(kernel, &tile);
        }
    }
}

/* The loop over a batch. */
static void multiply(sb_fused *fused, size_t features, size_t k, size_t samples, const float *weights,
                     const float *inputs, sb_epilogue epilogue, float *outputs) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector, at_once = kernel->panels * vector;
    size_t in = sb_panel_length(kernel, k), out = sb_panel_length(kernel, features);
    for (size_t s = 0; s < samples; s += at_once, inputs += kernel->panels * in, outputs += kernel->panels * out) {
        size_t count = sb_smaller(samples - s, at_once);
        sb_epilogue at = epilogue_at(epilogue, 0, s / vector * out, vector);
        multiply_panels(fused, features, k, count, weights, inputs, &at, outputs);
        sb_profile_mark(&fused->head, SB_PHASE_GEMM);
        if (in_registers(kernel, &at))
            continue;
        sb_fused_finish(fused, features, count, at, fused->product);
        memcpy(outputs, fused->product, sb_round_up(count, vector) / vector * out * sizeof *outputs);
        sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    }
}

typedef void (*thin_product)(size_t in, size_t out, size_t vector, const float *restrict weights,
                             const float *restrict inputs, float *restrict outputs);

static void multiply_thin(sb_fused *fused, const sb_fused_layer *layer, thin_product product, size_t features, size_t k,
                          size_t samples, const float *inputs, sb_epilogue epilogue, float *outputs) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector, in = sb_panel_length(kernel, k), out = sb_panel_length(kernel, features);
    for (size_t p = 0; p * vector < samples; p++, inputs += in, outputs += out) {
        sb_epilogue at = epilogue_at(epilogue, 0, p * out, vector);
        float *values = at.activations ? fused->product : outputs;
        product(layer->in, layer->out, vector, fused->parameters + layer->weights, inputs, values);
        sb_panel_epilogue(features, vector, &at, values);
        if (values != outputs)
            memcpy(outputs, values, features * vector * sizeof *outputs);
    }
    sb_profile_mark(&fused->head, SB_PHASE_THIN);
}

void sb_fused_forward(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *inputs,
                      sb_epilogue epilogue, float *outputs) {
    if (layer->thin)
        multiply_thin(fused, layer, sb_thin_forward, layer->out, layer->in, samples, inputs, epilogue, outputs);
    else
        multiply(fused, layer->out, layer->in, samples,
                 layer->forward ? layer->forward : fused->parameters + layer->weights, inputs, epilogue, outputs);
}

void sb_fused_backward(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *deltas,
                       sb_epilogue epilogue, float *below) {
    if (layer->thin)
        multiply_thin(fused, layer, sb_thin_backward, layer->in, layer->out, samples, deltas, epilogue, below);
    else
        multiply(fused, layer->in, layer->out, samples, layer->backward, deltas, epilogue, below);
}

void sb_fused_activate(sb_fused *fused, const sb_fused_layer *layer, size_t samples) {
    const sb_shape *shape = &fused->head.shape;
    size_t vector = fused->kernel.vector;
    if (sb_keeps_derivatives(shape))
        sb_activate(shape, sb_round_up(samples, vector) / vector * sb_panel_length(&fused->kernel, layer->out),
                    layer->outputs, layer->derivatives);
    else
        sb_fused_finish(fused, layer->out, samples, (sb_epilogue){.relu = true}, layer->outputs);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
}

sb_epilogue sb_fused_derivative(const sb_fused *fused, const sb_fused_layer *layer, size_t panel) {
    size_t behind = panel * sb_panel_length(&fused->kernel, layer->out);
    if (sb_keeps_derivatives(&fused->head.shape))
        return (sb_epilogue){.factors = layer->derivatives + behind};
    return (sb_epilogue){.activations = layer->outputs + behind};
}
