/* Products of axes and the grid: points are numbered as nested loops would visit them, and nothing grows with the
 * trials. */
#include "check.h"
#include "hand_sweep.h"
#include <malloc.h>
#include <string.h>

HAND_FIELD(seed, "seed", SB_FIELD_INTEGER, seed, "1");
HAND_FIELD(samples, "target.samples", SB_FIELD_INTEGER, target.samples, "1");
HAND_FIELD(petals, "embedding.petals", SB_FIELD_INTEGER, embedding.petals, "1");
HAND_FIELD(kind, "embedding.kind", SB_FIELD_CHOICE, embedding.kind, "1");
HAND_FIELD(learning_rate, "training.learning_rate", SB_FIELD_REAL, training.learning_rate, "1");
HAND_FIELD(directions, "probes.perturbation.directions", SB_FIELD_INTEGER, probes.perturbation.directions, "1");

static const sb_field *const integer_fields[] = {&seed, &samples, &petals, &kind, &directions};
enum { AXES = sizeof integer_fields / sizeof *integer_fields, LENGTH_MAX = 6 };

/* Advances nested loops by one turn of the innermost, the last. */
static void turn(size_t *index, const size_t *lengths) {
    for (size_t i = AXES; i-- > 0; index[i] = 0)
        if (++index[i] < lengths[i])
            return;
}

static void check_product(uint64_t draw) {
    sb_value values[AXES][LENGTH_MAX];
    sb_axis_member members[AXES];
    sb_axis axes[AXES];
    sb_product product = {.axis_count = AXES, .count = 1};
    size_t lengths[AXES], reference[AXES] = {0}, index[AXES];
    for (size_t i = 0; i < AXES; i++) {
        lengths[i] = 1 + (size_t)(LENGTH_MAX * sb_random_uniform(1, SB_PURPOSE_PHASES, draw * AXES + i));
        for (size_t j = 0; j < LENGTH_MAX; j++)
            values[i][j].integer = (int64_t)(1000 * i + 7 * j);
        members[i] = (sb_axis_member){integer_fields[i], values[i]};
        axes[i] = (sb_axis){.length = lengths[i], .member_count = 1, .members = &members[i]};
        product.axes[i] = &axes[i];
        product.count *= lengths[i];
    }
    sb_settings settings = hand_settings();
    for (uint64_t point = 0; point < product.count; point++, turn(reference, lengths)) {
        sb_product_unravel(&product, point, index);
        assert_memory_equal(index, reference, sizeof index);
        sb_product_apply(&product, point, &settings);
        assert_int_equal(settings.seed, 7 * reference[0]);
        assert_int_equal(settings.target.samples, 1000 + 7 * reference[1]);
        assert_int_equal(settings.embedding.petals, 2000 + 7 * reference[2]);
        assert_int_equal(settings.embedding.kind, 3000 + 7 * reference[3]);
        assert_int_equal(settings.probes.perturbation.directions, 4000 + 7 * reference[4]);
    }
}

static void points_follow_nested_loops(void **state) {
    (void)state;
    for (uint64_t draw = 0; draw < 50; draw++)
        check_product(draw);
}

static const sb_value seeds[] = {{.integer = 3}, {.integer = 8}};
static const sb_value petal_counts[] = {{.integer = 0}, {.integer = 4}, {.integer = 10}};
static const sb_value direction_counts[] = {{.integer = 1}, {.integer = 10}};
static const sb_value kinds[] = {{.integer = SB_EMBEDDING_LINE}, {.integer = SB_EMBEDDING_PETALS}};
static const sb_value rates[] = {{.real = 1e-3}, {.real = 1e-4}};
static const char *const words[] = {"first", "second", "third"};

static const sb_axis_member section_members[] = {{&kind, kinds}, {&petals, petal_counts}};
static const sb_axis_member zip_members[] = {{&learning_rate, rates}, {&samples, petal_counts}};

/* A trial takes its settings from the base and the training axes; the axis of a probe leaves them alone. */
static void trials_differ_along_training_axes_only(void **state) {
    (void)state;
    sb_axis axes[] = {
        HAND_AXIS(seed, seeds, words),
        {.kind = SB_AXIS_SECTION,
         .path = "embedding",
         .length = 2,
         .member_count = 2,
         .members = section_members,
         .labels = words},
        HAND_AXIS(directions, direction_counts, words),
    };
    axes[2].probe = "perturbation";
    sb_sweep sweep = {.name = "hand", .base = hand_settings(), .axis_count = 3, .axes = axes};
    sb_diagnostics diagnostics = {0};
    sb_status status;
    sb_grid grid;
    assert_int_equal(sb_grid_create(&sweep, &diagnostics, &grid, &status), SB_OK);
    assert_int_equal(diagnostics.count, 0);
    assert_int_equal(grid.trials.count, 4);

    sb_settings settings;
    sb_grid_settings(&grid, 3, &settings);
    assert_int_equal(settings.seed, 8);
    assert_int_equal(settings.embedding.kind, SB_EMBEDDING_PETALS);
    assert_int_equal(settings.embedding.petals, 4);
    assert_int_equal(settings.probes.perturbation.directions, 100);
    assert_int_equal(settings.target.samples, 200);

    sb_product probe = sb_grid_probe_axes(&grid, "perturbation");
    assert_int_equal(probe.axis_count, 1);
    assert_ptr_equal(probe.axes[0], &axes[2]);
    assert_int_equal(sb_grid_probe_axes(&grid, "spectrum").count, 1);
}

