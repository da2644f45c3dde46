#include "internal.h"
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 1, NAME_MAX_LENGTH = 128 };

void *spec_alloc(spec_reader *reader, size_t count, size_t size) {
    void *memory = sb_arena_alloc(&reader->sweep->arena, count, size, reader->status);
    reader->no_memory = reader->no_memory || !memory;
    return memory;
}

const char *spec_format(spec_reader *reader, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : spec_alloc(reader, (size_t)length + 1, 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    reader->no_memory = reader->no_memory || !text;
    va_end(again);
    va_end(arguments);
    return text;
}

static void read_defaults(spec_reader *reader) {
    reader->defaults.probes.loss.enabled = 1;
    for (size_t i = 0; i < sb_field_count && !reader->no_memory; i++) {
        const sb_field *field = &sb_fields[i];
        const spec_node *node = spec_yaml(reader, field->initial, strlen(field->initial), "default", false);
        sb_value value;
        if (node && spec_value(reader, field, node, &value))
            sb_field_set(field, &reader->defaults, value);
    }
    reader->range_numbers = 0;
    reader->sweep->base = reader->defaults;
}

static void read_version(spec_reader *reader, const spec_node *root) {
    const spec_node *version = spec_node_get(root, "specbias", NULL);
    double number;
    if (!version)
        spec_error(reader, root->place, "specbias", "found no version of the format; allowed 'specbias: %d'",
                   FORMAT_VERSION);
    else if (version->kind != SPEC_SCALAR || version->quoted || !spec_number(version->text, &number) ||
             number != FORMAT_VERSION)
        spec_error(reader, version->place, "specbias", "found version %s of the format; allowed %d",
                   spec_found(reader, version), FORMAT_VERSION);
}

/* The file's name without folder and ending. */
static const char *name_from_source(spec_reader *reader, const char *source) {
    const char *slash = strrchr(source, '/'), *start = slash ? slash + 1 : source;
    const char *dot = strrchr(start, '.');
    return spec_format(reader, "%.*s", dot && dot > start ? (int)(dot - start) : (int)strlen(start), start);
}

static bool is_name(const spec_node *node) {
    if (node->kind != SPEC_SCALAR || !*node->text || strlen(node->text) > NAME_MAX_LENGTH)
        return false;
    for (const unsigned char *c = (const unsigned char *)node->text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static void read_name(spec_reader *reader, const spec_node *root, const char *source) {
    const spec_node *name = spec_node_get(root, "name", NULL);
    if (!name)
        reader->sweep->name = name_from_source(reader, source);
    else if (is_name(name))
        reader->sweep->name = name->text;
    else
        spec_error(reader, name->place, "name", "found %s; allowed a line of 1 to %d characters",
                   spec_found(reader, name), NAME_MAX_LENGTH);
}

static void read_overrides(spec_reader *reader, spec_node *root, const char *const *overrides, size_t count) {
    reader->sweep->overrides = "";
    for (size_t i = 0; i < count && !reader->no_memory; i++) {
        spec_override(reader, root, overrides[i]);
        reader->sweep->overrides = spec_format(reader, "%s%s%s", reader->sweep->overrides, i ? "\n" : "", overrides[i]);
    }
}

bool spec_can_apply(const sb_sweep *sweep, const sb_field *field) {
    const sb_field *sibling = spec_condition_field(field);
    if (!sibling)
        return true;
    for (size_t a = 0; a < sweep->axis_count; a++)
        for (size_t m = 0; m < sweep->axes[a].member_count; m++) {
            const sb_axis_member *member = &sweep->axes[a].members[m];
            for (size_t i = 0; member->field == sibling && i < sweep->axes[a].length; i++)
                if (spec_condition_met(field, sibling, member->values[i]))
                    return true;
        }
    return !spec_on_axis(sweep, sibling) && spec_condition_met(field, sibling, sb_field_get(sibling, &sweep->base));
}

static bool has_section_axis(const sb_sweep *sweep, const sb_field *field) {
    for (size_t a = 0; a < sweep->axis_count; a++)
        if (sweep->axes[a].kind == SB_AXIS_SECTION && sb_path_within(field->path, sweep->axes[a].path))
            return true;
    return false;
}

void spec_not_applicable(spec_reader *reader, const sb_field *field, spec_place place) {
    const sb_field *sibling = spec_condition_field(field);
    spec_error(reader, place, field->path, "found a value, but it has no effect here; allowed only where %s is %s",
               sibling->path, strchr(field->condition, '=') + 1);
}

/* A field that is set and can have no effect is a misunderstanding. Points of section axes are checked one by one
 * (axes.c), and what the file says outside of them is then meant for another time. */
static void check_conditions(spec_reader *reader) {
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i], *sibling = spec_condition_field(field);
        spec_place place;
        if (sibling && !reader->failed[sibling - sb_fields] &&
            spec_marked_exactly(reader->sweep, field->path, &place) && !has_section_axis(reader->sweep, field) &&
            !spec_can_apply(reader->sweep, field))
            spec_not_applicable(reader, field, place);
    }
}

static void read_root(spec_reader *reader, spec_node *root, const char *source, const char *const *overrides,
                      size_t override_count) {
    if (root->kind != SPEC_MAPPING) {
        spec_error(reader, root->place, "", "found %s; allowed a mapping with the keys %s",
                   root->kind == SPEC_NULL ? "an empty file" : spec_found(reader, root), spec_keys(reader, ""));
        return;
    }
    read_overrides(reader, root, overrides, override_count);
    read_version(reader, root);
    read_name(reader, root, source);
    spec_section(reader, root, "", &reader->sweep->base, false);
    size_t axes = 0;
    const spec_node *axes_node = spec_node_get(root, "axes", &axes);
    if (axes_node)
        spec_mark(reader, "axes", root->keys[axes]->place);
    spec_axes(reader, axes_node);
    if (!reader->axes_failed)
        check_conditions(reader);
    if (!reader->axes_failed && !reader->no_memory)
        spec_sources(reader);
}

static void read_text(spec_reader *reader, const char *text, size_t length, const char *source,
                      const char *const *overrides, size_t override_count) {
    sb_sweep *sweep = reader->sweep;
    const char *name = spec_format(reader, "%s", source);
    char *copy = spec_alloc(reader, length + 1, 1);
    reader->failed = spec_alloc(reader, sb_field_count, sizeof *reader->failed);
    if (!name || !copy || !reader->failed)
        return;
    memcpy(copy, text, length);
    sweep->text = copy;
    sweep->text_length = length;
    spec_mark(reader, "", (spec_place){.source = name});
    if (!spec_text_check(reader, copy, length, name))
        return;
    read_defaults(reader);
    spec_node *root = reader->no_memory ? NULL : spec_yaml(reader, copy, length, name, true);
    if (root)
        read_root(reader, root, name, overrides, override_count);
}

sb_code sb_sweep_parse(const char *text, size_t length, const char *source, const char *const *overrides,
                       size_t override_count, sb_diagnostics *diagnostics, sb_sweep **sweep, sb_status *status) {
    size_t before = diagnostics->count;
    spec_reader reader = {.diagnostics = diagnostics, .status = status};
    *sweep = NULL;
    reader.sweep = calloc(1, sizeof *reader.sweep);
    if (!reader.sweep)
        return sb_fail(status, SB_MEMORY, "no memory for the sweep %s", source);
    read_text(&reader, text, length, source, overrides, override_count);
    size_t errors = diagnostics->count - before;
    sb_code code = SB_OK;
    if (reader.no_memory)
        code = sb_fail(status, SB_MEMORY, "no memory for the sweep %s", source);
    else if (errors)
        code = sb_fail(status, SB_INPUT, "%s: %zu error%s", source, errors, errors == 1 ? "" : "s");
    if (code == SB_OK)
        *sweep = reader.sweep;
    else
        sb_sweep_free(reader.sweep);
    return code;
}

void sb_sweep_free(sb_sweep *sweep) {
    if (sweep) {
        sb_arena_free(&sweep->arena);
        free(sweep);
    }
}
