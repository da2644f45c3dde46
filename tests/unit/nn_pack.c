#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
/* Packing against the formulas of pack.h: every number in its place, nothing written or read anywhere else. */
#include "../../src/nn/pack.h"
#include "nn_operands.h"

enum { MOST = 1 << 16 }; /* numbers of an operand */
static const float untouched = NAN;

/* A matrix a[rows][columns] of a stride, packed. The spare numbers lie behind each group. */
typedef struct packing {
    size_t rows, columns, stride, group, spare;
} packing;

static size_t groups_of(size_t count, size_t group) {
    return (count + group - 1) / group;
}

/* --- The formulas ---------------------------------------------------------------------------------------------------
 */

static void expect_rows(const packing *p, const float *a, float *packed) {
    size_t step = p->columns * p->group + p->spare;
    for (size_t g = 0; g < groups_of(p->rows, p->group); g++)
        for (size_t c = 0; c < p->columns; c++)
            for (size_t r = 0; r < p->group; r++) {
                size_t row = g * p->group + r;
                packed[g * step + c * p->group + r] = row < p->rows ? a[row * p->stride + c] : 0;
            }
}

/* --- Cases ----------------------------------------------------------------------------------------------------------
 */

typedef struct operands {
    fence from, to;
    float *expected;
} operands;

static void check(const operands *o, const packing *p) {
    size_t extent = (p->rows - 1) * p->stride + p->columns, step = p->columns * p->group + p->spare;
    size_t count = groups_of(p->rows, p->group) * step - p->spare;
    float *a = before_fence(&o->from, extent), *packed = before_fence(&o->to, count);
    assert_true(count <= MOST);
    fill(packed, count, untouched);
    fill(o->expected, count, untouched);
    expect_rows(p, a, o->expected);
    sb_pack_rows(p->rows, p->columns, a, p->stride, p->group, packed, step);
    if (memcmp(packed, o->expected, count * sizeof *packed) != 0)
        print_error("%zu x %zu, stride %zu, groups of %zu\n", p->rows, p->columns, p->stride, p->group);
    assert_same_bits(packed, o->expected, count);
}

static const size_t counts[] = {1, 2, 3, 4, 6, 7, 8, 9, 12, 15, 16, 17, 18, 24, 25, 31, 33, 40, 48, 67};
static const size_t groups[] = {1, 3, 4, 6, 8, 12, 16, 24, 32, 40};
enum { COUNTS = sizeof counts / sizeof *counts, GROUPS = sizeof groups / sizeof *groups };

/* The strides are that of whole rows, one more, and 16, for which there are loops of their own. */
static void check_strides(const operands *o, size_t rows, size_t columns, size_t group) {
    const size_t strides[] = {columns, columns + 1, 16, 70};
    for (size_t s = 0; s < sizeof strides / sizeof *strides; s++)
        for (size_t spare = 0; strides[s] >= columns && spare <= 11; spare += 11)
            check(o, &(packing){rows, columns, strides[s], group, spare});
}

static void groups_of_rows_are_transposed_and_nothing_else_is_touched(void **state) {
    (void)state;
    operands o = {open_fence(MOST), open_fence(MOST), malloc(MOST * sizeof(float))};
    assert_non_null(o.expected);
    fill_random(before_fence(&o.from, MOST), MOST, 1);
    for (size_t r = 0; r < COUNTS; r++)
        for (size_t c = 0; c < COUNTS; c++)
            for (size_t g = 0; g < GROUPS; g++)
                check_strides(&o, counts[r], counts[c], groups[g]);
    free(o.expected);
    close_fence(&o.from);
    close_fence(&o.to);
}

/* Places of rows that the last group lacks are left alone. */
static void check_again(const operands *o, size_t rows, size_t columns, size_t from, size_t to) {
    size_t count = groups_of(rows, from) * from * columns, again = groups_of(rows, to) * to * columns;
    float *a = before_fence(&o->from, rows * columns), *packed = before_fence(&o->to, count);
    float *regrouped = malloc(again * sizeof *regrouped);
    assert_non_null(regrouped);
    sb_pack_rows(rows, columns, a, columns, from, packed, from * columns);
    fill(regrouped, again, untouched);
    sb_pack_again(rows, columns, packed, from, to, regrouped);
    expect_rows(&(packing){rows, columns, columns, to, 0}, a, o->expected);
    for (size_t g = 0; g < groups_of(rows, to); g++)
        for (size_t c = 0; c < columns; c++)
            for (size_t r = g * to; r < g * to + to; r++) {
                size_t at = (g * columns + c) * to + r % to;
                assert_true(r < rows ? regrouped[at] == o->expected[at] : isnan(regrouped[at]));
            }
    free(regrouped);
}

static void packed_rows_are_regrouped(void **state) {
    (void)state;
    operands o = {open_fence(MOST), open_fence(MOST), malloc(MOST * sizeof(float))};
    assert_non_null(o.expected);
    fill_random(before_fence(&o.from, MOST), MOST, 2);
    for (size_t r = 0; r < COUNTS; r++)
        for (size_t from = 0; from < GROUPS; from++)
            for (size_t to = 0; to < GROUPS; to++)
                check_again(&o, counts[r], 5, groups[from], groups[to]);
    free(o.expected);
    close_fence(&o.from);
    close_fence(&o.to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_of_rows_are_transposed_and_nothing_else_is_touched),
        cmocka_unit_test(packed_rows_are_regrouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
