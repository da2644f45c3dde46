/* Normal variates: every one of them is the Box-Muller value of Random123's words, on every instruction set, and
 * together they are distributed as they should be. */
#include <math.h>
#include <setjmp.h>
#include <specbias/base.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 200000 };

/* Four numbers from the words of a block by the formula in base.h, in long double. */
static void box_muller(const uint32_t words[4], long double expected[4]) {
    static const long double quarter_turn = 1.57079632679489661923132169163975144L;
    for (size_t pair = 0; pair < 2; pair++) {
        uint32_t angle = words[2 * pair + 1];
        float uniform = (float)(words[2 * pair] >> 1 | 1) * 0x1p-31F;
        float rest = (float)(int32_t)(angle << 2) * 0x1p-32F; /* turns in quarters: rest + a whole number */
        long double radius = sqrtl(-2 * logl(uniform)), sine = sinl(quarter_turn * rest);
        long double cosine = cosl(quarter_turn * rest);
        for (double quarters = angle * 0x1p-30 - rest; quarters > 0.5; quarters--) {
            long double before = sine;
            sine = cosine;
            cosine = -before;
        }
        expected[2 * pair] = radius * cosine;
        expected[2 * pair + 1] = radius * sine;
    }
}

/* 2.5e-7 of the number: half a unit in the last place (6e-8) each for square root and product, 4e-8 for half the
 * logarithm's error, 1.05e-7 for sine and cosine. */
static void assert_accurate(const float *values, const uint32_t words[4]) {
    long double expected[4];
    box_muller(words, expected);
    for (size_t i = 0; i < 4; i++)
        if (!(fabsl(values[i] - expected[i]) <= 2.5e-7L * fabsl(expected[i])))
            fail_msg("words %08x %08x %08x %08x, number %zu: %.9g, not %.9Lg", words[0], words[1], words[2], words[3],
                     i, (double)values[i], expected[i]);
}

/* Begins where a vector of indices is carried into its high word. */
static void numbers_are_those_of_box_and_muller(void **state) {
    static const uint64_t first = (UINT64_C(1) << 32) - COUNT / 8;
    float *values = calloc(COUNT, sizeof *values);
    uint32_t words[4];
    (void)state;
    assert_non_null(values);
    sb_random_normals(UINT64_C(0x123456789abcdef), SB_PURPOSE_PERTURBATION, 6, 4 * first, COUNT, values);
    for (size_t i = 0; i < COUNT; i += 4) {
        sb_random_words(UINT64_C(0x123456789abcdef), SB_PURPOSE_PERTURBATION, first + i / 4, 6, words);
        assert_accurate(values + i, words);
    }
    free(values);
}

/* The counter from which Philox4x32-10 makes @p words under key 0: its rounds backwards. Multipliers and key increments
 * of Salmon et al. 2011; the inverses are modulo 2^32. */
static void unrandom_words(const uint32_t words[4], uint32_t counter[4]) {
    static const uint64_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
    static const uint32_t increment[2] = {0x9E3779B9, 0xBB67AE85};
    uint32_t inverse[2] = {1, 1};
    for (int i = 0; i < 2; i++)
        for (int newton = 0; newton < 5; newton++) /* from 1 bit to 32 */
            inverse[i] *= 2 - (uint32_t)multiplier[i] * inverse[i];
    memcpy(counter, words, 4 * sizeof *words);
    for (uint32_t round = 10; round-- > 0;) {
        uint32_t c0 = counter[3] * inverse[0], c2 = counter[1] * inverse[1];
        uint32_t c1 = counter[0] ^ (uint32_t)(c2 * multiplier[1] >> 32) ^ round * increment[0];
        uint32_t c3 = counter[2] ^ (uint32_t)(c0 * multiplier[0] >> 32) ^ round * increment[1];
        memcpy(counter, (uint32_t[]){c0, c1, c2, c3}, 4 * sizeof *counter);
    }
}

/* Four numbers of which the first two come from @p radius and @p angle. The numbers of a stream are counted in 64 bits,
 * so that one counter in four exists: the last word is chosen to give one. */
static void assert_accurate_from(uint32_t radius, uint32_t angle) {
    uint32_t words[4] = {radius, angle, radius, 0}, counter[4];
    float values[4];
    do {
        words[3]++;
        unrandom_words(words, counter);
    } while (counter[1] >> 30);
    uint64_t index = (uint64_t)counter[1] << 32 | counter[0];
    sb_random_normals(0, (sb_purpose)counter[2], counter[3], 4 * index, 4, values);
    assert_accurate(values, words);
}

/* The ends of the unit interval, and every quarter and eighth of a turn with its neighbours. */
static void extreme_words_give_accurate_numbers(void **state) {
    static const uint32_t radii[] = {0,          2,          4,          6,          0x7ffffffe, 0x80000000,
                                     0xb504f332, 0xb504f334, 0xffffff00, 0xfffffffc, 0xfffffffe};
    static const uint32_t steps[] = {0, 1, 2, 0x1000, 0x1fffffff};
    (void)state;
    for (size_t i = 0; i < sizeof radii / sizeof *radii; i++)
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++)
            for (uint32_t eighth = 0; eighth < 8; eighth++) {
                assert_accurate_from(radii[i], (eighth << 29) + steps[j]);
                assert_accurate_from(radii[i], (eighth << 29) - steps[j]);
            }
}

typedef void normals(uint64_t seed, sb_purpose purpose, uint32_t lane, uint64_t first, size_t count, float *values);

