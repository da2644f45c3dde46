/* Ranges of elements become boxes that HDF5 can select: every element once, in order, and no more boxes than promised.
 */
#include "../../src/store/boxes.h"
#include "check.h"

enum { RANK = 4, ELEMENTS = 3 * 1 * 4 * 5 };
static const hsize_t lengths[RANK] = {3, 1, 4, 5};

/* Row-major numbers of the elements of @p box, in the order in which a selection runs through them. */
static size_t enumerate(const sb_box *box, uint64_t *numbers) {
    size_t count = 0;
    for (uint64_t number = 0; number < ELEMENTS; ++number) {
        uint64_t rest = number;
        int inside = 1;
        for (size_t i = RANK; i-- > 0; rest /= lengths[i]) {
            const uint64_t at = rest % lengths[i];
            inside &= at >= box->start[i] && at < box->start[i] + box->count[i];
        }
        if (inside)
            numbers[count++] = number;
    }
    return count;
}

/* Claim: the boxes of any range are its elements in order, at most 2 rank - 1 boxes. */
static void every_range_is_its_boxes(void **state) {
    (void)state;
    for (uint64_t first = 0; first < ELEMENTS; ++first)
        for (uint64_t end = first + 1; end <= ELEMENTS; ++end) {
            uint64_t at = first;
            int boxes = 0;
            while (at < end) {
                sb_box box;
                uint64_t numbers[ELEMENTS];
                const uint64_t taken = sb_box_first(RANK, lengths, at, end - at, &box);
                assert_int_equal(enumerate(&box, numbers), taken);
                for (uint64_t i = 0; i < taken; ++i)
                    assert_int_equal(numbers[i], at + i);
                at += taken;
                ++boxes;
            }
            assert_int_equal(at, end);
            assert_true(boxes <= 2 * RANK - 1);
        }
}

/* Claim: whole rows are one box, whatever the leading dimensions. */
static void all_is_one_box(void **state) {
    (void)state;
    sb_box box;
    assert_int_equal(sb_box_first(RANK, lengths, 0, ELEMENTS, &box), ELEMENTS);
    const hsize_t one = 7;
    assert_int_equal(sb_box_first(1, &one, 2, 3, &box), 3);
    assert_int_equal(box.start[0], 2);
    assert_int_equal(box.count[0], 3);
}

/* Claim: for every subset of 10 trials and every limit, the ranges of a cursor are the subset's elements in order, none
 * is longer than the limit, and two only touch where the limit cut them. */
static void ranges_merge_what_touches(void **state) {
    (void)state;
    enum { TRIALS = 10, BLOCK = 3 };
    for (unsigned subset = 0; subset < 1u << TRIALS; ++subset)
        for (uint64_t limit = 1; limit <= 8; ++limit) {
            uint64_t trials[TRIALS], expected[TRIALS * BLOCK], first, length, seen = 0, end = UINT64_MAX;
            size_t count = 0, wanted = 0;
            for (uint64_t t = 0; t < TRIALS; ++t)
                if (subset >> t & 1) {
                    trials[count++] = t;
                    for (uint64_t e = 0; e < BLOCK; ++e)
                        expected[wanted++] = t * BLOCK + e;
                }
            sb_cursor cursor = {.trials = trials, .count = count, .block = BLOCK};
            uint64_t before = limit;
            while ((length = sb_cursor_range(&cursor, limit, &first)) > 0) {
                assert_true(length <= limit);
                assert_true(first != end || before == limit);
                for (uint64_t i = 0; i < length; ++i)
                    assert_int_equal(first + i, expected[seen++]);
                end = first + length;
                before = length;
            }
            assert_int_equal(seen, wanted);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_range_is_its_boxes), cmocka_unit_test(all_is_one_box),
                                       cmocka_unit_test(ranges_merge_what_touches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
