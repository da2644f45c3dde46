#include "build.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

static const sb_coordinate *values_of(const sb_layout *layout, const sb_dimension *dimension) {
    for (size_t i = 0; i < layout->coordinate_count; ++i)
        if (strcmp(layout->coordinates[i].name, dimension->name) == 0)
            return &layout->coordinates[i];
    return NULL;
}

/* True if @p coordinate holds the values along a dimension of its own name. */
static bool is_index(const sb_layout *layout, const sb_coordinate *coordinate) {
    for (size_t i = 0; i < layout->dimension_count; ++i)
        if (strcmp(layout->dimensions[i].name, coordinate->name) == 0)
            return true;
    return false;
}

static sb_entry describe(const sb_builder *builder, const sb_coordinate *coordinate) {
    const bool real = coordinate->type == SB_TYPE_FLOAT32 || coordinate->type == SB_TYPE_FLOAT64;
    sb_entry entry = {.name = coordinate->name,
                      .unit = coordinate->unit,
                      .long_name = coordinate->long_name,
                      .element = sb_element_of(coordinate->type),
                      .rank = coordinate->dimension_count,
                      .scale = is_index(builder->layout, coordinate),
                      .values = coordinate->values};
    entry.gaps = real && !entry.scale; /* CF: coordinates along their own dimension have no missing values */
    for (size_t i = 0; i < entry.rank; ++i) {
        entry.lengths[i] = builder->layout->dimensions[coordinate->dimensions[i]].length;
        entry.scales[i] = builder->scales[coordinate->dimensions[i]];
    }
    if (coordinate->type == SB_TYPE_TEXT)
        entry.lengths[entry.rank++] = coordinate->text_length;
    return entry;
}

static sb_code build_dimensions(sb_builder *builder) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < builder->layout->dimension_count; ++i) {
        const sb_dimension *dimension = &builder->layout->dimensions[i];
        const sb_coordinate *coordinate = values_of(builder->layout, dimension);
        if (!coordinate) {
            code = sb_build_dimension(builder, builder->file, dimension->name, dimension->length, &builder->scales[i]);
            continue;
        }
        if (coordinate->dimension_count != 1 || coordinate->dimensions[0] != i)
            return sb_fail(builder->status, SB_INTERNAL, "coordinate '%s' does not lie along its own dimension",
                           coordinate->name);
        const sb_entry entry = describe(builder, coordinate);
        code = sb_build_dataset(builder, builder->file, &entry, &builder->scales[i]);
    }
    return code;
}

/* True if all dimensions of @p coordinate are among those of @p variable. */
static bool lies_along(const sb_coordinate *coordinate, const sb_variable *variable) {
    for (size_t i = 0; i < coordinate->dimension_count; ++i) {
        size_t j = 0;
        while (j < variable->dimension_count && variable->dimensions[j] != coordinate->dimensions[i])
            ++j;
        if (j == variable->dimension_count)
            return false;
    }
    return true;
}

sb_code sb_build_coordinate_names(sb_builder *builder, const sb_variable *variable, hid_t object) {
    const sb_layout *layout = builder->layout;
    size_t size = 1;
    for (size_t i = 0; i < layout->coordinate_count; ++i)
        size += strlen(layout->coordinates[i].name) + 1;
    char *names = sb_array(size, 1, "the names of the coordinates", builder->status);
    if (!names)
        return SB_MEMORY;
    char *end = names;
    for (size_t i = 0; i < layout->coordinate_count; ++i) {
        const sb_coordinate *coordinate = &layout->coordinates[i];
        if (is_index(layout, coordinate) || (variable && !lies_along(coordinate, variable)))
            continue;
        end = stpcpy(end, end == names ? "" : " ");
        end = stpcpy(end, coordinate->name);
    }
    sb_code code = SB_OK;
    if (end != names)
        code = sb_h5_write_text(object, "coordinates", names, builder->path, builder->status);
    free(names);
    return code;
}

static sb_code build_coordinates(sb_builder *builder) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < builder->layout->coordinate_count; ++i) {
        const sb_entry entry = describe(builder, &builder->layout->coordinates[i]);
        hid_t dataset = H5I_INVALID_HID;
        if (entry.scale)
            continue;
        code = sb_build_dataset(builder, builder->file, &entry, &dataset);
        code = sb_h5_release(dataset, code, builder->path, builder->status);
    }
    return code;
}

static sb_code build_attributes(sb_builder *builder) {
    const sb_sweep *sweep = builder->layout->grid->sweep;
    const int version = SB_FORMAT_VERSION;
    char identity[SB_HASH_TEXT];
    sb_hash_format(sb_sweep_identity(sweep), identity);
    const struct {
        const char *name, *text;
    } texts[] = {{"_NCProperties", "version=2,specbias=1"},
                 {"Conventions", "CF-1.8"},
                 {SB_ATTRIBUTE_TITLE, sweep->name},
                 {SB_ATTRIBUTE_FORMAT, SB_FORMAT_NAME},
                 {SB_ATTRIBUTE_SWEEP, identity}};
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < sizeof texts / sizeof *texts; ++i)
        code = sb_h5_write_text(builder->file, texts[i].name, texts[i].text, builder->path, builder->status);
    if (code == SB_OK)
        code = sb_h5_write_attribute(builder->file, SB_ATTRIBUTE_VERSION, H5T_NATIVE_INT, 0, &version, builder->path,
                                     builder->status);
    return code;
}

sb_code sb_build_root(sb_builder *builder) {
    sb_code code = build_attributes(builder);
    if (code == SB_OK)
        code = build_dimensions(builder);
    if (code == SB_OK)
        code = build_coordinates(builder);
    return code == SB_OK ? sb_build_coordinate_names(builder, NULL, builder->file) : code;
}
