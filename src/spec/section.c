/* Sections of the sweep file: a mapping from keys to fields and further sections. */
#include "internal.h"
#include <string.h>

enum { KEY_SIZE = 64 };

/* The key of section @p path under which @p field lies, or false. */
static bool key_of(const sb_field *field, const char *path, char key[KEY_SIZE]) {
    size_t length = strlen(path);
    if (length && (!sb_path_within(field->path, path) || !field->path[length]))
        return false;
    const char *rest = field->path + length + (length > 0);
    snprintf(key, KEY_SIZE, "%.*s", (int)strcspn(rest, "."), rest);
    return true;
}

/* Keys of the file that are no fields. */
static const char *const root_keys[] = {"specbias", "name", "axes"};
enum { ROOT_KEYS = sizeof root_keys / sizeof *root_keys };

const char *spec_keys(spec_reader *reader, const char *path) {
    const char *keys = *path ? "" : "specbias, name, axes";
    char key[KEY_SIZE], last[KEY_SIZE] = "";
    for (size_t i = 0; keys && i < sb_field_count; i++)
        if (key_of(&sb_fields[i], path, key) && strcmp(key, last) != 0) {
            keys = spec_format(reader, "%s%s%s", keys, *keys ? ", " : "", key);
            strcpy(last, key);
        }
    return keys ? keys : "";
}

/* The nearest key of this section, or else a field of the same name elsewhere. */
static const char *suggestion(spec_reader *reader, const char *path, const char *unknown) {
    const char *best = NULL;
    for (size_t i = 0; !*path && i < ROOT_KEYS; i++)
        sb_nearer(unknown, root_keys[i], &best);
    for (size_t i = 0; i < sb_field_count; i++) {
        char key[KEY_SIZE];
        const char *copy = key_of(&sb_fields[i], path, key) ? spec_format(reader, "%s", key) : NULL;
        if (copy)
            sb_nearer(unknown, copy, &best);
    }
    for (size_t i = 0; !best && i < sb_field_count; i++)
        if (strcmp(spec_last_component(sb_fields[i].path), unknown) == 0)
            best = sb_fields[i].path;
    return spec_suggest(reader, best);
}

void spec_unknown_key(spec_reader *reader, const char *path, const spec_node *key) {
    spec_error(reader, key->place, path, "found the unknown key '%s'; allowed %s%s", key->text, spec_keys(reader, path),
               suggestion(reader, path, key->text));
}

static void read_field(spec_reader *reader, const sb_field *field, const spec_node *node, sb_settings *into,
                       bool item) {
    sb_value value;
    if (item && field->fixed) {
        spec_error(reader, node->place, field->path,
                   "found on an axis; allowed outside `axes`, the same for all trials");
        return;
    }
    if (spec_value(reader, field, node, &value))
        sb_field_set(field, into, value);
    else
        reader->failed[field - sb_fields] = true;
    if (!item)
        spec_mark(reader, field->path, node->place);
}

static void enable_probe(const char *path, sb_settings *settings) {
    const char *section;
    size_t enabled;
    const int64_t on = 1;
    if (spec_probe_of(path, &section, &enabled))
        memcpy((char *)settings + enabled, &on, sizeof on);
}

static bool is_root_key(const char *path, const char *key) {
    for (size_t i = 0; !*path && i < ROOT_KEYS; i++)
        if (strcmp(key, root_keys[i]) == 0)
            return true;
    return false;
}

static void read_key(spec_reader *reader, const char *section, const spec_node *key, const spec_node *node,
                     sb_settings *into, bool item) {
    if (strchr(key->text, '.')) {
        spec_error(
            reader, key->place, section,
            "found the key '%s'; allowed one mapping inside another, such as target: {samples: 200}; dotted paths "
            "are for axes and --set",
            key->text);
        return;
    }
    const char *path = spec_format(reader, "%s%s%s", section, *section ? "." : "", key->text);
    const sb_field *field = path ? sb_field_find(path) : NULL;
    if (field)
        read_field(reader, field, node, into, item);
    else if (path && spec_is_section(path)) {
        spec_mark(reader, path, key->place);
        spec_section(reader, node, path, into, item);
    } else if (path)
        spec_unknown_key(reader, section, key);
}

void spec_section(spec_reader *reader, const spec_node *node, const char *path, sb_settings *into, bool item) {
    enable_probe(path, into);
    if (node->kind != SPEC_MAPPING && node->kind != SPEC_NULL)
        spec_error(reader, node->place, path, "found %s; allowed a mapping with the keys %s", spec_found(reader, node),
                   spec_keys(reader, path));
    for (size_t i = 0; node->kind == SPEC_MAPPING && i < node->count; i++)
        if (!is_root_key(path, node->keys[i]->text))
            read_key(reader, path, node->keys[i], node->items[i], into, item);
}
