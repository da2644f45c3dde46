/* How robust each learned frequency is to random perturbations of the parameters (Rahaman et al. 2019, section 4.3 and
 * figure 3): theta are all weights and biases, v is a direction uniform on the unit sphere, and for each magnitude
 * delta response(delta, k) = mean over v of |DFT(f(theta + delta v))[k]| / |DFT(f(theta))[k]|. The mean is over ratios,
 * each of which is 1 where delta is 0: the same parameters go through the same calls, and the mean of ones is one.
 *
 * Directions are fresh for each magnitude. Direction d of magnitude delta is drawn from lane d under a key that is
 * itself drawn at the index of delta's bits. So a response depends on the trial's seed, delta and the number of
 * directions alone: it is the same whether delta stands in a list or on an axis, first or last, and whatever the other
 * magnitudes are. */
#include "dft.h"
#include "dimensions.h"
#include "dot.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.perturbation.probe;
}

static size_t magnitudes(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    const sb_list *list = &settings->probes.perturbation.magnitudes;
    for (size_t i = 0; values && i < list->count; i++)
        values[i] = list->values[i];
    return list->count;
}

static const char *const magnitude_fields[] = {"probes.perturbation.magnitudes", NULL};
static const sb_vector_rule magnitude = {.name = "magnitude",
                                         .unit = "1",
                                         .long_name = "norm delta of the perturbation of all parameters",
                                         .type = SB_TYPE_FLOAT64,
                                         .fields = magnitude_fields,
                                         .values = magnitudes};

