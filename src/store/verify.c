#include "image.h"
#include "internal.h"
#include "names.h"
#include "slots.h"
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 }; /* slots looked at together */

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

/* What is known of all trials, and some slots at a time. */
struct all_slots {
    uint8_t *states;
    uint64_t *checksums;
    sb_slot *some; /* [CHUNK] */
};

static sb_code read_all(const sb_file *file, struct all_slots *all, sb_status *status) {
    if (!(all->states = sb_array(file->trials, 1, "the states of all trials", status)) ||
        !(all->checksums = sb_array(file->trials, sizeof *all->checksums, "the checksums of all trials", status)) ||
        !(all->some = sb_array(CHUNK, sizeof *all->some, "slots to check", status)))
        return SB_MEMORY;
    if (sb_slots_read_states(file, all->states, status) != SB_OK)
        return status->code;
    if (H5Dread(sb_columns_trial(file, SB_COLUMN_CHECKSUM)->dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                all->checksums) < 0)
        return sb_h5_fail(status, file->path, "read '/%s/checksum'", SB_GROUP_TRIAL);
    return SB_OK;
}

/* Slots of some of the trials from @p *trial on that say they are missing, as if they said @p state: those that have a
 * checksum. */
static size_t list_unclaimed(const sb_file *file, const struct all_slots *all, sb_trial_state state, uint64_t *trial) {
    size_t count = 0;
    for (; *trial < file->trials && count < CHUNK; ++*trial)
        if (all->states[*trial] == SB_TRIAL_MISSING && all->checksums[*trial] != 0)
            all->some[count++] = (sb_slot){.trial = *trial, .state = state};
    return count;
}

static sb_code count_unclaimed(const sb_file *file, const struct all_slots *all, sb_verdict *verdict,
                               sb_status *status) {
    sb_code code = SB_OK;
    for (int state = SB_TRIAL_DONE; state <= SB_TRIAL_FAILED; ++state)
        for (uint64_t trial = 0; code == SB_OK && trial < file->trials;) {
            const size_t count = list_unclaimed(file, all, (sb_trial_state)state, &trial);
            code = sb_slots_check(file, all->some, count, status);
            for (size_t i = 0; code == SB_OK && i < count; ++i)
                verdict->unclaimed += all->some[i].sound;
        }
    return code;
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
    struct all_slots all = {0};
    sb_file file;
    *verdict = (sb_verdict){.trials = layout->grid->trials.count, .digest = sb_sweep_identity(layout->grid->sweep)};
    sb_code code = sb_columns_create(&file, path, layout, status);
    if (code != SB_OK)
        goto done;
    if ((code = sb_open_reading(path, &file.id, status)) != SB_OK)
        goto done;
    if ((code = sb_columns_open(&file, status)) != SB_OK)
        goto done;
    if ((code = sb_coordinates_check(&file, status)) != SB_OK)
        goto done;
    if ((code = sb_image_compare(&file, verdict, status)) != SB_OK)
        goto done;
    if ((code = read_all(&file, &all, status)) != SB_OK)
        goto done;
    if ((code = check_slots(&file, all.states, all.some, verdict, status)) == SB_OK)
        code = count_unclaimed(&file, &all, verdict, status);
done:
    free(all.some);
    free(all.checksums);
    free(all.states);
    return sb_columns_close(&file, code, status);
}
