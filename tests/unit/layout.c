/* The layout of results: which dimensions and variables a sweep has, where a trial's blocks lie, what is too large. */
#include "layout_fixture.h"

HAND_FIELD(directions, "probes.perturbation.directions", SB_FIELD_INTEGER, probes.perturbation.directions, "1");

static size_t add_dimension(fixture *f, const sb_vector_rule *rule) {
    size_t dimension;
    assert_int_equal(sb_layout_dimension(f->layout, rule, &dimension, &f->status), SB_OK);
    return dimension;
}

/* The rule of these tests: 10, 20, .. for each petal, with the samples' last digit added. */
static size_t tens(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    for (int64_t i = 0; values && i < settings->embedding.petals; i++)
        values[i] = (double)(10 * (i + 1) + settings->target.samples % 10);
    return (size_t)settings->embedding.petals;
}

static const char *const tens_fields[] = {"seed", "embedding.petals", "target", NULL};
static const sb_vector_rule tens_rule = {
    .name = "ten", .unit = "m", .long_name = "tens", .type = SB_TYPE_INT64, .fields = tens_fields, .values = tens};

/* Fields that the rule names but that change nothing leave the dimension regular. */
static void equal_values_make_a_plain_dimension(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(seed, numbers, words)};
    start(&f, axes, 1);
    size_t dimension = add_dimension(&f, &tens_rule);
    finish(&f);
    assert_int_equal(f.layout->dimension_count, 2);
    assert_string_equal(f.layout->dimensions[dimension].name, "ten");
    assert_int_equal(f.layout->dimensions[dimension].length, 10);
    const sb_coordinate *ten = coordinate(&f, "ten");
    assert_int_equal(ten->type, SB_TYPE_INT64);
    assert_int_equal(ten->dimension_count, 1);
    assert_int_equal(ten->dimensions[0], dimension);
    assert_string_equal(ten->unit, "m");
    for (int64_t i = 0; i < 10; i++)
        assert_int_equal(((const int64_t *)ten->values)[i], 10 * (i + 1));
    sb_layout_free(f.layout);
}

/* Vectors that begin one longest vector share its coordinate: it is a plain dimension, of whole numbers. */
static void beginnings_of_one_vector_share_its_dimension(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(seed, pair, words), HAND_AXIS(petals, numbers, words)};
    start(&f, axes, 2);
    size_t dimension = add_dimension(&f, &tens_rule);
    finish(&f);
    assert_string_equal(f.layout->dimensions[dimension].name, "ten");
    assert_int_equal(f.layout->dimensions[dimension].length, 5);
    const sb_coordinate *ten = coordinate(&f, "ten");
    assert_int_equal(ten->type, SB_TYPE_INT64);
    assert_int_equal(ten->dimension_count, 1);
    for (int64_t j = 0; j < 5; j++)
        assert_int_equal(((const int64_t *)ten->values)[j], 10 * (j + 1));
    sb_layout_free(f.layout);
}

/* 10 petals, 10 (petals - 1), ... 10. */
static size_t countdown(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    int64_t count = settings->embedding.petals;
    for (int64_t i = 0; values && i < count; i++)
        values[i] = (double)(10 * (count - i));
    return (size_t)count;
}

/* Lengths differ along petals, nothing along seed: the coordinate lies over petals alone, padded with NaN. */
static void unequal_lengths_are_padded_along_the_axis_that_changes_them(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(seed, pair, words), HAND_AXIS(petals, numbers, words)};
    sb_vector_rule rule = tens_rule;
    rule.values = countdown;
    start(&f, axes, 2);
    size_t dimension = add_dimension(&f, &rule);
    finish(&f);
    assert_string_equal(f.layout->dimensions[dimension].name, "ten_index");
    assert_int_equal(f.layout->dimensions[dimension].length, 5);
    const sb_coordinate *ten = coordinate(&f, "ten");
    assert_int_equal(ten->type, SB_TYPE_FLOAT64);
    assert_int_equal(ten->dimension_count, 2);
    assert_int_equal(ten->dimensions[0], 1);
    assert_int_equal(ten->dimensions[1], dimension);
    assert_int_equal(ten->count, 15);
    const double *values = ten->values;
    for (int64_t i = 0; i < 3; i++)
        for (int64_t j = 0; j < 5; j++)
            if (j < numbers[i].integer)
                assert_near(values[5 * i + j], (double)(10 * (numbers[i].integer - j)), 0);
            else
                assert_true(isnan(values[5 * i + j]));
    sb_layout_free(f.layout);
}

