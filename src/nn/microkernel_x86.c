/* Tiles of 16 by 16, row by row of registers: their columns are two vectors of AVX2, or one of AVX-512. There two tiles
 * are computed at once, to load each broadcast number for two multiplications. The first 8 columns alone cost half as
 * much on processors that run AVX-512 in two halves, and the last panel of a batch often has no more. */
#include "microkernel.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

enum { VECTOR = 16, HALF = 8 };

/* The other columns of a tile whose first half is all that is wanted. */
static void clear_second_half(const sb_tile *tile) {
    for (size_t r = 0; r < tile->rows; r++)
        for (size_t v = HALF; v < VECTOR; v++)
            tile->c[r * tile->stride + v] = 0;
}

/* --- AVX2: 6, 5 and 5 rows, in 12 or 10 of 16 registers --------------------------------------------------------------
 */

#define TARGET                    __attribute__((target("avx2,fma")))
#define REGISTER                  __m256
#define OP(operation)             _mm256_##operation
#define MASK(activations, values) _mm256_and_ps(_mm256_cmp_ps(activations, _mm256_setzero_ps(), _CMP_NEQ_UQ), values)
#define B_STEP                    HALF
#define C_STEP                    HALF
#define SUMS_STEP                 HALF

#define NAME  six_rows_avx2
#define ROWS  6
#define COUNT 2
#include "microkernel_tile.h"

#define NAME  five_rows_avx2
#define ROWS  5
#define COUNT 2
#include "microkernel_tile.h"

#define NAME  eight_half_rows_avx2
#define ROWS  8
#define COUNT 1
#include "microkernel_tile.h"

#undef TARGET
#undef REGISTER
#undef OP
#undef MASK
#undef B_STEP
#undef C_STEP
#undef SUMS_STEP

static void multiply_avx2(const sb_microkernel *kernel, const sb_tile *tile) {
    (void)kernel;
    if (tile->columns > HALF) {
        six_rows_avx2(tile, 0);
        if (tile->rows > 6)
            five_rows_avx2(tile, 6);
        if (tile->rows > 11)
            five_rows_avx2(tile, 11);
    } else {
        eight_half_rows_avx2(tile, 0);
        if (tile->rows > 8)
            eight_half_rows_avx2(tile, 8);
        clear_second_half(tile);
    }
}

bool sb_microkernel_avx2(sb_microkernel *kernel) {
    *kernel = (sb_microkernel){.name = "AVX2",
                               .broadcast = VECTOR,
                               .vector = VECTOR,
                               .panels = 1,
                               .has_epilogue = true,
                               .multiply = multiply_avx2};
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* --- AVX-512: 8 rows of two tiles, in 16 of 32 registers -------------------------------------------------------------
 */

#define TARGET        __attribute__((target("avx512f,avx512vl,fma")))
#define REGISTER      __m512
#define OP(operation) _mm512_##operation
#define MASK(activations, values)                                                                                      \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(activations, _mm512_setzero_ps(), _CMP_NEQ_UQ), values)
#define B_STEP    tile->b_step
#define C_STEP    tile->c_step
#define SUMS_STEP 0

#define NAME  eight_double_rows_avx512
#define ROWS  8
#define COUNT 2
#include "microkernel_tile.h"

#define NAME  eight_rows_avx512
#define ROWS  8
#define COUNT 1
#include "microkernel_tile.h"

#undef REGISTER
#undef OP
#undef MASK
#define REGISTER      __m256
#define OP(operation) _mm256_##operation
#define MASK(activations, values)                                                                                      \
    _mm256_maskz_mov_ps(_mm256_cmp_ps_mask(activations, _mm256_setzero_ps(), _CMP_NEQ_UQ), values)

#define NAME  eight_half_rows_avx512
#define ROWS  8
#define COUNT 1
#include "microkernel_tile.h"

static void multiply_avx512(const sb_microkernel *kernel, const sb_tile *tile) {
    (void)kernel;
    for (size_t r = 0; r < tile->rows; r += 8)
        if (tile->columns > VECTOR)
            eight_double_rows_avx512(tile, r);
        else if (tile->columns > HALF)
            eight_rows_avx512(tile, r);
        else
            eight_half_rows_avx512(tile, r);
    if (tile->columns <= HALF)
        clear_second_half(tile);
}

bool sb_microkernel_avx512(sb_microkernel *kernel) {
    *kernel = (sb_microkernel){.name = "AVX-512",
                               .broadcast = VECTOR,
                               .vector = VECTOR,
                               .panels = 2,
                               .has_epilogue = true,
                               .multiply = multiply_avx512};
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}

#else

bool sb_microkernel_avx2(sb_microkernel *kernel) {
    (void)kernel;
    return false;
}

bool sb_microkernel_avx512(sb_microkernel *kernel) {
    (void)kernel;
    return false;
}

#endif
