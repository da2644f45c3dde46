/* How far the training inputs are from the nearest boundary between linear regions:
 *     d(x) = min over hidden neurons of |z(x)| / ||grad z(x)||,
 * z being a pre-activation with its bias; neurons whose gradient is zero at x are skipped. In two forms:
 *     input  the gradient by the network's input (Hanin and Rolnick, "Complexity of Linear Regions in Deep Networks",
 *            ICML 2019; Lazzari and Liu 2023, figure 9), the distance within the region of x;
 *     layer  the norm of the neuron's weight row, its gradient by the layer's own input, which Lazzari and Liu's
 *            published code computes. In the first layer, and only there, the two are the same.
 * Both are over the same inputs: all of them, or one at random from each of `samples` equal parts, the same at every
 * record, so that a change over training is one of the network.
 *
 * Distances run over many powers of ten (the bins are logarithmic), and are densest near 0: the expected one falls with
 * the number of neurons. */
#include "dimensions.h"
#include "dot.h"
#include "median.h"
#include "rows.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 }; /* most inputs that are looked at together */

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.boundary_distance.probe;
}

static bool wants_input(const sb_settings *settings) {
    return settings->probes.boundary_distance.form != SB_BOUNDARY_LAYER;
}

static bool wants_layer(const sb_settings *settings) {
    return settings->probes.boundary_distance.form != SB_BOUNDARY_INPUT;
}

/* --- Bins -----------------------------------------------------------------------------------------------------------
 */

/* The distance at @p position of @p bins equal steps from the logarithm of `low` to that of `high`. To 15 digits, as
 * ranges in a sweep file: the power's last bits depend on the processor. */
static double distance_at(const sb_settings *settings, double position) {
    double low = settings->probes.boundary_distance.low, high = settings->probes.boundary_distance.high;
    char text[40];
    snprintf(text, sizeof text, "%.15g",
             low * pow(high / low, position / (double)settings->probes.boundary_distance.bins));
    return strtod(text, NULL);
}

static size_t bin_middles(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t bins = (size_t)settings->probes.boundary_distance.bins;
    for (size_t i = 0; values && i < bins; i++)
        values[i] = distance_at(settings, (double)i + 0.5);
    return bins;
}

static const char *const bin_fields[] = {"probes.boundary_distance.bins", "probes.boundary_distance.low",
                                         "probes.boundary_distance.high", NULL};
static const sb_vector_rule distance_bin = {.name = "distance_bin",
                                            .unit = "1",
                                            .long_name = "middle, on a logarithmic scale, of a bin of distances",
                                            .type = SB_TYPE_FLOAT64,
                                            .fields = bin_fields,
                                            .values = bin_middles};

/* Shares of distances[count] in each bin; those beyond the range count in the bin at its end. */
static void fill_histogram(const sb_settings *settings, const float *distances, size_t count, double *shares) {
    size_t bins = (size_t)settings->probes.boundary_distance.bins;
    double low = settings->probes.boundary_distance.low, high = settings->probes.boundary_distance.high;
    double scale = (double)bins / log(high / low);
    memset(shares, 0, bins * sizeof *shares);
    for (size_t n = 0; n < count; n++) {
        double position = scale * log((double)distances[n] / low);
        size_t bin = position > 0 ? (size_t)fmin(position, (double)(bins - 1)) : 0;
        shares[bin] += 1 / (double)count;
    }
}

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

enum { FORM_INPUT, FORM_LAYER, FORMS };

/* What the measurements of a trial share. */
typedef struct workspace {
    float *x;                         /* [BLOCK][inputs] */
    float *z[SB_DEPTH_MAX + 1];       /* [BLOCK][widths[l]] of hidden layers; the others NULL */
    float *squares[SB_DEPTH_MAX + 1]; /* the same of |grad z|^2 */
    float *rows[SB_DEPTH_MAX + 1];    /* [widths[l]] squared norms of weight rows */
    float *passes;                    /* of sb_network_input_gradients */
    float *distances[FORMS];          /* [samples] of those that have one */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    size_t numbers =
        sb_input_gradients_workspace(&shape, BLOCK) + BLOCK * shape.widths[0] + FORMS * sb_dataset_samples(settings);
    for (size_t layer = 1; layer < shape.depth; layer++)
        numbers += (2 * BLOCK + 1) * shape.widths[layer];
    return sizeof(workspace) + numbers * sizeof(float);
}

