#include "layout.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text coordinate of an axis has the name of its dimension, and so has the variable char name(name, name_length)
 * that the store writes. Tried with files that h5py wrote (xarray 2023.01 with h5netcdf 1.1 and with netCDF4 1.6.2,
 * ncdump 4.9.0): all three read every label, and ds.sel(embedding="petals, petals=4") works, with three attributes.
 * The variable, which is its dimension's scale, needs _Netcdf4Coordinates (int32: the _Netcdf4Dimid of both its
 * dimensions), or netCDF-C and xarray cannot open the file. Every scale in the file needs its _Netcdf4Dimid, or the
 * variable is taken for char(name_length, step). With _Encoding = "utf-8" the labels are text; without, they are bytes
 * that only sel(embedding=b"...") finds. A variable `<name>_label` beside the dimension needs none of this, but leaves
 * sel() without an index. */

/* True if every value of a list-valued member is one finite number. */
static bool is_single(const sb_axis_member *member, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (member->values[i].list.count != 1 || !isfinite(member->values[i].list.values[0]))
            return false;
    return true;
}

/* True if a point is a word such as `none`: the number behind it means nothing to a reader. */
static bool has_words(const sb_axis_member *member, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (sb_field_in_words(member->field, member->values[i]))
            return true;
    return false;
}

static sb_type type_of(const sb_axis_member *member, size_t length) {
    if (has_words(member, length))
        return SB_TYPE_TEXT;
    switch (member->field->type) {
    case SB_FIELD_INTEGER:
        return SB_TYPE_INT64;
    case SB_FIELD_REAL:
        return SB_TYPE_FLOAT64;
    case SB_FIELD_INTEGERS:
        return is_single(member, length) ? SB_TYPE_INT64 : SB_TYPE_TEXT;
    case SB_FIELD_REALS:
        return is_single(member, length) ? SB_TYPE_FLOAT64 : SB_TYPE_TEXT;
    case SB_FIELD_BOOLEAN:
    case SB_FIELD_CHOICE:
    case SB_FIELD_FILE:
        break;
    }
    return SB_TYPE_TEXT;
}

/* The value of a scalar, or the only element of a list. */
static double real_of(const sb_field *field, sb_value value) {
    return field->type == SB_FIELD_REAL ? value.real : value.list.values[0];
}

static int64_t integer_of(const sb_field *field, sb_value value) {
    return field->type == SB_FIELD_INTEGER ? value.integer : (int64_t)value.list.values[0];
}

static sb_code add_numbers(sb_layout *layout, const sb_axis_member *member, sb_coordinate *coordinate,
                           sb_status *status) {
    void *values =
        sb_arena_alloc(&layout->private_data->arena, coordinate->count, sb_type_size(coordinate->type), status);
    if (!values)
        return SB_MEMORY;
    for (size_t i = 0; i < coordinate->count; i++)
        if (coordinate->type == SB_TYPE_INT64)
            ((int64_t *)values)[i] = integer_of(member->field, member->values[i]);
        else
            ((double *)values)[i] = real_of(member->field, member->values[i]);
    coordinate->values = values;
    return sb_layout_add_coordinate(layout, coordinate, status);
}

static sb_code add_texts(sb_layout *layout, const char *const *texts, sb_coordinate *coordinate, sb_status *status) {
    size_t longest = 1;
    for (size_t i = 0; i < coordinate->count; i++)
        longest = strlen(texts[i]) > longest ? strlen(texts[i]) : longest;
    char *values = sb_arena_alloc(&layout->private_data->arena, coordinate->count, longest, status);
    if (!values)
        return SB_MEMORY;
    for (size_t i = 0; i < coordinate->count; i++)
        memcpy(values + i * longest, texts[i], strlen(texts[i]));
    coordinate->type = SB_TYPE_TEXT;
    coordinate->values = values;
    coordinate->text_length = longest;
    return sb_layout_add_coordinate(layout, coordinate, status);
}

/* The values of a zip's field in words, as they are for other axes (sb_axis.labels). */
static sb_code print_values(const sb_axis_member *member, size_t length, const char **texts, sb_arena *arena,
                            sb_status *status) {
    for (size_t i = 0; i < length; i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        if (!out)
            return sb_fail(status, SB_MEMORY, "no memory for the values of '%s'", member->field->path);
        sb_field_print(member->field, member->values[i], out);
        bool failed = fclose(out) != 0;
        texts[i] = failed ? NULL : sb_arena_format(arena, status, "%s", text);
        free(text);
        if (failed)
            return sb_fail(status, SB_MEMORY, "no memory for the values of '%s'", member->field->path);
        if (!texts[i])
            return SB_MEMORY;
    }
    return SB_OK;
}

static sb_code add_zip_field_texts(sb_layout *layout, const sb_axis_member *member, sb_coordinate *coordinate,
                                   sb_status *status) {
    sb_arena arena = {0};
    const char **texts = sb_arena_alloc(&arena, coordinate->count, sizeof *texts, status);
    sb_code code = texts ? print_values(member, coordinate->count, texts, &arena, status) : SB_MEMORY;
    if (code == SB_OK)
        code = add_texts(layout, texts, coordinate, status);
    sb_arena_free(&arena);
    return code;
}

/* A field's values along its own axis or along a zip. */
static sb_code add_field(sb_layout *layout, const sb_layout_name *name, const sb_axis_member *member,
                         sb_coordinate *coordinate, sb_status *status) {
    coordinate->unit = member->field->unit;
    coordinate->long_name = member->field->meaning;
    coordinate->type = type_of(member, coordinate->count);
    if (coordinate->type != SB_TYPE_TEXT)
        return add_numbers(layout, member, coordinate, status);
    return name->member ? add_zip_field_texts(layout, member, coordinate, status)
                        : add_texts(layout, name->axis->labels, coordinate, status);
}

/* 0, 1, 2, ...: a zip's points have no value of their own. */
static sb_code add_indices(sb_layout *layout, sb_coordinate *coordinate, sb_status *status) {
    int64_t *values = sb_arena_alloc(&layout->private_data->arena, coordinate->count, sizeof *values, status);
    if (!values)
        return SB_MEMORY;
    for (size_t i = 0; i < coordinate->count; i++)
        values[i] = (int64_t)i;
    coordinate->type = SB_TYPE_INT64;
    coordinate->long_name = "number of the point along the zip";
    coordinate->values = values;
    return sb_layout_add_coordinate(layout, coordinate, status);
}

sb_code sb_layout_add_axis_coordinate(sb_layout *layout, const sb_layout_name *name, sb_status *status) {
    const sb_axis *axis = name->axis;
    sb_coordinate coordinate = {.name = name->text,
                                .unit = "1",
                                .long_name = "settings of the section",
                                .dimension_count = 1,
                                .count = axis->length};
    sb_code code = sb_layout_axis_dimension(layout, axis, &coordinate.dimensions[0], status);
    if (code != SB_OK)
        return code;
    if (name->member)
        return add_field(layout, name, name->member, &coordinate, status);
    switch (axis->kind) {
    case SB_AXIS_FIELD:
        return add_field(layout, name, &axis->members[0], &coordinate, status);
    case SB_AXIS_SECTION:
        return add_texts(layout, axis->labels, &coordinate, status);
    case SB_AXIS_ZIP:
        return add_indices(layout, &coordinate, status);
    }
    return sb_fail(status, SB_INTERNAL, "the axis '%s' is of no known kind", axis->path);
}
