#include <specbias/nn.h>

sb_shape sb_shape_of(const sb_settings *settings, size_t inputs, size_t outputs) {
    sb_shape shape = {.depth = (size_t)settings->model.depth,
                      .activation = (sb_activation)settings->model.activation,
                      .slope = (float)settings->model.slope};
    shape.widths[0] = inputs;
    for (size_t layer = 1; layer < shape.depth; layer++)
        shape.widths[layer] = (size_t)settings->model.width;
    shape.widths[shape.depth] = outputs;
    return shape;
}

static size_t layer_parameters(const sb_shape *shape, size_t layer) {
    return shape->widths[layer] * (shape->widths[layer - 1] + 1);
}

size_t sb_shape_parameters(const sb_shape *shape) {
    return sb_shape_weights(shape, shape->depth + 1);
}

size_t sb_shape_weights(const sb_shape *shape, size_t layer) {
    size_t position = 0;
    for (size_t before = 1; before < layer; before++)
        position += layer_parameters(shape, before);
    return position;
}

size_t sb_shape_biases(const sb_shape *shape, size_t layer) {
    return sb_shape_weights(shape, layer) + shape->widths[layer] * shape->widths[layer - 1];
}

double sb_shape_step_flops(const sb_shape *shape) {
    return 3 * sb_shape_flops(shape) - 2 * (double)shape->widths[0] * (double)shape->widths[1];
}

double sb_shape_flops(const sb_shape *shape) {
    double flops = 0;
    for (size_t layer = 1; layer <= shape->depth; layer++)
        flops += 2. * (double)shape->widths[layer - 1] * (double)shape->widths[layer];
    return flops;
}
