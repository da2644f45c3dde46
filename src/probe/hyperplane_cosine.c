/* Cosine similarity between the weight rows of all hidden neurons, which are the normals of their hyperplanes; rows of
 * layers with fewer inputs are padded with zeros (Lazzari and Liu 2023, section 4.4 and figure 7, where the matrix over
 * all layers is drawn). In each hidden layer, the histogram over pairs of different neurons. A row of zeros has no
 * direction: NaN in the matrix, and left out of the histogram.
 *
 * The rows are normalised in double precision, and all cosines are one matrix product: for 4 layers of 512, 4.3 GFLOP.
 */
#include "cosines.h"
#include "dimensions.h"
#include "dot.h"
#include "patterns.h"
#include "products.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRIPE = 256 }; /* rows of the matrix between two calls of progress: 10 ms */

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.hyperplane_cosine.probe;
}

static bool wants_matrix(const sb_settings *settings) {
    return settings->probes.hyperplane_cosine.matrix;
}

/* --- Dimensions -----------------------------------------------------------------------------------------------------
 */

static size_t neuron_indices(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    sb_shape shape = sb_shape_for(settings);
    return sb_indices(sb_hidden_neurons(&shape), values);
}

#define NEURONS(text, meaning)                                                                                         \
    {                                                                                                                  \
        .name = text, .unit = "1", .long_name = meaning, .type = SB_TYPE_INT64, .fields = sb_shape_fields,             \
        .values = neuron_indices                                                                                       \
    }
static const sb_vector_rule neuron = NEURONS("neuron", "hidden neuron, from 0, layer after layer");
static const sb_vector_rule other_neuron = NEURONS("other_neuron", "the hidden neuron that it is compared with");
#undef NEURONS

static size_t layers_of_neurons(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    sb_shape shape = sb_shape_for(settings);
    size_t n = 0;
    for (size_t layer = 1; values && layer < shape.depth; layer++)
        for (size_t end = n + shape.widths[layer]; n < end; n++)
            values[n] = (double)layer;
    return sb_hidden_neurons(&shape);
}

static const sb_vector_rule neuron_layer = {.name = "neuron_layer",
                                            .unit = "1",
                                            .long_name = "hidden layer of the neuron",
                                            .type = SB_TYPE_INT64,
                                            .fields = sb_shape_fields,
                                            .values = layers_of_neurons};

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

typedef struct workspace {
    size_t width;   /* most inputs of a hidden layer */
    float *rows;    /* [neurons][width] of length 1, or of NaN */
    float *cosines; /* [STRIPE][neurons] */
} workspace;

static size_t widest_inputs(const sb_shape *shape) {
    size_t width = 0;
    for (size_t layer = 1; layer < shape->depth; layer++)
        width = shape->widths[layer - 1] > width ? shape->widths[layer - 1] : width;
    return width;
}

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sizeof(workspace) + sb_hidden_neurons(&shape) * (widest_inputs(&shape) + STRIPE) * sizeof(float);
}

/* Without the matrix, of the blocks on its diagonal alone. */
static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double neurons = (double)sb_hidden_neurons(&shape), layers = (double)(shape.depth - 1);
    return 2 * neurons * neurons * (double)widest_inputs(&shape) / (wants_matrix(settings) ? 1 : layers);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->cosines);
    free(work->rows);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    static const char what[] = "the hyperplane_cosine probe";
    (void)settings, (void)dataset;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->width = widest_inputs(shape);
    work->rows = sb_array(sb_hidden_neurons(shape) * work->width, sizeof *work->rows, what, status);
    work->cosines = sb_array(STRIPE * sb_hidden_neurons(shape), sizeof *work->cosines, what, status);
    if (!work->rows || !work->cosines) {
        destroy(work);
        return SB_MEMORY;
    }
    *state = work;
    return SB_OK;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------
 */

