#include "elementwise.h"
#include "fused.h"
#include "pack.h"
#include "panels.h"
#include <string.h>

/* --- Forward pass ---------------------------------------------------------------------------------------------------
 */

/* z_l = h_{l-1} W_l^T + b_l and its ReLU, for each layer; f(x) as rows into outputs. */
static void run_forward(sb_fused *fused, const float *x, size_t samples, float *outputs) {
    const sb_shape *shape = &fused->head.shape;
    sb_fused_to_panels(fused, samples, shape->widths[0], x, fused->layers[0].outputs);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        sb_epilogue epilogue = {.biases = layer->biases, .relu = l < shape->depth};
        sb_fused_forward(fused, layer, samples, layer[-1].outputs, epilogue, layer->outputs);
    }
    sb_fused_to_rows(fused, samples, shape->widths[shape->depth], fused->layers[shape->depth].outputs, outputs);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
}

void sb_fused_evaluate(sb_network *network, const float *x, size_t samples, float *outputs) {
    run_forward((sb_fused *)network, x, samples, outputs);
}

/* --- Gradients of biases: sums over samples, vector by vector, then over the vector
 * -----------------------------------
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
    sb_loss_gradient(loss, samples * width, fused->outputs, y, fused->seeds);
    sb_fused_to_panels(fused, samples, width, fused->seeds, deltas);
    clear_sums(fused, width, fused->bias_sums);
    for (size_t s = 0; s < samples; s += kernel->vector, deltas += sb_panel_length(kernel, width))
        sb_panel_add(width, kernel->vector, deltas, fused->bias_sums);
    sb_panel_sums(width, kernel->vector, fused->bias_sums, fused->layers[depth].bias_gradient);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    return value;
}

/* --- Gradients of weights: dW_l = delta_l^T h_{l-1}
 * -------------------------------------------------------------------
 */

/* Transposes a block of panels into an operand, groups of features as [features / group][samples][group]. */
static void gather(const sb_microkernel *kernel, size_t features, size_t samples, size_t group, const float *panels,
                   float *operand) {
    size_t vector = kernel->vector, length = sb_panel_length(kernel, features);
    for (size_t s = 0; s < samples; s += vector, panels += length)
        sb_pack_rows(features, sb_smaller(samples - s, vector), panels, vector, group, operand + s * group,
                     samples * group);
}

/* The tiles at (o, i) that are computed at once, at the edges by way of a whole one. */
static void gradient_tiles(sb_fused *fused, const sb_fused_layer *layer, size_t samples, size_t o, size_t i,
                           size_t columns, bool add) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t rows = sb_smaller(layer->out - o, kernel->broadcast), vector = kernel->vector, in = layer->in;
    float *gradient = layer->weight_gradient + o * in + i;
    sb_tile tile = {.k = samples,
                    .before = add ? gradient : NULL,
                    .a = fused->left + o * samples,
                    .b = fused->right + i * samples,
                    .b_step = vector * samples,
                    .c_step = vector,
                    .columns = columns,
                    .c = gradient,
                    .stride = in};
    if (rows == kernel->broadcast && columns % vector == 0) {
        kernel->multiply(kernel, &tile);
        return;
    }
    tile.before = NULL;
    tile.c = fused->tile;
    tile.stride = kernel->panels * vector;
    kernel->multiply(kernel, &tile);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {
            float before = add ? gradient[r * in + c] : 0;
            gradient[r * in + c] = before + fused->tile[r * tile.stride + c];
        }
}

static void packed_weight_gradient(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *deltas,
                                   const float *activations, bool add) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t at_once = kernel->panels * kernel->vector;
    gather(kernel, layer->out, samples, kernel->broadcast, deltas, fused->left);
    gather(kernel, layer->in, samples, kernel->vector, activations, fused->right);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
    for (size_t i = 0; i < layer->in; i += at_once)
        for (size_t o = 0; o < layer->out; o += kernel->broadcast)
            gradient_tiles(fused, layer, samples, o, i, sb_smaller(layer->in - i, at_once), add);
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

/* From panel number @p panel on: dW_l, and unless it is the first layer, delta_{l-1} = (delta_l W_l) where h_{l-1} > 0,
 * in the place of h_{l-1}. */
static void backward_block(sb_fused *fused, const sb_fused_layer *layer, size_t panel, size_t samples) {
    const float *deltas = layer->outputs + panel * sb_panel_length(&fused->kernel, layer->out);
    float *activations = layer[-1].outputs + panel * sb_panel_length(&fused->kernel, layer->in);
    if (layer->thin)
        thin_weight_gradient(fused, layer, samples, deltas, activations);
    else
        packed_weight_gradient(fused, layer, samples, deltas, activations, panel > 0);
    sb_epilogue epilogue = {.activations = activations, .sums = fused->bias_sums};
    if (layer > &fused->layers[1])
        sb_fused_backward(fused, layer, samples, deltas, epilogue, activations);
}

/* dW_l, delta_{l-1} and db_{l-1}. A block of samples passes through all of it while it is in the second cache. */
static void backward_layer(sb_fused *fused, const sb_fused_layer *layer, size_t samples) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t vector = kernel->vector, block = sb_fused_block(kernel);
    clear_sums(fused, layer->in, fused->bias_sums);
    if (layer->thin)
        clear_sums(fused, layer->in * layer->out, fused->weight_sums);
    for (size_t s = 0; s < samples; s += block)
        backward_block(fused, layer, s / vector, sb_smaller(samples - s, block));
    if (layer > &fused->layers[1])
        sb_panel_sums(layer->in, vector, fused->bias_sums, layer[-1].bias_gradient);
    if (layer->thin)
        sb_panel_sums(layer->in * layer->out, vector, fused->weight_sums, layer->weight_gradient);
    sb_profile_mark(&fused->head, SB_PHASE_EPILOGUE);
}

/* --- Training -------------------------------------------------------------------------------------------------------
 */

/* One layer's update, which finds its gradient in the cache if it comes at once. */
static void update_layer(sb_fused *fused, const sb_adam_update *update, const sb_fused_layer *layer) {
    size_t first = (size_t)(layer->weights - fused->parameters);
    sb_adam_apply(update, (layer->in + 1) * layer->out, fused->gradient + first, fused->parameters + first,
                  fused->first + first, fused->second + first);
    sb_fused_pack_weights(fused, layer);
    sb_profile_mark(&fused->head, SB_PHASE_ADAM);
}

/* The loss and its gradient; with an update, each layer is updated when it is no longer needed. */
static double run(sb_fused *fused, const sb_adam_update *update, sb_loss loss, const float *x, const float *y,
                  size_t samples) {
    run_forward(fused, x, samples, fused->outputs);
    double value = start_backward(fused, loss, y, samples);
    for (size_t l = fused->head.shape.depth; l >= 1; l--) {
        const sb_fused_layer *layer = &fused->layers[l];
        backward_layer(fused, layer, samples);
        if (update)
            update_layer(fused, update, layer);
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
        update_layer(fused, &update, &fused->layers[l]);
}

double sb_fused_step(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                     size_t samples) {
    sb_adam_update update = sb_adam_update_at(adam, network->updates);
    return run((sb_fused *)network, &update, loss, x, y, samples);
}
