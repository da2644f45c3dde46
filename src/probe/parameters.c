/* Snapshots: all weights and biases as one flat vector, with the training inputs and targets and a table of where each
 * layer lies, so that anyone can rebuild and evaluate the network elsewhere. Layer l has the weights
 * W[layer_outputs][layer_inputs], row-major from weight_offset, and the biases from bias_offset:
 *     h_l = max(0, h_{l-1} W^T + b), without the maximum in the last layer. */
#include "dimensions.h"
#include "rows.h"
#include <math.h>
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.parameters.probe;
}

static size_t parameter_indices(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    sb_shape shape = sb_shape_for(settings);
    return sb_indices(sb_shape_parameters(&shape), values);
}

static size_t input_indices(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    return sb_indices(sb_dataset_inputs(settings), values);
}

/* Of a target on a curve. */
static size_t positions(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t samples = sb_dataset_samples(settings);
    bool is_curve = sb_dataset_lattice(settings).dimensions == 1;
    for (size_t n = 0; values && n < samples; n++)
        values[n] = is_curve ? (double)n / (double)samples : NAN;
    return samples;
}

static const char *const input_fields[] = {"target", "embedding", "encoding", NULL};
static const char *const position_fields[] = {"target", "validation", NULL};

static const sb_vector_rule parameter = {.name = "parameter",
                                         .unit = "1",
                                         .long_name = "position in the flat vector of weights and biases",
                                         .type = SB_TYPE_INT64,
                                         .fields = sb_shape_fields,
                                         .values = parameter_indices};
static const sb_vector_rule input = {.name = "input",
                                     .unit = "1",
                                     .long_name = "input of the network, after embedding and encoding",
                                     .type = SB_TYPE_INT64,
                                     .fields = input_fields,
                                     .values = input_indices};
static const sb_vector_rule position = {.name = "z",
                                        .unit = "1",
                                        .long_name = "position z of the sample on the target's curve",
                                        .type = SB_TYPE_FLOAT64,
                                        .fields = position_fields,
                                        .values = positions};

/* A number that belongs to a layer, counted from 1. */
typedef struct layer_number {
    size_t (*of)(const sb_shape *shape, size_t layer);
} layer_number;

static size_t inputs_of(const sb_shape *shape, size_t layer) {
    return shape->widths[layer - 1];
}

static size_t outputs_of(const sb_shape *shape, size_t layer) {
    return shape->widths[layer];
}

static const layer_number in_width = {inputs_of}, out_width = {outputs_of}, first_weight = {sb_shape_weights},
                          first_bias = {sb_shape_biases};

static size_t numbers_by_layer(const void *context, const sb_settings *settings, double *values) {
    const layer_number *number = context;
    sb_shape shape = sb_shape_for(settings);
    for (size_t layer = 1; values && layer <= shape.depth; layer++)
        values[layer - 1] = (double)number->of(&shape, layer);
    return shape.depth;
}

#define LAYER_TABLE(text, meaning, number)                                                                             \
    {                                                                                                                  \
        .name = text, .unit = "1", .long_name = meaning, .type = SB_TYPE_INT64, .fields = sb_shape_fields,             \
        .values = numbers_by_layer, .context = number                                                                  \
    }
static const sb_vector_rule layer_tables[] = {
    LAYER_TABLE("layer_inputs", "inputs of the layer", &in_width),
    LAYER_TABLE("layer_outputs", "outputs of the layer", &out_width),
    LAYER_TABLE("weight_offset", "position of the layer's first weight along parameter", &first_weight),
    LAYER_TABLE("bias_offset", "position of the layer's first bias along parameter", &first_bias),
};
#undef LAYER_TABLE

/* Copies rows[count][width] into rows of a padded length. */
static void copy_rows(const sb_probe_output *to, const float *rows, size_t count, size_t width) {
    float *values = to->values;
    for (size_t row = 0; row < count; row++)
        memcpy(values + row * to->lengths[1], rows + row * width, width * sizeof *rows);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)state, (void)status;
    const sb_dataset *dataset = view->dataset;
    memcpy(outputs[0].values, view->parameters, sb_shape_parameters(view->shape) * sizeof(float));
    copy_rows(&outputs[1], dataset->x, dataset->samples, dataset->inputs);
    copy_rows(&outputs[2], dataset->y, dataset->samples, dataset->outputs);
    return SB_OK;
}

static double flops(const sb_settings *settings) {
    (void)settings;
    return 0;
}

const sb_probe sb_probe_parameters = {
    .name = "parameters",
    .variables = {{.name = "parameters",
                   .unit = "1",
                   .long_name = "weights and biases, layer by layer",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&parameter}},
                  {.name = "inputs",
                   .unit = "1",
                   .long_name = "training inputs x",
                   .type = SB_TYPE_FLOAT32,
                   .timeless = true,
                   .dimensions = {&sb_dimension_sample, &input}},
                  {.name = "targets",
                   .unit = "1",
                   .long_name = "training targets y",
                   .type = SB_TYPE_FLOAT32,
                   .timeless = true,
                   .dimensions = {&sb_dimension_sample, &sb_dimension_output}}},
    .companions = {{&position, &sb_dimension_sample},
                   {&layer_tables[0], &sb_dimension_layer},
                   {&layer_tables[1], &sb_dimension_layer},
                   {&layer_tables[2], &sb_dimension_layer},
                   {&layer_tables[3], &sb_dimension_layer}},
    .settings = settings_of,
    .flops = flops,
    .measure = measure,
};
