#include "h5.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

size_t sb_element_size(sb_element element) {
    static const size_t sizes[] = {1, 1, 4, 8, 8, 4, 8};
    return sizes[element];
}

hid_t sb_element_stored(sb_element element) {
    const hid_t types[] = {H5T_C_S1,      H5T_STD_U8LE,   H5T_STD_I32LE, H5T_STD_I64LE,
                           H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
    return types[element];
}

hid_t sb_element_native(sb_element element) {
    const hid_t types[] = {H5T_C_S1,          H5T_NATIVE_UINT8, H5T_NATIVE_INT32, H5T_NATIVE_INT64,
                           H5T_NATIVE_UINT64, H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE};
    return types[element];
}

void sb_h5_quiet(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* cannot fail for the default stack */
}

/* Keeps the first description that says something: the walk goes from the innermost function outwards. */
static herr_t keep_first(unsigned depth, const H5E_error2_t *error, void *reason) {
    const char **found = reason;
    (void)depth;
    if (!*found && error->desc && error->desc[0])
        *found = error->desc;
    return 0;
}

/* HDF5 wraps the system's words: "... errno = 28, error message = 'No space left on device', buf = ...". */
static int cut_to_system_error(const char **reason) {
    static const char mark[] = "error message = '";
    const char *start = strstr(*reason, mark);
    if (!start)
        return (int)strcspn(*reason, "\n");
    *reason = start + sizeof mark - 1;
    return (int)strcspn(*reason, "'\n");
}

sb_code sb_h5_fail(sb_status *status, const char *path, const char *format, ...) {
    char action[256];
    const char *reason = NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(action, sizeof action, format, arguments);
    va_end(arguments);
    if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason) < 0 || !reason)
        reason = "HDF5 gives no reason";
    const int length = cut_to_system_error(&reason);
    return sb_fail(status, SB_IO, "results file '%s': cannot %s: %.*s", path, action, length, reason);
}

hid_t sb_h5_open_dataset(hid_t file, const char *name, const char *path, sb_status *status) {
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (dataset < 0) {
        sb_status reason = {0};
        sb_h5_fail(&reason, path, "open '%s'", name);
        sb_fail(status, reason.code, "%.900s; " SB_MISFIT_HINT, reason.message);
    }
    return dataset;
}

sb_code sb_h5_release(hid_t id, sb_code code, const char *path, sb_status *status) {
    if (id <= 0 || H5Idec_ref(id) >= 0 || code != SB_OK)
        return code;
    return sb_h5_fail(status, path, "release a handle");
}

static herr_t turn_locks_off(hid_t access) {
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERSION_GE(1, 12, 0) && !H5_VERSION_GE(1, 12, 1))
    return H5Pset_file_locking(access, false, true);
#else
    (void)access;
    return setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
}

hid_t sb_h5_access(void) {
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access >= 0 &&
        (H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) < 0 || turn_locks_off(access) < 0)) {
        H5Pclose(access); /* the caller reports that there are no properties */
        access = H5I_INVALID_HID;
    }
    return access;
}

/* What HDF5 would say in a roundabout way. */
static sb_code check_regular(const char *path, sb_status *status) {
    struct stat info;
    int descriptor = open(path, O_RDONLY | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &info) != 0) {
        sb_fail(status, SB_IO, "cannot open results file '%s': %s", path, strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return SB_IO;
    }
    close(descriptor); /* opened for reading: nothing can be lost */
    if (!S_ISREG(info.st_mode))
        return sb_fail(status, SB_IO, "'%s' is no regular file; give the results file another name", path);
    return SB_OK;
}

sb_code sb_h5_open(const char *path, hid_t *file, sb_status *status) {
    *file = H5I_INVALID_HID;
    sb_h5_quiet();
    sb_code code = check_regular(path, status);
    if (code != SB_OK)
        return code;
    if (H5Fis_hdf5(path) <= 0)
        return sb_fail(status, SB_IO,
                       "'%s' is not a results file: it is not HDF5. If it was one, it is damaged; " SB_SALVAGE_HINT,
                       path);
    sb_status reason = {0};
    hid_t access = sb_h5_access();
    if (access < 0 || (*file = H5Fopen(path, H5F_ACC_RDONLY, access)) < 0) {
        sb_h5_fail(&reason, path, "open it");
        code = sb_fail(status, reason.code, "%.900s; " SB_SALVAGE_HINT, reason.message);
    }
    return sb_h5_release(access, code, path, status);
}