static void touching_axes_set_a_field_at_or_below_the_path(void **state) {
    (void)state;
    const sb_axis axes[] = {
        HAND_AXIS(seed, seeds, words),
        {.kind = SB_AXIS_SECTION,
         .path = "embedding",
         .length = 2,
         .member_count = 2,
         .members = section_members,
         .labels = words},
        {.kind = SB_AXIS_ZIP,
         .path = "length",
         .length = 2,
         .member_count = 2,
         .members = zip_members,
         .labels = words},
    };
    sb_sweep sweep = {.name = "hand", .base = hand_settings(), .axis_count = 3, .axes = axes};
    sb_grid grid = {.sweep = &sweep, .trials = {3, {&axes[0], &axes[1], &axes[2]}, 8}};
    static const struct {
        const char *paths[3];
        size_t count, axes[3];
    } cases[] = {
        {{"seed"}, 1, {0}},   {{"embedding.petals"}, 1, {1}},           {{"embedding", "seed"}, 2, {0, 1}},
        {{"target"}, 1, {2}}, {{"target.samples", "training"}, 1, {2}}, {{"target.seed", "model"}, 0, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sb_product product = sb_grid_axes_touching(&grid, cases[i].paths);
        assert_int_equal(product.axis_count, cases[i].count);
        assert_int_equal(product.count, 1 << cases[i].count);
        for (size_t j = 0; j < cases[i].count; j++)
            assert_ptr_equal(product.axes[j], &axes[cases[i].axes[j]]);
    }
}

/* Bytes that malloc has handed out. */
static size_t bytes_in_use(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* Values 0 .. petals - 1, noting in *context the most memory ever in use. */
static size_t count_up(const void *context, const sb_settings *settings, double *values) {
    size_t *most = *(size_t *const *)context, now = bytes_in_use();
    *most = now > *most ? now : *most;
    for (int64_t i = 0; values && i < settings->embedding.petals; i++)
        values[i] = (double)i;
    return (size_t)settings->embedding.petals;
}

/* 1000 seeds x 1000 sample counts x 2 petal counts: a byte for each trial would be 2 MB. */
static void two_million_trials_take_no_memory(void **state) {
    (void)state;
    static sb_value thousand[1000];
    static const char *labels[1000];
    static const sb_value two[] = {{.integer = 2}, {.integer = 5}};
    for (size_t i = 0; i < 1000; i++) {
        thousand[i].integer = (int64_t)(200 + i);
        labels[i] = "a label";
    }
    const sb_axis axes[] = {HAND_AXIS(seed, thousand, labels), HAND_AXIS(samples, thousand, labels),
                            HAND_AXIS(petals, two, words)};
    sb_sweep sweep = {.name = "hand", .base = hand_settings(), .axis_count = 3, .axes = axes};

    size_t before = bytes_in_use(), most = before, *noted = &most, dimension, variable;
    const sb_vector_rule rule = {.name = "petal",
                                 .unit = "1",
                                 .long_name = "petal",
                                 .type = SB_TYPE_INT64,
                                 .fields = (const char *[]){"embedding.petals", NULL},
                                 .values = count_up,
                                 .context = &noted};
    sb_diagnostics diagnostics = {0};
    sb_status status;
    sb_grid grid;
    sb_layout *layout;
    assert_int_equal(sb_grid_create(&sweep, &diagnostics, &grid, &status), SB_OK);
    assert_int_equal(grid.trials.count, 2000000);
    assert_int_equal(sb_layout_create(&grid, &layout, &status), SB_OK);
    assert_int_equal(sb_layout_dimension(layout, &rule, &dimension, &status), SB_OK);
    assert_int_equal(
        sb_layout_variable(layout, "loss", "loss", "1", "loss", SB_TYPE_FLOAT32, &dimension, 1, &variable, &status),
        SB_OK);
    assert_int_equal(sb_layout_finish(layout, &status), SB_OK);
    size_t after = bytes_in_use();
    assert_true(most - before < 100000);
    assert_true(after - before < 100000);
    sb_layout_free(layout);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_follow_nested_loops),
        cmocka_unit_test(trials_differ_along_training_axes_only),
        cmocka_unit_test(touching_axes_set_a_field_at_or_below_the_path),
        cmocka_unit_test(two_million_trials_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
