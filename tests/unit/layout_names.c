/* The layout of results: what dimensions, coordinates and trials are called, and the values of coordinates. */
#include "layout_fixture.h"

HAND_FIELD(target_seed, "target.seed", SB_FIELD_INTEGER, target.seed, "1");
HAND_FIELD(phases, "target.phases", SB_FIELD_REALS, target.phases, "rad");
HAND_FIELD(frequencies, "target.frequencies", SB_FIELD_INTEGERS, target.frequencies, "1");
static const sb_word kind_words[] = {{"line", 0}, {"circle", 1}, {NULL, 0}};
static const sb_field kind = {.path = "embedding.kind",
                              .type = SB_FIELD_CHOICE,
                              .offset = offsetof(sb_settings, embedding.kind),
                              .unit = "1",
                              .meaning = "meaning of embedding.kind",
                              .words = kind_words};

static const sb_word batch_words[] = {{"full", 0}, {NULL, 0}};
static const sb_field batch = {.path = "training.batch",
                               .type = SB_FIELD_INTEGER,
                               .offset = offsetof(sb_settings, training.batch),
                               .unit = "1",
                               .meaning = "meaning of training.batch",
                               .words = batch_words};

static const double one = 1, two = 2, unknown = NAN, several[] = {5, 10, 15};
static const sb_value full_or_2[] = {{.integer = 0}, {.integer = 2}};
static const sb_value kinds[] = {{.integer = 0}, {.integer = 1}};
static const sb_value ones[] = {{.list = {1, &one}}, {.list = {1, &two}}};
static const sb_value lists[] = {{.list = {1, &one}}, {.list = {3, several}}};
static const sb_value unknowns[] = {{.list = {1, &one}}, {.list = {1, &unknown}}};

static void check_text(const sb_coordinate *found, const char *const *expected, size_t count) {
    assert_int_equal(found->type, SB_TYPE_TEXT);
    assert_int_equal(found->dimension_count, 1);
    assert_int_equal(found->count, count);
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = strlen(expected[i]) > longest ? strlen(expected[i]) : longest;
    assert_int_equal(found->text_length, longest);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(strncmp((const char *)found->values + i * longest, expected[i], longest), 0);
}

/* Numbers stay numbers with the field's unit and meaning; all else is text in the axis's own words, also numbers beside
 * a word that stands for one. */
static void coordinates_of_axes_follow_the_type_of_the_field(void **state) {
    (void)state;
    static fixture f;
    static const sb_axis_member section[] = {{&kind, kinds}, {&petals, pair}};
    const sb_axis axes[] = {
        HAND_AXIS(seed, numbers, words),
        HAND_AXIS(threshold, reals, words),
        HAND_AXIS(frequencies, ones, words),
        HAND_AXIS(phases, unknowns, words),
        GROUP_AXIS(SB_AXIS_SECTION, "embedding", section, words),
        HAND_AXIS(batch, full_or_2, words),
    };
    start(&f, axes, 6);
    finish(&f);
    static const int64_t integers[] = {3, 5, 4}, elements[] = {1, 2};
    const sb_coordinate *found = coordinate(&f, "seed");
    assert_int_equal(found->type, SB_TYPE_INT64);
    assert_memory_equal(found->values, integers, sizeof integers);
    assert_string_equal(found->long_name, "meaning of seed");
    found = coordinate(&f, "threshold");
    assert_int_equal(found->type, SB_TYPE_FLOAT64);
    assert_near(((const double *)found->values)[1], -1, 0);
    found = coordinate(&f, "frequencies");
    assert_int_equal(found->type, SB_TYPE_INT64);
    assert_memory_equal(found->values, elements, sizeof elements);
    found = coordinate(&f, "phases");
    check_text(found, words, 2);
    assert_string_equal(found->unit, "rad");
    check_text(coordinate(&f, "embedding"), words, 2);
    check_text(coordinate(&f, "batch"), words, 2);
    sb_layout_free(f.layout);
}

/* A zip is an index; each of its fields is a coordinate along it, lists of several elements as they are written. */
static void a_zip_carries_its_fields_as_coordinates(void **state) {
    (void)state;
    static fixture f;
    static const sb_axis_member members[] = {{&petals, pair}, {&target_seed, numbers}, {&frequencies, lists}};
    const sb_axis axes[] = {HAND_AXIS(seed, numbers, words), GROUP_AXIS(SB_AXIS_ZIP, "both", members, words)};
    start(&f, axes, 2);
    finish(&f);
    static const int64_t indices[] = {0, 1}, petal_values[] = {2, 7};
    assert_string_equal(f.layout->dimensions[1].name, "both");
    assert_memory_equal(coordinate(&f, "both")->values, indices, sizeof indices);
    assert_memory_equal(coordinate(&f, "petals")->values, petal_values, sizeof petal_values);
    assert_int_equal(coordinate(&f, "petals")->dimensions[0], 1);
    assert_int_equal(coordinate(&f, "target.seed")->dimensions[0], 1); /* "seed" is the axis */
    const sb_coordinate *text = coordinate(&f, "frequencies");
    assert_int_equal(text->type, SB_TYPE_TEXT);
    static const char *const printed[] = {"1", "[5, 10, 15]"};
    check_text(text, printed, 2);
    sb_layout_free(f.layout);
}

