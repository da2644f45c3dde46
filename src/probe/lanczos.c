/* Lanczos's method with full reorthogonalisation on the smaller of W^T W and W W^T, in double precision (Golub and Van
 * Loan, Matrix Computations, 4th edition, sections 10.1 and 10.3). It ends when the residual of the leading Ritz pair
 * is below 1e-9 of its value. The residual bounds the distance to some eigenvalue; that this is the largest one also
 * needs the start vector to overlap with it. With an overlap of 1e-3 or more, a hundred times less than a random vector
 * of length 256 has on average, the error of the singular value stays below 1e-6 however close the next ones lie. At
 * the latest it ends when the Krylov space is the whole space: the value is then exact, and no spectrum can keep it
 * busy. */
#include "lanczos.h"

#include "dot.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-9;

struct sb_lanczos {
    double *basis;     /* [shorter][shorter] orthonormal rows */
    double *diagonal;  /* [shorter] of the tridiagonal matrix */
    double *off;       /* [shorter] next to its diagonal */
    double *candidate; /* [shorter] the next basis vector */
    double *image;     /* [longer] */
};

sb_code sb_lanczos_create(size_t shorter, size_t longer, sb_lanczos **lanczos, sb_status *status) {
    sb_lanczos *made = sb_array(1, sizeof *made, "the iteration for singular values", status);
    *lanczos = NULL;
    if (!made)
        return SB_MEMORY;
    made->basis = sb_array(shorter * shorter, sizeof(double), "a Krylov basis", status);
    made->diagonal = sb_array(shorter, sizeof(double), "a tridiagonal matrix", status);
    made->off = sb_array(shorter, sizeof(double), "a tridiagonal matrix", status);
    made->candidate = sb_array(shorter, sizeof(double), "a Krylov vector", status);
    made->image = sb_array(longer, sizeof(double), "a Krylov vector", status);
    if (!made->basis || !made->diagonal || !made->off || !made->candidate || !made->image) {
        sb_lanczos_destroy(made);
        return SB_MEMORY;
    }
    *lanczos = made;
    return SB_OK;
}

void sb_lanczos_destroy(sb_lanczos *lanczos) {
    if (!lanczos)
        return;
    free(lanczos->image);
    free(lanczos->candidate);
    free(lanczos->off);
    free(lanczos->diagonal);
    free(lanczos->basis);
    free(lanczos);
}

size_t sb_lanczos_bytes(size_t shorter, size_t longer) {
    return sizeof(sb_lanczos) + (shorter * shorter + 3 * shorter + longer) * sizeof(double);
}

/* u[rows] = W v[columns] */
static void multiply(const float *matrix, size_t rows, size_t columns, const double *v, double *u) {
    for (size_t row = 0; row < rows; row++)
        u[row] = sb_dot_mixed(matrix + row * columns, v, columns);
}

/* v[columns] = W^T u[rows] */
SB_CLONES
static void multiply_transposed(const float *matrix, size_t rows, size_t columns, const double *u, double *v) {
    memset(v, 0, columns * sizeof *v);
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++)
            v[column] += matrix[row * columns + column] * u[row];
}

SB_CLONES
static void subtract(double *from, double factor, const double *vector, size_t count) {
    for (size_t i = 0; i < count; i++)
        from[i] -= factor * vector[i];
}

/* True if the tridiagonal matrix has an eigenvalue at or above x: T - x then has a pivot that is not negative. */
static bool reaches(const double *diagonal, const double *off, size_t order, double x) {
    double pivot = diagonal[0] - x;
    for (size_t i = 1; i < order && pivot < 0; i++)
        pivot = diagonal[i] - x - off[i - 1] * off[i - 1] / pivot;
    return !(pivot < 0);
}

/* The largest eigenvalue of the tridiagonal matrix, by bisection down to neighbouring numbers; not below @p low. */
static double largest_eigenvalue(const double *diagonal, const double *off, size_t order, double low) {
    double high = low;
    for (size_t i = 0; i < order; i++)
        high = fmax(high, diagonal[i] + (i > 0 ? off[i - 1] : 0) + (i + 1 < order ? off[i] : 0));
    for (double middle = low + (high - low) / 2; low < middle && middle < high; middle = low + (high - low) / 2) {
        if (reaches(diagonal, off, order, middle))
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* The last component of the unit eigenvector to eigenvalue @p value. The recurrence runs backwards, in the direction in
 * which the components of a converging Ritz vector grow. */
static double last_component(const double *diagonal, const double *off, size_t order, double value) {
    double later = 0, current = 1, squares = 1;
    for (size_t i = order - 1; i > 0; i--) {
        double earlier = ((value - diagonal[i]) * current - (i + 1 < order ? off[i] * later : 0)) / off[i - 1];
        squares += earlier * earlier;
        later = current;
        current = earlier;
    }
    return 1 / sqrt(squares);
}

/* A unit vector that is the same for every matrix of this order. */
static void start_vector(double *v, size_t order) {
    for (size_t i = 0; i < order; i++) {
        float normal;
        sb_random_normals(0, SB_PURPOSE_SPECTRAL_NORM, 0, i, 1, &normal);
        v[i] = normal;
    }
    double norm = sqrt(sb_dot_doubles(v, v, order));
    for (size_t i = 0; i < order; i++)
        v[i] /= norm;
}

sb_code sb_lanczos_norm(sb_lanczos *lanczos, const float *matrix, size_t rows, size_t columns,
                        sb_code (*progress)(void *), void *context, double *norm) {
    sb_code code = SB_OK;
    size_t order = rows < columns ? rows : columns;
    double *diagonal = lanczos->diagonal, *off = lanczos->off, *next = lanczos->candidate, value = 0;
    start_vector(lanczos->basis, order);
    *norm = NAN;
    for (size_t k = 0; code == SB_OK && k < order; k++) {
        const double *v = lanczos->basis + k * order;
        if (rows < columns) {
            multiply_transposed(matrix, rows, columns, v, lanczos->image);
            multiply(matrix, rows, columns, lanczos->image, next);
        } else {
            multiply(matrix, rows, columns, v, lanczos->image);
            multiply_transposed(matrix, rows, columns, lanczos->image, next);
        }
        diagonal[k] = sb_dot_doubles(v, next, order);
        if (!isfinite(diagonal[k]))
            return SB_OK;
        for (int pass = 0; pass < 2; pass++) /* twice is enough (Giraud et al., 2005) */
            for (size_t j = k + 1; j-- > 0;)
                subtract(next, sb_dot_doubles(lanczos->basis + j * order, next, order), lanczos->basis + j * order,
                         order);
        off[k] = sqrt(sb_dot_doubles(next, next, order));
        value = largest_eigenvalue(diagonal, off, k + 1, value);
        if (off[k] * last_component(diagonal, off, k + 1, value) <= tolerance * value)
            break;
        if (progress)
            code = progress(context);
        for (size_t i = 0; i < order && k + 1 < order; i++)
            lanczos->basis[(k + 1) * order + i] = next[i] / off[k];
    }
    *norm = sqrt(value);
    return code;
}
