#include "layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

size_t sb_type_size(sb_type type) {
    switch (type) {
    case SB_TYPE_INT64:
    case SB_TYPE_FLOAT64:
        return 8;
    case SB_TYPE_FLOAT32:
        return 4;
    case SB_TYPE_TEXT:
        return 1;
    }
    return 0;
}

/* Makes room for one more of *count elements: the capacity is the power of two at or above the count. */
static sb_code grow(void **array, size_t count, size_t size, sb_status *status) {
    if (count & (count - 1))
        return SB_OK;
    void *larger = realloc(*array, (count ? 2 * count : 1) * size);
    if (!larger)
        return sb_fail(status, SB_MEMORY, "no memory for the layout of results: %zu elements of %zu bytes", 2 * count,
                       size);
    *array = larger;
    return SB_OK;
}

sb_code sb_layout_add_dimension(sb_layout *layout, const char *name, size_t length, size_t *dimension,
                                sb_status *status) {
    sb_code code = grow((void **)&layout->dimensions, layout->dimension_count, sizeof *layout->dimensions, status);
    if (code != SB_OK)
        return code;
    if (name && !(name = sb_arena_format(&layout->private_data->arena, status, "%s", name)))
        return SB_MEMORY;
    *dimension = layout->dimension_count;
    layout->dimensions[layout->dimension_count++] = (sb_dimension){name, length};
    return SB_OK;
}

sb_code sb_layout_axis_dimension(sb_layout *layout, const sb_axis *axis, size_t *dimension, sb_status *status) {
    size_t *known = &layout->private_data->axis_dimension[axis - layout->grid->sweep->axes];
    if (*known == SB_LAYOUT_NONE) {
        sb_code code = sb_layout_add_dimension(layout, NULL, axis->length, known, status);
        if (code != SB_OK)
            return code;
    }
    *dimension = *known;
    return SB_OK;
}

sb_code sb_layout_add_coordinate(sb_layout *layout, const sb_coordinate *coordinate, sb_status *status) {
    sb_arena *arena = &layout->private_data->arena;
    sb_code code = grow((void **)&layout->coordinates, layout->coordinate_count, sizeof *coordinate, status);
    if (code != SB_OK)
        return code;
    sb_coordinate *added = &layout->coordinates[layout->coordinate_count];
    *added = *coordinate;
    added->name = sb_arena_format(arena, status, "%s", coordinate->name);
    added->unit = sb_arena_format(arena, status, "%s", coordinate->unit);
    added->long_name = sb_arena_format(arena, status, "%s", coordinate->long_name);
    if (!added->name || !added->unit || !added->long_name)
        return SB_MEMORY;
    layout->coordinate_count++;
    return SB_OK;
}

sb_code sb_layout_create(const sb_grid *grid, sb_layout **layout, sb_status *status) {
    sb_code code = SB_MEMORY;
    sb_layout *made = sb_array(1, sizeof *made, "the layout of results", status);
    if (!made)
        goto done;
    made->grid = grid;
    made->private_data = sb_array(1, sizeof *made->private_data, "the layout of results", status);
    if (!made->private_data)
        goto done;
    for (size_t i = 0; i < SB_AXES_MAX; i++)
        made->private_data->axis_dimension[i] = SB_LAYOUT_NONE;
    code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < grid->trials.axis_count; i++) {
        size_t dimension;
        code = sb_layout_axis_dimension(made, grid->trials.axes[i], &dimension, status);
    }
done:
    if (code != SB_OK) {
        sb_layout_free(made);
        made = NULL;
    }
    *layout = made;
    return code;
}

