/* Random numbers: Philox4x32-10 itself against published vectors, and what is made of its words. */
#include <math.h>
#include <setjmp.h>
#include <specbias/base.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { COUNT = 200000 };

/* The lines "philox4x32 10" of Random123's kat_vectors: counter, key, result. */
static void philox_gives_the_published_words(void **state) {
    static const struct {
        uint32_t counter[4], key[2], words[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
        const uint32_t *counter = vectors[v].counter, *key = vectors[v].key;
        uint32_t words[4];
        sb_random_words((uint64_t)key[1] << 32 | key[0], (sb_purpose)counter[2],
                        (uint64_t)counter[1] << 32 | counter[0], counter[3], words);
        assert_memory_equal(words, vectors[v].words, sizeof words);
    }
}

/* The mean of n uniform numbers lies within 5 of its standard deviations, 1/sqrt(12 n), of 1/2. */
static void uniform_numbers_fill_the_unit_interval(void **state) {
    double sum = 0, least = 1, greatest = 0;
    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        double value = sb_random_uniform(7, SB_PURPOSE_INITIALISATION, i);
        sum += value;
        least = fmin(least, value);
        greatest = fmax(greatest, value);
    }
    assert_true(fabs(sum / COUNT - 0.5) < 5 / sqrt(12.0 * COUNT));
    assert_true(least >= 0 && least < 10.0 / COUNT);
    assert_true(greatest < 1 && greatest > 1 - 10.0 / COUNT);
}

/* Correlation of n independent pairs lies within 5 of its standard deviations, 1/sqrt(n), of 0. */
static void streams_of_other_seeds_purposes_and_lanes_are_independent(void **state) {
    enum { PAIRS = 10000 };
    static float reference[PAIRS], other[PAIRS];
    static const struct {
        uint64_t seed;
        sb_purpose purpose;
        uint32_t lane;
    } streams[] = {{2, SB_PURPOSE_PHASES, 0},
                   {UINT64_C(1) << 32 | 1, SB_PURPOSE_PHASES, 0},
                   {1, SB_PURPOSE_ENCODING, 0},
                   {1, SB_PURPOSE_PHASES, 1}};
    (void)state;
    sb_random_normals(1, SB_PURPOSE_PHASES, 0, 0, PAIRS, reference);
    for (size_t s = 0; s < sizeof streams / sizeof *streams; s++) {
        double correlation = 0;
        sb_random_normals(streams[s].seed, streams[s].purpose, streams[s].lane, 0, PAIRS, other);
        for (size_t i = 0; i < PAIRS; i++)
            correlation += (double)reference[i] * other[i] / PAIRS;
        assert_true(fabs(correlation) < 5 / sqrt(PAIRS));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_words),
        cmocka_unit_test(uniform_numbers_fill_the_unit_interval),
        cmocka_unit_test(streams_of_other_seeds_purposes_and_lanes_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
