#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The sweep that the file was made from. */
static sb_code parse_stored(const char *path, sb_sweep **sweep, sb_status *status) {
    sb_stored_sweep stored;
    sb_diagnostics diagnostics = {0};
    sb_code code = sb_store_read_sweep(path, &stored, status);
    if (code == SB_OK)
        code = sb_stored_sweep_parse(&stored, path, path, &diagnostics, sweep, status);
    sb_diagnostics_free(&diagnostics);
    sb_stored_sweep_free(&stored);
    return code;
}

static const sb_axis *axis_of(const sb_sweep *sweep, const char *path) {
    for (size_t i = 0; i < sweep->axis_count; ++i)
        if (strcmp(sweep->axes[i].path, path) == 0)
            return &sweep->axes[i];
    return NULL;
}

/* Which content a file has, as far as it shows which of two it is. */
static void print_content(const sb_source *source, FILE *out) {
    enum { SHOWN_DIGITS = 8 };
    char digest[SB_HASH_TEXT];
    sb_hash_format(source->digest, digest);
    if (source->known && !source->word)
        fprintf(out, " (content %.*s)", SHOWN_DIGITS, digest);
}

/* Prints what a sweep says about a field, or about an axis where the sweep has one of that path. */
static void print_field(const sb_sweep *sweep, const sb_field *field, FILE *out) {
    if (axis_of(sweep, field->path))
        fputs("an axis", out);
    else if (sb_field_applies(field, &sweep->base)) {
        sb_field_print(field, sb_field_get(field, &sweep->base), out);
        if (field->type == SB_FIELD_FILE)
            print_content(sb_field_get(field, &sweep->base).source, out);
    } else
        fputs("unused", out);
}

static void print_axis(const sb_axis *axis, FILE *out) {
    fputs(axis ? "[" : "none", out);
    for (size_t i = 0; axis && i < axis->length; ++i) {
        fprintf(out, "%s%s", i ? ", " : "", axis->labels[i]);
        for (size_t m = 0; m < axis->member_count; ++m)
            if (axis->members[m].field->type == SB_FIELD_FILE)
                print_content(axis->members[m].values[i].source, out);
    }
    fputs(axis ? "]" : "", out);
}

/* What differs, as a list, and how long it has become. */
typedef struct difference {
    FILE *out;
    size_t count;
} difference;

enum { SHOWN = 4, VALUE_LENGTH = 80 };

/* Adds "path is X in the file, Y now" if the two texts differ. */
static void add(difference *list, const char *path, const char *stored, const char *wanted) {
    if (strcmp(stored, wanted) == 0)
        return;
    if (list->count++ < SHOWN)
        fprintf(list->out, "%s%s is %.*s%s in the file, %.*s%s now", list->count > 1 ? "; " : "", path, VALUE_LENGTH,
                stored, strlen(stored) > VALUE_LENGTH ? ".." : "", VALUE_LENGTH, wanted,
                strlen(wanted) > VALUE_LENGTH ? ".." : "");
}

/* True if both sweeps take a file with the same content, wherever it lies. */
static bool same_content(const sb_sweep *stored, const sb_sweep *wanted, const sb_field *field) {
    if (!field || field->type != SB_FIELD_FILE)
        return false;
    const sb_source *one = sb_field_get(field, &stored->base).source,
                    *other = sb_field_get(field, &wanted->base).source;
    return one->known && other->known && !one->word && !other->word &&
           memcmp(&one->digest, &other->digest, sizeof one->digest) == 0;
}

/* Compares what two sweeps say about a field or, without one, about the axis @p path. */
static bool compare(difference *list, const sb_sweep *stored, const sb_sweep *wanted, const sb_field *field,
                    const char *path) {
    const sb_sweep *sweeps[2] = {stored, wanted};
    char *texts[2] = {NULL, NULL};
    bool complete = true;
    if (same_content(stored, wanted, field))
        return true;
    for (int i = 0; i < 2; ++i) {
        size_t size;
        FILE *out = open_memstream(&texts[i], &size);
        if (out && field)
            print_field(sweeps[i], field, out);
        else if (out)
            print_axis(axis_of(sweeps[i], path), out);
        complete &= out && fclose(out) == 0;
    }
    if (complete) {
        char label[256];
        snprintf(label, sizeof label, "%s%s", field ? "" : "axis ", path);
        add(list, label, texts[0], texts[1]);
    }
    free(texts[0]);
    free(texts[1]);
    return complete;
}

static bool list_differences(difference *list, const sb_sweep *stored, const sb_sweep *wanted) {
    bool complete = true;
    for (size_t i = 0; i < sb_field_count; ++i)
        complete &= compare(list, stored, wanted, &sb_fields[i], sb_fields[i].path);
    for (size_t i = 0; i < stored->axis_count; ++i)
        complete &= compare(list, stored, wanted, NULL, stored->axes[i].path);
    for (size_t i = 0; i < wanted->axis_count; ++i)
        if (!axis_of(stored, wanted->axes[i].path))
            complete &= compare(list, stored, wanted, NULL, wanted->axes[i].path);
    return complete;
}

sb_code sb_sweep_differs(const char *path, const sb_sweep *sweep, sb_status *status) {
    static const char advice[] = "give another name with -o, or --overwrite";
    char *text = NULL;
    size_t size;
    sb_sweep *stored = NULL;
    sb_code code = parse_stored(path, &stored, status);
    if (code == SB_IO || code == SB_MEMORY)
        return code;
    if (code != SB_OK)
        return sb_fail(status, SB_INPUT, "'%s' holds another sweep, one that this version of specbias cannot read; %s",
                       path, advice);
    difference list = {.out = open_memstream(&text, &size)};
    bool complete = list.out && list_differences(&list, stored, sweep);
    if (list.out && fclose(list.out) != 0)
        complete = false;
    if (!complete)
        code = sb_fail(status, SB_MEMORY, "no memory to compare two sweeps");
    else if (list.count == 0)
        code =
            sb_fail(status, SB_INPUT,
                    "'%s' holds the same settings, computed with other versions of the algorithms; %s", path, advice);
    else
        code =
            sb_fail(status, SB_INPUT,
                    "'%s' holds another sweep: %s%s; give another name with -o, where --reuse takes over what is the "
                    "same in this file, or --overwrite",
                    path, text, list.count > SHOWN ? "; and more" : "");
    free(text);
    sb_sweep_free(stored);
    return code;
}
