/* How much of the kernel's eigenvectors the network has learned (Rahaman et al. 2019, figure 5): with v_i the unit
 * eigenvectors of the Gaussian kernel exp(-r^2 / (2 sigma^2)) of the training inputs, by falling eigenvalue, the size
 * of the coefficients
 *     |<v_i, f>|,
 * of the network's outputs, of the targets that it is trained on, and of those without label noise; of several outputs
 * the norm of their coefficients. Bin b of B holds the mean over the eigenvectors floor(b N / B) up to that of the next
 * bin. */
#include "dimensions.h"
#include "dot.h"
#include "moments.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.kernel_spectrum.probe;
}

static bool wants_vectors(const sb_settings *settings) {
    return settings->probes.kernel_spectrum.vectors;
}

static size_t bins_of(const sb_settings *settings) {
    const int64_t bins = settings->probes.kernel_spectrum.bins;
    return bins == SB_BINS_EACH ? sb_dataset_samples(settings) : (size_t)bins;
}

static size_t first_of_bin(size_t bin, size_t bins, size_t samples) {
    return bin * samples / bins;
}

static size_t firsts(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    const size_t bins = bins_of(settings), samples = sb_dataset_samples(settings);
    for (size_t bin = 0; values && bin < bins; bin++)
        values[bin] = (double)first_of_bin(bin, bins, samples);
    return bins;
}

static size_t modes(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    return sb_indices(sb_dataset_samples(settings), values);
}

/* What a trial's measurements share. It depends on settings of the probe, none of which may be an axis. */
typedef struct kernel_state {
    const sb_kernel_basis *basis; /* the dataset's, if its noise is made of the same; otherwise own */
    sb_kernel_basis own;
    size_t bins;
    float *column;                    /* [samples] one output of all samples */
    double *squares;                  /* [samples] of coefficients */
    double *value, *targets, *cleans; /* [bins] of eigenvalues and targets */
} kernel_state;

static void destroy(void *state) {
    kernel_state *kernel = state;
    free(kernel->cleans);
    free(kernel->targets);
    free(kernel->value);
    free(kernel->squares);
    free(kernel->column);
    sb_kernel_basis_destroy(&kernel->own);
    free(kernel);
}

/* True if the label noise is made of the same eigenvectors. */
static bool is_shared(const sb_settings *settings) {
    return settings->noise.kind == SB_NOISE_KERNEL && settings->noise.sigma == settings->probes.kernel_spectrum.sigma;
}

static size_t bytes(const sb_settings *settings) {
    const size_t samples = sb_dataset_samples(settings);
    return sizeof(kernel_state) + samples * (sizeof(float) + sizeof(double)) + 3 * bins_of(settings) * sizeof(double) +
           (is_shared(settings) ? 0 : sb_kernel_basis_bytes(samples, sb_dataset_inputs(settings)));
}

/* The basis is found once in a trial. Coefficients wait for memory: 6 ms for 2000 samples, measured. */
static double flops(const sb_settings *settings) {
    const double samples = (double)sb_dataset_samples(settings);
    const double basis =
        is_shared(settings) ? 0 : sb_kernel_basis_flops(sb_dataset_samples(settings), sb_dataset_inputs(settings));
    return basis / (double)sb_moments_count(&sb_probe_kernel_spectrum, settings) +
           90 * samples * samples * (double)sb_dataset_outputs(settings);
}

/* Adds the squares of the coefficients of one output of values[samples][outputs]. */
static sb_code add_output(const kernel_state *kernel, const float *values, size_t outputs, const sb_probe_view *view) {
    enum { ROWS = 1024 }; /* 20 ms for the largest basis */
    const size_t samples = kernel->basis->size;
    sb_code code = SB_OK;
    for (size_t n = 0; n < samples; n++)
        kernel->column[n] = values[n * outputs];
    for (size_t i = 0; code == SB_OK && i < samples; i++) {
        double coefficient = sb_dot_mixed(kernel->column, kernel->basis->vectors + i * samples, samples);
        kernel->squares[i] += coefficient * coefficient;
        if (i % ROWS == ROWS - 1)
            code = sb_probe_progress(view);
    }
    return code;
}

/* spectrum[bins] of values[samples][outputs]. */
static sb_code find_spectrum(const kernel_state *kernel, const float *values, size_t outputs, const sb_probe_view *view,
                             double *spectrum) {
    const size_t samples = kernel->basis->size;
    sb_code code = SB_OK;
    for (size_t i = 0; i < samples; i++)
        kernel->squares[i] = 0;
    for (size_t output = 0; code == SB_OK && output < outputs; output++)
        code = add_output(kernel, values + output, outputs, view);
    for (size_t bin = 0; code == SB_OK && bin < kernel->bins; bin++) {
        const size_t first = first_of_bin(bin, kernel->bins, samples);
        const size_t end = first_of_bin(bin + 1, kernel->bins, samples);
        spectrum[bin] = 0;
        for (size_t i = first; i < end; i++)
            spectrum[bin] += sqrt(kernel->squares[i]) / (double)(end - first);
    }
    return code;
}

