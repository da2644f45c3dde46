#include "layout.h"
#include <stdlib.h>
#include <string.h>

/* The groups of a results file (store.h), which share the names of the root's dimensions and variables. */
static const char *const groups[] = {"trial", "provenance"};
static const size_t group_count = sizeof groups / sizeof *groups;

static const char *path_of(const sb_layout_name *name) {
    return name->member ? name->member->field->path : name->axis->path;
}

static const char *short_name(const sb_layout_name *name) {
    const char *dot = strrchr(path_of(name), '.');
    return dot ? dot + 1 : path_of(name);
}

static const char *full_name(const sb_layout_name *name, sb_arena *arena, sb_status *status) {
    bool is_zip = !name->member && name->axis->kind == SB_AXIS_ZIP;
    return sb_arena_format(arena, status, "%s%s", is_zip ? "zip." : "", path_of(name));
}

/* True if @p name belongs to a probe's dimension, coordinate or variable, or to a group. Axes have no names yet. */
static bool is_declared(const sb_layout *layout, const char *name) {
    for (size_t i = 0; i < layout->dimension_count; i++)
        if (layout->dimensions[i].name && strcmp(layout->dimensions[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < layout->coordinate_count; i++)
        if (strcmp(layout->coordinates[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < group_count; i++)
        if (strcmp(groups[i], name) == 0)
            return true;
    return sb_layout_find(layout, name) != NULL;
}

static bool is_shared(const sb_layout_name *names, size_t count, size_t which) {
    for (size_t i = 0; i < count; i++)
        if (i != which && strcmp(short_name(&names[i]), short_name(&names[which])) == 0)
            return true;
    return false;
}

/* Lists, in names[] unless it is NULL, the axes that have a dimension, each zip followed by its fields. */
static size_t list(const sb_layout *layout, sb_layout_name *names) {
    const sb_sweep *sweep = layout->grid->sweep;
    size_t count = 0;
    for (size_t i = 0; i < sweep->axis_count; i++) {
        const sb_axis *axis = &sweep->axes[i];
        if (layout->private_data->axis_dimension[i] == SB_LAYOUT_NONE)
            continue;
        if (names)
            names[count] = (sb_layout_name){.axis = axis};
        count++;
        for (size_t j = 0; axis->kind == SB_AXIS_ZIP && j < axis->member_count; j++, count++)
            if (names)
                names[count] = (sb_layout_name){.axis = axis, .member = &axis->members[j]};
    }
    return count;
}

sb_code sb_layout_settle_names(sb_layout *layout, sb_layout_name **names, size_t *count, sb_status *status) {
    const sb_sweep *sweep = layout->grid->sweep;
    size_t listed = list(layout, NULL);
    sb_layout_name *settled = sb_array(listed, sizeof *settled, "the names of the axes", status);
    if (!settled)
        return SB_MEMORY;
    list(layout, settled);
    for (size_t i = 0; i < listed; i++) {
        sb_layout_name *name = &settled[i];
        name->text = is_shared(settled, listed, i) || is_declared(layout, short_name(name))
                         ? full_name(name, &layout->private_data->arena, status)
                         : short_name(name);
        if (!name->text) {
            free(settled);
            return SB_MEMORY;
        }
    }
    for (size_t i = 0; i < listed; i++)
        if (!settled[i].member)
            layout->dimensions[layout->private_data->axis_dimension[settled[i].axis - sweep->axes]].name =
                settled[i].text;
    *names = settled;
    *count = listed;
    return SB_OK;
}

/* A name in the file and what bears it. */
typedef struct bearer {
    const char *name, *what;
} bearer;

static bool has_name_of_dimension(const sb_layout *layout, const sb_coordinate *coordinate) {
    return coordinate->dimension_count == 1 &&
           strcmp(layout->dimensions[coordinate->dimensions[0]].name, coordinate->name) == 0;
}

/* Lists everything that must have a name of its own in bearers[]; gives how many. */
static sb_code list_bearers(const sb_layout *layout, bearer *bearers, size_t *count, sb_arena *arena,
                            sb_status *status) {
    size_t listed = 0;
    for (size_t i = 0; i < group_count; i++)
        bearers[listed++] = (bearer){groups[i], "a group of the results file"};
    for (size_t i = 0; i < layout->dimension_count; i++)
        bearers[listed++] = (bearer){layout->dimensions[i].name, "a dimension"};
    for (size_t i = 0; i < layout->variable_count; i++)
        bearers[listed++] = (bearer){layout->variables[i].name, "a measured variable"};
    for (size_t i = 0; i < layout->coordinate_count; i++) {
        const sb_coordinate *coordinate = &layout->coordinates[i];
        if (!has_name_of_dimension(layout, coordinate))
            bearers[listed++] = (bearer){coordinate->name, "a coordinate"};
        if (coordinate->type == SB_TYPE_TEXT) {
            const char *length = sb_arena_format(arena, status, "%s_length", coordinate->name);
            if (!length)
                return SB_MEMORY;
            bearers[listed++] = (bearer){length, "the dimension of a text's characters"};
        }
    }
    *count = listed;
    return SB_OK;
}

sb_code sb_layout_check_names(const sb_layout *layout, sb_status *status) {
    sb_arena arena = {0};
    size_t count = group_count + layout->dimension_count + layout->variable_count + 2 * layout->coordinate_count;
    bearer *bearers = sb_array(count, sizeof *bearers, "the names of the results", status);
    sb_code code = bearers ? list_bearers(layout, bearers, &count, &arena, status) : SB_MEMORY;
    for (size_t i = 0; code == SB_OK && i < count; i++)
        for (size_t j = 0; code == SB_OK && j < i; j++)
            if (strcmp(bearers[i].name, bearers[j].name) == 0)
                code =
                    sb_fail(status, SB_INPUT,
                            "'%s' would be the name of both %s and %s in the results file; give the zip another name, "
                            "or do not sweep the field of that name",
                            bearers[i].name, bearers[j].what, bearers[i].what);
    sb_arena_free(&arena);
    free(bearers);
    return code;
}
