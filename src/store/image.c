#define _GNU_SOURCE /* memfd_create */

#include "image.h"

#include "build.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where HDF5 cannot write what it has in its cache, its close fails and the library crashes when it ends (1.10.8 on a
 * full tmpfs: SIGSEGV in H5D_close or H5F__close_cb below MPI_Finalize). So it builds the file in memory, where the
 * datasets of results are holes, and what touches the disk is plain system calls. HDF5's own file in memory, the core
 * driver, has no holes: for 1.6 GB of results it took 1.58 GB, this takes 13 MB. */

static sb_code open_new(sb_builder *builder, const char *memory) {
    sb_code code = SB_OK;
    hid_t access = sb_h5_access(), creation = H5Pcreate(H5P_FILE_CREATE);
    if (access < 0 || creation < 0 || H5Pset_fapl_stdio(access) < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
        H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) < 0 ||
        (builder->file = H5Fcreate(memory, H5F_ACC_TRUNC, creation, access)) < 0)
        code = sb_h5_fail(builder->status, builder->path, "create it");
    code = sb_h5_release(creation, code, builder->path, builder->status);
    return sb_h5_release(access, code, builder->path, builder->status);
}

static sb_code prepare(sb_builder *builder) {
    builder->scales =
        sb_array(builder->layout->dimension_count, sizeof *builder->scales, "the dimensions", builder->status);
    if (!builder->scales)
        return SB_MEMORY;
    builder->creation = H5Pcreate(H5P_DATASET_CREATE);
    if (builder->creation < 0 || H5Pset_layout(builder->creation, H5D_CONTIGUOUS) < 0 ||
        H5Pset_alloc_time(builder->creation, H5D_ALLOC_TIME_EARLY) < 0 ||
        H5Pset_fill_time(builder->creation, H5D_FILL_TIME_NEVER) < 0 ||
        H5Pset_obj_track_times(builder->creation, false) < 0)
        return sb_h5_fail(builder->status, builder->path, "set up its datasets");
    return SB_OK;
}

static sb_code close_builder(sb_builder *builder, sb_code code) {
    for (size_t i = 0; builder->scales && i < builder->layout->dimension_count; ++i)
        code = sb_h5_release(builder->scales[i], code, builder->path, builder->status);
    free(builder->scales);
    code = sb_h5_release(builder->creation, code, builder->path, builder->status);
    if (builder->file >= 0 && H5Fclose(builder->file) < 0 && code == SB_OK)
        code = sb_h5_fail(builder->status, builder->path, "write it");
    return code;
}

enum { NAME_LENGTH = 64 };

/* HDF5 opens files by name. */
static void name_of(int memory, char name[NAME_LENGTH]) {
    snprintf(name, NAME_LENGTH, "/proc/self/fd/%d", memory);
}

sb_code sb_image_build(const char *path, const sb_layout *layout, int *memory, sb_status *status) {
    char name[NAME_LENGTH];
    *memory = memfd_create("results", MFD_CLOEXEC);
    if (*memory < 0)
        return sb_fail(status, SB_SYSTEM, "memfd_create failed: %s", strerror(errno));
    name_of(*memory, name);
    sb_builder builder = {
        .layout = layout, .path = path, .file = H5I_INVALID_HID, .creation = H5I_INVALID_HID, .status = status};
    sb_file columns;
    sb_code code = sb_columns_create(&columns, path, layout, status);
    if (code == SB_OK)
        code = open_new(&builder, name);
    if (code == SB_OK)
        code = prepare(&builder);
    if (code == SB_OK)
        code = sb_build_root(&builder);
    if (code == SB_OK)
        code = sb_build_columns(&builder, &columns);
    if (code == SB_OK)
        code = sb_build_provenance(&builder);
    code = close_builder(&builder, code);
    return sb_columns_close(&columns, code, status);
}

void sb_image_release(int memory) {
    if (memory >= 0)
        close(memory); /* nothing in it is needed any more */
}

sb_code sb_image_open(int memory, const char *path, const sb_layout *layout, sb_file *image, sb_status *status) {
    char name[NAME_LENGTH];
    name_of(memory, name);
    hid_t access = H5I_INVALID_HID;
    sb_code code = sb_columns_create(image, path, layout, status);
    if (code == SB_OK &&
        ((access = sb_h5_access()) < 0 || H5Pset_fapl_stdio(access) < 0 || /* others want a real path */
         (image->id = H5Fopen(name, H5F_ACC_RDONLY, access)) < 0))
        code = sb_h5_fail(status, path, "read it in memory");
    code = sb_h5_release(access, code, path, status);
    return code == SB_OK ? sb_columns_open(image, status) : code;
}

sb_extent sb_extent_of(hid_t dataset) {
    return (sb_extent){.start = H5Dget_offset(dataset), .length = H5Dget_storage_size(dataset)};
}

bool sb_file_has(int file, const void *bytes, size_t count, uint64_t start) {
    char found[4096];
    for (size_t done = 0, part; done < count; done += part) {
        part = count - done < sizeof found ? count - done : sizeof found;
        if (pread(file, found, part, (off_t)(start + done)) != (ssize_t)part ||
            memcmp(found, (const char *)bytes + done, part) != 0)
            return false;
    }
    return true;
}
