/* How much of each of the target's frequencies the network has learned: the normalised magnitude
 *     2 |DFT(f)[k]| / (N A_k),
 * 1 where it has learned all of it (Rahaman et al., "On the Spectral Bias of Neural Networks", ICML 2019, section 4).
 * With `full`, the one-sided amplitude spectrum of f at all wavenumbers too. f is the network's output on the training
 * samples in the order of z; with BCE these are logits. */
#include "dft.h"
#include "dimensions.h"
#include "rows.h"
#include <stdlib.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.spectrum.probe;
}

static bool wants_full(const sb_settings *settings) {
    return settings->probes.spectrum.full;
}

static size_t wavenumbers(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    return sb_indices(sb_dataset_samples(settings) / 2 + 1, values);
}

static size_t target_amplitudes(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    if (values)
        sb_target_components(settings, values, NULL);
    return settings->target.frequencies.count;
}

static const char *const wavenumber_fields[] = {"target", "validation", NULL};
static const sb_vector_rule wavenumber = {.name = "wavenumber",
                                          .unit = "1",
                                          .long_name = "frequency of the discrete Fourier transform over the domain",
                                          .type = SB_TYPE_INT64,
                                          .fields = wavenumber_fields,
                                          .values = wavenumbers};

static const char *const amplitude_fields[] = {"target", NULL};
static const sb_vector_rule amplitude = {.name = "amplitude",
                                         .unit = "1",
                                         .long_name = "amplitude A_k of the target at the frequency",
                                         .type = SB_TYPE_FLOAT64,
                                         .fields = amplitude_fields,
                                         .values = target_amplitudes};

/* What a trial's measurements share. */
typedef struct transformer {
    sb_dft *dft;
    double *spectrum; /* [samples/2 + 1] */
    double *target;   /* [frequencies] A_k */
} transformer;

static size_t bytes(const sb_settings *settings) {
    size_t samples = sb_dataset_samples(settings);
    return sizeof(transformer) + sb_dft_bytes(sb_dft_line(samples)) + (samples / 2 + 1) * sizeof(double) +
           settings->target.frequencies.count * sizeof(double);
}

static double flops(const sb_settings *settings) {
    return sb_dft_flops(sb_dft_line(sb_dataset_samples(settings)));
}

static void destroy(void *state) {
    transformer *transform = state;
    free(transform->target);
    free(transform->spectrum);
    sb_dft_destroy(transform->dft);
    free(transform);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)shape;
    sb_code code = SB_MEMORY;
    transformer *transform = sb_array(1, sizeof *transform, "the spectrum probe", status);
    if (!transform)
        return SB_MEMORY;
    transform->spectrum = sb_array(dataset->samples / 2 + 1, sizeof(double), "an amplitude spectrum", status);
    transform->target = sb_array(settings->target.frequencies.count, sizeof(double), "target amplitudes", status);
    if (transform->spectrum && transform->target)
        code = sb_dft_create(sb_dft_line(dataset->samples), &transform->dft, status);
    if (code != SB_OK) {
        destroy(transform);
        return code;
    }
    sb_target_components(settings, transform->target, NULL);
    *state = transform;
    return SB_OK;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const transformer *transform = state;
    const sb_list *frequencies = &view->settings->target.frequencies;
    float *normalised = outputs[0].values, *full = outputs[1].values;
    sb_dft_amplitudes(transform->dft, view->outputs, view->dataset->outputs, transform->spectrum);
    for (size_t i = 0; i < frequencies->count; i++)
        normalised[i] = (float)(transform->spectrum[(size_t)frequencies->values[i]] / transform->target[i]);
    for (size_t k = 0; full && k <= view->dataset->samples / 2; k++)
        full[k] = (float)transform->spectrum[k];
    return SB_OK;
}

const sb_probe sb_probe_spectrum = {
    .name = "spectrum",
    .variables = {{.name = "spectrum",
                   .unit = "1",
                   .long_name = "normalised magnitude 2 |DFT(f)[k]| / (N A_k)",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&sb_dimension_frequency}},
                  {.name = "amplitude_spectrum",
                   .unit = "1",
                   .long_name = "one-sided amplitude spectrum of f",
                   .type = SB_TYPE_FLOAT32,
                   .wanted = wants_full,
                   .dimensions = {&wavenumber}}},
    .companions = {{&amplitude, &sb_dimension_frequency}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
