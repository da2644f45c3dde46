/* Element i of a dimension is the same thing in every layout: record i, the probe's moment i, the trial's frequency,
 * layer, sample, parameter or magnitude i. Only how far it is padded differs, so that two blocks have a box in common
 * that holds all of the trial. The axes of a probe may be others, or in another order: its combinations are found by
 * their settings. */
#include "reuse.h"
#include <stdlib.h>
#include <string.h>

static bool is_enabled(const sb_layout *layout, size_t probe) {
    return sb_probe_table[probe]->settings(&layout->grid->sweep->base)->enabled;
}

sb_probe_set sb_graft_wanted(const sb_layout *layout) {
    sb_probe_set wanted = 0;
    for (size_t i = 0; i < sb_probe_count; ++i)
        if (is_enabled(layout, i))
            wanted |= (sb_probe_set)1 << i;
    return wanted;
}

/* The dimensions that a block of @p probe has behind the probe's axes. */
static size_t own_dimensions(const sb_layout *layout, const sb_probe *probe, const sb_variable *variable) {
    return variable->dimension_count - variable->block_first - sb_grid_probe_axes(layout->grid, probe->name).axis_count;
}

/* True if @p from has all variables of the probe that @p to has. */
static bool has_variables(const sb_layout *from, const sb_layout *to, const sb_probe *probe) {
    for (const sb_probe_variable *variable = probe->variables; variable->name; ++variable) {
        const sb_variable *here = sb_layout_find(to, variable->name), *there = sb_layout_find(from, variable->name);
        if (here && (!there || there->type != here->type ||
                     own_dimensions(from, probe, there) != own_dimensions(to, probe, here)))
            return false;
    }
    return true;
}

/* What @p probe is asked, for each combination of its axes, which are all that changes it. */
static sb_hash *identities(const sb_layout *layout, const sb_probe *probe, uint64_t *count, sb_status *status) {
    const sb_product axes = sb_grid_probe_axes(layout->grid, probe->name);
    sb_settings settings = layout->grid->sweep->base;
    char section[64];
    snprintf(section, sizeof section, "probes.%s", probe->name);
    sb_hash *found = sb_array(axes.count, sizeof *found, "settings of a probe", status);
    for (uint64_t point = 0; found && point < axes.count; ++point) {
        sb_product_apply(&axes, point, &settings);
        found[point] = sb_section_identity(&settings, section);
    }
    *count = axes.count;
    return found;
}

static uint64_t position(const sb_hash *list, uint64_t count, const sb_hash *wanted) {
    uint64_t i = 0;
    while (i < count && memcmp(&list[i], wanted, sizeof *wanted) != 0)
        ++i;
    return i;
}

/* Sets graft->points of probe number @p probe if `from` has every combination. */
static sb_code match(sb_graft *graft, size_t probe, sb_status *status) {
    uint64_t theirs, ours, point = 0;
    sb_hash *there = identities(graft->from, sb_probe_table[probe], &theirs, status);
    sb_hash *here = identities(graft->to, sb_probe_table[probe], &ours, status);
    uint64_t *points = here ? sb_array(ours, sizeof *points, "settings of a probe", status) : NULL;
    sb_code code = there && here && points ? SB_OK : SB_MEMORY;
    if (code == SB_OK)
        while (point < ours && (points[point] = position(there, theirs, &here[point])) < theirs)
            ++point;
    if (code == SB_OK && point == ours) {
        graft->probes |= (sb_probe_set)1 << probe;
        graft->points[probe] = points;
    } else {
        free(points);
    }
    free(here);
    free(there);
    return code;
}

sb_code sb_graft_create(const sb_layout *from, const sb_layout *to, sb_graft *graft, sb_status *status) {
    *graft = (sb_graft){.from = from, .to = to};
    graft->points = sb_array(sb_probe_count, sizeof *graft->points, "settings of probes", status);
    sb_code code = graft->points ? SB_OK : SB_MEMORY;
    for (size_t i = 0; code == SB_OK && i < sb_probe_count; ++i)
        if (is_enabled(from, i) && is_enabled(to, i) && has_variables(from, to, sb_probe_table[i]))
            code = match(graft, i, status);
    return code;
}

void sb_graft_free(sb_graft *graft) {
    for (size_t i = 0; graft->points && i < sb_probe_count; ++i)
        free(graft->points[i]);
    free(graft->points);
    *graft = (sb_graft){0};
}

/* --- Copying --------------------------------------------------------------------------------------------------------
 */

/* The dimensions of a block behind the probe's axes, and the bytes of what lies over them. */
typedef struct shape {
    size_t rank;
    size_t lengths[SB_RANK_MAX];
    uint64_t bytes;
} shape;

static shape shape_of(const sb_layout *layout, const sb_probe *probe, const sb_variable *variable) {
    shape found = {.rank = own_dimensions(layout, probe, variable), .bytes = sb_type_size(variable->type)};
    for (size_t i = 0; i < found.rank; ++i) {
        const size_t dimension = variable->dimensions[variable->dimension_count - found.rank + i];
        found.lengths[i] = layout->dimensions[dimension].length;
        found.bytes *= found.lengths[i];
    }
    return found;
}

/* Copies the box that two row-major arrays have in common, from @p dimension on, where a step takes so many bytes. */
static void copy_common(const shape *there, const shape *here, size_t dimension, uint64_t from_bytes, uint64_t to_bytes,
                        const char *from, char *to) {
    if (dimension == here->rank) {
        memcpy(to, from, to_bytes);
        return;
    }
    const size_t theirs = there->lengths[dimension], ours = here->lengths[dimension];
    const size_t common = theirs < ours ? theirs : ours;
    from_bytes /= theirs;
    to_bytes /= ours;
    if (dimension + 1 == here->rank)
        memcpy(to, from, common * to_bytes);
    else
        for (size_t i = 0; i < common; ++i)
            copy_common(there, here, dimension + 1, from_bytes, to_bytes, from + i * from_bytes, to + i * to_bytes);
}

static void copy_variable(const sb_graft *graft, size_t probe, const sb_variable *source, const sb_variable *target,
                          const char *from, char *to) {
    const sb_probe *row = sb_probe_table[probe];
    const shape there = shape_of(graft->from, row, source), here = shape_of(graft->to, row, target);
    const uint64_t points = target->block_count * sb_type_size(target->type) / here.bytes;
    for (uint64_t point = 0; point < points; ++point)
        copy_common(&there, &here, 0, there.bytes, here.bytes,
                    from + source->offset + graft->points[probe][point] * there.bytes,
                    to + target->offset + point * here.bytes);
}

void sb_graft_copy(const sb_graft *graft, size_t probe, const void *from, void *to) {
    for (const sb_probe_variable *variable = sb_probe_table[probe]->variables; variable->name; ++variable) {
        const sb_variable *target = sb_layout_find(graft->to, variable->name);
        if (target)
            copy_variable(graft, probe, sb_layout_find(graft->from, variable->name), target, from, to);
    }
}
