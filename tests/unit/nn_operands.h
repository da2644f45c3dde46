/* Operands of packing, micro-kernels and loops over panels. Needs _DEFAULT_SOURCE, for MAP_ANONYMOUS. */
#ifndef SPECBIAS_TESTS_UNIT_NN_OPERANDS_H
#define SPECBIAS_TESTS_UNIT_NN_OPERANDS_H

#include "check.h"
#include <specbias/base.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory with a page behind it that cannot be touched. */
typedef struct fence {
    char *memory;
    size_t bytes, page;
} fence;

static inline fence open_fence(size_t numbers) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (numbers * sizeof(float) + page - 1) / page * page;
    char *memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(mprotect(memory + bytes, page, PROT_NONE), 0);
    return (fence){memory, bytes, page};
}

static inline void close_fence(fence *f) {
    assert_int_equal(munmap(f->memory, f->bytes + f->page), 0);
}

/* The last numbers before the fence. */
static inline float *before_fence(const fence *f, size_t count) {
    assert_true(count * sizeof(float) <= f->bytes);
    return (float *)(void *)(f->memory + f->bytes - count * sizeof(float));
}

static inline void fill(float *values, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        values[i] = value;
}

/* Numbers uniform on [-1, 1). */
static inline void fill_random(float *values, size_t count, uint64_t seed) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(2 * sb_random_uniform(seed, SB_PURPOSE_PHASES, i) - 1);
}

/* Fails unless both hold the same bits: so NaN, too, is where it was. */
static inline void assert_same_bits(const float *values, const float *expected, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (memcmp(&values[i], &expected[i], sizeof *values) != 0)
            fail_msg("number %zu of %zu is %.9g instead of %.9g", i, count, (double)values[i], (double)expected[i]);
}

#endif
