/** @file lanes.h
 * Vectors of 8 numbers, by the extension that GCC and clang share: two registers, one, or half of one, as the
 * instruction set has them. They are no function's argument or result, because the calling convention depends on that.
 */
#ifndef SPECBIAS_NN_LANES_H
#define SPECBIAS_NN_LANES_H

enum { SB_LANES = 8 };
typedef float sb_lanes __attribute__((vector_size(SB_LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/** The vector at an address of any alignment, to read and to write. */
#define SB_READ_LANES(address) (*(const sb_lanes *)(const void *)(address))
#define SB_LANES_AT(address)   (*(sb_lanes *)(void *)(address))

/** Numbers of a (0 to 7) and b (8 to 15), in the order given. */
#if defined(__clang__) || __GNUC__ >= 12
#define SB_SHUFFLE_LANES(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef int sb_lane_numbers __attribute__((vector_size(SB_LANES * sizeof(int))));
#define SB_SHUFFLE_LANES(a, b, ...) __builtin_shuffle(a, b, (sb_lane_numbers){__VA_ARGS__})
#endif

/** So that what is constant in a call is constant in the loop. */
#define SB_INLINE static inline __attribute__((always_inline))

#endif
