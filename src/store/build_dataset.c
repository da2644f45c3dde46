#include "build.h"
#include "names.h"
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static sb_code number_dimension(sb_builder *builder, hid_t scale) {
    const int number = builder->dimensions++;
    return sb_h5_write_attribute(scale, "_Netcdf4Dimid", H5T_NATIVE_INT, 0, &number, builder->path, builder->status);
}

sb_code sb_build_dimension(sb_builder *builder, hid_t group, const char *name, hsize_t length, hid_t *scale) {
    char mark[80];
    snprintf(mark, sizeof mark, "This is a netCDF dimension but not a netCDF variable. %10d", (int)length);
    sb_code code = SB_OK;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE); /* not allocated: it has no values */
    hid_t space = H5Screate_simple(1, &length, NULL);
    if (creation < 0 || space < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
        (*scale = H5Dcreate2(group, name, H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT)) < 0 ||
        H5DSset_scale(*scale, mark) < 0)
        code = sb_h5_fail(builder->status, builder->path, "create dimension '%s'", name);
    else
        code = number_dimension(builder, *scale);
    code = sb_h5_release(space, code, builder->path, builder->status);
    return sb_h5_release(creation, code, builder->path, builder->status);
}

/* The dimension of a text's characters; it is attached to @p dataset, or named in it. */
static sb_code add_length(sb_builder *builder, hid_t group, const sb_entry *entry, hid_t dataset) {
    const int numbers[2] = {builder->dimensions - 1, builder->dimensions};
    char name[256];
    hid_t length = H5I_INVALID_HID;
    snprintf(name, sizeof name, "%s" SB_LENGTH_SUFFIX, entry->name);
    sb_code code = sb_build_dimension(builder, group, name, entry->lengths[entry->rank - 1], &length);
    if (code == SB_OK && entry->scale)
        code = sb_h5_write_attribute(dataset, "_Netcdf4Coordinates", H5T_NATIVE_INT, 2, numbers, builder->path,
                                     builder->status);
    else if (code == SB_OK && H5DSattach_scale(dataset, length, (unsigned)entry->rank - 1) < 0)
        code = sb_h5_fail(builder->status, builder->path, "attach dimension '%s'", name);
    return sb_h5_release(length, code, builder->path, builder->status);
}

static sb_code add_scales(sb_builder *builder, hid_t group, const sb_entry *entry, hid_t dataset) {
    const bool text = entry->element == SB_ELEMENT_CHAR;
    sb_code code = SB_OK;
    if (entry->scale) {
        if (H5DSset_scale(dataset, entry->name) < 0)
            return sb_h5_fail(builder->status, builder->path, "make '%s' a dimension", entry->name);
        code = number_dimension(builder, dataset);
    }
    for (size_t i = 0; code == SB_OK && !entry->scale && i + text < entry->rank; ++i)
        if (H5DSattach_scale(dataset, entry->scales[i], (unsigned)i) < 0)
            code = sb_h5_fail(builder->status, builder->path, "attach dimension %zu to '%s'", i, entry->name);
    return code == SB_OK && text ? add_length(builder, group, entry, dataset) : code;
}

static sb_code add_attributes(sb_builder *builder, const sb_entry *entry, hid_t dataset) {
    const float single = NAN;
    const double wide = NAN;
    const bool narrow = entry->element == SB_ELEMENT_FLOAT32;
    sb_code code = SB_OK;
    if (entry->element == SB_ELEMENT_CHAR)
        code = sb_h5_write_text(dataset, "_Encoding", "utf-8", builder->path, builder->status);
    if (code == SB_OK && entry->gaps)
        code = sb_h5_write_attribute(dataset, "_FillValue", sb_element_native(entry->element), 1,
                                     narrow ? (const void *)&single : &wide, builder->path, builder->status);
    if (code == SB_OK && entry->unit)
        code = sb_h5_write_text(dataset, "units", entry->unit, builder->path, builder->status);
    if (code == SB_OK)
        code = sb_h5_write_text(dataset, "long_name", entry->long_name, builder->path, builder->status);
    return code;
}

sb_code sb_build_dataset(sb_builder *builder, hid_t group, const sb_entry *entry, hid_t *dataset) {
    sb_code code = SB_OK;
    *dataset = H5I_INVALID_HID;
    hid_t space = entry->rank ? H5Screate_simple((int)entry->rank, entry->lengths, NULL) : H5Screate(H5S_SCALAR);
    if (space < 0 || (*dataset = H5Dcreate2(group, entry->name, sb_element_stored(entry->element), space, H5P_DEFAULT,
                                            builder->creation, H5P_DEFAULT)) < 0)
        code = sb_h5_fail(builder->status, builder->path, "create '%s'", entry->name);
    else if (entry->values &&
             H5Dwrite(*dataset, sb_element_native(entry->element), H5S_ALL, H5S_ALL, H5P_DEFAULT, entry->values) < 0)
        code = sb_h5_fail(builder->status, builder->path, "write '%s'", entry->name);
    if (code == SB_OK)
        code = add_scales(builder, group, entry, *dataset);
    if (code == SB_OK)
        code = add_attributes(builder, entry, *dataset);
    return sb_h5_release(space, code, builder->path, builder->status);
}

sb_code sb_build_group(sb_builder *builder, const char *name, hid_t *group) {
    sb_code code = SB_OK;
    *group = H5I_INVALID_HID;
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    if (creation < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
        H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0 ||
        (*group = H5Gcreate2(builder->file, name, H5P_DEFAULT, creation, H5P_DEFAULT)) < 0)
        code = sb_h5_fail(builder->status, builder->path, "create group '%s'", name);
    return sb_h5_release(creation, code, builder->path, builder->status);
}