/* A trial is called by its place on the axes, as they are named in the file; a label of several parts is set apart. */
static void trials_are_named_by_their_place_on_the_axes(void **state) {
    (void)state;
    static fixture f;
    char name[SB_TRIAL_NAME_LENGTH], large[2 * SB_TRIAL_NAME_LENGTH];
    static const sb_axis_member members[] = {{&petals, pair}, {&frequencies, lists}};
    for (size_t i = 0; i + 1 < sizeof large; ++i)
        large[i] = "\xc3\xa9"[i % 2]; /* an accented e */
    large[sizeof large - 1] = '\0';
    const char *const parts[] = {"petals=2, frequencies=1", large};
    const sb_axis axes[] = {HAND_AXIS(seed, pair, words), GROUP_AXIS(SB_AXIS_ZIP, "both", members, parts),
                            HAND_AXIS(target_seed, pair, words)};
    start(&f, axes, 3);
    finish(&f);
    char expected[256];
    snprintf(expected, sizeof expected, "seed=%s both=(petals=2, frequencies=1) target.seed=%s", words[1], words[0]);
    assert_string_equal(sb_trial_name(f.layout, 4, name), expected);
    /* Cut before a character that does not fit whole; what comes behind it is left out. */
    sb_trial_name(f.layout, 7, name);
    const size_t length = strlen(name), start_of_label = strlen("seed= both=(") + strlen(words[1]);
    assert_true(length < SB_TRIAL_NAME_LENGTH && length >= SB_TRIAL_NAME_LENGTH - 2);
    assert_string_equal(name + length - 3, "...");
    assert_int_equal((length - 3 - start_of_label) % 2, 0);
    sb_layout_free(f.layout);
}

/* The short name where it is free; the whole path for every axis whose short name is another axis's, a dimension's, a
 * coordinate's, a variable's or a group's. */
static void colliding_names_are_written_out(void **state) {
    (void)state;
    static fixture f;
    static const sb_axis_member members[] = {{&threshold, reals}, {&kind, kinds}};
    const sb_axis axes[] = {
        HAND_AXIS(samples, counts, words),
        HAND_AXIS(seed, pair, words),
        HAND_AXIS(target_seed, pair, words),
        HAND_AXIS(petals, pair, words),
        GROUP_AXIS(SB_AXIS_ZIP, "trial", members, words),
    };
    static const char *const expected[] = {"target.samples", "seed", "target.seed", "petals", "zip.trial"};
    start(&f, axes, 5);
    add_variable(&f, "loss", "samples", SB_TYPE_FLOAT32, NULL, 0);
    finish(&f);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(f.layout->dimensions[i].name, expected[i]);
    coordinate(&f, "threshold");
    static const char *const printed[] = {"line", "circle"};
    check_text(coordinate(&f, "kind"), printed, 2);
    sb_layout_free(f.layout);

    start(&f, axes, 2);
    finish(&f);
    assert_string_equal(f.layout->dimensions[0].name, "samples");
    sb_layout_free(f.layout);
}

static void names_that_still_collide_are_refused(void **state) {
    (void)state;
    static fixture f;
    static const sb_axis_member members[] = {{&petals, pair}, {&threshold, reals}};
    static const sb_axis_member section[] = {{&kind, kinds}, {&petals, pair}};
    const sb_axis axes[] = {
        HAND_AXIS(seed, pair, words),
        GROUP_AXIS(SB_AXIS_SECTION, "embedding", section, words),
        GROUP_AXIS(SB_AXIS_ZIP, "embedding_length", members, words),
    };
    start(&f, axes, 1);
    add_variable(&f, "loss", "seed", SB_TYPE_FLOAT32, NULL, 0);
    assert_int_equal(sb_layout_finish(f.layout, &f.status), SB_INPUT);
    sb_layout_free(f.layout);

    start(&f, axes, 3); /* the store needs embedding_length for the characters of the labels */
    assert_int_equal(sb_layout_finish(f.layout, &f.status), SB_INPUT);
    assert_non_null(strstr(f.status.message, "'embedding_length'"));
    sb_layout_free(f.layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates_of_axes_follow_the_type_of_the_field),
        cmocka_unit_test(a_zip_carries_its_fields_as_coordinates),
        cmocka_unit_test(trials_are_named_by_their_place_on_the_axes),
        cmocka_unit_test(colliding_names_are_written_out),
        cmocka_unit_test(names_that_still_collide_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