/* What the measurements of a trial share. */
typedef struct workspace {
    sb_dft *dft;
    float *direction;       /* [parameters] normal variates: v before it is normalised */
    float *perturbed;       /* [parameters] theta + delta v */
    float *outputs;         /* [samples][outputs] */
    double *spectrum;       /* [samples/2 + 1] */
    double *reference;      /* [frequencies] of f(theta) */
    double *mean, *squares; /* [frequencies] of the ratios so far, and their squared deviations */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    size_t samples = sb_dataset_samples(settings), frequencies = settings->target.frequencies.count;
    return sizeof(workspace) + sb_dft_bytes(sb_dft_line(samples)) + sb_shape_parameters(&shape) * 2 * sizeof(float) +
           samples * sb_dataset_outputs(settings) * sizeof(float) +
           (samples / 2 + 1 + 3 * frequencies) * sizeof(double);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->squares);
    free(work->mean);
    free(work->reference);
    free(work->spectrum);
    free(work->outputs);
    free(work->perturbed);
    free(work->direction);
    sb_dft_destroy(work->dft);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    static const char what[] = "the perturbation probe";
    size_t frequencies = settings->target.frequencies.count, parameters = sb_shape_parameters(shape);
    sb_code code = SB_MEMORY;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->direction = sb_array(parameters, sizeof(float), what, status);
    work->perturbed = sb_array(parameters, sizeof(float), what, status);
    work->outputs = sb_array(dataset->samples * dataset->outputs, sizeof(float), what, status);
    work->spectrum = sb_array(dataset->samples / 2 + 1, sizeof(double), what, status);
    work->reference = sb_array(frequencies, sizeof(double), what, status);
    work->mean = sb_array(frequencies, sizeof(double), what, status);
    work->squares = sb_array(frequencies, sizeof(double), what, status);
    if (work->direction && work->perturbed && work->outputs && work->spectrum && work->reference && work->mean &&
        work->squares)
        code = sb_dft_create(sb_dft_line(dataset->samples), &work->dft, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

/* Draws direction number @p number for @p delta into work->direction and returns its norm. */
static double draw_direction(const workspace *work, uint64_t seed, double delta, uint32_t number, size_t parameters) {
    uint64_t bits;
    uint32_t words[4];
    memcpy(&bits, &delta, sizeof bits);
    sb_random_words(seed, SB_PURPOSE_PERTURBATION, bits, 0, words);
    uint64_t key = (uint64_t)words[0] << 32 | words[1];
    sb_random_normals(key, SB_PURPOSE_PERTURBATION, number, 0, parameters, work->direction);
    return sqrt(sb_dot_floats(work->direction, work->direction, parameters));
}

/* Amplitude spectrum of f(theta + factor * direction) on the training inputs, in work->spectrum. */
static sb_code perturbed_spectrum(const workspace *work, const sb_probe_view *view, double factor) {
    size_t parameters = sb_shape_parameters(view->shape);
    for (size_t i = 0; i < parameters; i++)
        work->perturbed[i] = (float)(view->parameters[i] + factor * work->direction[i]);
    sb_network_set_parameters(view->scratch, work->perturbed);
    sb_code code = sb_network_forward(view->scratch, view->dataset->x, view->dataset->samples, work->outputs);
    if (code != SB_OK)
        return code;
    sb_dft_amplitudes(work->dft, work->outputs, view->dataset->outputs, work->spectrum);
    return sb_probe_progress(view);
}

/* Takes in ratio number @p number (from 0) of each frequency: running mean and squared deviations (Welford 1962). The
 * mean of equal numbers is that number, exactly. */
static void accumulate(const workspace *work, const sb_list *frequencies, size_t number) {
    for (size_t i = 0; i < frequencies->count; i++) {
        double ratio = work->spectrum[(size_t)frequencies->values[i]] / work->reference[i];
        double deviation = ratio - work->mean[i];
        work->mean[i] += deviation / (double)(number + 1);
        work->squares[i] += deviation * (ratio - work->mean[i]);
    }
}

static sb_code measure_magnitude(const workspace *work, const sb_probe_view *view, double delta, float *response,
                                 float *spread) {
    const sb_list *frequencies = &view->settings->target.frequencies;
    size_t directions = (size_t)view->settings->probes.perturbation.directions;
    size_t parameters = sb_shape_parameters(view->shape);
    uint64_t seed = (uint64_t)view->settings->seed;
    memset(work->mean, 0, frequencies->count * sizeof(double));
    memset(work->squares, 0, frequencies->count * sizeof(double));
    for (size_t number = 0; number < directions; number++) {
        double length = draw_direction(work, seed, delta, (uint32_t)number, parameters);
        sb_code code = perturbed_spectrum(work, view, delta / length);
        if (code != SB_OK)
            return code;
        accumulate(work, frequencies, number);
    }
    for (size_t i = 0; i < frequencies->count; i++) {
        response[i] = (float)work->mean[i];
        spread[i] = (float)sqrt(work->squares[i] / (double)directions);
    }
    return SB_OK;
}

/* The reference goes through the same calls as every perturbed network, with delta = 0 and whatever direction. */
static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    const sb_list *frequencies = &view->settings->target.frequencies;
    const sb_list *deltas = &view->settings->probes.perturbation.magnitudes;
    size_t row = outputs[0].lengths[1];
    float *response = outputs[0].values, *spread = outputs[1].values;
    sb_code code = perturbed_spectrum(work, view, 0);
    for (size_t i = 0; i < frequencies->count; i++)
        work->reference[i] = work->spectrum[(size_t)frequencies->values[i]];
    for (size_t i = 0; code == SB_OK && i < deltas->count; i++)
        code = measure_magnitude(work, view, deltas->values[i], response + i * row, spread + i * row);
    return code;
}

/* A parameter of a direction takes as long as PARAMETER_FLOPS operations of a training step: 3 ns (2.2 of them to draw
 * its normal variate) where a forward pass ran at 75 GFLOP/s. For 6 layers of 256 a direction takes 0.8 ms,
 * evaluating the network on 200 samples 1.2 ms. */
enum { PARAMETER_FLOPS = 250 };

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double samples = (double)sb_dataset_samples(settings);
    double networks =
        (double)settings->probes.perturbation.magnitudes.count * (double)settings->probes.perturbation.directions;
    return networks * (samples * sb_shape_flops(&shape) + sb_dft_flops(sb_dft_line((size_t)samples)) +
                       PARAMETER_FLOPS * (double)sb_shape_parameters(&shape));
}

const sb_probe sb_probe_perturbation = {
    .name = "perturbation",
    .variables = {{.name = "perturbation",
                   .unit = "1",
                   .long_name = "magnitude of the perturbed network over that of the trained one, mean over directions",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&magnitude, &sb_dimension_frequency}},
                  {.name = "perturbation_spread",
                   .unit = "1",
                   .long_name = "standard deviation of that ratio over directions",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&magnitude, &sb_dimension_frequency}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
