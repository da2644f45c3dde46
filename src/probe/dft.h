/** @file dft.h
 * One-sided amplitude spectra of real sequences, by FFTW in double precision.
 *
 *     a[k] = 2 |F[k]| / N  (0 < k < N/2),  |F[k]| / N  (k = 0 and k = N/2),  F[k] = sum_n f[n] exp(-2 pi i k n / N)
 *
 * so that f[n] = A sin(2 pi k n / N + phi) has a[k] = A. Plans are FFTW_ESTIMATE on fftw_malloc memory: measured plans
 * depend on the machine's load, and gave up to 7 different results in 20 runs.
 */
#ifndef SPECBIAS_PROBE_DFT_H
#define SPECBIAS_PROBE_DFT_H

#include <specbias/base.h>

typedef struct sb_dft sb_dft;

sb_code sb_dft_create(size_t samples, sb_dft **dft, sb_status *status);
void sb_dft_destroy(sb_dft *dft);

/** Bytes that sb_dft_create allocates. */
size_t sb_dft_bytes(size_t samples);

/** Amplitudes of f[0], f[stride], f[2 stride], ... into amplitudes[samples/2 + 1]. */
void sb_dft_amplitudes(sb_dft *dft, const float *f, size_t stride, double *amplitudes);

/** Floating-point operations of one transform (FFTW's own count for real data, 2.5 N log2 N, the logarithm rounded up).
 */
double sb_dft_flops(size_t samples);

#endif
