#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* Raised when any algorithm changes the results of the same settings: initialisation, random numbers, order of sums, or
 * the default of a field. */
enum { ALGORITHMS = 1 };

static int compare_paths(const void *a, const void *b) {
    const sb_field *const *left = a, *const *right = b;
    return strcmp((*left)->path, (*right)->path);
}

static bool changes_training(const sb_field *field) {
    return !sb_path_within(field->path, "probes") && !sb_path_within(field->path, "record");
}

/* What a file holds, wherever it lies. Results of a file of which nothing is known have no identity, but its sweep's
 * settings can be compared. */
static void print_source(const sb_source *source, FILE *out) {
    char digest[SB_HASH_TEXT];
    if (source->known && !source->word) {
        sb_hash_format(source->digest, digest);
        fprintf(out, "content %s", digest);
    } else
        fputs(source->path, out);
}

static void print_line(const sb_field *field, sb_value value, FILE *out) {
    fprintf(out, "%s=", field->path);
    if (field->type == SB_FIELD_FILE)
        print_source(value.source, out);
    else
        sb_field_print(field, value, out);
    fputc('\n', out);
}

void sb_settings_canonical(const sb_settings *settings, FILE *out) {
    const sb_field *fields[SPEC_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        if (changes_training(field) && !spec_is_default(field, sb_field_get(field, settings)) &&
            sb_field_applies(field, settings))
            fields[count++] = field;
    }
    qsort(fields, count, sizeof *fields, compare_paths);
    fprintf(out, "algorithms=%d\n", ALGORITHMS);
    for (size_t i = 0; i < count; i++)
        print_line(fields[i], sb_field_get(fields[i], settings), out);
}

static void print_probes(const sb_sweep *sweep, FILE *out) {
    const char *last = "";
    for (size_t i = 0; i < sb_field_count; i++) {
        const char *section;
        size_t enabled;
        int64_t on = 0;
        if (spec_probe_of(sb_fields[i].path, &section, &enabled))
            memcpy(&on, (const char *)&sweep->base + enabled, sizeof on);
        if (on && strcmp(section, last) != 0)
            fprintf(out, "%s\n", last = section);
    }
}

/* Labels of files too: they are coordinates in the results file. */
static void print_axis(const sb_axis *axis, FILE *out) {
    fprintf(out, "axis %d %s %zu\n", (int)axis->kind, axis->path, axis->length);
    for (size_t m = 0; m < axis->member_count; m++)
        for (size_t i = 0; i < axis->length; i++) {
            if (axis->members[m].field->type == SB_FIELD_FILE)
                fprintf(out, "%s ", axis->members[m].values[i].source->label);
            print_line(axis->members[m].field, axis->members[m].values[i], out);
        }
}

/* Fields in the table's order: a new field at its default changes nothing. */
static void print_sweep(const void *context, FILE *out) {
    const sb_sweep *sweep = context;
    fprintf(out, "algorithms=%d\n", ALGORITHMS);
    for (size_t i = 0; i < sb_field_count; i++) {
        sb_value value = sb_field_get(&sb_fields[i], &sweep->base);
        if (!spec_on_axis(sweep, &sb_fields[i]) && !spec_is_default(&sb_fields[i], value))
            print_line(&sb_fields[i], value, out);
    }
    print_probes(sweep, out);
    for (size_t a = 0; a < sweep->axis_count; a++)
        print_axis(&sweep->axes[a], out);
}

static void print_settings(const void *context, FILE *out) {
    sb_settings_canonical(context, out);
}

/* Hash of what @p print writes. An identity has no value to stand for "no memory", and without one nothing may go on.
 */
static sb_hash hash_of(void (*print)(const void *, FILE *), const void *context) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out)
        print(context, out);
    if (!out || ferror(out) || fclose(out) != 0) {
        perror("specbias: hashing settings");
        abort();
    }
    sb_hash hash = sb_hash_bytes(text, size);
    free(text);
    return hash;
}

sb_hash sb_settings_identity(const sb_settings *settings) {
    return hash_of(print_settings, settings);
}

struct part {
    const sb_settings *settings;
    const char *section;
};

static void print_part(const void *context, FILE *out) {
    const struct part *part = context;
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        sb_value value = sb_field_get(field, part->settings);
        if (sb_path_within(field->path, part->section) && !spec_is_default(field, value) &&
            sb_field_applies(field, part->settings))
            print_line(field, value, out);
    }
}

sb_hash sb_section_identity(const sb_settings *settings, const char *section) {
    return hash_of(print_part, &(struct part){settings, section});
}

sb_hash sb_sweep_identity(const sb_sweep *sweep) {
    return hash_of(print_sweep, sweep);
}
