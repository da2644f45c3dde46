/* `axes:`, a list of mappings with one key each: a field, a section, or `zip`. */
#include "internal.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* An axis while it is read: as it will be, and where its points are written. */
typedef struct axis_draft {
    sb_axis axis;
    spec_place place;        /* of its key */
    const spec_node *points; /* the node with its values */
    sb_axis_member *members;
} axis_draft;

static const char *probe_name(const char *path) {
    const char *section;
    size_t enabled;
    return spec_probe_of(path, &section, &enabled) ? spec_last_component(section) : NULL;
}

static bool add_member(spec_reader *reader, axis_draft *draft, const sb_field *field, const sb_value *values) {
    if (!draft->members) /* a zip has at most as many fields as there are */
        draft->members = spec_alloc(reader, sb_field_count, sizeof *draft->members);
    if (!draft->members)
        return false;
    draft->members[draft->axis.member_count++] = (sb_axis_member){.field = field, .values = values};
    draft->axis.members = draft->members;
    return true;
}

/* The field that an axis or a member of a zip names, or NULL after an error. */
static const sb_field *find_field(spec_reader *reader, const spec_node *key) {
    const sb_field *field = sb_field_find(key->text);
    if (field && field->fixed) {
        spec_error(reader, key->place, key->text,
                   "found as an axis; allowed only outside `axes`, the same for all trials");
        return NULL;
    }
    if (field)
        return field;
    const char *best = NULL;
    for (size_t i = 0; i < sb_field_count; i++) {
        sb_nearer(key->text, sb_fields[i].path, &best);
        if (strcmp(spec_last_component(sb_fields[i].path), key->text) == 0)
            best = sb_fields[i].path;
    }
    spec_error(reader, key->place, "axes", "found the unknown field '%s'; allowed the path of a field or section%s",
               key->text, spec_suggest(reader, best));
    return NULL;
}

static bool read_field_axis(spec_reader *reader, axis_draft *draft, const spec_node *key, const spec_node *node) {
    const sb_field *field = find_field(reader, key);
    sb_value *values = field ? spec_values(reader, field, node, &draft->axis.length) : NULL;
    if (!values)
        return false;
    spec_mark(reader, field->path, node->place);
    draft->axis.kind = SB_AXIS_FIELD;
    draft->axis.path = field->path;
    draft->axis.unit = field->unit;
    draft->axis.probe = probe_name(field->path);
    return add_member(reader, draft, field, values);
}

/* --- Sections -------------------------------------------------------------------------------------------------------
 */

/* One point of a section axis: the section with defaults for what is not said. */
static bool read_point(spec_reader *reader, const char *path, const spec_node *node, sb_settings *settings) {
    size_t errors = reader->diagnostics->count;
    *settings = reader->defaults;
    spec_section(reader, node, path, settings, true);
    for (size_t k = 0; node->kind == SPEC_MAPPING && reader->diagnostics->count == errors && k < node->count; k++) {
        const char *field_path = spec_format(reader, "%s.%s", path, node->keys[k]->text);
        const sb_field *field = field_path ? sb_field_find(field_path) : NULL;
        if (field && !sb_field_applies(field, settings))
            spec_not_applicable(reader, field, node->keys[k]->place);
    }
    return reader->diagnostics->count == errors;
}

/* One array of values for each field of the section that may vary. */
static bool add_section_members(spec_reader *reader, axis_draft *draft) {
    for (size_t i = 0; i < sb_field_count; i++) {
        const sb_field *field = &sb_fields[i];
        if (!sb_path_within(field->path, draft->axis.path) || field->fixed)
            continue;
        sb_value *values = spec_alloc(reader, draft->axis.length, sizeof *values);
        if (!values || !add_member(reader, draft, field, values))
            return false;
    }
    return true;
}

static bool read_section_axis(spec_reader *reader, axis_draft *draft, const spec_node *key, const spec_node *node) {
    bool list = node->kind == SPEC_LIST, good = true;
    draft->axis.kind = SB_AXIS_SECTION;
    draft->axis.path = key->text;
    draft->axis.unit = "1";
    draft->axis.probe = probe_name(key->text);
    draft->axis.length = list ? node->count : 1;
    spec_mark(reader, key->text, node->place);
    if (!add_section_members(reader, draft))
        return false;
    if (draft->axis.member_count == 0 || strcmp(key->text, "probes") == 0) {
        spec_error(reader, key->place, key->text, "found a section that cannot be an axis; allowed its fields");
        return false;
    }
    if (draft->axis.length == 0 || node->kind == SPEC_NULL || node->kind == SPEC_SCALAR) {
        spec_error(reader, node->place, key->text, "found %s; allowed a list of mappings with the keys %s",
                   list ? "an empty list" : spec_found(reader, node), spec_keys(reader, key->text));
        return false;
    }
    for (size_t i = 0; i < draft->axis.length; i++) {
        sb_settings settings;
        good = read_point(reader, key->text, list ? node->items[i] : node, &settings) && good;
        for (size_t m = 0; m < draft->axis.member_count; m++)
            ((sb_value *)draft->members[m].values)[i] = sb_field_get(draft->members[m].field, &settings);
    }
    return good;
}

