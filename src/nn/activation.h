/** @file activation.h
 * The activations of hidden layers, one row each.
 *
 *   activation   h(z)                      h'(z)
 *   relu         max(z, 0)                 1 where z > 0, else 0
 *   leaky_relu   z where z > 0, else s z   1 where z > 0, else s
 *   tanh         tanh z                    1 - h^2
 *   sine         sin z                     cos z           NaN where |z| > 2^31
 *
 * NaN stays NaN, so that a broken network shows. All kernels compute all of them. ReLUs, for which every implementation
 * is written, are part of its own loops and need no memory: where h' is 0 is seen from h. For the others, a network
 * keeps h' of the last pass beside h.
 */
#ifndef SPECBIAS_NN_ACTIVATION_H
#define SPECBIAS_NN_ACTIVATION_H

#include <specbias/nn.h>

/** True if a network keeps h' of each layer. */
bool sb_keeps_derivatives(const sb_shape *shape);

/** values = h(values), and h' there into @p derivatives, unless that is NULL or of ReLUs. */
void sb_activate(const sb_shape *shape, size_t count, float *restrict values, float *restrict derivatives);
#endif
