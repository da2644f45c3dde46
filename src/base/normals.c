/* Normal variates by the method of Box and Muller (1958), four from the four words of a Philox block. Every operation
 * on a float is one that IEEE 754 rounds correctly, and nothing is contracted (-ffp-contract=off), so that vectors of
 * any width and single numbers give the same bits; libm's functions choose their code by the processor. */
#include <math.h>
#include <Random123/philox.h>
#include <specbias/base.h>
#include <string.h>

enum { WORDS = 4, BLOCKS = 64 }; /* words of a block, blocks that are drawn at once: 2 KiB on the stack */

static float as_float(uint32_t bits) {
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static uint32_t as_bits(float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Natural logarithm of a positive normal number: 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), and s = f / (2 + f).
 * Coefficients of FreeBSD's e_logf.c (Sun Microsystems 1993, Bruce Evans): below 1 unit in the last place. */
static inline float logarithm(float x) {
    const uint32_t one = 0x3f800000, root_half = 0x3f3504f3, mantissa = 0x7fffff;
    uint32_t bits = as_bits(x) + (one - root_half);
    float k = (float)((int32_t)(bits >> 23) - 127);
    float f = as_float((bits & mantissa) + root_half) - 1;
    float s = f / (2 + f), z = s * s, w = z * z, half_square = 0.5F * f * f;
    float odd = w * (0xccce13.0p-25F + w * 0xf89e26.0p-26F), even = z * (0xaaaaaa.0p-24F + w * 0x91e9ee.0p-25F);
    return s * (half_square + odd + even) + k * 9.0580006145e-06F - half_square + f + k * 6.9313812256e-01F;
}

/* Sine and cosine of @p word / 2^32 turns: the nearest quarter turn is taken off exactly, and leaves t quarters with
 * |t| <= 1/2. Minimax polynomials in t^2 of sin(pi t / 2) / t - 1 and cos(pi t / 2), to 3e-9 and 6e-11. */
static inline void sine_and_cosine(uint32_t word, float *sine, float *cosine) {
    float t = (float)(int32_t)(word << 2) * 0x1p-32F, z = t * t;
    float s = t + t * (((-4.601657856e-3F * z + 7.968003303e-2F) * z - 6.459634900e-1F) * z + 5.707963109e-1F);
    float c = 1 + z * (((9.037665441e-4F * z - 2.086016536e-2F) * z + 2.536692321e-1F) * z - 1.233700514F);
    uint32_t quarter = (word + (UINT32_C(1) << 29)) >> 30;
    uint32_t swap = (as_bits(s) ^ as_bits(c)) & (0 - (quarter & 1));
    *sine = as_float(as_bits(s) ^ swap ^ (quarter & 2) << 30);
    *cosine = as_float(as_bits(c) ^ swap ^ ((quarter + 1) & 2) << 30);
}

/* 31 bits fit a signed number, which every instruction set converts; the last one is set, so that none gives 0. */
static inline void normal_pair(uint32_t radius_word, uint32_t angle_word, float pair[2]) {
    float uniform = (float)(int32_t)(radius_word >> 1 | 1) * 0x1p-31F, sine, cosine;
    float radius = sqrtf(-2 * logarithm(uniform));
    sine_and_cosine(angle_word, &sine, &cosine);
    pair[0] = radius * cosine;
    pair[1] = radius * sine;
}

SB_CLONES
static void draw_words(philox4x32_key_t key, uint32_t purpose, uint32_t lane, uint64_t first, size_t blocks,
                       uint32_t words[restrict WORDS][BLOCKS]) {
    for (size_t i = 0; i < blocks; i++) {
        uint64_t index = first + i;
        philox4x32_ctr_t counter = {{(uint32_t)index, (uint32_t)(index >> 32), purpose, lane}};
        philox4x32_ctr_t block = philox4x32(counter, key);
        words[0][i] = block.v[0];
        words[1][i] = block.v[1];
        words[2][i] = block.v[2];
        words[3][i] = block.v[3];
    }
}

SB_CLONES
static void transform(size_t blocks, uint32_t words[restrict WORDS][BLOCKS], float values[restrict BLOCKS][WORDS]) {
    for (size_t i = 0; i < blocks; i++) {
        normal_pair(words[0][i], words[1][i], values[i]);
        normal_pair(words[2][i], words[3][i], values[i] + 2);
    }
}

void sb_random_normals(uint64_t seed, sb_purpose purpose, uint32_t lane, uint64_t first, size_t count, float *values) {
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    uint32_t words[WORDS][BLOCKS];
    float drawn[BLOCKS][WORDS];
    while (count > 0) {
        size_t skip = first % WORDS, most = WORDS * BLOCKS - skip, taken = count < most ? count : most;
        size_t blocks = (skip + taken + WORDS - 1) / WORDS;
        draw_words(key, (uint32_t)purpose, lane, first / WORDS, blocks, words);
        transform(blocks, words, drawn);
        memcpy(values, &drawn[0][skip], taken * sizeof *values);
        first += taken;
        values += taken;
        count -= taken;
    }
}