static void destroy(void *state) {
    workspace *work = state;
    for (size_t form = 0; form < FORMS; form++)
        free(work->distances[form]);
    free(work->passes);
    for (size_t layer = 0; layer <= SB_DEPTH_MAX; layer++) {
        free(work->rows[layer]);
        free(work->squares[layer]);
        free(work->z[layer]);
    }
    free(work->x);
    free(work);
}

static bool allocate(workspace *work, const sb_dataset *dataset, const sb_shape *shape, sb_status *status) {
    static const char what[] = "the boundary_distance probe";
    work->x = sb_array(BLOCK * shape->widths[0], sizeof(float), what, status);
    work->passes = sb_array(sb_input_gradients_workspace(shape, BLOCK), sizeof(float), what, status);
    bool whole = work->x && work->passes;
    for (size_t layer = 1; whole && layer < shape->depth; layer++) {
        work->z[layer] = sb_array(BLOCK * shape->widths[layer], sizeof(float), what, status);
        work->squares[layer] = sb_array(BLOCK * shape->widths[layer], sizeof(float), what, status);
        work->rows[layer] = sb_array(shape->widths[layer], sizeof(float), what, status);
        whole = work->z[layer] && work->squares[layer] && work->rows[layer];
    }
    for (size_t form = 0; whole && form < FORMS; form++) {
        work->distances[form] = sb_array(dataset->samples, sizeof(float), what, status);
        whole = work->distances[form];
    }
    return whole;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings;
    workspace *work = sb_array(1, sizeof *work, "the boundary_distance probe", status);
    if (!work)
        return SB_MEMORY;
    if (!allocate(work, dataset, shape, status)) {
        destroy(work);
        return SB_MEMORY;
    }
    *state = work;
    return SB_OK;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------
 */

/* The least z^2 / squares of @p count neurons, by partial minima side by side; infinity where all squares are 0. The
 * root is left for the one that is the least. */
SB_CLONES
static float nearest(size_t count, const float *restrict z, const float *restrict squares) {
    enum { LANES = 16 };
    float partial[LANES], least = INFINITY;
    for (size_t lane = 0; lane < LANES; lane++)
        partial[lane] = INFINITY;
    for (size_t first = 0; first + LANES <= count; first += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            float square = squares[first + lane], distance = z[first + lane] * z[first + lane] / square;
            distance = square > 0 ? distance : INFINITY;
            partial[lane] = distance < partial[lane] ? distance : partial[lane];
        }
    for (size_t lane = 0; lane < LANES; lane++)
        least = partial[lane] < least ? partial[lane] : least;
    for (size_t i = count / LANES * LANES; i < count; i++)
        if (squares[i] > 0 && z[i] * z[i] / squares[i] < least)
            least = z[i] * z[i] / squares[i];
    return least;
}

/* The squares of layer @p layer for sample @p n: of its own, or for all samples the same. */
static const float *squares_of(const workspace *work, const sb_shape *shape, int form, size_t layer, size_t n) {
    return form == FORM_INPUT ? work->squares[layer] + n * shape->widths[layer] : work->rows[layer];
}

/* Appends the distances of @p samples samples of the present pass to the @p *count that there are. */
static void append_distances(workspace *work, const sb_shape *shape, int form, size_t samples, size_t *count) {
    for (size_t n = 0; n < samples; n++) {
        float least = INFINITY;
        for (size_t layer = 1; layer < shape->depth; layer++) {
            const float *z = work->z[layer] + n * shape->widths[layer];
            float distance = nearest(shape->widths[layer], z, squares_of(work, shape, form, layer, n));
            least = distance < least ? distance : least;
        }
        if (least < INFINITY)
            work->distances[form][(*count)++] = sqrtf(least);
    }
}

static void square_rows(workspace *work, const sb_shape *shape, const float *parameters) {
    for (size_t layer = 1; layer < shape->depth; layer++) {
        size_t in = shape->widths[layer - 1];
        const float *weights = parameters + sb_shape_weights(shape, layer);
        for (size_t j = 0; j < shape->widths[layer]; j++)
            work->rows[layer][j] = (float)sb_dot_floats(weights + j * in, weights + j * in, in);
    }
}

/* Number of inputs that are looked at. */
static size_t drawn_samples(const sb_settings *settings, size_t samples) {
    size_t most = (size_t)settings->probes.boundary_distance.samples;
    return most == SB_SAMPLES_ALL || most > samples ? samples : most;
}

/* work->x[count][inputs]: draws number @p first onwards of @p drawn, each from its own part of the data. */
static void draw(workspace *work, const sb_probe_view *view, size_t drawn, size_t first, size_t count) {
    const sb_dataset *data = view->dataset;
    for (size_t i = 0; i < count; i++) {
        size_t begin = (first + i) * data->samples / drawn, end = (first + i + 1) * data->samples / drawn;
        double place = sb_random_uniform((uint64_t)view->settings->seed, SB_PURPOSE_BOUNDARY_DISTANCE, first + i);
        size_t n = begin + (size_t)(place * (double)(end - begin));
        memcpy(work->x + i * data->inputs, data->x + n * data->inputs, data->inputs * sizeof *data->x);
    }
}

/* Mean, median and histogram of one form, from outputs[3]. */
static void summarise(const workspace *work, const sb_settings *settings, int form, size_t count,
                      const sb_probe_output *outputs) {
    double sum = 0;
    if (count == 0) /* a network all of whose neurons are dead has no boundary; the results stay missing */
        return;
    for (size_t n = 0; n < count; n++)
        sum += (double)work->distances[form][n];
    *(double *)outputs[0].values = sum / (double)count;
    *(double *)outputs[1].values = sb_median(work->distances[form], count);
    fill_histogram(settings, work->distances[form], count, outputs[2].values);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    workspace *work = state;
    size_t drawn = drawn_samples(view->settings, view->dataset->samples), batch = sb_network_batch(view->scratch);
    size_t at_once = batch < BLOCK ? batch : BLOCK, counts[FORMS] = {0};
    const bool wanted[FORMS] = {wants_input(view->settings), wants_layer(view->settings)};
    sb_code code = SB_OK;
    sb_network_set_parameters(view->scratch, view->parameters);
    square_rows(work, view->shape, view->parameters);
    for (size_t first = 0; code == SB_OK && first < drawn; first += at_once) {
        size_t count = drawn - first < at_once ? drawn - first : at_once;
        draw(work, view, drawn, first, count);
        sb_network_preactivations(view->scratch, work->x, count, work->z);
        if (wanted[FORM_INPUT])
            code = sb_network_input_gradients(view->scratch, count, work->squares, work->passes);
        else
            code = sb_probe_progress(view);
        for (int form = 0; code == SB_OK && form < FORMS; form++)
            if (wanted[form])
                append_distances(work, view->shape, form, count, &counts[form]);
    }
    for (int form = 0; code == SB_OK && form < FORMS; form++)
        if (wanted[form])
            summarise(work, view->settings, form, counts[form], outputs + 3 * form);
    return code;
}

/* A forward pass, and for the form `input` one more for each input. */
static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double passes = wants_input(settings) ? 1 + (double)shape.widths[0] : 1;
    return passes * sb_shape_flops(&shape) * (double)drawn_samples(settings, sb_dataset_samples(settings));
}

