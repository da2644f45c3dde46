#include "internal.h"
#include "slots.h"
#include <limits.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

/* Gives this rank's slots to the rank below and takes those of the rank above. */
static sb_code exchange(const sb_store *store, const sb_slot *mine, uint64_t count, sb_slot **theirs,
                        uint64_t *their_count, sb_status *status) {
    const int below = (store->rank + store->ranks - 1) % store->ranks, above = (store->rank + 1) % store->ranks;
    *their_count = 0;
    sb_mpi_check(MPI_Sendrecv(&count, 1, MPI_UINT64_T, below, 0, their_count, 1, MPI_UINT64_T, above, 0, store->comm,
                              MPI_STATUS_IGNORE),
                 "MPI_Sendrecv", status);
    *theirs = sb_array(*their_count, sizeof **theirs, "slots to compare", status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Sendrecv(mine, (int)count * SB_SLOT_WORDS, MPI_UINT64_T, below, 0, *theirs,
                              (int)*their_count * SB_SLOT_WORDS, MPI_UINT64_T, above, 0, store->comm,
                              MPI_STATUS_IGNORE),
                 "MPI_Sendrecv", status);
    return sb_agree(store->comm, status);
}

/* Reads @p count slots and compares them with what was to be written. */
static sb_code compare(const sb_store *store, sb_slot *slots, size_t count, sb_status *status) {
    uint64_t *written = sb_array(count, sizeof *written, "checksums to compare", status);
    if (!written)
        return SB_MEMORY;
    for (size_t i = 0; i < count; ++i)
        written[i] = slots[i].checksum;
    sb_code code = sb_slots_check(&store->file, slots, count, status);
    for (size_t i = 0; code == SB_OK && i < count; ++i)
        if (!slots[i].sound || slots[i].checksum != written[i])
            code = sb_fail(status, SB_IO,
                           "results file '%s': trial %llu does not read back as it was written, although no write "
                           "failed; is the disk full? With Open MPI, do not choose the I/O component ompio",
                           store->path, (unsigned long long)slots[i].trial);
    free(written);
    return code;
}

/* Every rank reads what its neighbour wrote: its own node might answer from what it has in its cache. */
static sb_code read_back(const sb_store *store, const sb_result *results, size_t count, sb_status *status) {
    sb_slot *theirs = NULL, *mine = sb_array(count, sizeof *mine, "slots to compare", status);
    uint64_t their_count;
    if (mine && count > INT_MAX / SB_SLOT_WORDS)
        sb_fail(status, SB_INTERNAL, "too many results in one commit round");
    if (sb_agree(store->comm, status) != SB_OK)
        goto done;
    for (size_t i = 0; i < count; ++i)
        mine[i] = (sb_slot){.trial = results[i].trial, .state = results[i].state, .checksum = results[i].checksum};
    if (exchange(store, mine, count, &theirs, &their_count, status) != SB_OK)
        goto done;
    compare(store, theirs, their_count, status);
    sb_agree(store->comm, status);
done:
    free(theirs);
    free(mine);
    return status->code;
}

/* Rank 0 alone writes the row; the next flush makes it last. */
static sb_code write_row(const sb_store *store, const sb_run_info *info, sb_status *status) {
    if (store->rank == 0)
        sb_provenance_write_row(&store->provenance, (hsize_t)store->row, info, status);
    return sb_agree(store->comm, status);
}

sb_code sb_store_begin_run(sb_store *store, const sb_run_info *info, sb_status *status) {
    int64_t runs = 0;
    *status = (sb_status){0};
    if (store->rank == 0)
        sb_provenance_read_runs(&store->provenance, &runs, status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Bcast(&runs, 1, MPI_INT64_T, 0, store->comm), "MPI_Bcast", status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    store->row = (int32_t)sb_provenance_row(runs);
    if (write_row(store, info, status) != SB_OK)
        return status->code;
    if (store->rank == 0)
        sb_provenance_write_runs(&store->provenance, runs + 1, status);
    return sb_agree(store->comm, status) == SB_OK ? sb_flush(store, status) : status->code;
}

sb_code sb_store_end_run(sb_store *store, const sb_run_info *info, sb_status *status) {
    *status = (sb_status){0};
    return write_row(store, info, status) == SB_OK ? sb_flush(store, status) : status->code;
}

/* One rank compares the states of all trials with those in the file. */
static sb_code read_states_back(const sb_store *store, sb_status *status) {
    uint8_t *states = NULL;
    if (store->rank == store->ranks - 1 &&
        (states = sb_array(store->file.trials, 1, "the states of all trials", status)) &&
        sb_slots_read_states(&store->file, states, status) == SB_OK &&
        memcmp(states, store->states, store->file.trials) != 0)
        sb_fail(status, SB_IO,
                "results file '%s': states of trials do not read back as they were written, although no write failed; "
                "is the disk full? With Open MPI, do not choose the I/O component ompio",
                store->path);
    free(states);
    return sb_agree(store->comm, status);
}

/* The second half of a round: says in the file that the slots are done. */
static sb_code mark(sb_store *store, const sb_result *results, size_t count, const sb_run_info *info,
                    sb_status *status) {
    if (write_row(store, info, status) != SB_OK ||
        sb_write_slots(store, results, count, SB_PART_STATES, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_AFTER_STATES);
    if (sb_flush(store, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_AFTER_LAST_FLUSH);
    return sb_share_states(store, results, count, status) == SB_OK ? read_states_back(store, status) : status->code;
}

sb_code sb_store_commit(sb_store *store, const sb_result *results, size_t count, const sb_run_info *info,
                        sb_status *status) {
    *status = (sb_status){0};
    if (store->row < 0)
        return sb_fail(status, SB_INTERNAL, "a commit round before the run has begun");
    sb_fault_pass(store->fault, SB_POINT_BEFORE_PAYLOAD);
    if (sb_write_slots(store, results, count, SB_PART_RESULTS, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_AFTER_PAYLOAD);
    if (sb_flush(store, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_AFTER_FLUSH);
    if (read_back(store, results, count, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_AFTER_READBACK);
    return mark(store, results, count, info, status);
}
