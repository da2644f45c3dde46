#include "internal.h"
#include "names.h"
#include "slots.h"
#include <stdlib.h>
#include <string.h>

/* A text of /provenance, zero-terminated. */
static sb_code read_text(hid_t file, const char *name, const char *path, char **text, size_t *length,
                         sb_status *status) {
    sb_code code = SB_OK;
    *text = NULL;
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = dataset >= 0 ? H5Dget_space(dataset) : H5I_INVALID_HID;
    const hssize_t size = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    if (size < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    else if (!(*text = sb_array((size_t)size + 1, 1, name, status)))
        code = SB_MEMORY;
    else if (H5Dread(dataset, H5T_C_S1, H5S_ALL, H5S_ALL, H5P_DEFAULT, *text) < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    if (code == SB_OK)
        *length = strlen(*text);
    code = sb_h5_release(space, code, path, status);
    return sb_h5_release(dataset, code, path, status);
}

static sb_code read_sweep(hid_t file, const char *path, char **text, size_t *length, char **overrides,
                          sb_status *status) {
    size_t ignored;
    *overrides = NULL;
    sb_code code = read_text(file, SB_PATH_SWEEP, path, text, length, status);
    if (code == SB_OK)
        code = read_text(file, SB_PATH_OVERRIDES, path, overrides, &ignored, status);
    if (code != SB_OK) {
        free(*text);
        free(*overrides);
        *text = *overrides = NULL;
    }
    return code;
}

/* Closes a file opened for reading. */
static sb_code close_reading(hid_t file, const char *path, sb_code code, sb_status *status) {
    if (file >= 0 && H5Fclose(file) < 0 && code == SB_OK)
        code = sb_h5_fail(status, path, "close it");
    return code;
}

sb_code sb_store_read_sweep(const char *path, char **text, size_t *length, char **overrides, sb_status *status) {
    hid_t file;
    *text = *overrides = NULL;
    sb_code code = sb_open_reading(path, &file, status);
    if (code == SB_OK)
        code = read_sweep(file, path, text, length, overrides, status);
    return close_reading(file, path, code, status);
}

/* --- Summary --------------------------------------------------------------------------------------------------------
 */

/* One byte for each trial. */
static sb_code read_bytes(hid_t file, const char *name, const char *path, uint8_t **values, uint64_t *count,
                          sb_status *status) {
    sb_code code = SB_OK;
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = dataset >= 0 ? H5Dget_space(dataset) : H5I_INVALID_HID;
    const hssize_t size = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    *values = NULL;
    if (size < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    else if ((uint64_t)size > SB_TRIALS_MAX)
        code = sb_fail(status, SB_IO, "results file '%s': '%s' is damaged", path, name);
    else if (!(*values = sb_array((size_t)size, 1, name, status)))
        code = SB_MEMORY;
    else if (H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, *values) < 0)
        code = sb_h5_fail(status, path, "read '%s'", name);
    if (code == SB_OK)
        *count = (uint64_t)size;
    code = sb_h5_release(space, code, path, status);
    return sb_h5_release(dataset, code, path, status);
}

static sb_code count_trials(hid_t file, const char *path, sb_summary *summary, sb_status *status) {
    uint8_t *states = NULL, *failures = NULL;
    uint64_t reasons = 0;
    sb_code code = read_bytes(file, "/" SB_GROUP_TRIAL "/state", path, &states, &summary->trials, status);
    if (code == SB_OK)
        code = read_bytes(file, "/" SB_GROUP_TRIAL "/failure", path, &failures, &reasons, status);
    if (code == SB_OK && reasons != summary->trials)
        code = sb_fail(status, SB_IO, "results file '%s': '/%s' is damaged", path, SB_GROUP_TRIAL);
    for (uint64_t i = 0; code == SB_OK && i < summary->trials; ++i) {
        summary->done += states[i] == SB_TRIAL_DONE;
        summary->failed += states[i] == SB_TRIAL_FAILED;
        if (states[i] == SB_TRIAL_FAILED && failures[i] < SB_FAILURE_COUNT)
            ++summary->failures[failures[i]];
    }
    free(failures);
    free(states);
    return code;
}

static sb_code read_last_run(hid_t file, const char *path, sb_summary *summary, sb_status *status) {
    const sb_file opened = {.path = path, .id = file};
    sb_provenance provenance;
    sb_code code = sb_provenance_open(&opened, &provenance, status);
    if (code == SB_OK)
        code = sb_provenance_read_runs(&provenance, &summary->runs, status);
    if (code == SB_OK && summary->runs > 0)
        code = sb_provenance_read_row(&provenance, sb_provenance_row(summary->runs - 1), &summary->last, status);
    return sb_provenance_close(&provenance, code, status);
}

sb_code sb_summary_read(const char *path, sb_summary *summary, sb_status *status) {
    char title[512];
    hid_t file;
    *summary = (sb_summary){0};
    sb_code code = sb_open_reading(path, &file, status);
    if (code == SB_OK) {
        sb_h5_read_text(file, SB_ATTRIBUTE_TITLE, title, sizeof title); /* empty where there is none */
        title[sizeof title - 1] = '\0';
        if (!(summary->sweep_name = strdup(title)))
            code = sb_fail(status, SB_MEMORY, "no memory for the name of the sweep");
    }
    if (code == SB_OK)
        code = count_trials(file, path, summary, status);
    if (code == SB_OK)
        code = read_last_run(file, path, summary, status);
    code = close_reading(file, path, code, status);
    if (code != SB_OK)
        sb_summary_free(summary);
    return code;
}

void sb_summary_free(sb_summary *summary) {
    free(summary->sweep_name);
    sb_provenance_free_row(&summary->last);
    *summary = (sb_summary){0};
}
