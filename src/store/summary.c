#include "internal.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

static void count_failure(uint64_t trial, uint8_t reason, sb_summary *summary) {
    const sb_failure failure = reason < SB_FAILURE_COUNT ? (sb_failure)reason : SB_FAILURE_NONE;
    ++summary->failed;
    ++summary->failures[failure];
    if (summary->listed < SB_FAILED_LISTED)
        summary->first_failed[summary->listed++] = (sb_failed_trial){.trial = trial, .failure = failure};
}

/* Where trial @p trial stands in a dataset over the axes. */
static void unravel(uint64_t trial, int rank, const hsize_t *lengths, hsize_t *place) {
    for (int i = rank - 1; i >= 0; --i) {
        place[i] = trial % lengths[i];
        trial /= lengths[i];
    }
}

/* The updates of the listed trials: those alone, for a large grid has 80 MB of them. */
static sb_code read_steps(hid_t file, const char *path, sb_summary *summary, sb_status *status) {
    hsize_t lengths[SB_RANK_MAX], place[SB_RANK_MAX];
    hid_t dataset = H5Dopen2(file, "/" SB_GROUP_TRIAL "/updates", H5P_DEFAULT);
    hid_t space = dataset >= 0 ? H5Dget_space(dataset) : H5I_INVALID_HID;
    hid_t one = H5Screate(H5S_SCALAR);
    const int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    sb_code code = SB_OK;
    if (rank < 0 || one < 0)
        code = sb_h5_fail(status, path, "read '/%s/updates'", SB_GROUP_TRIAL);
    else if (rank > SB_RANK_MAX || H5Sget_simple_extent_npoints(space) != (hssize_t)summary->trials ||
             !sb_h5_holds(dataset, SB_ELEMENT_INT64) || H5Sget_simple_extent_dims(space, lengths, NULL) < 0)
        code = sb_fail(status, SB_IO, "results file '%s': '/%s/updates' is damaged; " SB_SALVAGE_HINT, path,
                       SB_GROUP_TRIAL);
    for (size_t i = 0; code == SB_OK && i < summary->listed; ++i) {
        sb_failed_trial *trial = &summary->first_failed[i];
        unravel(trial->trial, rank, lengths, place);
        if (H5Sselect_elements(space, H5S_SELECT_SET, 1, place) < 0 ||
            H5Dread(dataset, H5T_NATIVE_INT64, one, space, H5P_DEFAULT, &trial->steps) < 0)
            code = sb_h5_fail(status, path, "read '/%s/updates'", SB_GROUP_TRIAL);
    }
    code = sb_h5_release(one, code, path, status);
    code = sb_h5_release(space, code, path, status);
    return sb_h5_release(dataset, code, path, status);
}

/* Of both files of trials in flight the newer counts, as for a run that goes on. Those that are done were committed
 * after it was written. */
static sb_code count_saved(hid_t file, const char *path, const uint8_t *states, sb_summary *summary,
                           sb_status *status) {
    char sweep[SB_HASH_TEXT] = "";
    uint64_t newest = 0;
    sb_h5_read_text(file, SB_ATTRIBUTE_SWEEP, sweep, sizeof sweep); /* without it there are none */
    for (int i = 0; i < 2; ++i) {
        sb_checkpoint_head head;
        sb_saved_slot *slots = NULL;
        char *name = sb_checkpoint_path(path, i, status);
        sb_code code =
            name ? sb_checkpoint_read_head(name, sweep, summary->trials, &head, &slots, status) : status->code;
        free(name);
        if (code != SB_OK)
            return code;
        if (slots && head.sequence > newest) {
            newest = head.sequence;
            summary->saved = summary->saved_updates = 0;
            for (uint64_t j = 0; j < head.count; ++j)
                if (states[slots[j].trial] == SB_TRIAL_MISSING) {
                    ++summary->saved;
                    summary->saved_updates += slots[j].steps;
                }
        }
        free(slots);
    }
    return SB_OK;
}

static sb_code count_trials(hid_t file, const char *path, sb_summary *summary, sb_status *status) {
    void *read[2] = {NULL, NULL};
    uint64_t reasons = 0;
    sb_code code = sb_h5_read_bytes(file, "/" SB_GROUP_TRIAL "/state", SB_ELEMENT_UINT8, SB_TRIALS_MAX, path, &read[0],
                                    &summary->trials, status);
    if (code == SB_OK)
        code = sb_h5_read_bytes(file, "/" SB_GROUP_TRIAL "/failure", SB_ELEMENT_UINT8, SB_TRIALS_MAX, path, &read[1],
                                &reasons, status);
    const uint8_t *states = read[0], *failures = read[1];
    if (code == SB_OK && reasons != summary->trials)
        code = sb_fail(status, SB_IO, "results file '%s': '/%s' is damaged; " SB_SALVAGE_HINT, path, SB_GROUP_TRIAL);
    for (uint64_t i = 0; code == SB_OK && i < summary->trials; ++i) {
        summary->done += states[i] == SB_TRIAL_DONE;
        if (states[i] == SB_TRIAL_FAILED)
            count_failure(i, failures[i], summary);
    }
    if (code == SB_OK)
        code = count_saved(file, path, states, summary, status);
    free(read[1]);
    free(read[0]);
    return code == SB_OK && summary->listed > 0 ? read_steps(file, path, summary, status) : code;
}

/* A run that was killed before its first commit, salvaged, or only took trials over has made no updates. */
static sb_code read_trained(const sb_provenance *provenance, int64_t runs, sb_run_info *trained, sb_status *status) {
    for (int64_t row = runs < SB_RUN_ROWS ? runs : SB_RUN_ROWS; row-- > 0;) {
        const sb_code code = sb_provenance_read_row(provenance, (hsize_t)row, trained, status);
        if (code != SB_OK || trained->updates > 0)
            return code;
        sb_provenance_free_row(trained);
    }
    return SB_OK;
}

static sb_code read_runs(hid_t file, const char *path, sb_summary *summary, sb_status *status) {
    const sb_file opened = {.path = path, .id = file};
    sb_provenance provenance;
    sb_code code = sb_provenance_open(&opened, &provenance, status);
    if (code == SB_OK)
        code = sb_provenance_read_runs(&provenance, &summary->runs, status);
    if (code == SB_OK && summary->runs > 0)
        code = sb_provenance_read_row(&provenance, sb_provenance_row(summary->runs - 1), &summary->last, status);
    if (code == SB_OK)
        code = read_trained(&provenance, summary->runs, &summary->trained, status);
    return sb_provenance_close(&provenance, code, status);
}

sb_code sb_summary_read(const char *path, sb_summary *summary, sb_status *status) {
    char title[512];
    hid_t file;
    *summary = (sb_summary){0};
    sb_code code = sb_open_reading(path, &file, status);
    if (code == SB_OK) {
        sb_h5_read_text(file, SB_ATTRIBUTE_TITLE, title, sizeof title); /* empty where there is none */
        if (!(summary->sweep_name = strdup(title)))
            code = sb_fail(status, SB_MEMORY, "no memory for the name of the sweep");
    }
    if (code == SB_OK)
        code = count_trials(file, path, summary, status);
    if (code == SB_OK)
        code = read_runs(file, path, summary, status);
    code = sb_h5_close(file, code, path, status);
    if (code != SB_OK)
        sb_summary_free(summary);
    return code;
}

void sb_summary_free(sb_summary *summary) {
    free(summary->sweep_name);
    sb_provenance_free_row(&summary->last);
    sb_provenance_free_row(&summary->trained);
    *summary = (sb_summary){0};
}
