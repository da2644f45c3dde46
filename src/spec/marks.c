#include "internal.h"
#include <string.h>

struct sb_marks {
    const char *path;
    spec_place place;
    struct sb_marks *older;
};

void spec_mark(spec_reader *reader, const char *path, spec_place place) {
    struct sb_marks *mark = spec_alloc(reader, 1, sizeof *mark);
    if (mark) {
        *mark = (struct sb_marks){.path = path, .place = place, .older = reader->sweep->marks};
        reader->sweep->marks = mark;
    }
}

static const struct sb_marks *find(const sb_sweep *sweep, const char *path, size_t length) {
    const struct sb_marks *mark = sweep->marks;
    while (mark && (strlen(mark->path) != length || memcmp(mark->path, path, length) != 0))
        mark = mark->older;
    return mark;
}

bool spec_marked_exactly(const sb_sweep *sweep, const char *path, spec_place *place) {
    const struct sb_marks *mark = find(sweep, path, strlen(path));
    if (mark)
        *place = mark->place;
    return mark;
}

spec_place spec_marked(const sb_sweep *sweep, const char *path) {
    size_t length = strlen(path);
    const struct sb_marks *mark = find(sweep, path, length);
    while (!mark && length) {
        do
            length--;
        while (length && path[length] != '.');
        mark = find(sweep, path, length);
    }
    return mark->place; /* the file's own mark, "", is always there */
}

void sb_sweep_report(const sb_sweep *sweep, sb_diagnostics *diagnostics, const char *path, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    /* Without memory for the message the caller still knows that the rule is broken, and returns SB_INPUT. */
    (void)spec_diagnose(diagnostics, spec_marked(sweep, path), path, format, arguments);
    va_end(arguments);
}
