#include "internal.h"
#include "names.h"
#include "slots.h"
#include "transfer.h"
#include <limits.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES = SB_IDENTITY_LENGTH }; /* the longest value of a column of /trial */

/* What this rank brings to the collective writes of a round. */
typedef struct contribution {
    const sb_result *results;
    size_t count;
    uint64_t *trials;
    void **blocks;
    char *values;    /* of a column of /trial, VALUE_BYTES for each */
    uint64_t *calls; /* for each column, the most that any rank needs */
    sb_transfer transfer;
} contribution;

static bool concerns(const sb_store *store, const sb_column *column, sb_part part) {
    return (column == sb_columns_trial(&store->file, SB_COLUMN_STATE)) == (part == SB_PART_STATES);
}

static sb_code prepare(const sb_store *store, const sb_result *results, size_t count, sb_part part, contribution *mine,
                       sb_status *status) {
    static const char what[] = "a commit round";
    uint64_t most = 0;
    *mine = (contribution){.results = results, .count = count, .transfer.properties = H5I_INVALID_HID};
    if (!(mine->trials = sb_array(count, sizeof *mine->trials, what, status)) ||
        !(mine->blocks = sb_array(count, sizeof *mine->blocks, what, status)) ||
        !(mine->values = sb_array(count, VALUE_BYTES, what, status)) ||
        !(mine->calls = sb_array(store->file.count, sizeof *mine->calls, what, status)))
        return SB_MEMORY;
    for (size_t i = 0; i < count; ++i) {
        mine->trials[i] = results[i].trial;
        if (results[i].trial >= store->file.trials || (i > 0 && results[i].trial <= results[i - 1].trial))
            return sb_fail(status, SB_INTERNAL, "results of a commit round are not in rising order of trial");
    }
    for (size_t i = 0; i < store->file.count; ++i) {
        const sb_column *column = &store->file.columns[i];
        const uint64_t bytes = count * column->block * sb_element_size(column->element);
        if (concerns(store, column, part) && bytes > most)
            most = bytes;
    }
    if (sb_transfer_create(most, true, &mine->transfer, status) != SB_OK)
        return status->code;
    for (size_t i = 0; i < store->file.count; ++i)
        if (concerns(store, &store->file.columns[i], part))
            mine->calls[i] = sb_transfer_calls(&mine->transfer, &store->file.columns[i], mine->trials, count);
    return SB_OK;
}

static void release(contribution *mine) {
    sb_transfer_destroy(&mine->transfer);
    free(mine->calls);
    free(mine->values);
    free(mine->blocks);
    free(mine->trials);
}

/* A result's value for a column of /trial. */
static void put_value(const sb_store *store, sb_trial_column which, const sb_result *result, char *value) {
    const int32_t run = result->state == SB_TRIAL_MISSING ? -1 : store->row;
    char identity[SB_HASH_TEXT];
    switch (which) {
    case SB_COLUMN_STATE:
        *value = (char)result->state;
        break;
    case SB_COLUMN_FAILURE:
        *value = (char)result->failure;
        break;
    case SB_COLUMN_UPDATES:
        memcpy(value, &result->steps, sizeof result->steps);
        break;
    case SB_COLUMN_CHECKSUM:
        memcpy(value, &result->checksum, sizeof result->checksum);
        break;
    case SB_COLUMN_SECONDS:
        memcpy(value, &result->seconds, sizeof result->seconds);
        break;
    case SB_COLUMN_RUN:
        memcpy(value, &run, sizeof run);
        break;
    case SB_COLUMN_IDENTITY: /* there since the slots were filled, but it may have been damaged since */
        sb_hash_format(sb_slot_identity(store->file.layout, result->trial), identity);
        memcpy(value, identity, SB_IDENTITY_LENGTH);
        break;
    case SB_TRIAL_COLUMNS:
        break;
    }
}

