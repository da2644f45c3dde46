#include "internal.h"
#include "slots.h"
#include <math.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

/* This rank's share of the slots that claim to be committed. */
static sb_code list_slots(const sb_store *store, sb_slot **slots, size_t *count, sb_status *status) {
    uint64_t committed = 0, seen = 0;
    for (uint64_t i = 0; i < store->file.trials; ++i)
        committed += store->states[i] != SB_TRIAL_MISSING;
    const uint64_t ranks = (uint64_t)store->ranks, rank = (uint64_t)store->rank;
    const uint64_t first = committed * rank / ranks, end = committed * (rank + 1) / ranks;
    *count = 0;
    *slots = sb_array(end - first, sizeof **slots, "slots to check", status);
    for (uint64_t i = 0; *slots && i < store->file.trials && seen < end; ++i)
        if (store->states[i] != SB_TRIAL_MISSING && seen++ >= first)
            (*slots)[(*count)++] = (sb_slot){.trial = i, .state = store->states[i]};
    return status->code;
}

/* What a slot holds that was never committed, for each of @p slots. */
static sb_result *blanks(const sb_store *store, const sb_slot *slots, size_t count, void *payload, sb_status *status) {
    sb_result *results = sb_array(count, sizeof *results, "slots to reset", status);
    sb_payload_clear(store->file.layout, payload);
    for (size_t i = 0; results && i < count; ++i)
        results[i] = (sb_result){.trial = slots[i].trial, .seconds = NAN, .payload = payload};
    return results;
}

/* Collective. The @p slots of this rank become missing: first their states, then the rest. */
static sb_code reset(sb_store *store, const sb_slot *slots, size_t count, sb_status *status) {
    sb_result *results = NULL;
    void *payload = sb_array(store->file.layout->payload_bytes, 1, "an empty slot", status);
    if (payload)
        results = blanks(store, slots, count, payload, status);
    if (sb_agree(store->comm, status) == SB_OK &&
        sb_write_slots(store, results, count, SB_PART_STATES, status) == SB_OK && sb_flush(store, status) == SB_OK &&
        sb_write_slots(store, results, count, SB_PART_RESULTS, status) == SB_OK && sb_flush(store, status) == SB_OK)
        sb_share_states(store, results, count, status);
    free(results);
    free(payload);
    return status->code;
}

/* Keeps those of @p slots that @p wanted picks, in order; returns their number. */
static size_t pick(sb_slot *slots, size_t count, bool (*wanted)(const sb_slot *)) {
    size_t kept = 0;
    for (size_t i = 0; i < count; ++i)
        if (wanted(&slots[i]))
            slots[kept++] = slots[i];
    return kept;
}

static bool is_damaged(const sb_slot *slot) {
    return !slot->sound;
}

static bool has_failed(const sb_slot *slot) {
    return slot->state == SB_TRIAL_FAILED;
}

/* Collective. Counts the damaged slots of all ranks and finds the first of them. */
static sb_code count_damaged(sb_store *store, const sb_slot *slots, size_t count, sb_status *status) {
    const uint64_t mine = count, first = count > 0 ? slots[0].trial : UINT64_MAX;
    if (sb_mpi_check(MPI_Allreduce(&mine, &store->damaged, 1, MPI_UINT64_T, MPI_SUM, store->comm), "MPI_Allreduce",
                     status) == SB_OK)
        sb_mpi_check(MPI_Allreduce(&first, &store->first_damaged, 1, MPI_UINT64_T, MPI_MIN, store->comm),
                     "MPI_Allreduce", status);
    return sb_agree(store->comm, status);
}

sb_code sb_store_retry_failed(sb_store *store, sb_status *status) {
    sb_slot *slots = NULL;
    size_t count = 0;
    *status = (sb_status){0};
    if (!memchr(store->states, SB_TRIAL_FAILED, store->file.trials))
        return SB_OK;
    if (list_slots(store, &slots, &count, status) == SB_OK)
        count = pick(slots, count, has_failed);
    if (sb_agree(store->comm, status) == SB_OK)
        reset(store, slots, count, status);
    free(slots);
    return status->code;
}

sb_code sb_read_slots(sb_store *store, sb_status *status) {
    sb_slot *slots = NULL;
    size_t count = 0;
    if (store->rank == 0)
        sb_slots_read_states(&store->file, store->states, status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Bcast(store->states, (int)store->file.trials, MPI_UINT8_T, 0, store->comm), "MPI_Bcast", status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    if (list_slots(store, &slots, &count, status) == SB_OK &&
        sb_slots_check(&store->file, slots, count, status) == SB_OK)
        count = pick(slots, count, is_damaged);
    if (sb_agree(store->comm, status) == SB_OK && count_damaged(store, slots, count, status) == SB_OK &&
        store->damaged > 0)
        reset(store, slots, count, status);
    free(slots);
    return status->code;
}
