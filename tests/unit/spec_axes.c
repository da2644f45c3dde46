/* Axes: their kinds, order, values, labels and limits; and --set, which changes them. */
#include "spec_sweep.h"

#define HEAD "specbias: 1\n"

static const sb_axis_member *member(const sb_axis *axis, const char *path) {
    for (size_t m = 0; m < axis->member_count; m++)
        if (strcmp(axis->members[m].field->path, path) == 0)
            return &axis->members[m];
    fail_msg("no %s on the axis %s", path, axis->path);
    return NULL;
}

static void without_a_training_axis_there_is_one_seed(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "seed: 12\naxes:\n  - probes.spectrum.full: [false, true]\n");
    assert_int_equal(sweep->axis_count, 2);
    assert_string_equal(sweep->axes[0].path, "seed");
    assert_int_equal(sweep->axes[0].length, 1);
    assert_int_equal(sweep->axes[0].members[0].values[0].integer, 12);
    assert_string_equal(sweep->axes[1].probe, "spectrum");
    sb_sweep_free(sweep);
}

static void training_axes_come_first_in_the_order_of_the_file(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "axes:\n"
                                    "  - probes.perturbation.directions: [1, 2]\n"
                                    "  - model.width: [8, 16]\n"
                                    "  - probes.spectrum.full: [true]\n"
                                    "  - seed: {from: 0, to: 4}\n");
    static const char *const paths[] = {"model.width", "seed", "probes.perturbation.directions",
                                        "probes.spectrum.full"};
    assert_int_equal(sweep->axis_count, 4);
    for (size_t a = 0; a < 4; a++)
        assert_string_equal(sweep->axes[a].path, paths[a]);
    assert_int_equal(sweep->axes[1].length, 5);
    assert_null(sweep->axes[1].probe);
    assert_string_equal(sweep->axes[2].probe, "perturbation");
    assert_int_equal(sweep->base.model.width, 8);
    sb_sweep_free(sweep);
}

static void lists_on_an_axis_of_a_list_field(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "axes:\n  - target.frequencies: [5, [10, 20], {from: 1, to: 3}]\n");
    const sb_axis *axis = &sweep->axes[0];
    assert_int_equal(axis->length, 3);
    assert_list(axis->members[0].values[0].list, 5);
    assert_list(axis->members[0].values[1].list, 10, 20);
    assert_list(axis->members[0].values[2].list, 1, 2, 3);
    assert_string_equal(axis->labels[2], "[1, 2, 3]");
    sb_sweep_free(sweep);
    sweep = sweep_of(HEAD "axes:\n  - target.frequencies: {from: 10, to: 30, by: 10}\n");
    assert_int_equal(sweep->axes[0].length, 3);
    assert_list(sweep->axes[0].members[0].values[2].list, 30);
    sb_sweep_free(sweep);
}

static void a_section_axis_sets_the_whole_section(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "embedding: {kind: petals, petals: 7}\n"
                                    "axes:\n  - embedding: [{kind: line}, {kind: petals}, {kind: petals, petals: 16}]\n"
                                    "  - model: [{depth: 3, width: 8}, {}]\n");
    const sb_axis *axis = &sweep->axes[0];
    assert_int_equal(axis->kind, SB_AXIS_SECTION);
    assert_int_equal(member(axis, "embedding.petals")->values[1].integer, 4); /* the default, not the section's 7 */
    assert_int_equal(member(axis, "embedding.petals")->values[2].integer, 16);
    assert_string_equal(axis->labels[0], "line");
    assert_string_equal(axis->labels[1], "petals");
    assert_string_equal(axis->labels[2], "petals, petals=16");
    assert_string_equal(sweep->axes[1].labels[0], "depth=3, width=8");
    assert_string_equal(sweep->axes[1].labels[1], "default");
    assert_true(sb_axis_touches(axis, "embedding") && sb_axis_touches(axis, "embedding.kind"));
    assert_false(sb_axis_touches(axis, "encoding") || sb_axis_touches(axis, "embed"));
    sb_sweep_free(sweep);
}

static void a_zip_moves_fields_together(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "axes:\n  - zip:\n      name: length\n      training.steps: [100, 200]\n"
                                    "      training.learning_rate: {from: 1e-3, to: 1e-4, count: 2}\n");
    const sb_axis *axis = &sweep->axes[0];
    assert_int_equal(axis->kind, SB_AXIS_ZIP);
    assert_string_equal(axis->path, "length");
    assert_int_equal(axis->member_count, 2);
    assert_string_equal(axis->labels[1], "steps=200, learning_rate=0.0001");
    assert_true(sb_axis_touches(axis, "training") && !sb_axis_touches(axis, "model"));
    sb_sweep_free(sweep);
}

static void a_field_on_an_axis_needs_one_kind_that_takes_it(void **state) {
    (void)state;
    sb_sweep_free(sweep_of(HEAD "embedding: {petals: 8}\naxes:\n  - embedding.kind: [line, petals]\n"));
    sb_sweep_free(sweep_of(HEAD "embedding: {kind: petals}\naxes:\n  - embedding.petals: [1, 2]\n"));
    sb_sweep_free(
        sweep_of(HEAD "axes:\n  - zip: {name: e, embedding.kind: [circle, petals], embedding.petals: [1, 2]}\n"));
    assert_refused("embedding.petals: found a value, but it has no effect",
                   HEAD "embedding: {kind: petals, petals: 8}\naxes:\n  - embedding.kind: [line, circle]\n");
    assert_refused("embedding.petals: found a value, but it has no effect",
                   HEAD "axes:\n  - embedding.petals: [1, 2]\n");
}

