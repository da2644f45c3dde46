/* How much better low frequencies are learned than high ones (Kiessling and Thor, "A Computable Definition of the
 * Spectral Bias", AAAI 2022, by their first method, the discrete Fourier transform on a grid): the energy of the
 * residual r = f - y is split at a cut-off K into E_low = sum over 0 < |k| <= K of |DFT(r)[k]|^2 / N^2,  E_high = sum
 * over |k| > K, SB = (E_high - E_low) / (E_high + E_low), 1 where all that is left to learn is high, -1 where all of it
 * is low, 0 without a bias. By default K is the target's own energy median, the smallest with half of its energy at or
 * below K, so that a network that has learned nothing has SB = 0, or as near to it as the target's frequencies allow.
 * Means (k = 0) count neither in the residual nor in the target: energies are variances. They are summed over outputs.
 * On images |k| is rounded to whole periods over the image. With BCE, r is the probability 1/(1 + exp(-f)) less y. */
#include "dft.h"
#include "dimensions.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.spectral_bias.probe;
}

/* What a trial's measurements share. */
typedef struct workspace {
    size_t shells;
    sb_dft *dft;
    sb_shell *target, *residual; /* [shells], over all outputs */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_lattice lattice = sb_dataset_lattice(settings);
    return sizeof(workspace) + sb_dft_bytes(lattice) + 2 * sb_dft_shells(lattice) * sizeof(sb_shell);
}

static double flops(const sb_settings *settings) {
    return (double)sb_dataset_outputs(settings) * sb_dft_add_shells_flops(sb_dataset_lattice(settings));
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->residual);
    free(work->target);
    sb_dft_destroy(work->dft);
    free(work);
}

/* Adds the shells of all outputs of f, or, with @p y, of the residual, to @p shells [work->shells]. */
static sb_code transform(const workspace *work, const sb_dataset *dataset, const float *f, const float *y, bool logits,
                         const sb_probe_view *view, sb_shell *shells) {
    double *signal = sb_dft_signal(work->dft);
    sb_code code = SB_OK;
    memset(shells, 0, work->shells * sizeof *shells);
    for (size_t output = 0; code == SB_OK && output < dataset->outputs; output++) {
        for (size_t n = 0; n < dataset->samples; n++) {
            size_t place = n * dataset->outputs + output;
            double value = f[place];
            if (y)
                value = (logits ? 1 / (1 + exp(-value)) : value) - y[place];
            signal[n] = value;
        }
        sb_dft_add_shells(work->dft, shells);
        code = sb_probe_progress(view);
    }
    return code;
}

static double energy(const sb_shell *shells, size_t first, size_t last) {
    double sum = 0;
    for (size_t r = first; r <= last; r++)
        sum += shells[r].energy;
    return sum;
}

/* The smallest shell with half of the energy at or below it. The targets are float32, which moves half of it by up to
 * 1e-7: a target of two equal amplitudes is split between them. */
static size_t median(const sb_shell *shells, size_t count) {
    const double half = (0.5 - 1e-6) * energy(shells, 1, count - 1);
    size_t r = 1;
    for (double sum = shells[1].energy; sum < half && r + 1 < count; sum += shells[r].energy)
        r++;
    return r;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings, (void)shape;
    static const char what[] = "the spectral bias probe";
    sb_code code = SB_MEMORY;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->shells = sb_dft_shells(dataset->lattice);
    work->target = sb_array(work->shells, sizeof(sb_shell), what, status);
    work->residual = sb_array(work->shells, sizeof(sb_shell), what, status);
    if (work->target && work->residual)
        code = sb_dft_create(dataset->lattice, &work->dft, status);
    if (code == SB_OK)
        code = transform(work, dataset, dataset->y, NULL, false, NULL, work->target);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    bool logits = view->settings->training.loss == SB_LOSS_BCE;
    int64_t cutoff = view->settings->probes.spectral_bias.cutoff;
    size_t last = work->shells - 1, split = (size_t)cutoff < last ? (size_t)cutoff : last;
    if (cutoff == SB_CUTOFF_MEDIAN)
        split = median(work->target, work->shells);
    sb_code code = transform(work, view->dataset, view->outputs, view->dataset->y, logits, view, work->residual);
    if (code != SB_OK)
        return code;
    double variance = energy(work->target, 1, last);
    double low = energy(work->residual, 1, split), high = energy(work->residual, split + 1, last);
    *(double *)outputs[0].values = (high - low) / (high + low);
    *(double *)outputs[1].values = low / variance;
    *(double *)outputs[2].values = high / variance;
    *(double *)outputs[3].values = (double)split;
    return SB_OK;
}

const sb_probe sb_probe_spectral_bias = {
    .name = "spectral_bias",
    .variables = {{.name = "spectral_bias",
                   .unit = "1",
                   .long_name = "(E_high - E_low) / (E_high + E_low) of the residual's energies",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "spectral_bias_low",
                   .unit = "1",
                   .long_name = "E_low: share of the target's variance that is left in the residual up to the cut-off",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "spectral_bias_high",
                   .unit = "1",
                   .long_name = "E_high: share of the target's variance that is left in the residual above the cut-off",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "spectral_bias_cutoff",
                   .unit = "1",
                   .long_name = "the highest of the low frequencies, in periods over the domain",
                   .type = SB_TYPE_FLOAT64,
                   .timeless = true}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