static void bin_eigenvalues(const kernel_state *kernel) {
    for (size_t bin = 0; bin < kernel->bins; bin++) {
        const size_t first = first_of_bin(bin, kernel->bins, kernel->basis->size);
        const size_t end = first_of_bin(bin + 1, kernel->bins, kernel->basis->size);
        for (size_t i = first; i < end; i++)
            kernel->value[bin] += kernel->basis->values[i] / (double)(end - first);
    }
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)shape;
    sb_code code = SB_MEMORY;
    const size_t samples = dataset->samples, bins = bins_of(settings);
    kernel_state *kernel = sb_array(1, sizeof *kernel, "the kernel spectrum probe", status);
    if (!kernel)
        return SB_MEMORY;
    kernel->bins = bins;
    if ((kernel->column = sb_array(samples, sizeof(float), "outputs", status)) &&
        (kernel->squares = sb_array(samples, sizeof(double), "kernel coefficients", status)) &&
        (kernel->value = sb_array(bins, sizeof(double), "kernel eigenvalues", status)) &&
        (kernel->targets = sb_array(bins, sizeof(double), "a kernel spectrum", status)) &&
        (kernel->cleans = sb_array(bins, sizeof(double), "a kernel spectrum", status)))
        code = SB_OK;
    kernel->basis = is_shared(settings) ? &dataset->kernel : &kernel->own;
    if (code == SB_OK && !is_shared(settings))
        code = sb_kernel_basis_create(dataset->x, samples, dataset->inputs, settings->probes.kernel_spectrum.sigma,
                                      &kernel->own, status);
    if (code == SB_OK)
        code = find_spectrum(kernel, dataset->y, dataset->outputs, NULL, kernel->targets);
    if (code == SB_OK)
        code = find_spectrum(kernel, dataset->clean, dataset->outputs, NULL, kernel->cleans);
    if (code != SB_OK) {
        destroy(kernel);
        return code;
    }
    bin_eigenvalues(kernel);
    *state = kernel;
    return SB_OK;
}

static void copy_vectors(const sb_kernel_basis *basis, const sb_probe_output *output) {
    float *rows = output->values;
    for (size_t i = 0; rows && i < basis->size; i++)
        for (size_t n = 0; n < basis->size; n++)
            rows[i * output->lengths[1] + n] = (float)basis->vectors[i * basis->size + n];
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const kernel_state *kernel = state;
    double *of_targets = outputs[1].values, *of_cleans = outputs[2].values, *value = outputs[3].values;
    for (size_t bin = 0; bin < kernel->bins; bin++) {
        of_targets[bin] = kernel->targets[bin];
        of_cleans[bin] = kernel->cleans[bin];
        value[bin] = kernel->value[bin];
    }
    copy_vectors(kernel->basis, &outputs[4]);
    return find_spectrum(kernel, view->outputs, view->dataset->outputs, view, outputs[0].values);
}

static const char *const sample_fields[] = {"target", "validation", NULL};

static const sb_vector_rule kernel_bin = {.name = "kernel_bin",
                                          .unit = "1",
                                          .long_name = "first eigenvector of the bin, from 0, by falling eigenvalue",
                                          .type = SB_TYPE_INT64,
                                          .fields = sample_fields,
                                          .values = firsts};
static const sb_vector_rule kernel_mode = {.name = "kernel_mode",
                                           .unit = "1",
                                           .long_name = "eigenvector of the kernel, from 0, by falling eigenvalue",
                                           .type = SB_TYPE_INT64,
                                           .fields = sample_fields,
                                           .values = modes};

const sb_probe sb_probe_kernel_spectrum = {
    .name = "kernel_spectrum",
    .variables = {{.name = "kernel_spectrum",
                   .unit = "1",
                   .long_name = "size of f's coefficients in the kernel's eigenvectors, mean over the bin",
                   .type = SB_TYPE_FLOAT64,
                   .dimensions = {&kernel_bin}},
                  {.name = "kernel_spectrum_target",
                   .unit = "1",
                   .long_name = "size of the coefficients of the targets with label noise, mean over the bin",
                   .type = SB_TYPE_FLOAT64,
                   .timeless = true,
                   .dimensions = {&kernel_bin}},
                  {.name = "kernel_spectrum_clean",
                   .unit = "1",
                   .long_name = "size of the coefficients of the targets without label noise, mean over the bin",
                   .type = SB_TYPE_FLOAT64,
                   .timeless = true,
                   .dimensions = {&kernel_bin}},
                  {.name = "kernel_eigenvalue",
                   .unit = "1",
                   .long_name = "eigenvalue of the kernel, mean over the bin",
                   .type = SB_TYPE_FLOAT64,
                   .timeless = true,
                   .dimensions = {&kernel_bin}},
                  {.name = "kernel_eigenvector",
                   .unit = "1",
                   .long_name = "unit eigenvector of the kernel, at each training sample",
                   .type = SB_TYPE_FLOAT32,
                   .timeless = true,
                   .wanted = wants_vectors,
                   .dimensions = {&kernel_mode, &sb_dimension_sample}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
