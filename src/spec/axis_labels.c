/* What each point of an axis is called: "4"; "petals, petals=4"; "steps=10000, learning_rate=0.0003". */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

static void print_member(const sb_axis_member *member, size_t point, bool bare, const char *separator, FILE *out) {
    fputs(separator, out);
    if (!bare)
        fprintf(out, "%s=", spec_last_component(member->field->path));
    sb_field_print(member->field, member->values[point], out);
}

/* A section: its kind, and what applies and differs from the default. */
static void print_section(const spec_reader *reader, const sb_axis *axis, size_t point, FILE *out) {
    sb_settings settings = reader->defaults;
    bool first = true;
    for (size_t m = 0; m < axis->member_count; m++)
        sb_field_set(axis->members[m].field, &settings, axis->members[m].values[point]);
    for (size_t m = 0; m < axis->member_count; m++) {
        const sb_field *field = axis->members[m].field;
        bool kind = strcmp(spec_last_component(field->path), "kind") == 0;
        bool initial = spec_same_value(field, axis->members[m].values[point], sb_field_get(field, &reader->defaults));
        const sb_field *sibling = spec_condition_field(field);
        bool applies = !sibling || spec_condition_met(field, sibling, sb_field_get(sibling, &settings));
        if (kind || (applies && !initial)) {
            print_member(&axis->members[m], point, kind, first ? "" : ", ", out);
            first = false;
        }
    }
    if (first)
        fputs("default", out);
}

static void print_label(const spec_reader *reader, const sb_axis *axis, size_t point, FILE *out) {
    if (axis->kind == SB_AXIS_SECTION)
        print_section(reader, axis, point, out);
    for (size_t m = 0; axis->kind != SB_AXIS_SECTION && m < axis->member_count; m++)
        print_member(&axis->members[m], point, axis->kind == SB_AXIS_FIELD, m ? ", " : "", out);
    fputc(0, out);
}

const char *const *spec_labels(spec_reader *reader, const sb_axis *axis) {
    char *text = NULL, *copy = NULL;
    const char **labels = spec_alloc(reader, axis->length, sizeof *labels);
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out && i < axis->length; i++)
        print_label(reader, axis, i, out);
    bool whole = out && !ferror(out);
    if (out && fclose(out) == 0 && whole)
        copy = spec_alloc(reader, size, 1);
    if (copy)
        memcpy(copy, text, size);
    free(text);
    reader->no_memory = reader->no_memory || !copy;
    for (size_t i = 0; labels && copy && i < axis->length; copy += strlen(copy) + 1)
        labels[i++] = copy;
    return copy ? labels : NULL;
}