/* Values that differ at equal lengths need no padding and stay whole numbers; two axes may change them. */
static void unequal_values_of_one_length_stay_integers(void **state) {
    (void)state;
    static const sb_value same[] = {{.integer = 2}, {.integer = 2}};
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(samples, counts, words), HAND_AXIS(petals, same, words)};
    start(&f, axes, 2);
    size_t dimension = add_dimension(&f, &tens_rule);
    const sb_coordinate *ten = coordinate(&f, "ten");
    assert_string_equal(f.layout->dimensions[dimension].name, "ten_index");
    assert_int_equal(ten->type, SB_TYPE_INT64);
    assert_int_equal(ten->dimension_count, 2);
    assert_int_equal(ten->dimensions[0], 0);
    static const int64_t expected[] = {13, 23, 16, 26};
    assert_memory_equal(ten->values, expected, sizeof expected);
    sb_layout_free(f.layout);
}

/* One value for each direction, as the magnitudes of a probe would be. */
static size_t each_direction(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    for (int64_t i = 0; values && i < settings->probes.perturbation.directions; i++)
        values[i] = (double)(settings->probes.perturbation.directions - i);
    return (size_t)settings->probes.perturbation.directions;
}

/* The axis of a probe is a dimension of that probe's variables only, behind the training axes, and may make a dimension
 * ragged; the axis of a probe that declares nothing does not appear. */
static void axes_of_a_probe_belong_to_its_variables(void **state) {
    (void)state;
    const sb_vector_rule rule = {.name = "direction",
                                 .unit = "1",
                                 .long_name = "direction",
                                 .type = SB_TYPE_INT64,
                                 .fields = (const char *const[]){"probes.perturbation", NULL},
                                 .values = each_direction};
    static fixture f;
    sb_axis axes[] = {HAND_AXIS(seed, pair, words), HAND_AXIS(directions, numbers, words),
                      HAND_AXIS(threshold, reals, words)};
    axes[1].probe = "perturbation";
    axes[2].probe = "spectrum";
    start(&f, axes, 3);
    size_t direction = add_dimension(&f, &rule);
    size_t measured = add_variable(&f, "perturbation", "perturbation", SB_TYPE_FLOAT32, &direction, 1);
    size_t other = add_variable(&f, "loss", "loss", SB_TYPE_FLOAT64, NULL, 0);
    finish(&f);

    const sb_variable *variable = &f.layout->variables[measured];
    assert_int_equal(variable->dimension_count, 3);
    assert_int_equal(variable->block_first, 1);
    assert_int_equal(variable->dimensions[0], 0);
    assert_string_equal(f.layout->dimensions[variable->dimensions[1]].name, "directions");
    assert_string_equal(f.layout->dimensions[variable->dimensions[2]].name, "direction_index");
    assert_int_equal(variable->block_count, 3 * 5);
    assert_int_equal(coordinate(&f, "direction")->dimensions[0], variable->dimensions[1]);
    assert_int_equal(coordinate(&f, "directions")->dimensions[0], variable->dimensions[1]);

    variable = &f.layout->variables[other];
    assert_int_equal(variable->dimension_count, 1);
    assert_int_equal(variable->block_count, 1);
    assert_int_equal(f.layout->dimension_count, 3);
    sb_layout_free(f.layout);
}

/* Two probes that name the same rule share its dimension, coordinate and tables. */
static void rules_of_one_name_are_added_once(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(petals, numbers, words)};
    sb_vector_rule table = tens_rule;
    table.name = "label";
    start(&f, axes, 1);
    size_t dimension = add_dimension(&f, &tens_rule);
    assert_int_equal(add_dimension(&f, &tens_rule), dimension);
    for (int i = 0; i < 2; i++)
        assert_int_equal(sb_layout_table(f.layout, &table, dimension, &f.status), SB_OK);
    assert_int_equal(f.layout->dimension_count, 2);
    assert_int_equal(f.layout->coordinate_count, 2);
    assert_int_equal(coordinate(&f, "label")->dimensions[1], dimension);
    sb_layout_free(f.layout);
}

static size_t nothing(const void *context, const sb_settings *settings, double *values) {
    (void)context, (void)settings, (void)values;
    return 0;
}

