#include "dft.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

struct sb_dft {
    size_t rows, columns;    /* a line is one row */
    double *signal;          /* [rows][columns] */
    fftw_complex *transform; /* [rows][columns/2 + 1] */
    fftw_plan plan;
};

static size_t rows_of(sb_lattice lattice) {
    return lattice.dimensions == 2 ? lattice.lengths[0] : 1;
}

static size_t columns_of(sb_lattice lattice) {
    return lattice.lengths[lattice.dimensions - 1];
}

static size_t modes_of(sb_lattice lattice) {
    return rows_of(lattice) * (columns_of(lattice) / 2 + 1);
}

sb_code sb_dft_create(sb_lattice lattice, sb_dft **dft, sb_status *status) {
    sb_dft *made = calloc(1, sizeof *made);
    *dft = NULL;
    if (!made)
        return sb_fail(status, SB_MEMORY, "no memory for a Fourier transform");
    made->rows = rows_of(lattice);
    made->columns = columns_of(lattice);
    made->signal = fftw_alloc_real(made->rows * made->columns);
    made->transform = fftw_alloc_complex(modes_of(lattice));
    if (!made->signal || !made->transform) {
        sb_dft_destroy(made);
        return sb_fail(status, SB_MEMORY, "no memory for a Fourier transform of %zu x %zu samples", rows_of(lattice),
                       columns_of(lattice));
    }
    const int lengths[] = {(int)made->rows, (int)made->columns}, dimensions = (int)lattice.dimensions;
    made->plan = fftw_plan_dft_r2c(dimensions, lengths + 2 - dimensions, made->signal, made->transform, FFTW_ESTIMATE);
    if (!made->plan) {
        sb_dft_destroy(made);
        return sb_fail(status, SB_SYSTEM, "fftw_plan_dft_r2c made no plan for %zu x %zu samples", rows_of(lattice),
                       columns_of(lattice));
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

size_t sb_dft_bytes(sb_lattice lattice) {
    return sizeof(sb_dft) + rows_of(lattice) * columns_of(lattice) * sizeof(double) +
           modes_of(lattice) * sizeof(fftw_complex);
}

double sb_dft_flops(sb_lattice lattice) {
    double samples = (double)(rows_of(lattice) * columns_of(lattice));
    int digits; /* binary ones; log2 chooses its code, and so its last bit, by the processor */
    frexp(samples, &digits);
    return 2.5 * samples * digits;
}

void sb_dft_amplitudes(sb_dft *dft, const float *f, size_t stride, double *amplitudes) {
    size_t samples = dft->columns;
    for (size_t n = 0; n < samples; n++)
        dft->signal[n] = f[n * stride];
    fftw_execute(dft->plan);
    for (size_t k = 0; k <= samples / 2; k++) {
        double magnitude = hypot(dft->transform[k][0], dft->transform[k][1]) / (double)samples;
        bool has_mirror = k > 0 && 2 * k < samples;
        amplitudes[k] = has_mirror ? 2 * magnitude : magnitude;
    }
}

/* The shell of a mode with k^2 = @p square. It is a whole number, so that |k| is no half one. */
static size_t shell_of(size_t square) {
    return (size_t)(sqrt((double)square) + 0.5);
}

size_t sb_dft_shells(sb_lattice lattice) {
    size_t row = rows_of(lattice) / 2, column = columns_of(lattice) / 2;
    return shell_of(row * row + column * column) + 1;
}

double *sb_dft_signal(sb_dft *dft) {
    return dft->signal;
}

/* Modes with a column of 0 < k < columns/2 stand for their mirror image too. */
void sb_dft_add_shells(sb_dft *dft, sb_shell *shells) {
    const fftw_complex *mode = dft->transform;
    double scale = 1 / ((double)dft->rows * (double)dft->columns);
    fftw_execute(dft->plan);
    for (size_t i = 0; i < dft->rows; i++) {
        size_t row = i <= dft->rows / 2 ? i : dft->rows - i;
        for (size_t column = 0; column <= dft->columns / 2; column++, mode++) {
            sb_shell *shell = &shells[shell_of(row * row + column * column)];
            double real = scale * (*mode)[0], imaginary = scale * (*mode)[1];
            double energy = real * real + imaginary * imaginary;
            double count = column > 0 && 2 * column < dft->columns ? 2 : 1;
            shell->modes += count;
            shell->amplitude += count * sqrt(energy);
            shell->energy += count * energy;
        }
    }
}

/* A mode takes as long as MODE_FLOPS operations of a training step: 10 ns, at 75 GFLOP/s. */
double sb_dft_add_shells_flops(sb_lattice lattice) {
    enum { MODE_FLOPS = 750 };
    return sb_dft_flops(lattice) + MODE_FLOPS * (double)modes_of(lattice);
}
