#include "internal.h"
#include "names.h"
#include <string.h>

static sb_code check_format(hid_t file, const char *path, sb_status *status) {
    char format[32];
    int version = 0;
    if (!sb_h5_read_text(file, SB_ATTRIBUTE_FORMAT, format, sizeof format) || strcmp(format, SB_FORMAT_NAME) != 0 ||
        !sb_h5_read_int(file, SB_ATTRIBUTE_VERSION, &version))
        return sb_fail(status, SB_IO, "'%s' is an HDF5 file, but no results file of specbias", path);
    if (version != SB_FORMAT_VERSION)
        return sb_fail(status, SB_IO, "results file '%s' has format %d; this version of specbias reads format %d", path,
                       version, SB_FORMAT_VERSION);
    return SB_OK;
}

sb_code sb_open_reading(const char *path, hid_t *file, sb_status *status) {
    sb_code code = sb_h5_open(path, file, status);
    return code == SB_OK ? check_format(*file, path, status) : code;
}

sb_code sb_resume_check(const char *path, const sb_layout *layout, sb_status *status) {
    char theirs[SB_HASH_TEXT], ours[SB_HASH_TEXT];
    sb_file file;
    sb_code code = sb_columns_create(&file, path, layout, status);
    if (code == SB_OK)
        code = sb_open_reading(path, &file.id, status);
    if (code == SB_OK && !sb_h5_read_text(file.id, SB_ATTRIBUTE_SWEEP, theirs, sizeof theirs))
        code = sb_fail(status, SB_IO,
                       "results file '%s' does not say which sweep it is of: it is damaged; " SB_SALVAGE_HINT, path);
    if (code == SB_OK) {
        sb_hash_format(sb_sweep_identity(layout->grid->sweep), ours);
        code = strcmp(ours, theirs) == 0 ? sb_columns_open(&file, status)
                                         : sb_sweep_differs(path, layout->grid->sweep, status);
    }
    if (code == SB_OK) /* on a wrong axis right results are wrong */
        code = sb_coordinates_check(&file, status);
    return sb_columns_close(&file, code, status);
}
