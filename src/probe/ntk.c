/* The empirical neural tangent kernel of the network as it stands (Jacot, Gabriel and Hongler, "Neural Tangent Kernel",
 * NeurIPS 2018): with J[n] = the gradient of f(x_n) by all weights and biases,
 *     Theta = J J^T,  Theta[n][m] = grad f(x_n) . grad f(x_m),
 * over training inputs n = floor(i N / S), i = 0 .. S-1; of a network with several outputs the mean over their kernels.
 * Measured are its eigenvalues lambda_i, falling; how much of the targets lies along each eigenvector v_i,
 *     alignment_i = sum over outputs of (v_i . y)^2 / ||y||^2,
 * which add up to 1; and the alignment of the whole (Cristianini et al., "On Kernel-Target Alignment", NIPS 2001)
 *     y^T Theta y / (||Theta||_F ||y||^2).
 *
 * What it predicts: while Theta stays as it is, gradient flow on the mean squared error moves the outputs by
 * df/dt = -(2/S) Theta (f - y), so that exp(-2 lambda t / S) is left of an error along an eigenvector (Lee et al.,
 * "Wide Neural Networks of Any Depth Evolve as Linear Models", NeurIPS 2019, section 2.2, whose loss has another
 * factor). Frequencies are nearly eigenvectors, exactly so in the limit of width on the circle, with eigenvalues that
 * fall with k (Basri et al., "The Convergence Rate of Neural Networks for Learned Functions of Different Frequencies",
 * NeurIPS 2019; Cao et al., "Towards Understanding the Spectral Bias of Deep Learning", IJCAI 2021). Frequency k of
 * the target is given its Rayleigh quotient,
 *     lambda(k) = s^T Theta s / s^T s,  s[n] = sin(2 pi k z_n + phi_k),
 * and the steps in which gradient descent with the trial's learning rate brings it from 0 to the share `threshold`:
 *     predicted_step(k) = S log(1 / (1 - threshold)) / (2 learning_rate lambda(k)).
 * Where it is no eigenvector, the convexity of exp makes this a lower bound. Of Adam, which scales each parameter's
 * step, and under which Theta grows a hundredfold, it predicts the order of the frequencies, not the ratios of their
 * steps: on the circle (4 layers, width 128, rate 3e-4) at initialisation 1 : 5 : 30 : 139 : 528 for k = 1, 2, 4, 8,
 * 16, where 1 : 1.5 : 3.5 : 7 : 19 was measured.
 *
 * Beside it stands the first record at which 2 |DFT(f)[k]| / (N A_k), as in the probe spectrum, is at least
 * `threshold`; missing where none was. */
#include "dft.h"
#include "dimensions.h"
#include "dot.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EIGENVALUE, ALIGNMENT, TARGET_ALIGNMENT, FREQUENCY_EIGENVALUE, PREDICTED_STEP, MEASURED_STEP };

static const double two_pi = 6.283185307179586;

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.ntk.probe;
}

static bool wants_frequencies(const sb_settings *settings) {
    return settings->probes.ntk.frequencies != SB_PREDICTION_FALSE && sb_ntk_has_predictions(settings);
}

static size_t modes(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t count = sb_ntk_samples(settings);
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)(i + 1);
    return count;
}

static const char *const mode_fields[] = {"probes.ntk.samples", "target", "validation", NULL};
static const sb_vector_rule mode = {.name = "mode",
                                    .unit = "1",
                                    .long_name = "eigenvector of the neural tangent kernel, by falling eigenvalue",
                                    .type = SB_TYPE_INT64,
                                    .fields = mode_fields,
                                    .values = modes};

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

/* What the measurements of a trial share. Its sizes depend on fields of the probe that cannot be axes. */
typedef struct workspace {
    size_t samples;          /* S */
    sb_gradients *gradients; /* of S samples; made at the first measurement, for they need a network */
    float *x;                /* [S][inputs] */
    double *theta;           /* [S][S]; then its eigenvectors, one a row */
    double *gram;            /* [S][S] of one output */
    double *wave;            /* [S] */
    sb_dft *dft;             /* this and what follows: only where frequencies are wanted */
    double *spectrum;        /* [N/2 + 1] */
    double *amplitudes;      /* [frequencies] A_k */
    double *phases;          /* [frequencies] phi_k */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    size_t samples = sb_ntk_samples(settings), all = sb_dataset_samples(settings);
    size_t kernel = samples * shape.widths[0] * sizeof(float) + (2 * samples + 1) * samples * sizeof(double) +
                    sb_gradients_bytes(&shape, samples, samples) + sb_eigenvectors_bytes(samples);
    size_t measured = wants_frequencies(settings) ? sb_dft_bytes(sb_dft_line(all)) + (all / 2 + 1) * sizeof(double) +
                                                        2 * settings->target.frequencies.count * sizeof(double)
                                                  : 0;
    return sizeof(workspace) + kernel + measured;
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->phases);
    free(work->amplitudes);
    free(work->spectrum);
    sb_dft_destroy(work->dft);
    free(work->wave);
    free(work->gram);
    free(work->theta);
    free(work->x);
    sb_gradients_destroy(work->gradients);
    free(work);
}