#define VARIABLES(suffix, words, wants)                                                                                \
    {.name = "boundary_distance" suffix,                                                                               \
     .unit = "1",                                                                                                      \
     .long_name = "distance to the nearest region boundary, " words ", mean over inputs",                              \
     .type = SB_TYPE_FLOAT64,                                                                                          \
     .wanted = (wants)},                                                                                               \
        {.name = "boundary_distance" suffix "_median",                                                                 \
         .unit = "1",                                                                                                  \
         .long_name = "distance to the nearest region boundary, " words ", median over inputs",                        \
         .type = SB_TYPE_FLOAT64,                                                                                      \
         .wanted = (wants)},                                                                                           \
    {                                                                                                                  \
        .name = "boundary_distance" suffix "_histogram", .unit = "1",                                                  \
        .long_name = "share of the inputs by distance to the nearest region boundary, " words,                         \
        .type = SB_TYPE_FLOAT64, .wanted = (wants), .dimensions = {                                                    \
            &distance_bin                                                                                              \
        }                                                                                                              \
    }

const sb_probe sb_probe_boundary_distance = {
    .name = "boundary_distance",
    .variables = {VARIABLES("", "in the network's input", wants_input),
                  VARIABLES("_layer", "in the layer of the nearest neuron", wants_layer)},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