/* --- Zips -----------------------------------------------------------------------------------------------------------
 */

static bool is_identifier(const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] != '_' && !isalnum((unsigned char)text[i]))
            return false;
    return length > 0 && length <= 64 && isalpha((unsigned char)*text);
}

static bool read_zip_name(spec_reader *reader, axis_draft *draft, const spec_node *node) {
    const spec_node *name = spec_node_get(node, "name", NULL);
    if (name && name->kind == SPEC_SCALAR && is_identifier(name->text)) {
        draft->axis.path = name->text;
        return true;
    }
    spec_error(reader, name ? name->place : node->place, "axes.zip",
               "found %s for 'name'; allowed a letter, then letters, digits and '_'",
               name ? spec_found(reader, name) : "nothing");
    return false;
}

static bool read_zip_member(spec_reader *reader, axis_draft *draft, const spec_node *key, const spec_node *node) {
    size_t length;
    const sb_field *field = find_field(reader, key);
    sb_value *values = field ? spec_values(reader, field, node, &length) : NULL;
    if (!values)
        return false;
    spec_mark(reader, field->path, node->place);
    const char *probe = probe_name(field->path);
    const sb_field *first = draft->axis.member_count ? draft->members[0].field : NULL;
    if (first && probe != draft->axis.probe &&
        (!probe || !draft->axis.probe || strcmp(probe, draft->axis.probe) != 0)) {
        spec_error(reader, key->place, field->path,
                   "found together with %s; allowed in one zip: fields of the training, or of one probe", first->path);
        return false;
    }
    if (first && length != draft->axis.length) {
        spec_error(reader, node->place, field->path, "found %zu value%s; allowed %zu, as many as of %s", length,
                   length == 1 ? "" : "s", draft->axis.length, first->path);
        return false;
    }
    draft->axis.length = length;
    draft->axis.probe = probe;
    return add_member(reader, draft, field, values);
}

static bool read_zip(spec_reader *reader, axis_draft *draft, const spec_node *node) {
    if (node->kind != SPEC_MAPPING) {
        spec_error(reader, node->place, "axes.zip",
                   "found %s; allowed a mapping: name, and the values of two or more fields", spec_found(reader, node));
        return false;
    }
    draft->axis.kind = SB_AXIS_ZIP;
    draft->axis.unit = "1";
    bool good = read_zip_name(reader, draft, node);
    for (size_t i = 0; i < node->count; i++)
        if (strcmp(node->keys[i]->text, "name") != 0)
            good = read_zip_member(reader, draft, node->keys[i], node->items[i]) && good;
    if (good && draft->axis.member_count < 2) {
        spec_error(reader, node->place, "axes.zip", "found %zu field%s; allowed two or more", draft->axis.member_count,
                   draft->axis.member_count == 1 ? "" : "s");
        return false;
    }
    return good;
}

/* --- Between axes ---------------------------------------------------------------------------------------------------
 */

static bool overlaps(spec_reader *reader, const axis_draft *draft, const sb_axis *axes, size_t count) {
    for (size_t a = 0; a < count; a++) {
        if (strcmp(axes[a].path, draft->axis.path) == 0) {
            spec_error(reader, draft->place, draft->axis.path, "found a second axis of this name; allowed one");
            return true;
        }
        for (size_t m = 0; m < draft->axis.member_count; m++)
            if (sb_axis_touches(&axes[a], draft->members[m].field->path)) {
                spec_error(reader, draft->place, draft->members[m].field->path,
                           "found on this axis and on '%s'; allowed on one axis", axes[a].path);
                return true;
            }
    }
    return false;
}

static int compare_labels(const void *a, const void *b) {
    const char *const *left = *(const char *const *const *)a, *const *right = *(const char *const *const *)b;
    int order = strcmp(*left, *right);
    return order ? order : (left > right) - (left < right);
}

/* Equal points have equal labels, and would be trained twice. */
static bool repeats(spec_reader *reader, const axis_draft *draft) {
    const sb_axis *axis = &draft->axis;
    const char *const **sorted = spec_alloc(reader, axis->length, sizeof *sorted);
    if (!sorted)
        return true;
    for (size_t i = 0; i < axis->length; i++)
        sorted[i] = &axis->labels[i];
    qsort(sorted, axis->length, sizeof *sorted, compare_labels);
    for (size_t i = 1; i < axis->length; i++) {
        if (strcmp(*sorted[i - 1], *sorted[i]) != 0)
            continue;
        size_t second = (size_t)(sorted[i] - axis->labels);
        bool listed = draft->points->kind == SPEC_LIST && second < draft->points->count;
        spec_error(reader, listed ? draft->points->items[second]->place : draft->points->place, axis->path,
                   "found %s a second time; allowed distinct points on an axis", axis->labels[second]);
        return true;
    }
    return false;
}