static void rules_without_values_and_tables_that_are_too_long_are_refused(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(petals, pair, words)};
    sb_vector_rule empty = tens_rule, shorter = tens_rule, longer = tens_rule;
    empty.values = nothing;
    shorter.name = "short";
    shorter.values = each_direction;
    longer.name = "long";
    start(&f, axes, 1);
    f.sweep.base.probes.perturbation.directions = 2;
    size_t dimension;
    assert_int_equal(sb_layout_dimension(f.layout, &empty, &dimension, &f.status), SB_INPUT);
    dimension = add_dimension(&f, &shorter);
    assert_int_equal(sb_layout_table(f.layout, &longer, dimension, &f.status), SB_INTERNAL);
    sb_layout_free(f.layout);
}

/* Blocks are disjoint, 8-byte aligned, in order, and fill the payload. */
static void blocks_lie_behind_each_other(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(seed, pair, words), HAND_AXIS(petals, numbers, words)};
    start(&f, axes, 2);
    size_t dimension = add_dimension(&f, &tens_rule), square[] = {dimension, dimension};
    add_variable(&f, "loss", "a", SB_TYPE_FLOAT32, &dimension, 1); /* 20 bytes, 24 with what aligns the next */
    add_variable(&f, "loss", "b", SB_TYPE_FLOAT64, square, 2);     /* 200 */
    add_variable(&f, "loss", "c", SB_TYPE_FLOAT32, NULL, 0);       /* 4, 8 */
    finish(&f);
    static const uint64_t offsets[] = {0, 24, 224}, elements[] = {5, 25, 1};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(f.layout->variables[i].offset, offsets[i]);
        assert_int_equal(f.layout->variables[i].block_count, elements[i]);
        assert_int_equal(f.layout->variables[i].block_first, 2);
    }
    assert_int_equal(f.layout->payload_bytes, 232);
    assert_ptr_equal(sb_layout_find(f.layout, "b"), &f.layout->variables[1]);
    assert_null(sb_layout_find(f.layout, "d"));
    sb_layout_free(f.layout);
}

/* 10^17 trials' elements of 8 bytes fit below 2^62 bytes, 10^18 do not, and 10^20 do not even fit into 64 bits. */
static void results_beyond_2_to_the_62_bytes_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t dimensions;
        sb_code code;
    } cases[] = {{17, SB_OK}, {18, SB_INPUT}, {20, SB_INPUT}};
    static const sb_value single[] = {{.integer = 3}};
    const sb_axis axes[] = {HAND_AXIS(seed, single, words)};
    for (size_t i = 0; i < 3; i++) {
        static fixture f;
        start(&f, axes, 1);
        size_t dimensions[SB_RANK_MAX], ten = add_dimension(&f, &tens_rule);
        for (size_t j = 0; j < SB_RANK_MAX; j++)
            dimensions[j] = ten;
        add_variable(&f, "loss", "loss", SB_TYPE_FLOAT64, dimensions, cases[i].dimensions);
        assert_int_equal(sb_layout_finish(f.layout, &f.status), cases[i].code);
        sb_layout_free(f.layout);
    }
}

static void more_than_32_dimensions_are_refused(void **state) {
    (void)state;
    static fixture f;
    const sb_axis axes[] = {HAND_AXIS(seed, pair, words)};
    start(&f, axes, 1);
    size_t dimensions[SB_RANK_MAX] = {0}, variable;
    add_variable(&f, "loss", "fits", SB_TYPE_FLOAT32, dimensions, SB_RANK_MAX - 1);
    assert_int_equal(sb_layout_variable(f.layout, "loss", "too many", "1", "", SB_TYPE_FLOAT32, dimensions, SB_RANK_MAX,
                                        &variable, &f.status),
                     SB_INPUT);
    sb_layout_free(f.layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_make_a_plain_dimension),
        cmocka_unit_test(beginnings_of_one_vector_share_its_dimension),
        cmocka_unit_test(unequal_lengths_are_padded_along_the_axis_that_changes_them),
        cmocka_unit_test(unequal_values_of_one_length_stay_integers),
        cmocka_unit_test(axes_of_a_probe_belong_to_its_variables),
        cmocka_unit_test(rules_of_one_name_are_added_once),
        cmocka_unit_test(rules_without_values_and_tables_that_are_too_long_are_refused),
        cmocka_unit_test(blocks_lie_behind_each_other),
        cmocka_unit_test(results_beyond_2_to_the_62_bytes_are_refused),
        cmocka_unit_test(more_than_32_dimensions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
