#include "dimensions.h"

const char *const sb_shape_fields[] = {"target", "embedding", "encoding", "model", "training.loss", NULL};

sb_shape sb_shape_for(const sb_settings *settings) {
    return sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings));
}

size_t sb_indices(size_t count, double *values) {
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)i;
    return count;
}

static size_t frequencies(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    const sb_list *list = &settings->target.frequencies;
    for (size_t i = 0; values && i < list->count; i++)
        values[i] = list->values[i];
    return list->count;
}

static size_t layers(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t depth = (size_t)settings->model.depth;
    for (size_t i = 0; values && i < depth; i++)
        values[i] = (double)(i + 1);
    return depth;
}

static size_t samples(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    return sb_indices(sb_dataset_samples(settings), values);
}

static size_t outputs(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    return sb_indices(sb_dataset_outputs(settings), values);
}

static size_t hidden_layers(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t count = (size_t)settings->model.depth - 1;
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)(i + 1);
    return count;
}

static const char *const sample_fields[] = {"target", "validation", NULL};
static const char *const output_fields[] = {"target", "training.loss", NULL};
static const char *const frequency_fields[] = {"target.frequencies", NULL};
static const char *const layer_fields[] = {"model.depth", NULL};

const sb_vector_rule sb_dimension_frequency = {.name = "frequency",
                                               .unit = "1",
                                               .long_name = "frequency k of the target, in periods of its domain",
                                               .type = SB_TYPE_INT64,
                                               .fields = frequency_fields,
                                               .values = frequencies};

const sb_vector_rule sb_dimension_layer = {.name = "layer",
                                           .unit = "1",
                                           .long_name = "affine layer, from 1 at the input",
                                           .type = SB_TYPE_INT64,
                                           .fields = layer_fields,
                                           .values = layers};

const sb_vector_rule sb_dimension_sample = {
    .name = "sample",
    .unit = "1",
    .long_name = "training sample, from 0: along a curve, of an image row by row, of files in their order",
    .type = SB_TYPE_INT64,
    .fields = sample_fields,
    .values = samples};

const sb_vector_rule sb_dimension_output = {.name = "output",
                                            .unit = "1",
                                            .long_name = "component of the target",
                                            .type = SB_TYPE_INT64,
                                            .fields = output_fields,
                                            .values = outputs};

const sb_vector_rule sb_dimension_hidden_layer = {.name = "hidden_layer",
                                                  .unit = "1",
                                                  .long_name = "affine layer with an activation, from 1 at the input",
                                                  .type = SB_TYPE_INT64,
                                                  .fields = layer_fields,
                                                  .values = hidden_layers};
