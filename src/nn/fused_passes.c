#include "activation.h"
#include "fused.h"
#include <string.h>

void sb_fused_preactivations(sb_network *network, const float *x, size_t samples, float *const *z) {
    sb_fused *fused = (sb_fused *)network;
    const sb_shape *shape = &network->shape;
    sb_fused_to_panels(fused, samples, shape->widths[0], x, fused->layers[0].outputs);
    for (size_t l = 1; l <= shape->depth; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        bool is_hidden = l < shape->depth;
        sb_epilogue epilogue = {.biases = fused->parameters + layer->biases,
                                .relu = is_hidden && !z[l] && !sb_keeps_derivatives(shape)};
        sb_fused_forward(fused, layer, samples, layer[-1].outputs, epilogue, layer->outputs);
        if (z[l])
            sb_fused_to_rows(fused, samples, layer->out, layer->outputs, z[l]);
        if (is_hidden && !epilogue.relu)
            sb_fused_activate(fused, layer, samples);
    }
}

/* Backward and tangent passes need no more than the panels that the micro-kernel takes at once, layer after layer. */

static void deltas_of_panels(sb_fused *fused, size_t first, size_t samples, size_t lowest, const float *seeds,
                             float *const *delta) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t panel = first / kernel->vector, depth = fused->head.shape.depth;
    sb_fused_to_panels(fused, samples, fused->layers[depth].out, seeds, fused->passing[depth % 2]);
    for (size_t l = depth; l > lowest; l--) {
        const sb_fused_layer *layer = &fused->layers[l];
        float *below = fused->passing[(l - 1) % 2];
        sb_epilogue epilogue = l > 1 ? sb_fused_derivative(fused, layer - 1, panel) : (sb_epilogue){0};
        sb_fused_backward(fused, layer, samples, fused->passing[l % 2], epilogue, below);
        if (delta[l - 1])
            sb_fused_to_rows(fused, samples, layer->in, below, delta[l - 1] + first * layer->in);
    }
}

void sb_fused_deltas(sb_network *network, size_t samples, const float *seeds, float *const *delta) {
    sb_fused *fused = (sb_fused *)network;
    size_t depth = network->shape.depth, width = network->shape.widths[depth], lowest = 0;
    size_t at_once = fused->kernel.panels * fused->kernel.vector;
    while (lowest < depth && !delta[lowest])
        lowest++;
    if (delta[depth])
        memcpy(delta[depth], seeds, samples * width * sizeof *seeds);
    for (size_t s = 0; s < samples; s += at_once)
        deltas_of_panels(fused, s, sb_smaller(samples - s, at_once), lowest, seeds + s * width, delta);
}

static void tangents_of_panels(sb_fused *fused, size_t first, size_t samples, size_t highest, const float *directions,
                               float *const *t) {
    const sb_microkernel *kernel = &fused->kernel;
    size_t panel = first / kernel->vector;
    sb_fused_to_panels(fused, samples, fused->layers[1].in, directions, fused->passing[0]);
    for (size_t l = 1; l <= highest; l++) {
        const sb_fused_layer *layer = &fused->layers[l];
        float *outputs = fused->passing[l % 2];
        sb_fused_forward(fused, layer, samples, fused->passing[(l - 1) % 2], (sb_epilogue){0}, outputs);
        if (t[l])
            sb_fused_to_rows(fused, samples, layer->out, outputs, t[l] + first * layer->out);
        if (l < highest)
            sb_fused_finish(fused, layer->out, samples, sb_fused_derivative(fused, layer, panel), outputs);
    }
}

void sb_fused_tangents(sb_network *network, size_t samples, const float *directions, float *const *t) {
    sb_fused *fused = (sb_fused *)network;
    size_t highest = network->shape.depth, inputs = network->shape.widths[0];
    size_t at_once = fused->kernel.panels * fused->kernel.vector;
    while (highest > 0 && !t[highest])
        highest--;
    for (size_t s = 0; s < samples; s += at_once)
        tangents_of_panels(fused, s, sb_smaller(samples - s, at_once), highest, directions + s * inputs, t);
}