static void normalise_rows(const workspace *work, const sb_shape *shape, const float *parameters) {
    float *row = work->rows;
    for (size_t layer = 1; layer < shape->depth; layer++) {
        const float *weights = parameters + sb_shape_weights(shape, layer);
        const size_t inputs = shape->widths[layer - 1];
        for (size_t j = 0; j < shape->widths[layer]; j++, row += work->width, weights += inputs) {
            double norm = sqrt(sb_dot_floats(weights, weights, inputs));
            for (size_t i = 0; i < inputs; i++)
                row[i] = (float)(weights[i] / norm);
            memset(row + inputs, 0, (work->width - inputs) * sizeof *row);
        }
    }
}

/* Rows of the matrix within one layer, as far as it is computed at once: [count][columns], from column @p from on. */
typedef struct stripe {
    size_t first, count, from, columns;
} stripe;

static void copy_stripe(const workspace *work, const stripe *computed, const sb_probe_output *matrix) {
    float *values = matrix->values;
    for (size_t row = 0; row < computed->count; row++)
        memcpy(values + (computed->first + row) * matrix->lengths[1], work->cosines + row * computed->columns,
               computed->columns * sizeof *values);
}

/* Counts the cosines with the other neurons of the layer, which are first .. end - 1. */
static void count_stripe(const workspace *work, const stripe *computed, size_t first, size_t end, sb_cosines *cosines) {
    for (size_t row = 0; row < computed->count; row++)
        for (size_t other = first; other < end; other++) {
            float cosine = work->cosines[row * computed->columns + other - computed->from];
            if (other != computed->first + row && !isnan(cosine))
                sb_cosines_add(cosines, cosine);
        }
}

/* The rows of one layer, whose neurons are first .. end - 1 of @p neurons; @p density goes on with the layers. */
static sb_code measure_layer(const workspace *work, const sb_probe_view *view, size_t first, size_t end, size_t neurons,
                             const sb_probe_output *matrix, double *density) {
    sb_cosines cosines = {0};
    sb_code code = SB_OK;
    for (size_t at = first; code == SB_OK && at < end; at += STRIPE) {
        stripe next = {
            .first = at, .count = end - at < STRIPE ? end - at : STRIPE, .from = first, .columns = end - first};
        if (matrix->values)
            next.from = 0, next.columns = neurons;
        sb_row_products(work->rows + at * work->width, next.count, work->rows + next.from * work->width, next.columns,
                        work->width, work->cosines);
        if (matrix->values)
            copy_stripe(work, &next, matrix);
        count_stripe(work, &next, first, end, &cosines);
        code = sb_probe_progress(view);
    }
    sb_cosines_density(&cosines, density);
    return code;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    const sb_shape *shape = view->shape;
    double *density = outputs[1].values;
    size_t first = 0;
    sb_code code = SB_OK;
    normalise_rows(work, shape, view->parameters);
    for (size_t layer = 1; code == SB_OK && layer < shape->depth; layer++) {
        size_t end = first + shape->widths[layer];
        code = measure_layer(work, view, first, end, sb_hidden_neurons(shape), &outputs[0], density);
        density += outputs[1].lengths[1];
        first = end;
    }
    return code;
}

const sb_probe sb_probe_hyperplane_cosine = {
    .name = "hyperplane_cosine",
    .variables = {{.name = "hyperplane_cosine",
                   .unit = "1",
                   .long_name = "cosine of the weight rows of two hidden neurons, the shorter padded with zeros",
                   .type = SB_TYPE_FLOAT32,
                   .wanted = wants_matrix,
                   .dimensions = {&neuron, &other_neuron}},
                  {.name = "hyperplane_cosine_histogram",
                   .unit = "1",
                   .long_name = "density of that cosine over pairs of neurons of the layer",
                   .type = SB_TYPE_FLOAT64,
                   .dimensions = {&sb_dimension_hidden_layer, &sb_dimension_cosine_bin}}},
    .companions = {{&neuron_layer, &neuron}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
