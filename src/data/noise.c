#include "noise.h"

#include "families.h"
#include "principal.h"
#include <math.h>
#include <stdlib.h>

static size_t bytes_of_kind(const sb_settings *settings) {
    const size_t samples = sb_dataset_samples(settings), inputs = sb_dataset_inputs(settings);
    switch ((sb_noise_kind)settings->noise.kind) {
    case SB_NOISE_DIRECTION:
        return inputs * (sizeof(double) + sizeof(float));
    case SB_NOISE_COMPONENT:
        return inputs * sizeof(double) + sb_principal_bytes(inputs);
    case SB_NOISE_KERNEL:
        return sb_kernel_basis_bytes(samples, inputs);
    case SB_NOISE_NONE:
    case SB_NOISE_RADIAL:
    case SB_NOISE_WHITE:
        break;
    }
    return 0;
}

size_t sb_noise_bytes(const sb_settings *settings) {
    return settings->noise.kind == SB_NOISE_NONE
               ? 0
               : sb_dataset_samples(settings) * sizeof(double) + bytes_of_kind(settings);
}

/* Waves and white noise cost less than a training step does. */
double sb_noise_flops(const sb_settings *settings) {
    const size_t samples = sb_dataset_samples(settings), inputs = sb_dataset_inputs(settings);
    if (settings->noise.kind == SB_NOISE_COMPONENT)
        return sb_principal_flops(samples, inputs);
    return settings->noise.kind == SB_NOISE_KERNEL ? sb_kernel_basis_flops(samples, inputs) : 0;
}

/* beta sin(2 pi k s). */
static double wave(const sb_settings *settings, double s) {
    return settings->noise.amplitude * sin(SB_TWO_PI * settings->noise.frequency * s);
}

static void add_radial(const sb_settings *settings, const sb_dataset *dataset, double *noise) {
    for (size_t n = 0; n < dataset->samples; n++) {
        const float *x = dataset->x + n * dataset->inputs;
        double squares = 0;
        for (size_t i = 0; i < dataset->inputs; i++)
            squares += (double)x[i] * (double)x[i];
        noise[n] = wave(settings, sqrt(squares));
    }
}

static sb_code random_direction(const sb_settings *settings, size_t inputs, double *v, sb_status *status) {
    float *normals = sb_array(inputs, sizeof *normals, "a random direction", status);
    double squares = 0;
    if (!normals)
        return SB_MEMORY;
    sb_random_normals((uint64_t)settings->seed, SB_PURPOSE_NOISE, 0, 0, inputs, normals);
    for (size_t i = 0; i < inputs; i++)
        squares += (double)normals[i] * (double)normals[i];
    for (size_t i = 0; i < inputs; i++)
        v[i] = (double)normals[i] / sqrt(squares);
    free(normals);
    return SB_OK;
}

/* Along a random direction or a principal component. */
static sb_code add_along(const sb_settings *settings, const sb_dataset *dataset, double *noise, sb_status *status) {
    const size_t inputs = dataset->inputs;
    double *v = sb_array(inputs, sizeof *v, "the direction of label noise", status);
    if (!v)
        return SB_MEMORY;
    sb_code code = settings->noise.kind == SB_NOISE_DIRECTION
                       ? random_direction(settings, inputs, v, status)
                       : sb_principal_component(dataset->x, dataset->samples, inputs, (size_t)settings->noise.component,
                                                v, status);
    for (size_t n = 0; code == SB_OK && n < dataset->samples; n++) {
        double product = 0;
        for (size_t i = 0; i < inputs; i++)
            product += v[i] * (double)dataset->x[n * inputs + i];
        noise[n] = wave(settings, product);
    }
    free(v);
    return code;
}

static void add_white(const sb_settings *settings, size_t samples, double *noise) {
    for (size_t n = 0; n < samples; n++)
        noise[n] =
            settings->noise.amplitude * (2 * sb_random_uniform((uint64_t)settings->seed, SB_PURPOSE_NOISE, n) - 1);
}

static sb_code add_kernel(const sb_settings *settings, sb_dataset *dataset, double *noise, sb_status *status) {
    const size_t samples = dataset->samples;
    sb_kernel_basis *basis = &dataset->kernel;
    sb_code code = sb_kernel_basis_create(dataset->x, samples, dataset->inputs, settings->noise.sigma, basis, status);
    for (size_t i = 0; code == SB_OK && i < samples; i++) {
        const double place = samples > 1 ? (double)i / (double)(samples - 1) : 0;
        const double coefficient = settings->noise.amplitude * pow(place, settings->noise.exponent);
        for (size_t n = 0; n < samples; n++)
            noise[n] += coefficient * basis->vectors[i * samples + n];
    }
    return code;
}

static sb_code find(const sb_settings *settings, sb_dataset *dataset, double *noise, sb_status *status) {
    switch ((sb_noise_kind)settings->noise.kind) {
    case SB_NOISE_RADIAL:
        add_radial(settings, dataset, noise);
        break;
    case SB_NOISE_DIRECTION:
    case SB_NOISE_COMPONENT:
        return add_along(settings, dataset, noise, status);
    case SB_NOISE_WHITE:
        add_white(settings, dataset->samples, noise);
        break;
    case SB_NOISE_KERNEL:
        return add_kernel(settings, dataset, noise, status);
    case SB_NOISE_NONE:
        break;
    }
    return SB_OK;
}

sb_code sb_noise_add(const sb_settings *settings, sb_dataset *dataset, sb_status *status) {
    double *noise = sb_array(dataset->samples, sizeof *noise, "label noise", status);
    if (!noise)
        return SB_MEMORY;
    sb_code code = find(settings, dataset, noise, status);
    for (size_t n = 0; code == SB_OK && n < dataset->samples; n++)
        dataset->y[n] = (float)((double)dataset->y[n] + noise[n]);
    free(noise);
    return code;
}
