/** @file dft.h
 * Spectra of real sequences and of images, by FFTW in double precision. Plans are FFTW_ESTIMATE on fftw_malloc memory:
 * measured plans depend on the machine's load, and gave up to 7 different results in 20 runs.
 */
#ifndef SPECBIAS_PROBE_DFT_H
#define SPECBIAS_PROBE_DFT_H

#include <specbias/data.h>

typedef struct sb_dft sb_dft;

/** The lattice of a sequence of @p samples numbers. */
static inline sb_lattice sb_dft_line(size_t samples) {
    return (sb_lattice){1, {samples}};
}

/** For signals on @p lattice. */
sb_code sb_dft_create(sb_lattice lattice, sb_dft **dft, sb_status *status);
void sb_dft_destroy(sb_dft *dft);

/** Bytes that sb_dft_create allocates. */
size_t sb_dft_bytes(sb_lattice lattice);

/** Floating-point operations of one transform (FFTW's own count for real data, 2.5 N log2 N, the logarithm rounded up).
 */
double sb_dft_flops(sb_lattice lattice);

/** One-sided amplitudes of the sequence f[0], f[stride], f[2 stride], ... of a lattice of one dimension into
 * amplitudes[N/2 + 1]:
 *     a[k] = 2 |F[k]| / N  (0 < k < N/2),  |F[k]| / N  (k = 0 and k = N/2),  F[k] = sum_n f[n] exp(-2 pi i k n / N)
 * so that f[n] = A sin(2 pi k n / N + phi) has a[k] = A. */
void sb_dft_amplitudes(sb_dft *dft, const float *f, size_t stride, double *amplitudes);

/* --- Shells ---------------------------------------------------------------------------------------------------------
 *
 * Modes k of a lattice, positive and negative, are counted in shells of equal |k| in periods over the domain: shell r
 * holds those with r - 1/2 <= |k| < r + 1/2. On a line these are k = r and k = -r.
 */

/** Sums over the modes of a shell. By Parseval's theorem, the energies of all shells are the mean of f^2. */
typedef struct sb_shell {
    double modes;     /**< their number */
    double amplitude; /**< |F[k]| / N */
    double energy;    /**< |F[k]|^2 / N^2 */
} sb_shell;

/** Number of shells. The last of a square lattice that are whole lie below |k| = side/2. */
size_t sb_dft_shells(sb_lattice lattice);

/** Where the signal [N] is put, row-major, before sb_dft_add_shells, which leaves it there. */
double *sb_dft_signal(sb_dft *dft);

/** Transforms the signal, and adds to shells[sb_dft_shells]. */
void sb_dft_add_shells(sb_dft *dft, sb_shell *shells);

/** Operations of sb_dft_add_shells, for the cost model. */
double sb_dft_add_shells_flops(sb_lattice lattice);

#endif
