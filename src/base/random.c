#include <math.h>
#include <Random123/philox.h>
#include <specbias/base.h>

static const double two_pi = 6.283185307179586476925286766559;

void sb_random_words(uint64_t seed, sb_purpose purpose, uint64_t index, uint32_t lane, uint32_t words[4]) {
    philox4x32_ctr_t counter = {{(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)purpose, lane}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t block = philox4x32(counter, key);
    for (int i = 0; i < 4; i++)
        words[i] = block.v[i];
}

/* 53 bits of two words, as a number in [0, 1). */
static double unit_interval(uint32_t high, uint32_t low) {
    uint64_t bits = ((uint64_t)high << 32 | low) >> 11;
    return (double)bits * 0x1p-53;
}

double sb_random_uniform(uint64_t seed, sb_purpose purpose, uint64_t index) {
    uint32_t words[4];
    sb_random_words(seed, purpose, index, 0, words);
    return unit_interval(words[0], words[1]);
}

/* Two variates from one block (Box and Muller 1958); 1 - u keeps the logarithm finite. */
static void normal_pair(uint64_t seed, sb_purpose purpose, uint32_t lane, uint64_t block, double pair[2]) {
    uint32_t words[4];
    sb_random_words(seed, purpose, block, lane, words);
    double radius = sqrt(-2 * log(1 - unit_interval(words[0], words[1])));
    double angle = two_pi * unit_interval(words[2], words[3]);
    pair[0] = radius * cos(angle);
    pair[1] = radius * sin(angle);
}

void sb_random_normals(uint64_t seed, sb_purpose purpose, uint32_t lane, uint64_t first, size_t count, double *values) {
    double pair[2];
    for (size_t i = 0; i < count; i++) {
        uint64_t variate = first + i;
        if (i == 0 || variate % 2 == 0)
            normal_pair(seed, purpose, lane, variate / 2, pair);
        values[i] = pair[variate % 2];
    }
}
