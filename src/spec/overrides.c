/* --set path=value: the value takes its place in the tree before anything is read from it, so that it is checked
 * exactly as if it stood in the file. */
#include "internal.h"
#include <string.h>

typedef struct set_override {
    spec_reader *reader;
    spec_node *root, *value;
    const char *path;
} set_override;

static spec_node *new_key(const set_override *override, const char *text) {
    spec_node *key = spec_node_new(override->reader, SPEC_SCALAR, override->value->place);
    if (key)
        key->text = text;
    return key;
}

/* Sets @p key of @p mapping. */
static bool put(const set_override *override, spec_node *mapping, const char *name, spec_node *value) {
    size_t index;
    if (spec_node_get(mapping, name, &index)) {
        mapping->items[index] = value;
        return true;
    }
    spec_node *key = new_key(override, name);
    return key && spec_node_append(override->reader, mapping, key, value);
}

/* Sets the value at @p path below @p mapping, with the sections that lead to it. */
static bool put_path(const set_override *override, spec_node *mapping, const char *path) {
    for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
        const char *name = spec_format(override->reader, "%.*s", (int)(dot - path), path);
        if (!name)
            return false;
        spec_node *section = spec_node_get(mapping, name, NULL);
        if (!section || section->kind != SPEC_MAPPING) {
            section = spec_node_new(override->reader, SPEC_MAPPING, override->value->place);
            if (!section || !put(override, mapping, name, section))
                return false;
        }
        mapping = section;
    }
    return put(override, mapping, path, override->value);
}

/* The mapping in `axes:` that has the key @p path, be it the axis itself or the members of a zip. */
static spec_node *find_axis(const set_override *override, const char *path) {
    if (strcmp(path, "zip") == 0)
        return NULL;
    spec_node *axes = spec_node_get(override->root, "axes", NULL);
    for (size_t i = 0; axes && axes->kind == SPEC_LIST && i < axes->count; i++) {
        spec_node *axis = axes->items[i];
        if (axis->kind != SPEC_MAPPING)
            continue;
        spec_node *zip = spec_node_get(axis, "zip", NULL);
        if (spec_node_get(axis, path, NULL))
            return axis;
        if (zip && zip->kind == SPEC_MAPPING && strcmp(path, "name") != 0 && spec_node_get(zip, path, NULL))
            return zip;
    }
    return NULL;
}

/* The name of a zip, or "". */
static const char *zip_name(const spec_node *zip) {
    const spec_node *name = zip->kind == SPEC_MAPPING ? spec_node_get(zip, "name", NULL) : NULL;
    return name && name->kind == SPEC_SCALAR ? name->text : "";
}

/* The axis whose zip is called as the one that is to be set. */
static spec_node *find_zip(const set_override *override) {
    spec_node *axes = spec_node_get(override->root, "axes", NULL);
    for (size_t i = 0; axes && axes->kind == SPEC_LIST && i < axes->count; i++) {
        spec_node *axis = axes->items[i];
        spec_node *zip = axis->kind == SPEC_MAPPING ? spec_node_get(axis, "zip", NULL) : NULL;
        if (zip && *zip_name(zip) && strcmp(zip_name(zip), zip_name(override->value)) == 0)
            return axis;
    }
    return NULL;
}

static bool put_axis(const set_override *override, const char *path) {
    spec_node *axis = strcmp(path, "zip") == 0 ? find_zip(override) : find_axis(override, path);
    if (axis)
        return put(override, axis, path, override->value);
    spec_node *axes = spec_node_get(override->root, "axes", NULL);
    if (!axes || axes->kind != SPEC_LIST) {
        axes = spec_node_new(override->reader, SPEC_LIST, override->value->place);
        if (!axes || !put(override, override->root, "axes", axes))
            return false;
    }
    axis = spec_node_new(override->reader, SPEC_MAPPING, override->value->place);
    return axis && put(override, axis, path, override->value) && spec_node_append(override->reader, axes, NULL, axis);
}

/* A field of a section that is an axis as a whole would be set without any effect. */
static bool lies_in_section_axis(const set_override *override) {
    spec_node *axes = spec_node_get(override->root, "axes", NULL);
    for (size_t i = 0; axes && axes->kind == SPEC_LIST && i < axes->count; i++) {
        const spec_node *axis = axes->items[i];
        for (size_t k = 0; axis->kind == SPEC_MAPPING && k < axis->count; k++) {
            const char *key = axis->keys[k]->text;
            if (strcmp(key, override->path) == 0 || !sb_path_within(override->path, key))
                continue;
            spec_error(override->reader, override->value->place, override->path,
                       "found an axis over the whole of '%s'; allowed axes.%s=[...]", key, key);
            return true;
        }
    }
    return false;
}

static void apply(const set_override *override) {
    static const char axes[] = "axes.";
    if (strncmp(override->path, axes, strlen(axes)) == 0)
        put_axis(override, override->path + strlen(axes));
    else if (find_axis(override, override->path))
        put_axis(override, override->path);
    else if (!lies_in_section_axis(override))
        put_path(override, override->root, override->path);
}

void spec_override(spec_reader *reader, spec_node *root, const char *argument) {
    const char *equals = strchr(argument, '=');
    const char *source = spec_format(reader, "--set %s", argument);
    if (!source)
        return;
    spec_place place = {.source = source};
    if (!equals || equals == argument || strchr(argument, '\n')) {
        spec_error(reader, place, "", "found no 'path=value' on one line; allowed, for example, model.width=64");
        return;
    }
    if (!spec_text_check(reader, argument, strlen(argument), source))
        return;
    set_override override = {.reader = reader, .root = root};
    override.path = spec_format(reader, "%.*s", (int)(equals - argument), argument);
    override.value = spec_yaml(reader, equals + 1, strlen(equals + 1), source, false);
    if (override.path && override.value)
        apply(&override);
}
