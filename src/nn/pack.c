#include "pack.h"

#include "lanes.h"

/* Blocks of 8x8 are transposed in registers. Each round interleaves vectors that are 4, 2 and 1 rows apart; after the
 * third, vector c holds column c. */
SB_INLINE void transpose(sb_lanes rows[SB_LANES]) {
    sb_lanes pairs[SB_LANES], quads[SB_LANES];
    for (int i = 0; i < SB_LANES; i += 2) {
        pairs[i] = SB_SHUFFLE_LANES(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pairs[i + 1] = SB_SHUFFLE_LANES(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < SB_LANES; i += 4)
        for (int j = 0; j < 2; j++) {
            quads[i + j] = SB_SHUFFLE_LANES(pairs[i + j], pairs[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            quads[i + j + 2] = SB_SHUFFLE_LANES(pairs[i + j], pairs[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < SB_LANES / 2; i++) {
        rows[i] = SB_SHUFFLE_LANES(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = SB_SHUFFLE_LANES(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* 8 columns of 8 rows; of the last column the first @p last alone. */
SB_INLINE void pack_block(const float *a, size_t stride, size_t group, size_t last, float *packed) {
    sb_lanes block[SB_LANES];
    for (size_t r = 0; r < SB_LANES; r++)
        block[r] = SB_READ_LANES(a + r * stride);
    transpose(block);
    for (size_t c = 0; c < SB_LANES - 1; c++)
        SB_LANES_AT(packed + c * group) = block[c];
    if (last == SB_LANES)
        SB_LANES_AT(packed + (SB_LANES - 1) * group) = block[SB_LANES - 1];
    else
        for (size_t r = 0; r < last; r++)
            packed[(SB_LANES - 1) * group + r] = block[SB_LANES - 1][r];
}

/* All columns of one group of up to `group` rows. */
SB_INLINE void pack_edge(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < group; r++)
            packed[c * group + r] = r < rows ? a[r * stride + c] : 0;
}

/* A whole group, whose rows are a multiple of 8. */
SB_INLINE void pack_group(size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    size_t whole = columns / SB_LANES * SB_LANES;
    for (size_t c = 0; c < whole; c += SB_LANES)
        for (size_t r = 0; r < group; r += SB_LANES)
            pack_block(a + r * stride + c, stride, group, SB_LANES, packed + c * group + r);
    pack_edge(group, columns - whole, a + whole, stride, group, packed + whole * group);
}

/* A whole group of any number of rows. A store of 8 may reach into the next column's place, which is filled after it:
 * rows are taken from the last to the first, columns from the first to the last, behind which there may be something
 * else. Groups near the end of the matrix, without rows enough for whole blocks, are left to pack_edge; so are groups
 * of less than half a store, which would reach over more than one column. */
SB_INLINE void pack_odd_group(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed) {
    size_t blocks = (group + SB_LANES - 1) / SB_LANES;
    size_t whole = group >= SB_LANES / 2 && rows >= blocks * SB_LANES ? columns / SB_LANES * SB_LANES : 0;
    for (size_t c = 0; c < whole; c += SB_LANES)
        for (size_t r = blocks * SB_LANES; r > 0;) {
            r -= SB_LANES;
            size_t last = c + SB_LANES == columns && r + SB_LANES > group ? group - r : SB_LANES;
            pack_block(a + r * stride + c, stride, group, last, packed + c * group + r);
        }
    pack_edge(group, columns - whole, a + whole, stride, group, packed + whole * group);
}

SB_INLINE void pack_rows_loop(size_t rows, size_t columns, const float *a, size_t stride, size_t group, float *packed,
                              size_t step) {
    for (; rows >= group; rows -= group, a += group * stride, packed += step)
        if (group % SB_LANES == 0)
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
