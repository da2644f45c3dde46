/** @file pack.h
 * Rearranging matrices into the operands of micro-kernels (microkernel.h). Compiled once per instruction set and chosen
 * when the program is loaded (SB_CLONES). Nothing is read behind a's last number, and nothing is written but what the
 * formulas name.
 */
#ifndef SPECBIAS_NN_PACK_H
#define SPECBIAS_NN_PACK_H

#include <stddef.h>

/** Groups of rows, transposed:
 *     packed[g * step + c * group + r] = a[(g * group + r) * stride + c]
 * for each g, c < columns and r < group, with zeros in place of the rows that the last group lacks. */
void sb_pack_rows(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed, size_t step);

/** What sb_pack_rows gave with groups of @p from (and a step of columns * from), in groups of @p to (and a step of
 * columns * to). */
void sb_pack_again(size_t rows, size_t columns, const float *packed, size_t from, size_t to, float *again);

#endif
