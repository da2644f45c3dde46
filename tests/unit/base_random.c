/* Random numbers: Philox4x32-10 itself against published vectors, and what is made of its words. */
#include <math.h>
#include <setjmp.h>
#include <specbias/base.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

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

/* Standard deviations of the first four sample moments of n normal numbers: sqrt((1, 2, 15, 96) / n). */
static void normal_numbers_have_the_moments_of_a_normal(void **state) {
    static const double expected[] = {0, 1, 0, 3}, variance[] = {1, 2, 15, 96};
    double *values = calloc(COUNT, sizeof *values), moments[4] = {0};
    (void)state;
    assert_non_null(values);
    sb_random_normals(7, SB_PURPOSE_PERTURBATION, 0, 0, COUNT, values);
    for (size_t i = 0; i < COUNT; i++)
        for (int m = 0; m < 4; m++)
            moments[m] += pow(values[i], m + 1) / COUNT;
    free(values);
    for (int m = 0; m < 4; m++)
        assert_true(fabs(moments[m] - expected[m]) < 5 * sqrt(variance[m] / COUNT));
}

static void normal_numbers_do_not_depend_on_how_a_range_is_cut(void **state) {
    enum { RANGE = 64 };
    static const size_t pieces[] = {1, 2, 3, 5, 7, 11, 13, 22};
    double whole[RANGE], cut[RANGE];
    size_t at = 0;
    (void)state;
    sb_random_normals(3, SB_PURPOSE_ENCODING, 4, 1001, RANGE, whole);
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        sb_random_normals(3, SB_PURPOSE_ENCODING, 4, 1001 + at, pieces[p], cut + at);
        at += pieces[p];
    }
    assert_int_equal(at, RANGE);
    assert_memory_equal(cut, whole, sizeof whole);
}

/* Correlation of n independent pairs lies within 5 of its standard deviations, 1/sqrt(n), of 0. */
static void streams_of_other_seeds_purposes_and_lanes_are_independent(void **state) {
    enum { PAIRS = 10000 };
    static double reference[PAIRS], other[PAIRS];
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
            correlation += reference[i] * other[i] / PAIRS;
        assert_true(fabs(correlation) < 5 / sqrt(PAIRS));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_words),
        cmocka_unit_test(uniform_numbers_fill_the_unit_interval),
        cmocka_unit_test(normal_numbers_have_the_moments_of_a_normal),
        cmocka_unit_test(normal_numbers_do_not_depend_on_how_a_range_is_cut),
        cmocka_unit_test(streams_of_other_seeds_purposes_and_lanes_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
