#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* Nobody mends more at once; binary garbage gives one for each line. */
enum { DIAGNOSTICS_MAX = 100 };

/* Text from the file ends on terminals: no control characters, neither ASCII's nor Unicode's (C2 80 .. C2 9F). */
static void make_printable(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
            c[0] = c[1] = '?';
    }
}

static char *compose(spec_place place, const char *path, const char *format, va_list arguments) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fprintf(out, "%s:", place.source);
    if (place.line)
        fprintf(out, "%zu:%zu:", place.line, place.column);
    fprintf(out, *path ? " %s: " : " %s", path);
    vfprintf(out, format, arguments);
    bool broken = ferror(out);
    if (fclose(out) != 0 || broken) {
        free(text);
        return NULL;
    }
    make_printable(text);
    return text;
}

/* In the order of the file; --set, which has no lines, after it. */
static bool comes_after(const struct sb_diagnostic *item, spec_place place) {
    if (!item->line || !place.line)
        return !item->line && place.line;
    return item->line != place.line ? item->line > place.line : item->column > place.column;
}

bool spec_diagnose(sb_diagnostics *diagnostics, spec_place place, const char *path, const char *format,
                   va_list arguments) {
    if (diagnostics->count >= DIAGNOSTICS_MAX)
        return true;
    if (!diagnostics->items)
        diagnostics->items = calloc(DIAGNOSTICS_MAX, sizeof *diagnostics->items);
    char *text = diagnostics->items ? compose(place, path, format, arguments) : NULL;
    if (!text)
        return false;
    size_t at = diagnostics->count++;
    for (; at > 0 && comes_after(&diagnostics->items[at - 1], place); at--)
        diagnostics->items[at] = diagnostics->items[at - 1];
    diagnostics->items[at] = (struct sb_diagnostic){.line = place.line, .column = place.column, .text = text};
    return true;
}

void spec_error(spec_reader *reader, spec_place place, const char *path, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (!spec_diagnose(reader->diagnostics, place, path, format, arguments))
        reader->no_memory = true;
    va_end(arguments);
}

const char *spec_suggest(spec_reader *reader, const char *best) {
    const char *text = best ? spec_format(reader, "; did you mean '%s'?", best) : "";
    return text ? text : "";
}

void sb_diagnostics_print(const sb_diagnostics *diagnostics, FILE *out) {
    for (size_t i = 0; i < diagnostics->count; i++)
        fprintf(out, "%s\n", diagnostics->items[i].text);
    if (diagnostics->count == DIAGNOSTICS_MAX)
        fprintf(out, "(the first %d errors; there may be more)\n", DIAGNOSTICS_MAX);
}

void sb_diagnostics_free(sb_diagnostics *diagnostics) {
    for (size_t i = 0; i < diagnostics->count; i++)
        free(diagnostics->items[i].text);
    free(diagnostics->items);
    *diagnostics = (sb_diagnostics){0};
}
