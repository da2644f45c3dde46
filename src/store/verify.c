#include "internal.h"
#include "names.h"
#include "slots.h"
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 }; /* slots looked at together */

static bool has_shape(const sb_layout *layout, const sb_coordinate *coordinate, hid_t dataset) {
    hsize_t lengths[SB_RANK_MAX];
    size_t rank = coordinate->dimension_count;
    for (size_t i = 0; i < rank; ++i)
        lengths[i] = layout->dimensions[coordinate->dimensions[i]].length;
    if (coordinate->type == SB_TYPE_TEXT)
        lengths[rank++] = coordinate->text_length;
    return sb_h5_has_shape(dataset, rank, lengths);
}

/* Checks that the file holds the values that the layout says. */
static sb_code check_coordinate(const sb_file *file, const sb_coordinate *coordinate, sb_status *status) {
    const sb_element element = sb_element_of(coordinate->type);
    const size_t count = coordinate->count * (coordinate->type == SB_TYPE_TEXT ? coordinate->text_length : 1);
    sb_code code = SB_OK;
    void *values = sb_array(count, sb_element_size(element), coordinate->name, status);
    if (!values)
        return SB_MEMORY;
    hid_t dataset = H5Dopen2(file->id, coordinate->name, H5P_DEFAULT);
    if (dataset < 0)
        code = sb_h5_fail(status, file->path, "open '%s'", coordinate->name);
    else if (!sb_h5_holds(dataset, element) || !has_shape(file->layout, coordinate, dataset))
        code = sb_fail(status, SB_IO, "results file '%s': coordinate '%s' has the wrong shape or type", file->path,
                       coordinate->name);
    else if (H5Dread(dataset, sb_element_native(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        code = sb_h5_fail(status, file->path, "read '%s'", coordinate->name);
    else if (memcmp(values, coordinate->values, count * sb_element_size(element)) != 0)
        code = sb_fail(status, SB_IO, "results file '%s': coordinate '%s' is not what its sweep says", file->path,
                       coordinate->name);
    code = sb_h5_release(dataset, code, file->path, status);
    free(values);
    return code;
}

/* The digest goes on: hash of (digest so far, identity, state, checksum as 8 bytes from the highest). */
static void digest(const sb_layout *layout, const sb_slot *slot, sb_hash *hash) {
    struct {
        sb_hash before, identity;
        uint8_t state, checksum[8];
    } link = {.before = *hash, .identity = sb_slot_identity(layout, slot->trial), .state = (uint8_t)slot->state};
    for (int i = 0; i < 8; ++i)
        link.checksum[i] = (uint8_t)(slot->checksum >> (56 - 8 * i));
    *hash = sb_hash_bytes(&link, sizeof link);
}

static void enter(const sb_layout *layout, const sb_slot *slot, sb_verdict *verdict) {
    if (!slot->sound) {
        if (verdict->damaged++ == 0)
            verdict->first_damaged = slot->trial;
        return;
    }
    verdict->done += slot->state == SB_TRIAL_DONE;
    verdict->failed += slot->state == SB_TRIAL_FAILED;
    digest(layout, slot, &verdict->digest);
}

static sb_code check_slots(const sb_file *file, const uint8_t *states, sb_slot *slots, sb_verdict *verdict,
                           sb_status *status) {
    sb_code code = SB_OK;
    for (uint64_t trial = 0; code == SB_OK && trial < file->trials;) {
        size_t count = 0;
        for (; trial < file->trials && count < CHUNK; ++trial)
            if (states[trial] != SB_TRIAL_MISSING)
                slots[count++] = (sb_slot){.trial = trial, .state = states[trial]};
            else
                ++verdict->missing;
        code = sb_slots_check(file, slots, count, status);
        for (size_t i = 0; code == SB_OK && i < count; ++i)
            enter(file->layout, &slots[i], verdict);
    }
    return code;
}

sb_code sb_store_verify(const char *path, const sb_layout *layout, sb_verdict *verdict, sb_status *status) {
    uint8_t *states = NULL;
    sb_slot *slots = NULL;
    sb_file file;
    *verdict = (sb_verdict){.trials = layout->grid->trials.count, .digest = sb_sweep_identity(layout->grid->sweep)};
    sb_code code = sb_columns_create(&file, path, layout, status);
    if (code != SB_OK)
        goto done;
    if ((code = sb_open_reading(path, &file.id, status)) != SB_OK)
        goto done;
    if ((code = sb_columns_open(&file, status)) != SB_OK)
        goto done;
    for (size_t i = 0; code == SB_OK && i < layout->coordinate_count; ++i)
        code = check_coordinate(&file, &layout->coordinates[i], status);
    if (code != SB_OK)
        goto done;
    states = sb_array(file.trials, 1, "the states of all trials", status);
    slots = sb_array(CHUNK, sizeof *slots, "slots to check", status);
    if (!states || !slots)
        code = SB_MEMORY;
    if (code == SB_OK)
        code = sb_slots_read_states(&file, states, status);
    if (code == SB_OK)
        code = check_slots(&file, states, slots, verdict, status);
done:
    free(slots);
    free(states);
    return sb_columns_close(&file, code, status);
}
