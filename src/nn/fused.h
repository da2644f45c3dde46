/* clang-format off */
/** @file fused.h
 * Networks over micro-kernels: everything stays packed between layers, and what is done to each number of a layer's
 * result (bias, ReLU, its mask, sums for the biases) is done while it is in a register or in the nearest cache.
 *
 * Samples are the micro-kernel's vectors. With V = vector and B = broadcast of its tile, 16 each where they are ours:
 *
 *   activations  [samples / V][features][V], "panels": what a tile of B features by V samples writes, the ReLU's mask, and
 *                the vector operand of the next product. On the way back the deltas take the activations' place. Other
 *                activations than the ReLU are loops over panels, behind the products, as are their derivatives.
 *   weights      stored, with their gradient and moments, as [out / V][in][V]: a tile of the gradient, inputs by outputs,
 *                lies in one piece, and where B = V this is also the broadcast operand of the forward product. After each
 *                update they are packed as that of the backward product, [in / B][out][B] (and, where B is not V, as that
 *                of the forward product, [out / B][in][B]).
 *   gradients    of weights come from blocks of samples, transposed in a scratch that stays in the second cache:
 *                activations as the broadcast operand [in / B][samples][B], deltas as the vector operand
 *                [out / V][samples][V].
 *
 * Features are padded to B; what is computed for the padding is never used. A batch is padded to V samples, whose deltas
 * are zero.
 *
 * fused.c lays out the memory, fused_products.c multiplies panels, fused_step.c trains, fused_passes.c serves probes.
 */
/* What was tried, beside the plain kernels on one Zen 4 core with a peak of 98 to 106 GFLOP/s (medians of pairs taken in
 * turn). The plain kernels reach .72 to .87 of it when nothing else runs, so that 1.15 to 1.4 would be all there is.
 *   networks of bench             a     b     c     d     tiny
 *   BLIS's tiles of 6 by 16       1.01  1.00  1.03  0.97  1.06
 *   ours for AVX2                 1.05  1.03  1.11  0.94  1.19
 *   ours for AVX-512              1.18  1.13  1.16  1.10  1.28
 * Tiles alone, k = 256, GFLOP/s of 98: BLIS's 6x16 87; AVX2 6x16 83 to 88, 5x16 80, 4x16 75; AVX-512 8x16, 8x32, 12x32,
 * 14x32, 8x48, 6x64, 12x16 and 16x16 all 93 or 94, so what counts is that 8 divides the usual widths (a: 3%).
 * Epilogues in registers instead of over panels: c 6%, tiny 8%. Deltas in the place of activations: a fifth less memory
 * (tiny). Weights stored as the operand of forward, and one place for all gradients of a step: a 7%, b and d 3%.
 * Blocks of 128 or 512 instead of 256 samples, or numbers of k: within 3% either way.
 * Several networks at once: 8 networks that step in turn run at .95 (tiny), .96 (a) and .99 (c) of the speed of one by
 * itself. Of a step of tiny, 84% are products, 9% thin layers and 2% Adam, which stacked networks would have to do just
 * the same; there is no stacking, because it could save only part of the 5% that remain. */
/* clang-format on */
#ifndef SPECBIAS_NN_FUSED_H
#define SPECBIAS_NN_FUSED_H

#include "kernels.h"
#include "microkernel.h"

/** Most inputs, or outputs, of a thin layer. It is no matrix product worth packing for: its weights are [out][in]. */
enum { SB_THIN = 4 };

typedef struct sb_fused_layer {
    size_t in, out;
    bool thin;
    size_t weights, biases;    /**< positions in the stored vectors */
    size_t weight_count;       /**< numbers that the weights take there */
    float *forward, *backward; /**< packed weights; NULL if thin, forward also if the stored ones serve */
    float *outputs;            /**< panels of h_l, or of f; on the way back of dloss/dz_l */
    float *derivatives;        /**< panels of h'(z_l) of a hidden layer, where sb_keeps_derivatives */
} sb_fused_layer;

typedef struct sb_fused {
    sb_network head;
    sb_microkernel kernel;
    sb_fused_layer layers[SB_DEPTH_MAX + 1];       /**< from 1; layers[0].outputs are the panels of x */
    size_t stored;                                 /**< length of the vectors that follow */
    float *parameters, *gradient, *first, *second; /**< stored */
    float *outputs, *seeds;                        /**< [batch][outputs]: f and dloss/df */
    float *left, *right;            /**< operands of a weight gradient, of sb_fused_block_samples samples */
    float *bias_sums, *weight_sums; /**< [features][vector]; of a thin layer [out][in][vector] */
    float *tile;                    /**< [broadcast][panels * vector] */
    float *product;                 /**< as many panels as the micro-kernel takes at once */
    float *passing[2];              /**< the same, for fused_passes.c */
} sb_fused;

static inline size_t sb_smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static inline size_t sb_round_up(size_t count, size_t unit) {
    return (count + unit - 1) / unit * unit;
}

/** Numbers of a panel. No tile writes the panels of a thin layer. */
static inline size_t sb_panel_length(const sb_microkernel *kernel, size_t features) {
    return (features <= SB_THIN ? features : sb_round_up(features, kernel->broadcast)) * kernel->vector;
}

/** Samples that a weight gradient takes at once. */
size_t sb_fused_block_samples(const sb_microkernel *kernel);

/** Packs the layer's weights for sb_fused_forward and _backward, after they have changed. */
void sb_fused_pack_weights(sb_fused *fused, const sb_fused_layer *layer);

/* --- fused_products.c --- */

/** rows[samples][features] into panels; samples that the last panel lacks are zero. */
void sb_fused_to_panels(const sb_fused *fused, size_t samples, size_t features, const float *rows, float *panels);
void sb_fused_to_rows(const sb_fused *fused, size_t samples, size_t features, const float *panels, float *rows);

/** outputs = W_l inputs, and the epilogue, whose activations are panels like outputs. Any number of samples that starts
 * with a panel. */
void sb_fused_forward(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *inputs,
                      sb_epilogue epilogue, float *outputs);

/** below = W_l^T deltas, and the epilogue, whose activations may be what was below. */
void sb_fused_backward(sb_fused *fused, const sb_fused_layer *layer, size_t samples, const float *deltas,
                       sb_epilogue epilogue, float *below);

/** The epilogue alone, on panels that are there already. */
void sb_fused_finish(const sb_fused *fused, size_t features, size_t samples, sb_epilogue epilogue, float *values);

/** Makes z_l of a hidden layer to h_l, unless the epilogue has done so, which knows the ReLU alone. */
void sb_fused_activate(sb_fused *fused, const sb_fused_layer *layer, size_t samples);

/** The epilogue that multiplies by h'(z_l) of a hidden layer, of its panels from number @p panel on. */
sb_epilogue sb_fused_derivative(const sb_fused *fused, const sb_fused_layer *layer, size_t panel);

/* --- fused_step.c --- */

void sb_fused_evaluate(sb_network *network, const float *x, size_t samples, float *outputs);
double sb_fused_gradient(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples);
void sb_fused_adam(sb_network *network, const sb_adam *adam);
double sb_fused_step(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                     size_t samples);

/* --- fused_passes.c --- */

void sb_fused_preactivations(sb_network *network, const float *x, size_t samples, float *const *z);
void sb_fused_deltas(sb_network *network, size_t samples, const float *seeds, float *const *delta);
void sb_fused_tangents(sb_network *network, size_t samples, const float *directions, float *const *t);

#endif