/* src/base/normals.c, compiled for one instruction set each. */
static void every_instruction_set_gives_the_same_bits(void **state) {
    (void)state;
#ifdef NORMALS_SETS
    extern normals normals_sse2, normals_avx2, normals_avx512f;
    const struct {
        normals *draw;
        bool supported;
    } builds[] = {{normals_sse2, true},
                  {normals_avx2, __builtin_cpu_supports("avx2")},
                  {normals_avx512f, __builtin_cpu_supports("avx512f")}};
    float *expected = calloc(COUNT, sizeof *expected), *values = calloc(COUNT, sizeof *values);
    assert_true(expected && values);
    sb_random_normals(11, SB_PURPOSE_PERTURBATION, 0, 3, COUNT, expected);
    for (size_t b = 0; b < sizeof builds / sizeof *builds; b++)
        if (builds[b].supported) {
            builds[b].draw(11, SB_PURPOSE_PERTURBATION, 0, 3, COUNT, values);
            assert_memory_equal(values, expected, COUNT * sizeof *values);
        }
    free(values);
    free(expected);
#else
    skip(); /* one build for all processors */
#endif
}

/* Vectors, their remainders, and the blocks that are drawn at once: all cuts of a range that spans several. */
static void numbers_do_not_depend_on_how_a_range_is_cut(void **state) {
    enum { RANGE = 700 };
    float whole[RANGE], cut[RANGE + 1];
    (void)state;
    sb_random_normals(3, SB_PURPOSE_ENCODING, 4, 1001, RANGE, whole);
    for (size_t at = 0; at <= RANGE; at++) {
        sb_random_normals(3, SB_PURPOSE_ENCODING, 4, 1001 + at, RANGE - at, cut + at);
        cut[RANGE] = 7;
        sb_random_normals(3, SB_PURPOSE_ENCODING, 4, 1001, at, cut);
        assert_memory_equal(cut, whole, sizeof whole);
        assert_true(cut[RANGE] == 7);
    }
}

/* Standard deviations of the first four sample moments of n normal numbers: sqrt((1, 2, 15, 96) / n). */
static void numbers_have_the_moments_of_a_normal(void **state) {
    static const double expected[] = {0, 1, 0, 3}, variance[] = {1, 2, 15, 96};
    float *values = calloc(COUNT, sizeof *values);
    double moments[4] = {0};
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

static int rising(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance exceeds 1.95 / sqrt(n) once in a thousand samples. */
static void numbers_are_distributed_normally(void **state) {
    float *values = calloc(COUNT, sizeof *values);
    double distance = 0;
    (void)state;
    assert_non_null(values);
    sb_random_normals(8, SB_PURPOSE_PERTURBATION, 0, 0, COUNT, values);
    qsort(values, COUNT, sizeof *values, rising);
    for (size_t i = 0; i < COUNT; i++) {
        double probability = erfc(-values[i] / sqrt(2)) / 2;
        distance = fmax(distance, fmax(probability - (double)i / COUNT, (double)(i + 1) / COUNT - probability));
    }
    free(values);
    assert_true(distance < 1.95 / sqrt(COUNT));
}

/* Mean of a product of independent numbers of mean 0 and variance 1, over n blocks: 0 with a standard deviation of
 * 1 / sqrt(n). For the numbers themselves and for their squares (x^2 - 1) / sqrt(2). */
static void numbers_of_one_block_are_independent(void **state) {
    float *values = calloc(COUNT, sizeof *values);
    const double blocks = COUNT / 4;
    (void)state;
    assert_non_null(values);
    sb_random_normals(9, SB_PURPOSE_PERTURBATION, 0, 0, COUNT, values);
    for (size_t a = 0; a < 4; a++)
        for (size_t b = a + 1; b < 4; b++) {
            double product = 0, of_squares = 0;
            for (size_t i = 0; i < COUNT; i += 4) {
                double x = values[i + a], y = values[i + b];
                product += x * y / blocks;
                of_squares += (x * x - 1) * (y * y - 1) / 2 / blocks;
            }
            assert_true(fabs(product) < 5 / sqrt(blocks));
            assert_true(fabs(of_squares) < 5 / sqrt(blocks));
        }
    free(values);
}

/* Of 2^27 numbers, n erfc(x / sqrt(2)) are expected beyond +-x: 5.1 of them beyond 5.5, give or take its root. */
static void tails_are_as_long_as_those_of_a_normal(void **state) {
    enum { DRAWS = 1 << 27, CHUNK = 1 << 12 };
    static const float bounds[] = {4, 4.5F, 5, 5.5F};
    static float values[CHUNK];
    size_t beyond[4] = {0};
    (void)state;
    for (uint64_t first = 0; first < DRAWS; first += CHUNK) {
        sb_random_normals(10, SB_PURPOSE_PERTURBATION, 0, first, CHUNK, values);
        for (size_t i = 0; i < CHUNK; i++)
            if (fabsf(values[i]) > bounds[0])
                for (size_t b = 0; b < 4; b++)
                    beyond[b] += fabsf(values[i]) > bounds[b];
    }
    for (size_t b = 0; b < 4; b++) {
        double expected = DRAWS * erfc(bounds[b] / sqrt(2));
        assert_true(beyond[b] > 0 && fabs((double)beyond[b] - expected) < 4 * sqrt(expected));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_box_and_muller),
        cmocka_unit_test(extreme_words_give_accurate_numbers),
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(numbers_do_not_depend_on_how_a_range_is_cut),
        cmocka_unit_test(numbers_have_the_moments_of_a_normal),
        cmocka_unit_test(numbers_are_distributed_normally),
        cmocka_unit_test(numbers_of_one_block_are_independent),
        cmocka_unit_test(tails_are_as_long_as_those_of_a_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
