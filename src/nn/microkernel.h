/** @file microkernel.h
 * The innermost loop of a matrix product: one tile of the result, held in registers.
 *
 * A micro-kernel multiplies `broadcast` rows by `vector` columns. Numbers of the first operand are broadcast, the
 * second is loaded as vectors. Both are packed: an operand's numbers for each k lie side by side.
 *
 * BLIS has one for every architecture that it knows, used here with the geometry that BLIS gives it. On x86 there are
 * ours (microkernel_x86.c), because they do what follows a product while its numbers are still in registers.
 */
#ifndef SPECBIAS_NN_MICROKERNEL_H
#define SPECBIAS_NN_MICROKERNEL_H

#include <stdbool.h>
#include <stddef.h>

/** What is done to each number of a product, in this order; NULL or false: not done. */
typedef struct sb_epilogue {
    const float *biases;      /**< [rows], added */
    bool relu;                /**< max(., 0); NaN stays NaN */
    const float *activations; /**< that lie like the product, and may be what it replaces: 0 where they are 0 */
    const float *factors;     /**< that lie like the product: multiplied by; only sb_panel_epilogue does that */
    float *sums;              /**< [rows][vector], to which the numbers are added */
} sb_epilogue;

/** One call: c[r * stride + v] = before[r * stride + v] + sum over k of a[k][r] b[k][v], and the epilogue, for r < rows
 * and v < columns.
 *
 * The micro-kernel may compute all rows and columns of its tile, whatever is wanted: c, before, activations and the
 * arrays of the epilogue must be there for all of them. Columns that are not wanted hold what the formula gives, or 0.
 */
typedef struct sb_tile {
    size_t k;
    const float *a, *b;  /**< [k][broadcast]; [k][vector] */
    const float *before; /**< NULL stands for zeros; a micro-kernel of BLIS takes c itself, or NULL */
    float *c;
    size_t stride;         /**< of rows in c, before and activations */
    size_t rows, columns;  /**< wanted: up to `broadcast`; up to `panels` times `vector` */
    size_t b_step, c_step; /**< from column `vector` on there is a second tile, so many numbers behind */
    sb_epilogue epilogue;
} sb_tile;

typedef struct sb_microkernel sb_microkernel;

struct sb_microkernel {
    const char *name;         /**< of its instruction set; NULL: one of BLIS's */
    size_t broadcast, vector; /**< rows and columns of a tile; vector is a multiple of 8 */
    size_t panels;            /**< tiles side by side that a call takes: 1 or 2 */
    bool has_epilogue;        /**< otherwise it is left to sb_panel_epilogue */
    /** May read one k past the ends of a and b. */
    void (*multiply)(const sb_microkernel *kernel, const sb_tile *tile);
    void (*function)(void); /**< BLIS's, if it is one of those, */
    void *context;          /**< and what it wants to be given */
};

/** Each finds a micro-kernel; false if there is none. Ours for this processor, or BLIS's if we have none, or if BLIS's
 * sub-configuration (after sb_blis_start) is an older one, so that ranks that agree on it compute the same bits: */
bool sb_microkernel_best(sb_microkernel *kernel);

/** BLIS's for the sub-configuration that it uses (after sb_blis_start); none whose vector is no multiple of 8, or whose
 * packed operands have gaps. */
bool sb_microkernel_blis(sb_microkernel *kernel);

/** Whether we know how to call the micro-kernels of this version of BLIS. Does not call it. */
bool sb_microkernel_knows_blis(void);

/** Ours for an instruction set. Both give the same bits: each number of the result is
 * one chain of fused multiply-adds over k. */
bool sb_microkernel_avx2(sb_microkernel *kernel);
bool sb_microkernel_avx512(sb_microkernel *kernel);

#endif
