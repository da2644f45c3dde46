/* The table of fields is sound, the schema shows all of it, and records and rules follow their definitions. */
#include "spec_sweep.h"
#include <stdlib.h>

#define HEAD "specbias: 1\n"

/* Every default, written out in a sweep file, gives the default. */
static void defaults_can_be_written_out(void **state) {
    (void)state;
    sb_sweep *plain = sweep_of(HEAD);
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        if (field->condition)
            continue;
        char override[128];
        snprintf(override, sizeof override, "%s=%s", field->path, field->initial);
        sb_sweep *sweep = sweep_of(HEAD, override);
        char texts[2][4096] = {"", ""};
        const sb_settings *settings[2] = {&plain->base, &sweep->base};
        for (size_t k = 0; k < 2; k++) {
            FILE *out = fmemopen(texts[k], sizeof texts[k], "w");
            sb_field_print(field, sb_field_get(field, settings[k]), out);
            fclose(out);
        }
        assert_string_equal(texts[0], texts[1]);
        sb_sweep_free(sweep);
    }
    sb_sweep_free(plain);
}

/* A default's text is what the value prints as (apart from ranges), as the canonical form needs it. */
static void defaults_are_written_as_they_print(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD);
    for (size_t i = 0; i < sb_field_count; i++) {
        char text[4096] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        sb_field_print(&sb_fields[i], sb_field_get(&sb_fields[i], &sweep->base), out);
        fclose(out);
        if (sb_fields[i].initial[0] != '{')
            assert_string_equal(text, sb_fields[i].initial);
    }
    sb_sweep_free(sweep);
}

static void fields_are_distinct_and_described(void **state) {
    (void)state;
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        assert_ptr_equal(sb_field_find(field->path), field);
        assert_true(field->unit && field->meaning && field->initial);
        assert_true(field->words || field->minimum < field->maximum);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(field->offset, sb_fields[k].offset);
        if (field->condition) { /* a typing error in it would make the field apply nowhere */
            char setting[128];
            const char *dot = strrchr(field->path, '.');
            int section = (int)(dot ? dot + 1 - field->path : 0), word = (int)strcspn(field->condition, " ");
            snprintf(setting, sizeof setting, "%.*s%.*s", section, field->path, word, field->condition);
            sb_sweep *sweep = sweep_of(HEAD, setting);
            assert_true(sb_field_applies(field, &sweep->base));
            sb_sweep_free(sweep);
        }
    }
    assert_null(sb_field_find("model"));
    assert_null(sb_field_find(""));
    assert_true(sb_path_within("model.width", "model") && sb_path_within("model", "model"));
    assert_false(sb_path_within("models.width", "model") || sb_path_within("model", "model.width"));
}

/* Joins what was broken between the lines of a comment. */
static void join_lines(char *text) {
    char *to = text;
    for (const char *from = text; *from;) {
        size_t indent = *from == '\n' ? 1 + strspn(from + 1, " ") : 0;
        if (indent && from[indent] == '#' && from[indent + 1] == ' ')
            from += indent + 1;
        else
            *to++ = *from++;
    }
    *to = 0;
}

