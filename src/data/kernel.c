#include <math.h>
#include <specbias/data.h>
#include <stdlib.h>

/* squares[count] += (x[j] - at)^2. Differences in double precision: |x|^2 + |x'|^2 - 2 x.x' by a matrix product would
 * be five times as fast, but the eigenvectors take most of the time. */
SB_CLONES
static void add_squares(const float *x, size_t count, double at, double *squares) {
    for (size_t j = 0; j < count; j++) {
        double difference = (double)x[j] - at;
        squares[j] += difference * difference;
    }
}

/* matrix[i][0 .. i] = exp(-|x_i - x_j|^2 / (2 sigma^2)), and mirrored; columns[inputs][samples] is x transposed. */
static void fill(const float *columns, size_t samples, size_t inputs, double sigma, double *matrix) {
    for (size_t i = 0; i < samples; i++) {
        double *row = matrix + i * samples;
        for (size_t k = 0; k < inputs; k++)
            add_squares(columns + k * samples, i, columns[k * samples + i], row);
        for (size_t j = 0; j < i; j++)
            matrix[j * samples + i] = row[j] = exp(-row[j] / (2 * sigma * sigma));
        row[i] = 1;
    }
}

size_t sb_kernel_basis_bytes(size_t samples, size_t inputs) {
    return samples * (samples + 1) * sizeof(double) + samples * inputs * sizeof(float) + sb_eigenvectors_bytes(samples);
}

/* Distances of 2000 samples over 784 inputs take 0.3 seconds on a core that trains at 60 GFLOP/s. */
double sb_kernel_basis_flops(size_t samples, size_t inputs) {
    return sb_eigenvectors_flops(samples) + 6 * (double)samples * (double)samples * (double)inputs;
}

sb_code sb_kernel_basis_create(const float *x, size_t samples, size_t inputs, double sigma, sb_kernel_basis *basis,
                               sb_status *status) {
    sb_code code = SB_MEMORY;
    *basis = (sb_kernel_basis){.size = samples, .sigma = sigma};
    float *columns = sb_array(samples * inputs, sizeof *columns, "the kernel's inputs", status);
    if (!columns || !(basis->values = sb_array(samples, sizeof *basis->values, "the kernel's eigenvalues", status)) ||
        !(basis->vectors = sb_array(samples * samples, sizeof *basis->vectors, "the kernel's eigenvectors", status)))
        goto done;
    for (size_t n = 0; n < samples; n++)
        for (size_t k = 0; k < inputs; k++)
            columns[k * samples + n] = x[n * inputs + k];
    fill(columns, samples, inputs, sigma, basis->vectors);
    code = sb_eigenvectors(samples, basis->vectors, basis->values, status);
done:
    free(columns);
    if (code != SB_OK)
        sb_kernel_basis_destroy(basis);
    return code;
}

void sb_kernel_basis_destroy(sb_kernel_basis *basis) {
    free(basis->vectors);
    free(basis->values);
    *basis = (sb_kernel_basis){0};
}