static sb_code create_spectrum(workspace *work, const sb_settings *settings, size_t samples, sb_status *status) {
    work->spectrum = sb_array(samples / 2 + 1, sizeof(double), "an amplitude spectrum", status);
    work->amplitudes = sb_array(settings->target.frequencies.count, sizeof(double), "target amplitudes", status);
    work->phases = sb_array(settings->target.frequencies.count, sizeof(double), "target phases", status);
    if (!work->spectrum || !work->amplitudes || !work->phases)
        return SB_MEMORY;
    sb_target_components(settings, work->amplitudes, work->phases);
    return sb_dft_create(sb_dft_line(samples), &work->dft, status);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    static const char what[] = "the neural tangent kernel";
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    size_t samples = work->samples = sb_ntk_samples(settings);
    work->x = sb_array(samples * shape->widths[0], sizeof(float), what, status);
    work->theta = sb_array(samples * samples, sizeof(double), what, status);
    work->gram = sb_array(samples * samples, sizeof(double), what, status);
    work->wave = sb_array(samples, sizeof(double), what, status);
    sb_code code = work->x && work->theta && work->gram && work->wave ? SB_OK : SB_MEMORY;
    if (code == SB_OK && wants_frequencies(settings))
        code = create_spectrum(work, settings, dataset->samples, status);
    if (code == SB_OK)
        *state = work;
    else
        destroy(work);
    return code;
}

/* --- The kernel -----------------------------------------------------------------------------------------------------
 */

/* The training sample that is number @p i of the kernel's. */
static size_t sample_at(const workspace *work, const sb_dataset *data, size_t i) {
    return i * data->samples / work->samples;
}

/* work->theta: the mean of the outputs' kernels. */
static sb_code fill_kernel(workspace *work, const sb_probe_view *view, sb_status *status) {
    const sb_dataset *data = view->dataset;
    size_t size = work->samples * work->samples;
    sb_code code = SB_OK;
    if (!work->gradients)
        code = sb_gradients_create(view->scratch, work->samples, &work->gradients, status);
    for (size_t i = 0; i < work->samples; i++)
        memcpy(work->x + i * data->inputs, data->x + sample_at(work, data, i) * data->inputs,
               data->inputs * sizeof *data->x);
    memset(work->theta, 0, size * sizeof *work->theta);
    sb_network_set_parameters(view->scratch, view->parameters);
    for (size_t output = 0; code == SB_OK && output < data->outputs; output++) {
        code = sb_gradients_of_output(work->gradients, output, work->x, work->samples);
        if (code == SB_OK)
            code = sb_gradients_gram(work->gradients, work->gradients, 0, work->gram);
        for (size_t i = 0; code == SB_OK && i < size; i++)
            work->theta[i] += work->gram[i] / (double)data->outputs;
    }
    return code;
}

/* wave^T Theta wave, and the square of work->wave. */
static double quadratic_form(const workspace *work, double *square) {
    double form = 0;
    for (size_t i = 0; i < work->samples; i++)
        form += work->wave[i] * sb_dot_doubles(work->theta + i * work->samples, work->wave, work->samples);
    *square = sb_dot_doubles(work->wave, work->wave, work->samples);
    return form;
}

static void set_target(const workspace *work, const sb_dataset *data, size_t output) {
    for (size_t i = 0; i < work->samples; i++)
        work->wave[i] = (double)data->y[sample_at(work, data, i) * data->outputs + output];
}

static double target_alignment(const workspace *work, const sb_dataset *data) {
    double forms = 0, squares = 0, square, norm = 0;
    for (size_t output = 0; output < data->outputs; output++) {
        set_target(work, data, output);
        forms += quadratic_form(work, &square);
        squares += square;
    }
    norm = sqrt(sb_dot_doubles(work->theta, work->theta, work->samples * work->samples));
    return forms / (norm * squares);
}

/* The Rayleigh quotient of sin(2 pi k z + phase), z = n/N. */
static double frequency_eigenvalue(const workspace *work, const sb_dataset *data, double k, double phase) {
    double square;
    for (size_t i = 0; i < work->samples; i++)
        work->wave[i] = sin(two_pi * k * (double)sample_at(work, data, i) / (double)data->samples + phase);
    double form = quadratic_form(work, &square);
    return form / square;
}

/* alignments[S] from the eigenvectors in work->theta. */
static void align_modes(const workspace *work, const sb_dataset *data, double *alignments) {
    double squares = 0;
    memset(alignments, 0, work->samples * sizeof *alignments);
    for (size_t output = 0; output < data->outputs; output++) {
        set_target(work, data, output);
        squares += sb_dot_doubles(work->wave, work->wave, work->samples);
        for (size_t i = 0; i < work->samples; i++) {
            double along = sb_dot_doubles(work->theta + i * work->samples, work->wave, work->samples);
            alignments[i] += along * along;
        }
    }
    for (size_t i = 0; i < work->samples; i++)
        alignments[i] /= squares;
}

