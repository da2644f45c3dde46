/** @file block.h
 * One block of memory for a struct and its arrays. A function that lays the arrays out runs twice: without memory, to
 * count the bytes, and with it, to set the pointers.
 */
#ifndef SPECBIAS_NN_BLOCK_H
#define SPECBIAS_NN_BLOCK_H

#include <specbias/base.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

typedef struct sb_block {
    char *memory; /**< aligned to SB_ALIGNMENT; NULL: only counted */
    size_t used;  /**< bytes */
} sb_block;

static inline size_t sb_block_aligned(size_t bytes) {
    return (bytes + SB_ALIGNMENT - 1) / SB_ALIGNMENT * SB_ALIGNMENT;
}

/** One whose first @p bytes are the struct itself. */
static inline sb_block sb_block_behind(void *memory, size_t bytes) {
    return (sb_block){memory, sb_block_aligned(bytes)};
}

/** The next @p count numbers, aligned to SB_ALIGNMENT, and @p slack more behind them that may be read, but are
 * nobody's: AddressSanitizer is told so. */
static inline float *sb_block_take(sb_block *block, size_t count, size_t slack) {
    float *array = block->memory ? (float *)(void *)(block->memory + block->used) : NULL;
    block->used += sb_block_aligned((count + slack) * sizeof(float));
#ifdef __SANITIZE_ADDRESS__
    if (array)
        ASAN_POISON_MEMORY_REGION(array + count, slack * sizeof(float));
#endif
    return array;
}

#endif
