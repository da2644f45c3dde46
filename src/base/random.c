#include <Random123/philox.h>
#include <specbias/base.h>

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
