#include "activation.h"
#include "elementwise.h"
#include "fused.h"
#include "pack.h"
#include "panels.h"
#include <string.h>

/* --- Forward pass ---------------------------------------------------------------------------------------------------
 */

/* z_l = h_{l-1} W_l^T + b_l and its activation, for each layer; f(x) as rows into outputs. */
static void run_forward(sb_fused *fused, const float *x, size_t samples, float *outputs) {
    const sb_shape *shape = &fused->head.shape;
    sb_fused_to_panels(fused, samples, shape->widths[0], x, fused->layers[0].outputs);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        bool is_hidden = l < shape->depth;
        sb_epilogue epilogue = {.biases = fused->parameters + layer->biases,
                                .relu = is_hidden && !sb_keeps_derivatives(shape)};
        sb_fused_forward(fused, layer, samples, layer[-1].outputs, epilogue, layer->outputs);
        if (is_hidden && !epilogue.relu)
            sb_fused_activate(fused, layer, samples);
    }
    sb_fused_to_rows(fused, samples, shape->widths[shape->depth], fused->layers[shape->depth].outputs, outputs);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
}

void sb_fused_evaluate(sb_network *network, const float *x, size_t samples, float *outputs) {
    run_forward((sb_fused *)network, x, samples, outputs);
}

/* --- Gradients of biases: sums over samples -------------------------------------------------------------------------
 */

static void clear_sums(const sb_fused *fused, size_t rows, float *sums) {
    memset(sums, 0, sb_panel_length(&fused->kernel, rows) * sizeof *sums);
}

/* dloss/df into the panels of the last deltas, and the gradient of b_D. */
static double start_backward(sb_fused *fused, sb_loss loss, const float *y, size_t samples) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t depth = fused->head.shape.depth, width = fused->head.shape.widths[depth];
    float *deltas = fused->layers[depth].outputs;
    double value = sb_loss_value(loss, fused->outputs, y, samples, width);
    sb_loss_gradient(loss, samples, width, fused->outputs, y, fused->seeds);
    sb_fused_to_panels(fused, samples, width, fused->seeds, deltas);
    clear_sums(fused, width, fused->bias_sums);
    for (size_t s = 0; s < samples; s += kernel->vector, deltas += sb_panel_length(kernel, width))
        sb_panel_add(width, kernel->vector, deltas, fused->bias_sums);
    sb_panel_sums(width, kernel->vector, fused->bias_sums, fused->gradient + fused->layers[depth].biases);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    return value;
}

/* --- Gradients of weights: dW_l = delta_l^T h_{l-1} -----------------------------------------------------------------
 */

/* Transposes a block of panels into an operand, groups of features as [features / group][samples][group]. */
static void gather(const sb_microkernel *kernel, size_t features, size_t samples, size_t group, const float *panels,
                   float *operand) {
    size_t vector = kernel->vector, length = sb_panel_length(kernel, features);
    for (size_t s = 0; s < samples; s += vector, panels += length)
        sb_pack_rows(features, sb_smaller(samples - s, vector), panels, vector, group, operand + s * group,
                     samples * group);
}

/* The tiles at (i, o) that are computed at once, at the last inputs by way of a whole one. The stored weights have
 * places for all of its outputs. */
static void gradient_tiles(sb_fused *fused, const sb_fused_layer *layer, size_t samples, size_t i, size_t o, bool add,
                           float *gradient) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector;
    sb_tile tile = {.k = samples,
                    .a = fused->left + i * samples,
                    .b = fused->right + o * samples,
                    .before = add ? gradient : NULL,
                    .c = gradient,
                    .stride = vector,
                    .rows = sb_smaller(layer->in - i, kernel->broadcast),
                    .columns = sb_smaller(layer->out - o, kernel->panels * vector),
                    .b_step = vector * samples,
                    .c_step = vector * layer->in};
    if (tile.rows == kernel->broadcast) {
        kernel->multiply(kernel, &tile);
        return;
    }
    tile.before = NULL;
    tile.c = fused->tile;
    tile.c_step = vector * kernel->broadcast;
    kernel->multiply(kernel, &tile);
    for (size_t panel = 0; panel * vector < tile.columns; panel++)
        for (size_t n = 0; n < tile.rows * vector; n++) {
            float *to = gradient + panel * vector * layer->in + n, before = add ? *to : 0;
            *to = before + fused->tile[panel * tile.c_step + n];
        }
}

static void packed_weight_gradient(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *deltas,
                                   const float *activations, bool add, float *gradient) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector;
    gather(kernel, layer->in, samples, kernel->broadcast, activations, fused->left);
    gather(kernel, layer->out, samples, vector, deltas, fused->right);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    for (size_t o = 0; o < layer->out; o += kernel->panels * vector)
        for (size_t i = 0; i < layer->in; i += kernel->broadcast)
            gradient_tiles(fused, layer, samples, i, o, add, gradient + o * layer->in + i * vector);
    sb_profile_mark(&fused->head, SB_PHASE_GEMM);
}