sb_code sb_h5_write_attribute(hid_t object, const char *name, hid_t type, hsize_t count, const void *value,
                              const char *path, sb_status *status) {
    sb_code code = SB_OK;
    hid_t attribute = H5I_INVALID_HID;
    hid_t space = count ? H5Screate_simple(1, &count, NULL) : H5Screate(H5S_SCALAR);
    if (space < 0 || (attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT)) < 0 ||
        H5Awrite(attribute, type, value) < 0)
        code = sb_h5_fail(status, path, "write attribute '%s'", name);
    code = sb_h5_release(attribute, code, path, status);
    return sb_h5_release(space, code, path, status);
}

/* As netCDF writes it: as many characters as there are, no final zero. */
sb_code sb_h5_write_text(hid_t object, const char *name, const char *text, const char *path, sb_status *status) {
    sb_code code = SB_OK;
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, text[0] ? strlen(text) : 1) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)
        code = sb_h5_fail(status, path, "write attribute '%s'", name);
    else
        code = sb_h5_write_attribute(object, name, type, 0, text, path, status);
    return sb_h5_release(type, code, path, status);
}

/* The attribute @p name, if it is one element. */
static hid_t open_single(hid_t file, const char *name) {
    hid_t attribute = H5Aexists(file, name) > 0 ? H5Aopen(file, name, H5P_DEFAULT) : H5I_INVALID_HID;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
    const bool single = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (sb_h5_release(space, SB_OK, "", NULL) == SB_OK && single)
        return attribute;
    sb_h5_release(attribute, SB_OK, "", NULL);
    return H5I_INVALID_HID;
}

bool sb_h5_read_text(hid_t file, const char *name, char *text, size_t size) {
    bool found = false;
    hid_t attribute = open_single(file, name);
    hid_t type = attribute >= 0 ? H5Tcopy(H5T_C_S1) : H5I_INVALID_HID;
    memset(text, 0, size);
    if (type >= 0 && H5Tset_size(type, size) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
        found = H5Aread(attribute, type, text) >= 0;
    text[size - 1] = '\0'; /* one of exactly this size is copied as it is */
    return sb_h5_release(type, SB_OK, "", NULL) == SB_OK && sb_h5_release(attribute, SB_OK, "", NULL) == SB_OK && found;
}

bool sb_h5_read_int(hid_t file, const char *name, int *value) {
    hid_t attribute = open_single(file, name);
    const bool found = attribute >= 0 && H5Aread(attribute, H5T_NATIVE_INT, value) >= 0;
    return sb_h5_release(attribute, SB_OK, "", NULL) == SB_OK && found;
}

bool sb_h5_holds(hid_t dataset, sb_element element) {
    hid_t type = H5Dget_type(dataset);
    const bool same = type >= 0 && H5Tequal(type, sb_element_stored(element)) > 0;
    return sb_h5_release(type, SB_OK, "", NULL) == SB_OK && same && H5Dget_offset(dataset) != HADDR_UNDEF;
}

bool sb_h5_has_shape(hid_t dataset, size_t rank, const hsize_t *lengths) {
    hsize_t found[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    bool same = space >= 0 && H5Sget_simple_extent_dims(space, found, NULL) == (int)rank;
    for (size_t i = 0; same && i < rank; ++i)
        same = found[i] == lengths[i];
    return sb_h5_release(space, SB_OK, "", NULL) == SB_OK && same;
}

sb_code sb_h5_read_bytes(hid_t file, const char *name, sb_element element, uint64_t most, const char *path,
                         void **bytes, uint64_t *count, sb_status *status) {
    sb_code code = SB_OK;
    *bytes = NULL;
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = dataset >= 0 ? H5Dget_space(dataset) : H5I_INVALID_HID;
    const hssize_t size = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    if (size < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    else if ((uint64_t)size > most || !sb_h5_holds(dataset, element))
        code = sb_fail(status, SB_IO, "results file '%s': '%s' is damaged; " SB_SALVAGE_HINT, path, name);
    else if (!(*bytes = sb_array((size_t)size + 1, 1, name, status)))
        code = SB_MEMORY;
    else if (H5Dread(dataset, sb_element_native(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, *bytes) < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    *count = code == SB_OK ? (uint64_t)size : 0;
    code = sb_h5_release(space, code, path, status);
    return sb_h5_release(dataset, code, path, status);
}

sb_code sb_h5_close(hid_t file, sb_code code, const char *path, sb_status *status) {
    if (file >= 0 && H5Fclose(file) < 0 && code == SB_OK)
        code = sb_h5_fail(status, path, "close it");
    return code;
}