static bool read_axis(spec_reader *reader, const spec_node *node, axis_draft *draft) {
    if (node->kind != SPEC_MAPPING || node->count != 1) {
        bool more = node->kind == SPEC_MAPPING && node->count > 1;
        spec_error(reader, more ? node->keys[1]->place : node->place, "axes",
                   "found %s; allowed one field for each axis, or 'zip: {name: ..}' for fields that move together",
                   more ? "a second key in one axis" : spec_found(reader, node));
        return false;
    }
    const spec_node *key = node->keys[0];
    draft->place = key->place;
    draft->points = node->items[0];
    if (strcmp(key->text, "zip") == 0)
        return read_zip(reader, draft, draft->points);
    if (spec_is_section(key->text))
        return read_section_axis(reader, draft, key, draft->points);
    return read_field_axis(reader, draft, key, draft->points);
}

/* A probe that has an axis is wanted, whether or not `probes` names it. */
static void enable_probe(spec_reader *reader, const sb_axis *axis) {
    static const spec_node nothing = {.kind = SPEC_NULL};
    const char *section;
    size_t enabled;
    if (axis->probe && spec_probe_of(axis->members[0].field->path, &section, &enabled))
        spec_section(reader, &nothing, section, &reader->sweep->base, false);
}

static bool keep_axis(spec_reader *reader, axis_draft *draft, sb_axis *axes, size_t count) {
    if (overlaps(reader, draft, axes, count))
        return false;
    spec_source_labels(&draft->axis);
    draft->axis.labels = spec_labels(reader, &draft->axis);
    if (!draft->axis.labels || repeats(reader, draft))
        return false;
    enable_probe(reader, &draft->axis);
    for (size_t m = 0; m < draft->axis.member_count; m++)
        sb_field_set(draft->members[m].field, &reader->sweep->base, draft->members[m].values[0]);
    axes[count] = draft->axis;
    return true;
}

/* Without a training axis there is still one trial: `seed`, of length 1. */
static bool seed_axis(spec_reader *reader, axis_draft *draft) {
    const sb_field *seed = sb_field_find("seed");
    sb_value *value = spec_alloc(reader, 1, sizeof *value);
    if (!value)
        return false;
    *value = sb_field_get(seed, &reader->sweep->base);
    draft->axis = (sb_axis){.kind = SB_AXIS_FIELD, .path = seed->path, .unit = seed->unit, .length = 1};
    if (!add_member(reader, draft, seed, value))
        return false;
    draft->axis.labels = spec_labels(reader, &draft->axis);
    return draft->axis.labels;
}

/* Training axes first; otherwise as in the file. */
static void keep_order(spec_reader *reader, const sb_axis *axes, size_t count) {
    sb_sweep *sweep = reader->sweep;
    sb_axis *ordered = spec_alloc(reader, count + 1, sizeof *ordered);
    if (!ordered)
        return;
    for (size_t a = 0; a < count; a++)
        if (!axes[a].probe)
            ordered[sweep->axis_count++] = axes[a];
    axis_draft seed = {0};
    if (sweep->axis_count == 0 && seed_axis(reader, &seed))
        ordered[sweep->axis_count++] = seed.axis;
    for (size_t a = 0; a < count; a++)
        if (axes[a].probe)
            ordered[sweep->axis_count++] = axes[a];
    sweep->axes = ordered;
}

void spec_axes(spec_reader *reader, const spec_node *node) {
    sb_axis axes[SB_AXES_MAX];
    size_t count = 0;
    if (node && node->kind != SPEC_LIST && node->kind != SPEC_NULL) {
        spec_error(reader, node->place, "axes",
                   "found %s; allowed a list with one axis in each item, as in '- seed: [0, 1]'",
                   spec_found(reader, node));
        reader->axes_failed = true;
        return;
    }
    for (size_t i = 0; node && i < node->count && !reader->no_memory; i++) {
        axis_draft draft = {0};
        if (i == SB_AXES_MAX) {
            spec_error(reader, node->items[i]->place, "axes", "found %zu axes; allowed %d", node->count, SB_AXES_MAX);
            reader->axes_failed = true;
            break;
        }
        if (read_axis(reader, node->items[i], &draft) && keep_axis(reader, &draft, axes, count))
            count++;
        else
            reader->axes_failed = true;
    }
    keep_order(reader, axes, count);
}

bool spec_on_axis(const sb_sweep *sweep, const sb_field *field) {
    for (size_t a = 0; a < sweep->axis_count; a++)
        for (size_t m = 0; m < sweep->axes[a].member_count; m++)
            if (sweep->axes[a].members[m].field == field)
                return true;
    return false;
}

bool sb_axis_touches(const sb_axis *axis, const char *path) {
    for (size_t m = 0; m < axis->member_count; m++)
        if (sb_path_within(axis->members[m].field->path, path) || sb_path_within(path, axis->members[m].field->path))
            return true;
    return false;
}
