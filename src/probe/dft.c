#include "dft.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

struct sb_dft {
    size_t samples;
    double *signal;          /* [samples] */
    fftw_complex *transform; /* [samples/2 + 1] */
    fftw_plan plan;
};

sb_code sb_dft_create(size_t samples, sb_dft **dft, sb_status *status) {
    sb_dft *made = calloc(1, sizeof *made);
    *dft = NULL;
    if (!made)
        return sb_fail(status, SB_MEMORY, "no memory for a Fourier transform");
    made->samples = samples;
    made->signal = fftw_alloc_real(samples);
    made->transform = fftw_alloc_complex(samples / 2 + 1);
    if (!made->signal || !made->transform) {
        sb_dft_destroy(made);
        return sb_fail(status, SB_MEMORY, "no memory for a Fourier transform of %zu samples", samples);
    }
    made->plan = fftw_plan_dft_r2c_1d((int)samples, made->signal, made->transform, FFTW_ESTIMATE);
    if (!made->plan) {
        sb_dft_destroy(made);
        return sb_fail(status, SB_SYSTEM, "fftw_plan_dft_r2c_1d made no plan for %zu samples", samples);
    }
    *dft = made;
    return SB_OK;
}

void sb_dft_destroy(sb_dft *dft) {
    if (!dft)
        return;
    if (dft->plan)
        fftw_destroy_plan(dft->plan);
    fftw_free(dft->transform);
    fftw_free(dft->signal);
    free(dft);
}

size_t sb_dft_bytes(size_t samples) {
    return sizeof(sb_dft) + samples * sizeof(double) + (samples / 2 + 1) * sizeof(fftw_complex);
}

void sb_dft_amplitudes(sb_dft *dft, const float *f, size_t stride, double *amplitudes) {
    size_t samples = dft->samples;
    for (size_t n = 0; n < samples; n++)
        dft->signal[n] = f[n * stride];
    fftw_execute(dft->plan);
    for (size_t k = 0; k <= samples / 2; k++) {
        double magnitude = hypot(dft->transform[k][0], dft->transform[k][1]) / (double)samples;
        bool has_mirror = k > 0 && 2 * k < samples;
        amplitudes[k] = has_mirror ? 2 * magnitude : magnitude;
    }
}

double sb_dft_flops(size_t samples) {
    int digits; /* binary ones; log2 chooses its code, and so its last bit, by the processor */
    frexp((double)samples, &digits);
    return 2.5 * (double)samples * digits;
}