/* As many axes as are allowed, and one more. */
static void axes_are_bounded(void **state) {
    static const char *const fields[] = {
        "seed",           "target.samples",        "target.threshold", "target.amplitudes", "embedding.petals",
        "encoding.low",   "encoding.high",         "model.depth",      "model.width",       "training.beta1",
        "training.beta2", "training.epsilon",      "training.batch",   "training.steps",    "training.shuffle",
        "record.every",   "training.learning_rate"};
    static const char *const values[] = {"1", "999", "0", "1", "1", "0",    "1", "1", "1",
                                         "0", "0",   "1", "1", "1", "once", "1", "1"};
    (void)state;
    char text[4096] = HEAD "target: {binarise: true}\nembedding: {kind: petals}\nencoding: {kind: interval}\naxes:\n";
    for (size_t i = 0; i < SB_AXES_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  - %s: [%s]\n", fields[i], values[i]);
    sb_sweep *sweep = sweep_of(text);
    assert_int_equal(sweep->axis_count, SB_AXES_MAX);
    sb_sweep_free(sweep);
    snprintf(text + strlen(text), sizeof text - strlen(text), "  - %s: [1]\n", fields[SB_AXES_MAX]);
    assert_refused(":22:5: axes: found 17 axes; allowed 16", text);
}

/* --- --set ----------------------------------------------------------------------------------------------------------
 */

static void set_changes_fields_and_sections(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "model: {width: 64}\nembedding: {kind: petals, petals: 3}\n", "model.width=32",
                               "model.width=16", "embedding={kind: circle}", "probes.spectrum.full=true", "name=a=b");
    assert_int_equal(sweep->base.model.width, 16);
    assert_int_equal(sweep->base.embedding.kind, SB_EMBEDDING_CIRCLE);
    assert_int_equal(sweep->base.probes.spectrum.probe.enabled, 1);
    assert_string_equal(sweep->name, "a=b");
    assert_string_equal(
        sweep->overrides,
        "model.width=32\nmodel.width=16\nembedding={kind: circle}\nprobes.spectrum.full=true\nname=a=b");
    sb_sweep_free(sweep);
}

static void set_on_an_axis_replaces_its_values(void **state) {
    (void)state;
    static const char text[] = HEAD "axes:\n  - seed: {from: 0, to: 9}\n"
                                    "  - zip: {name: length, training.steps: [1, 2], model.depth: [3, 4]}\n"
                                    "  - embedding: [{kind: line}, {kind: circle}]\n";
    sb_sweep *sweep = sweep_of(text, "seed=7", "training.steps=[5, 6]", "embedding={kind: parabola}");
    assert_int_equal(sweep->axis_count, 3);
    assert_int_equal(sweep->axes[0].length, 1);
    assert_int_equal(sweep->axes[0].members[0].values[0].integer, 7);
    assert_int_equal(member(&sweep->axes[1], "training.steps")->values[1].integer, 6);
    assert_int_equal(sweep->axes[2].length, 1);
    assert_string_equal(sweep->axes[2].labels[0], "parabola");
    sb_sweep_free(sweep);
    sweep = sweep_of(text, "axes.model.width=[8, 16]", "axes.seed=[1, 2]",
                     "axes.zip={name: length, training.steps: [9], model.depth: [9]}",
                     "axes.zip={name: other, training.beta1: [0.5], training.beta2: [0.5]}");
    assert_int_equal(sweep->axis_count, 5);
    assert_int_equal(sweep->axes[0].length, 2);
    assert_int_equal(sweep->axes[1].length, 1);
    assert_string_equal(sweep->axes[3].path, "model.width");
    assert_string_equal(sweep->axes[4].path, "other");
    sb_sweep_free(sweep);
    sweep = sweep_of(text, "axes=[]");
    assert_int_equal(sweep->axis_count, 1);
    sb_sweep_free(sweep);
}

static void bad_set_arguments_name_themselves(void **state) {
    (void)state;
    static const char text[] = HEAD "axes:\n  - embedding: [{kind: line}, {kind: circle}]\n";
    assert_refused("--set model.width: found no 'path=value'", text, "model.width");
    assert_refused("--set =3: found no 'path=value'", text, "=3");
    assert_refused("--set model.widht=3: model: found the unknown key 'widht'", text, "model.widht=3");
    assert_refused("--set model.width=-3: model.width: found '-3'", text, "model.width=-3");
    assert_refused("--set model.width=: model.width: found nothing", text, "model.width=");
    assert_refused("--set model.width=[3: found text that is no YAML", text, "model.width=[3");
    assert_refused("--set model.width.x=3: model.width: found a mapping", text, "model.width.x=3");
    assert_refused("--set embedding.kind=line: embedding.kind: found an axis over the whole of 'embedding'", text,
                   "embedding.kind=line");
    assert_refused("--set axes.depth=[3]: axes: found the unknown field 'depth'", text, "axes.depth=[3]");
    assert_refused("--set zip=3: found the unknown key 'zip'", text, "zip=3");
    assert_refused("found no 'path=value' on one line", text, "model.width=3\nmodel.depth=4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_training_axis_there_is_one_seed),
        cmocka_unit_test(training_axes_come_first_in_the_order_of_the_file),
        cmocka_unit_test(lists_on_an_axis_of_a_list_field),
        cmocka_unit_test(a_section_axis_sets_the_whole_section),
        cmocka_unit_test(a_zip_moves_fields_together),
        cmocka_unit_test(a_field_on_an_axis_needs_one_kind_that_takes_it),
        cmocka_unit_test(axes_are_bounded),
        cmocka_unit_test(set_changes_fields_and_sections),
        cmocka_unit_test(set_on_an_axis_replaces_its_values),
        cmocka_unit_test(bad_set_arguments_name_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
