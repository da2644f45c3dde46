/* Files that a sweep names. Equal paths in one field are one sb_source, so that its file is read once. */
#include "internal.h"
#include <string.h>

typedef struct spec_named {
    sb_source source;
    struct spec_named *next;
} spec_named;

const sb_source *spec_source(spec_reader *reader, const sb_field *field, const char *text) {
    double unused;
    for (const spec_named *named = reader->named; named; named = named->next)
        if (named->source.field == field && strcmp(named->source.path, text) == 0)
            return &named->source;
    spec_named *named = spec_alloc(reader, 1, sizeof *named);
    const char *path = named ? spec_format(reader, "%s", text) : NULL;
    if (!path)
        return NULL;
    const bool word = spec_word_value(field, text, &unused);
    named->source = (sb_source){.field = field, .path = path, .label = path, .word = word, .known = word};
    named->next = reader->named;
    reader->named = named;
    return &named->source;
}

/* Values are read-only but to this file, which made them. */
static sb_source *own(const sb_source *source) {
    return (sb_source *)source;
}

/* --- Labels ---------------------------------------------------------------------------------------------------------
 */

/* Bytes of folders with which both paths begin. */
static size_t shared_folders(const char *a, const char *b, size_t most) {
    size_t folders = 0;
    for (size_t i = 0; i < most && a[i] && a[i] == b[i]; i++)
        if (a[i] == '/')
            folders = i + 1;
    return folders;
}

static void shorten(const sb_axis_member *member, size_t length) {
    const sb_source *first = NULL;
    size_t shared = 0;
    for (size_t i = 0; i < length; i++) {
        const sb_source *source = member->values[i].source;
        if (source->word)
            continue;
        shared = shared_folders(first ? first->path : source->path, source->path, first ? shared : SIZE_MAX);
        first = first ? first : source;
    }
    for (size_t i = 0; i < length; i++)
        if (!member->values[i].source->word)
            own(member->values[i].source)->label = member->values[i].source->path + shared;
}

void spec_source_labels(const sb_axis *axis) {
    for (size_t m = 0; m < axis->member_count; m++)
        if (axis->members[m].field->type == SB_FIELD_FILE)
            shorten(&axis->members[m], axis->length);
}

/* --- The files that are needed --------------------------------------------------------------------------------------
 */

static void need(sb_sweep *sweep, const sb_source *source) {
    for (size_t i = 0; i < sweep->source_count; i++)
        if (sweep->sources[i] == source)
            return;
    if (!source->word)
        sweep->sources[sweep->source_count++] = own(source);
}

static void need_on_axes(sb_sweep *sweep, const sb_field *field) {
    for (size_t a = 0; a < sweep->axis_count; a++) {
        const sb_axis *axis = &sweep->axes[a];
        for (size_t m = 0; m < axis->member_count; m++)
            for (size_t i = 0; axis->members[m].field == field && i < axis->length; i++)
                need(sweep, axis->members[m].values[i].source);
    }
}

void spec_sources(spec_reader *reader) {
    sb_sweep *sweep = reader->sweep;
    size_t most = 0;
    for (const spec_named *named = reader->named; named; named = named->next)
        most++;
    sweep->sources = spec_alloc(reader, most, sizeof *sweep->sources);
    for (size_t i = 0; sweep->sources && i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        if (field->type == SB_FIELD_FILE && spec_on_axis(sweep, field))
            need_on_axes(sweep, field);
        else if (field->type == SB_FIELD_FILE && spec_can_apply(sweep, field))
            need(sweep, sb_field_get(field, &sweep->base).source);
    }
}
