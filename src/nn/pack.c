#include "pack.h"

#include <stdbool.h>
#include <string.h>

/* Blocks of 8x8 are transposed in registers. Vectors of 8 are two registers where the instruction set has none so wide.
 */
enum { LANES = 8 };
typedef float vector __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* No functions: the calling convention of such vectors depends on the instruction set. */
#define LOAD(from)            (*(const vector *)(const void *)(from))
#define STORE(values, to)     (*(vector *)(void *)(to) = (values))
#define INTERLEAVE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

#define INLINE static inline __attribute__((always_inline))

/* Each round interleaves vectors that are 4, 2 and 1 rows apart; after the third, vector c holds column c. */
INLINE void transpose(vector rows[LANES]) {
    vector pairs[LANES], quads[LANES];
    for (int i = 0; i < LANES; i += 2) {
        pairs[i] = INTERLEAVE(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pairs[i + 1] = INTERLEAVE(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < LANES; i += 4)
        for (int j = 0; j < 2; j++) {
            quads[i + j] = INTERLEAVE(pairs[i + j], pairs[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            quads[i + j + 2] = INTERLEAVE(pairs[i + j], pairs[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < LANES / 2; i++) {
        rows[i] = INTERLEAVE(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = INTERLEAVE(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* 8 columns of 8 rows; of the last column the first @p last alone. */
INLINE void pack_block(const float *a, size_t stride, size_t group, size_t last, float *packed) {
    vector block[LANES];
    for (size_t r = 0; r < LANES; r++)
        block[r] = LOAD(a + r * stride);
    transpose(block);
    for (size_t c = 0; c < LANES - 1; c++)
        STORE(block[c], packed + c * group);
    if (last == LANES)
        STORE(block[LANES - 1], packed + (LANES - 1) * group);
    else
        for (size_t r = 0; r < last; r++)
            packed[(LANES - 1) * group + r] = block[LANES - 1][r];
}

/* All columns of one group of up to `group` rows. */
INLINE void pack_edge(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < group; r++)
            packed[c * group + r] = r < rows ? a[r * stride + c] : 0;
}

/* A whole group, whose rows are a multiple of 8. */
INLINE void pack_group(size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    size_t whole = columns / LANES * LANES;
    for (size_t c = 0; c < whole; c += LANES)
        for (size_t r = 0; r < group; r += LANES)
            pack_block(a + r * stride + c, stride, group, LANES, packed + c * group + r);
    pack_edge(group, columns - whole, a + whole, stride, group, packed + whole * group);
}

/* A whole group of any number of rows. A store of 8 may reach into the next column's place, which is filled after it:
 * rows are taken from the last to the first, columns from the first to the last, behind which there may be something
 * else. Groups near the end of the matrix, without rows enough for whole blocks, are left to pack_edge; so are groups
 * of less than half a store, which would reach over more than one column. */
INLINE void pack_odd_group(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    size_t blocks = (group + LANES - 1) / LANES;
    size_t whole = group >= LANES / 2 && rows >= blocks * LANES ? columns / LANES * LANES : 0;
    for (size_t c = 0; c < whole; c += LANES)
        for (size_t r = blocks * LANES; r > 0;) {
            r -= LANES;
            size_t last = c + LANES == columns && r + LANES > group ? group - r : LANES;
            pack_block(a + r * stride + c, stride, group, last, packed + c * group + r);
        }
    pack_edge(group, columns - whole, a + whole, stride, group, packed + whole * group);
}

INLINE void pack_rows_loop(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed,
                           size_t step) {
    for (; rows >= group; rows -= group, a += group * stride, packed += step)
        if (group % LANES == 0)
            pack_group(columns, a, stride, group, packed);
        else
            pack_odd_group(rows, columns, a, stride, group, packed);
    if (rows > 0)
        pack_edge(rows, columns, a, stride, group, packed);
}

/* The strides and groups of the usual micro-kernels are constants of loops of their own. */
SB_CLONES
static void pack_rows(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed,
                      size_t step) {
    if (group == 16 && stride == 16)
        pack_rows_loop(rows, columns, a, 16, 16, packed, step);
    else if (group == 6 && stride == 16)
        pack_rows_loop(rows, columns, a, 16, 6, packed, step);
    else if (group == 16)
        pack_rows_loop(rows, columns, a, stride, 16, packed, step);
    else
        pack_rows_loop(rows, columns, a, stride, group, packed, step);
}

void sb_pack_rows(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed,
                  size_t step) {
    pack_rows(rows, columns, a, stride, group, packed, step);
}

void sb_pack_again(size_t rows, size_t columns, const float *packed, size_t from, size_t to, float *again) {
    for (size_t row = 0; row < rows; row++) {
        const float *source = packed + row / from * from * columns + row % from;
        float *target = again + row / to * to * columns + row % to;
        for (size_t c = 0; c < columns; c++)
            target[c * to] = source[c * from];
    }
}