static void thin_weight_gradient(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *deltas,
                                 const float *activations) {
    const sb_microkernel *kernel = &fused->kernel;
    for (size_t s = 0; s < samples; s += kernel->vector) {
        sb_thin_gradient(layer->in, layer->out, kernel->vector, deltas, activations, fused->weight_sums);
        deltas += sb_panel_length(kernel, layer->out);
        activations += sb_panel_length(kernel, layer->in);
    }
    sb_profile_mark(&fused->head, SB_PHASE_THIN);
}

/* --- One layer backwards --------------------------------------------------------------------------------------------
 */

/* From panel number @p panel on: dW_l, and unless it is the first layer, delta_{l-1} = (delta_l W_l) h'(z_{l-1}), in
 * the place of h_{l-1}. */
static void backward_block(sb_fused *fused, const sb_fused_layer *layer, size_t panel, size_t samples,
                           float *gradient) {
    const float *deltas = layer->outputs + panel * sb_panel_length(&fused->kernel, layer->out);
    float *activations = layer[-1].outputs + panel * sb_panel_length(&fused->kernel, layer->in);
    if (layer->thin)
        thin_weight_gradient(fused, layer, samples, deltas, activations);
    else
        packed_weight_gradient(fused, layer, samples, deltas, activations, panel > 0, gradient);
    if (layer == &fused->layers[1])
        return;
    sb_epilogue epilogue = sb_fused_derivative(fused, layer - 1, panel);
    epilogue.sums = fused->bias_sums;
    sb_fused_backward(fused, layer, samples, deltas, epilogue, activations);
}

/* dW_l into @p gradient, delta_{l-1} and db_{l-1}. A block of samples passes through all of it while it is in the
 * second cache. */
static void backward_layer(sb_fused *fused, const sb_fused_layer *layer, size_t samples, float *gradient) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector, block = sb_fused_block_samples(kernel);
    clear_sums(fused, layer->in, fused->bias_sums);
    if (layer->thin)
        clear_sums(fused, layer->in * layer->out, fused->weight_sums);
    for (size_t s = 0; s < samples; s += block)
        backward_block(fused, layer, s / vector, sb_smaller(samples - s, block), gradient);
    if (layer > &fused->layers[1])
        sb_panel_sums(layer->in, vector, fused->bias_sums, fused->gradient + layer[-1].biases);
    if (layer->thin)
        sb_panel_sums(layer->in * layer->out, vector, fused->weight_sums, gradient);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
}

/* --- Training -------------------------------------------------------------------------------------------------------
 */

static void apply(sb_fused *fused, const sb_adam_update *update, size_t count, const float *gradient, size_t position) {
    sb_adam_apply(update, count, gradient, fused->parameters + position, fused->first + position,
                  fused->second + position);
}

/* One layer's update, given the gradient of its weights. */
static void update_layer(sb_fused *fused, const sb_adam_update *update, const sb_fused_layer *layer,
                         const float *gradient) {
    apply(fused, update, layer->weight_count, gradient, layer->weights);
    apply(fused, update, layer->out, fused->gradient + layer->biases, layer->biases);
    sb_fused_pack_weights(fused, layer);
    sb_profile_mark(&fused->head, SB_PHASE_ADAM);
}

/* The loss and its gradient. With an update, each layer is updated as soon as it is no longer needed, and all gradients
 * of weights come to the same place: on 6x256 with batch 200, keeping them would cost 3% in traffic to the third cache.
 */
static double run(sb_fused *fused, const sb_adam_update *update, sb_loss loss, const float *x, const float *y,
                  size_t samples) {
    run_forward(fused, x, samples, fused->outputs);
    double value = start_backward(fused, loss, y, samples);
    for (size_t l = fused->head.shape.depth; l >= 1; l--) {
        const sb_fused_layer *layer = &fused->layers[l];
        float *gradient = fused->gradient + (update ? fused->layers[1].weights : layer->weights);
        backward_layer(fused, layer, samples, gradient);
        if (update)
            update_layer(fused, update, layer, gradient);
    }
    return value;
}

double sb_fused_gradient(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples) {
    return run((sb_fused *)network, NULL, loss, x, y, samples);
}

void sb_fused_adam(sb_network *network, const sb_adam *adam) {
    sb_fused *fused = (sb_fused *)network;
    sb_adam_update update = sb_adam_update_at(adam, network->updates);
    for (size_t l = 1; l <= network->shape.depth; l++)
        update_layer(fused, &update, &fused->layers[l], fused->gradient + fused->layers[l].weights);
}

double sb_fused_step(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                     size_t samples) {
    sb_adam_update update = sb_adam_update_at(adam, network->updates);
    return run((sb_fused *)network, &update, loss, x, y, samples);
}