/* Points blocks[] at this rank's blocks of @p column. */
static void locate(const sb_store *store, const sb_column *column, contribution *mine) {
    const sb_trial_column which = (sb_trial_column)(column - sb_columns_trial(&store->file, 0));
    for (size_t i = 0; i < mine->count; ++i) {
        mine->blocks[i] = column->variable ? (char *)mine->results[i].payload + column->variable->offset
                                           : mine->values + VALUE_BYTES * i;
        if (!column->variable)
            put_value(store, which, &mine->results[i], mine->blocks[i]);
    }
}

static sb_code write_column(sb_store *store, size_t which, contribution *mine, sb_status *status) {
    const sb_column *column = &store->file.columns[which];
    sb_cursor cursor = {.trials = mine->trials, .count = mine->count, .block = column->block};
    locate(store, column, mine);
    for (uint64_t call = 0; call < mine->calls[which]; ++call) {
        sb_transfer_step(&mine->transfer, &store->file, column, SB_TO_FILE, &cursor, mine->blocks, status);
        if (sb_agree(store->comm, status) != SB_OK)
            return status->code;
    }
    return SB_OK;
}

sb_code sb_flush(sb_store *store, sb_status *status) {
    sb_fault_fails(store->fault, SB_CALL_FLUSH, store->path, status);
    if (H5Fflush(store->file.id, H5F_SCOPE_GLOBAL) < 0 && status->code == SB_OK)
        sb_h5_fail(status, store->path, "sync it");
    return sb_agree(store->comm, status);
}

sb_code sb_write_slots(sb_store *store, const sb_result *results, size_t count, sb_part part, sb_status *status) {
    contribution mine;
    prepare(store, results, count, part, &mine, status);
    if (sb_agree(store->comm, status) != SB_OK)
        goto done;
    sb_mpi_check(MPI_Allreduce(MPI_IN_PLACE, mine.calls, (int)store->file.count, MPI_UINT64_T, MPI_MAX, store->comm),
                 "MPI_Allreduce", status);
    if (sb_agree(store->comm, status) != SB_OK)
        goto done;
    for (size_t i = 0; i < store->file.count; ++i)
        if (mine.calls[i] > 0 && write_column(store, i, &mine, status) != SB_OK)
            goto done;
done:
    release(&mine);
    return status->code;
}

/* Gathers, from every rank, the trial and state of each of its results. */
static sb_code gather_states(sb_store *store, const int *counts, const int *offsets, uint64_t *mine, uint64_t *all,
                             sb_status *status) {
    sb_mpi_check(
        MPI_Allgatherv(mine, counts[store->rank], MPI_UINT64_T, all, counts, offsets, MPI_UINT64_T, store->comm),
        "MPI_Allgatherv", status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    const int last = store->ranks - 1;
    for (int i = 0; i < offsets[last] + counts[last]; i += 2)
        store->states[all[i]] = (uint8_t)all[i + 1];
    return SB_OK;
}

sb_code sb_share_states(sb_store *store, const sb_result *results, size_t count, sb_status *status) {
    static const char what[] = "the states of a commit round";
    const int words = 2 * (int)count; /* count <= SB_TRIALS_MAX */
    uint64_t *all = NULL, *mine = sb_array(2 * count, sizeof *mine, what, status);
    int *counts = sb_array(store->ranks, sizeof *counts, what, status);
    int *offsets = sb_array(store->ranks, sizeof *offsets, what, status);
    if (sb_agree(store->comm, status) != SB_OK)
        goto done;
    sb_mpi_check(MPI_Allgather(&words, 1, MPI_INT, counts, 1, MPI_INT, store->comm), "MPI_Allgather", status);
    if (sb_agree(store->comm, status) != SB_OK)
        goto done;
    for (int i = 1; i < store->ranks; ++i)
        offsets[i] = offsets[i - 1] + counts[i - 1];
    all = sb_array((size_t)offsets[store->ranks - 1] + counts[store->ranks - 1], sizeof *all, what, status);
    for (size_t i = 0; i < count; ++i) {
        mine[2 * i] = results[i].trial;
        mine[2 * i + 1] = results[i].state;
    }
    if (sb_agree(store->comm, status) == SB_OK)
        gather_states(store, counts, offsets, mine, all, status);
done:
    free(all);
    free(offsets);
    free(counts);
    free(mine);
    return status->code;
}
