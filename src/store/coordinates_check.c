#include "columns.h"
#include <stdlib.h>
#include <string.h>

static bool has_shape(const sb_layout *layout, const sb_coordinate *coordinate, hid_t dataset) {
    hsize_t lengths[SB_RANK_MAX];
    size_t rank = coordinate->dimension_count;
    for (size_t i = 0; i < rank; ++i)
        lengths[i] = layout->dimensions[coordinate->dimensions[i]].length;
    if (coordinate->type == SB_TYPE_TEXT)
        lengths[rank++] = coordinate->text_length;
    return sb_h5_has_shape(dataset, rank, lengths);
}

static sb_code check(const sb_file *file, const sb_coordinate *coordinate, sb_status *status) {
    const sb_element element = sb_element_of(coordinate->type);
    const size_t count = coordinate->count * (coordinate->type == SB_TYPE_TEXT ? coordinate->text_length : 1);
    sb_code code = SB_OK;
    void *values = sb_array(count, sb_element_size(element), coordinate->name, status);
    if (!values)
        return SB_MEMORY;
    hid_t dataset = sb_h5_open_dataset(file->id, coordinate->name, file->path, status);
    if (dataset < 0)
        code = SB_IO;
    else if (!sb_h5_holds(dataset, element) || !has_shape(file->layout, coordinate, dataset))
        code = sb_fail(status, SB_IO, "results file '%s': coordinate '%s' has the wrong shape or type: " SB_MISFIT_HINT,
                       file->path, coordinate->name);
    else if (H5Dread(dataset, sb_element_native(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        code = sb_h5_fail(status, file->path, "read '%s'", coordinate->name);
    else if (memcmp(values, coordinate->values, count * sb_element_size(element)) != 0)
        code = sb_fail(
            status, SB_IO,
            "results file '%s': coordinate '%s' is not what its sweep says: the file is damaged; " SB_SALVAGE_HINT,
            file->path, coordinate->name);
    code = sb_h5_release(dataset, code, file->path, status);
    free(values);
    return code;
}

sb_code sb_coordinates_check(const sb_file *file, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < file->layout->coordinate_count; ++i)
        code = check(file, &file->layout->coordinates[i], status);
    return code;
}