static char *schema(void) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    sb_schema_print(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void the_schema_shows_every_field(void **state) {
    (void)state;
    char *text = schema();
    for (char *line = text; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 120);
    join_lines(text);
    for (size_t i = 0; i < sb_field_count; i++) {
        char line[128];
        snprintf(line, sizeof line, "%s: %s",
                 strrchr(sb_fields[i].path, '.') ? strrchr(sb_fields[i].path, '.') + 1 : sb_fields[i].path,
                 sb_fields[i].initial);
        assert_non_null(strstr(text, line));
        assert_non_null(strstr(text, sb_fields[i].meaning));
        for (const sb_word *word = sb_fields[i].words; word && word->text; word++)
            assert_non_null(strstr(text, word->text));
    }
    free(text);
}

/* As it stands, and with all that is behind a # but does apply switched on: each key is where it belongs. */
static void the_schema_is_a_sweep_file_of_defaults(void **state) {
    (void)state;
    char *text = schema();
    sb_sweep *plain = sweep_of(HEAD), *shown = sweep_of(text);
    sb_hash identities[2] = {sb_sweep_identity(plain), sb_sweep_identity(shown)};
    assert_memory_equal(&identities[0], &identities[1], sizeof *identities);
    sb_sweep_free(shown);
    sb_sweep_free(plain);
    for (char *hash = text; (hash = strchr(hash, '#')); hash++)
        if (hash[1] >= 'a' && hash[1] <= 'z' && (hash == text || hash[-1] == '\n' || hash[-1] == ' '))
            memmove(hash, hash + 1, strlen(hash));
    sb_sweep *swept = sweep_of(text, "target.amplitude_law=power", "target.binarise=true", "embedding.kind=petals",
                               "model.activation=leaky_relu", "axes.encoding.kind=[interval, positional, fourier]",
                               "validation.kind=split", "probes.decay.rays=true",
                               "axes.target.kind=[sinusoids, delta, image, digits]",
                               "axes.noise.kind=[direction, component, kernel]");
    assert_int_equal(swept->axis_count, 3);
    assert_true(swept->base.probes.parameters.probe.enabled && swept->base.probes.perturbation.probe.enabled);
    sb_sweep_free(swept);
    free(text);
}

static void records_are_multiples_and_the_last_step(void **state) {
    (void)state;
    for (int64_t steps = 1; steps < 40; steps++)
        for (int64_t every = 1; every < 45; every++) {
            sb_settings settings = {.training.steps = steps, .record.every = every};
            size_t record = 0;
            for (int64_t step = 0; step <= steps; step++)
                if (step % every == 0 || step == steps)
                    assert_int_equal(sb_record_step(&settings, record++), step);
            assert_int_equal(sb_record_count(&settings), record);
        }
}

/* The first rule that @p text breaks, by its message; "" if none. */
static void assert_broken(const char *part, const char *text) {
    sb_sweep *sweep = sweep_of(text);
    char message[256] = "";
    for (size_t i = 0; i < sb_rule_count && !*message; i++)
        if (!sb_rules[i].holds(&sweep->base, message, sizeof message))
            assert_true(*message);
    if (*part ? !strstr(message, part) : *message)
        fail_msg("found '%s', not '%s'", message, part);
    sb_sweep_free(sweep);
}

static void rules_hold_up_to_their_limits(void **state) {
    (void)state;
    assert_broken("", HEAD "target: {samples: 100, frequencies: [1, 49]}\n");
    assert_broken("frequency 50", HEAD "target: {samples: 100, frequencies: [1, 50]}\n");
    assert_broken("", HEAD "target: {samples: 101, frequencies: [1, 50]}\n");
    assert_broken("found 3 after 3", HEAD "target: {frequencies: [3, 3]}\n");
    assert_broken("", HEAD "target: {frequencies: [3, 4], amplitudes: [1, 2], phases: [0, 1]}\n");
    assert_broken("'random' in a list", HEAD "target: {frequencies: [3, 4], phases: [0, random]}\n");
    assert_broken("3 values for 2 frequencies", HEAD "target: {frequencies: [3, 4], phases: [0, 1, 2]}\n");
    assert_broken("", HEAD "target: {binarise: true}\ntraining: {loss: bce, batch: 200}\n");
    assert_broken("found 201", HEAD "training: {batch: 201}\n");
    assert_broken("", HEAD "training: {steps: 10}\nprobes: {loss: {at: [0, 3, 10]}}\n");
    assert_broken("", HEAD "training: {steps: 10}\nprobes: {loss: {at: [0, 3, last]}}\n");
    assert_broken("step 11", HEAD "training: {steps: 10}\nprobes: {loss: {at: [0, 3, 11]}}\n");
    assert_broken("found 3 after 3", HEAD "training: {steps: 10}\nprobes: {loss: {at: [3, 3]}}\n");
    assert_broken("after 'last'", HEAD "training: {steps: 10}\nprobes: {loss: {at: [last, 3]}}\n");
    assert_broken("after 'last'", HEAD "training: {steps: 10}\nprobes: {loss: {at: [last, last]}}\n");
    assert_broken("", HEAD "training: {steps: 1}\n"); /* [0, last] of a probe that is off, and on */
    assert_broken("", HEAD "training: {steps: 1}\nprobes: {parameters: {}}\n");
    assert_broken("interval from 1 to 1", HEAD "encoding: {kind: interval, low: 1, high: 1}\n");
}

/* A field or a section that is there. */
static bool is_known(const char *path) {
    bool known = false;
    for (size_t i = 0; i < sb_field_count; i++)
        known = known || sb_path_within(sb_fields[i].path, path);
    return known;
}

static void every_rule_reads_and_blames_what_there_is(void **state) {
    (void)state;
    for (size_t i = 0; i < sb_rule_count; i++) {
        bool read = false;
        for (const char *const *path = sb_rules[i].fields; *path; path++) {
            assert_true(is_known(*path));
            read = read || sb_path_within(sb_rules[i].culprit, *path);
        }
        assert_true(read);
    }
}

static void a_report_points_at_what_was_set_last(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "model:\n  width: 8\n  depth: 3\naxes:\n  - model.depth: [4, 5]\n");
    static const char *const paths[] = {"model.width", "model.depth", "axes", "training.steps", "model.other"};
    static const char *const starts[] = {
        "folder/test.sweep.yaml:3:10: model.width: x1", "folder/test.sweep.yaml:6:18: model.depth: x1",
        "folder/test.sweep.yaml:5:1: axes: x1", "folder/test.sweep.yaml: training.steps: x1",
        "folder/test.sweep.yaml:2:1: model.other: x1"};
    for (size_t i = 0; i < 5; i++) {
        sb_diagnostics diagnostics = {0};
        sb_sweep_report(sweep, &diagnostics, paths[i], "x%d", 1);
        assert_string_equal(diagnostics.items[0].text, starts[i]);
        sb_diagnostics_free(&diagnostics);
    }
    sb_sweep_free(sweep);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_can_be_written_out),
        cmocka_unit_test(defaults_are_written_as_they_print),
        cmocka_unit_test(fields_are_distinct_and_described),
        cmocka_unit_test(the_schema_shows_every_field),
        cmocka_unit_test(the_schema_is_a_sweep_file_of_defaults),
        cmocka_unit_test(records_are_multiples_and_the_last_step),
        cmocka_unit_test(rules_hold_up_to_their_limits),
        cmocka_unit_test(every_rule_reads_and_blames_what_there_is),
        cmocka_unit_test(a_report_points_at_what_was_set_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
