/** @file principal.h
 * Principal components: the eigenvectors of the inputs' covariance, by falling variance.
 */
#ifndef SPECBIAS_DATA_PRINCIPAL_H
#define SPECBIAS_DATA_PRINCIPAL_H

#include <specbias/data.h>

/** Unit vector v[inputs] of principal component number @p component, from 1, of x[samples][inputs]; its component of
 * largest magnitude is positive. SB_MEMORY or SB_SYSTEM. */
sb_code sb_principal_component(const float *x, size_t samples, size_t inputs, size_t component, double *v,
                               sb_status *status);

/** Bytes that it allocates and releases. */
size_t sb_principal_bytes(size_t inputs);

/** What it costs, in operations of a training step that would take as long. */
double sb_principal_flops(size_t samples, size_t inputs);

#endif
