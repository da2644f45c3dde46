/* The median against sorting, for numbers with and without ties. */
#include "../../src/probe/median.h"
#include "check.h"
#include <specbias/base.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 200 };

static int compare(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void it_is_the_middle_of_the_sorted_numbers(void **state) {
    (void)state;
    static const uint32_t different[] = {1, 2, 7, 1000000};
    float values[MOST], sorted[MOST];
    for (size_t count = 1; count <= MOST; count++)
        for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
            for (size_t n = 0; n < count; n++) {
                uint32_t words[4];
                sb_random_words(1, SB_PURPOSE_INITIALISATION, n, (uint32_t)count, words);
                sorted[n] = values[n] = (float)(words[0] % different[i]);
            }
            qsort(sorted, count, sizeof *sorted, compare);
            double expected = ((double)sorted[(count - 1) / 2] + (double)sorted[count / 2]) / 2;
            assert_true(sb_median(values, count) == expected);
            qsort(values, count, sizeof *values, compare);
            assert_memory_equal(values, sorted, count * sizeof *values);
        }
}

static void there_is_none_of_nothing_and_infinity_is_a_number(void **state) {
    (void)state;
    float values[] = {INFINITY, 1, 2};
    assert_true(isnan(sb_median(values, 0)));
    assert_true(sb_median(values, 3) == 2);
    float most[] = {INFINITY, 1, INFINITY, 2};
    assert_true(sb_median(most, 4) == (double)INFINITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_middle_of_the_sorted_numbers),
        cmocka_unit_test(there_is_none_of_nothing_and_infinity_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