/* Eigenvalue and predicted step of each of the target's frequencies. */
static void predict(const workspace *work, const sb_probe_view *view, double *eigenvalues, double *steps) {
    const sb_settings *settings = view->settings;
    const sb_list *frequencies = &settings->target.frequencies;
    double decay = -log1p(-settings->probes.ntk.threshold) * (double)work->samples;
    for (size_t i = 0; i < frequencies->count; i++) {
        eigenvalues[i] = frequency_eigenvalue(work, view->dataset, frequencies->values[i], work->phases[i]);
        double rate = 2 * settings->training.learning_rate * eigenvalues[i];
        steps[i] = rate > 0 ? decay / rate : (double)INFINITY; /* rounding may leave less than 0 */
    }
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    workspace *work = state;
    sb_code code = fill_kernel(work, view, status);
    if (code != SB_OK)
        return code;
    *(double *)outputs[TARGET_ALIGNMENT].values = target_alignment(work, view->dataset);
    if (wants_frequencies(view->settings))
        predict(work, view, outputs[FREQUENCY_EIGENVALUE].values, outputs[PREDICTED_STEP].values);
    code = sb_eigenvectors(work->samples, work->theta, outputs[EIGENVALUE].values, status);
    if (code == SB_OK)
        align_modes(work, view->dataset, outputs[ALIGNMENT].values);
    return code;
}

/* --- The measured step ----------------------------------------------------------------------------------------------
 */

static void watch(void *state, const sb_probe_view *view, const sb_probe_output *outputs) {
    const workspace *work = state;
    const sb_list *frequencies = &view->settings->target.frequencies;
    double *steps = outputs[MEASURED_STEP].values;
    if (!steps)
        return;
    sb_dft_amplitudes(work->dft, view->outputs, view->dataset->outputs, work->spectrum);
    for (size_t i = 0; i < frequencies->count; i++) {
        double magnitude = work->spectrum[(size_t)frequencies->values[i]] / work->amplitudes[i];
        if (isnan(steps[i]) && magnitude >= view->settings->probes.ntk.threshold)
            steps[i] = (double)view->step;
    }
}

/* Factors of the gradients of each output, half of their Gram matrix, and the eigenvectors. */
static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double samples = (double)sb_ntk_samples(settings), outputs = (double)shape.widths[shape.depth], factors = 0;
    for (size_t layer = 1; layer <= shape.depth; layer++)
        factors += (double)(shape.widths[layer - 1] + shape.widths[layer]);
    return outputs * samples * (2 * sb_shape_flops(&shape) + samples * factors) +
           sb_eigenvectors_flops(sb_ntk_samples(settings));
}

const sb_probe sb_probe_ntk = {
    .name = "ntk",
    .variables =
        {[EIGENVALUE] = {.name = "ntk_eigenvalue",
                         .unit = "1",
                         .long_name = "eigenvalue of the neural tangent kernel",
                         .type = SB_TYPE_FLOAT64,
                         .dimensions = {&mode}},
         [ALIGNMENT] = {.name = "ntk_alignment",
                        .unit = "1",
                        .long_name = "share of the targets' square along the eigenvector",
                        .type = SB_TYPE_FLOAT64,
                        .dimensions = {&mode}},
         [TARGET_ALIGNMENT] = {.name = "ntk_target_alignment",
                               .unit = "1",
                               .long_name =
                                   "alignment y K y / (|K| |y|^2) of the neural tangent kernel K with the targets y",
                               .type = SB_TYPE_FLOAT64},
         [FREQUENCY_EIGENVALUE] = {.name = "ntk_frequency_eigenvalue",
                                   .unit = "1",
                                   .long_name = "Rayleigh quotient of the frequency in the neural tangent "
                                                "kernel",
                                   .type = SB_TYPE_FLOAT64,
                                   .wanted = wants_frequencies,
                                   .dimensions = {&sb_dimension_frequency}},
         [PREDICTED_STEP] = {.name = "ntk_predicted_step",
                             .unit = "1",
                             .long_name =
                                 "steps of gradient descent to learn the frequency by the neural tangent kernel",
                             .type = SB_TYPE_FLOAT64,
                             .wanted = wants_frequencies,
                             .dimensions = {&sb_dimension_frequency}},
         [MEASURED_STEP] = {.name = "ntk_measured_step",
                            .unit = "1",
                            .long_name = "first record at which the frequency was learned",
                            .type = SB_TYPE_FLOAT64,
                            .timeless = true,
                            .watched = true,
                            .wanted = wants_frequencies,
                            .dimensions = {&sb_dimension_frequency}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .watch = watch,
    .destroy = destroy,
};