/* Sets the dimensions of a variable: training axes, axes of its probe, its own. */
static sb_code set_dimensions(sb_layout *layout, sb_variable *variable, const char *probe, const size_t *dimensions,
                              size_t dimension_count, sb_status *status) {
    sb_product probe_axes = sb_grid_probe_axes(layout->grid, probe);
    size_t axis_count = layout->grid->trials.axis_count + probe_axes.axis_count;
    if (dimension_count > SB_RANK_MAX - axis_count)
        return sb_fail(
            status, SB_INPUT,
            "'%s' would have %zu dimensions, %zu of them axes; at most %d are allowed: sweep fewer fields, or "
            "move some together with zip",
            variable->name, axis_count + dimension_count, axis_count, (int)SB_RANK_MAX);
    variable->block_first = layout->grid->trials.axis_count;
    variable->dimension_count = axis_count + dimension_count;
    for (size_t i = 0; i < variable->block_first; i++)
        variable->dimensions[i] = i;
    for (size_t i = 0; i < probe_axes.axis_count; i++) {
        size_t *dimension = &variable->dimensions[variable->block_first + i];
        sb_code code = sb_layout_axis_dimension(layout, probe_axes.axes[i], dimension, status);
        if (code != SB_OK)
            return code;
    }
    for (size_t i = 0; i < dimension_count; i++)
        variable->dimensions[axis_count + i] = dimensions[i];
    return SB_OK;
}

sb_code sb_layout_variable(sb_layout *layout, const char *probe, const char *name, const char *unit,
                           const char *long_name, sb_type type, const size_t *dimensions, size_t dimension_count,
                           size_t *variable, sb_status *status) {
    sb_arena *arena = &layout->private_data->arena;
    sb_variable added = {
        .name = sb_arena_format(arena, status, "%s", name),
        .unit = sb_arena_format(arena, status, "%s", unit),
        .long_name = sb_arena_format(arena, status, "%s", long_name),
        .type = type,
    };
    if (!added.name || !added.unit || !added.long_name)
        return SB_MEMORY;
    sb_code code = set_dimensions(layout, &added, probe, dimensions, dimension_count, status);
    if (code == SB_OK)
        code = grow((void **)&layout->variables, layout->variable_count, sizeof added, status);
    if (code != SB_OK)
        return code;
    *variable = layout->variable_count;
    layout->variables[layout->variable_count++] = added;
    return SB_OK;
}

/* Counts each variable's block and lays the blocks behind each other. */
static sb_code lay_out_blocks(sb_layout *layout, sb_status *status) {
    uint64_t trials = layout->grid->trials.count;
    for (size_t i = 0; i < layout->variable_count; i++) {
        sb_variable *variable = &layout->variables[i];
        bool overflow = false;
        uint64_t block = 1, bytes, all;
        for (size_t j = variable->block_first; j < variable->dimension_count; j++)
            overflow |= __builtin_mul_overflow(block, layout->dimensions[variable->dimensions[j]].length, &block);
        overflow |= __builtin_mul_overflow(block, sb_type_size(variable->type), &bytes);
        overflow |= bytes > SB_LAYOUT_BYTES_MAX;
        variable->block_count = block;
        variable->offset = layout->payload_bytes;
        overflow |= __builtin_add_overflow(layout->payload_bytes, (bytes + 7) / 8 * 8, &layout->payload_bytes);
        overflow |= __builtin_mul_overflow(layout->payload_bytes, trials, &all);
        if (overflow || all > SB_LAYOUT_BYTES_MAX)
            return sb_fail(status, SB_INPUT,
                           "the results are too large: with '%s' they would take more than 2^62 bytes for %" PRIu64
                           " trials; record less often, shorten an axis, or leave the probe out",
                           variable->name, trials);
    }
    return SB_OK;
}

sb_code sb_layout_finish(sb_layout *layout, sb_status *status) {
    sb_layout_name *names = NULL;
    size_t name_count = 0;
    sb_code code = sb_layout_settle_names(layout, &names, &name_count, status);
    for (size_t i = 0; code == SB_OK && i < name_count; i++)
        code = sb_layout_add_axis_coordinate(layout, &names[i], status);
    free(names);
    if (code == SB_OK)
        code = sb_layout_check_names(layout, status);
    if (code == SB_OK)
        code = lay_out_blocks(layout, status);
    return code;
}

void sb_layout_free(sb_layout *layout) {
    if (!layout)
        return;
    if (layout->private_data)
        sb_arena_free(&layout->private_data->arena);
    free(layout->private_data);
    free(layout->variables);
    free(layout->coordinates);
    free(layout->dimensions);
    free(layout);
}

const sb_variable *sb_layout_find(const sb_layout *layout, const char *name) {
    for (size_t i = 0; i < layout->variable_count; i++)
        if (strcmp(layout->variables[i].name, name) == 0)
            return &layout->variables[i];
    return NULL;
}
