/** @file panels.h
 * Loops over panels: @p vector samples of a layer as [features][vector], samples side by side. Compiled once per
 * instruction set and chosen when the program is loaded (SB_CLONES, see elementwise.h for what that promises).
 *
 * A layer with few inputs or outputs is no matrix product worth packing for; the sb_thin functions compute it directly.
 */
#ifndef SPECBIAS_NN_PANELS_H
#define SPECBIAS_NN_PANELS_H

#include "microkernel.h"

/** The epilogue, on values[features][vector]. */
void sb_panel_epilogue(size_t features, size_t vector, const sb_epilogue *epilogue, float *restrict values);

/** sums[f][v] += values[f][v]. */
void sb_panel_add(size_t features, size_t vector, const float *restrict values, float *restrict sums);

/** sums[r] = sum over v of values[r][v], for each of @p rows: pairwise, in one order for each @p vector. */
void sb_panel_sums(size_t rows, size_t vector, const float *restrict values, float *restrict sums);

/** outputs[o][v] = sum over i of weights[o][i] inputs[i][v]. */
void sb_thin_forward(size_t in, size_t out, size_t vector, const float *restrict weights, const float *restrict inputs,
                     float *restrict outputs);

/** below[i][v] = sum over o of weights[o][i] deltas[o][v]. */
void sb_thin_backward(size_t in, size_t out, size_t vector, const float *restrict weights, const float *restrict deltas,
                      float *restrict below);

/** gradients[o][i][v] += deltas[o][v] inputs[i][v]. */
void sb_thin_gradient(size_t in, size_t out, size_t vector, const float *restrict deltas, const float *restrict inputs,
                      float *restrict gradients);

#endif
