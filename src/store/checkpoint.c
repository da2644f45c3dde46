#include "checkpoint.h"

#include <errno.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Rank 0: which file is the checkpoint, and what it holds. */
static sb_code find_latest(sb_checkpoints *checkpoints, sb_status *status) {
    for (int i = 0; i < 2; ++i) {
        sb_checkpoint_head head;
        sb_saved_slot *slots;
        if (sb_checkpoint_read_head(checkpoints->paths[i], checkpoints->sweep, checkpoints->trials, &head, &slots,
                                    status) != SB_OK)
            return status->code;
        if (!slots || head.sequence <= checkpoints->sequence) {
            free(slots);
            continue;
        }
        free(checkpoints->slots);
        checkpoints->latest = i;
        checkpoints->sequence = head.sequence;
        checkpoints->count = head.count;
        checkpoints->slots = slots;
    }
    return SB_OK;
}

/* Tells all ranks what rank 0 has found. */
static sb_code share(sb_checkpoints *checkpoints, sb_status *status) {
    uint64_t found[3] = {(uint64_t)(checkpoints->latest + 1), checkpoints->sequence, checkpoints->count};
    sb_mpi_check(MPI_Bcast(found, 3, MPI_UINT64_T, 0, checkpoints->comm), "MPI_Bcast", status);
    if (sb_agree(checkpoints->comm, status) != SB_OK)
        return status->code;
    checkpoints->latest = (int)found[0] - 1;
    checkpoints->sequence = found[1];
    checkpoints->count = found[2];
    if (!checkpoints->slots)
        checkpoints->slots =
            sb_array(checkpoints->count, sizeof *checkpoints->slots, "the slots of a checkpoint", status);
    if (sb_agree(checkpoints->comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Bcast(checkpoints->slots, (int)checkpoints->count * SB_SAVED_SLOT_WORDS, MPI_UINT64_T, 0,
                           checkpoints->comm),
                 "MPI_Bcast", status);
    return sb_agree(checkpoints->comm, status);
}

/* Each rank looks at its share of the states; what is damaged is left out. */
static sb_code drop_damaged(sb_checkpoints *checkpoints, sb_status *status) {
    const size_t count = checkpoints->count;
    int *sound = sb_array(count, sizeof *sound, "the slots of a checkpoint", status);
    void *buffer = sb_array(SB_CHECKPOINT_PIECE, 1, "a piece of a checkpoint", status);
    if (sb_agree(checkpoints->comm, status) != SB_OK)
        goto done;
    for (size_t i = (size_t)checkpoints->rank; i < count; i += (size_t)checkpoints->ranks)
        sound[i] = sb_checkpoint_read(checkpoints->paths[checkpoints->latest], &checkpoints->slots[i], buffer, false);
    sb_mpi_check(MPI_Allreduce(MPI_IN_PLACE, sound, (int)count, MPI_INT, MPI_SUM, checkpoints->comm), "MPI_Allreduce",
                 status);
    if (sb_agree(checkpoints->comm, status) != SB_OK)
        goto done;
    checkpoints->count = 0;
    for (size_t i = 0; i < count; ++i)
        if (sound[i])
            checkpoints->slots[checkpoints->count++] = checkpoints->slots[i];
    checkpoints->lost = count - checkpoints->count;
done:
    free(buffer);
    free(sound);
    return status->code;
}

static sb_code prepare(const char *path, sb_checkpoints *checkpoints, sb_status *status) {
    sb_mpi_check(MPI_Comm_rank(checkpoints->comm, &checkpoints->rank), "MPI_Comm_rank", status);
    sb_mpi_check(MPI_Comm_size(checkpoints->comm, &checkpoints->ranks), "MPI_Comm_size", status);
    for (int i = 0; i < 2 && status->code == SB_OK; ++i)
        checkpoints->paths[i] = sb_checkpoint_path(path, i, status);
    return status->code;
}

sb_code sb_checkpoints_open(MPI_Comm comm, const char *path, const sb_sweep *sweep, uint64_t trials, sb_fault *fault,
                            sb_checkpoints *checkpoints, sb_status *status) {
    *checkpoints = (sb_checkpoints){.comm = comm, .fault = fault, .trials = trials, .latest = -1};
    sb_hash_format(sb_sweep_identity(sweep), checkpoints->sweep);
    if (prepare(path, checkpoints, status) == SB_OK && checkpoints->rank == 0)
        find_latest(checkpoints, status);
    if (sb_agree(comm, status) != SB_OK || share(checkpoints, status) != SB_OK || checkpoints->count == 0)
        return status->code;
    return drop_damaged(checkpoints, status);
}

void sb_checkpoints_close(sb_checkpoints *checkpoints) {
    free(checkpoints->slots);
    free(checkpoints->paths[1]);
    free(checkpoints->paths[0]);
    *checkpoints = (sb_checkpoints){.latest = -1};
}

sb_code sb_checkpoints_remove(sb_checkpoints *checkpoints, sb_status *status) {
    const int older = checkpoints->latest == 0; /* first, or after a crash in between it would be the checkpoint */
    for (int i = 0; i < 2 && checkpoints->rank == 0; ++i) {
        const char *path = checkpoints->paths[i == 0 ? older : !older];
        if (unlink(path) != 0 && errno != ENOENT)
            sb_fail(status, SB_IO, "cannot remove checkpoint '%s': %s", path, strerror(errno));
        sb_fault_pass(checkpoints->fault, SB_POINT_CHECKPOINT_REMOVED);
    }
    checkpoints->latest = -1;
    checkpoints->count = 0;
    return sb_agree(checkpoints->comm, status);
}

static int by_trial(const void *key, const void *slot) {
    const uint64_t a = *(const uint64_t *)key, b = ((const sb_saved_slot *)slot)->trial;
    return (a > b) - (a < b);
}

const sb_saved_slot *sb_checkpoints_find(const sb_checkpoints *checkpoints, uint64_t trial) {
    if (checkpoints->count == 0)
        return NULL;
    return bsearch(&trial, checkpoints->slots, checkpoints->count, sizeof *checkpoints->slots, by_trial);
}

void *sb_checkpoints_read(const sb_checkpoints *checkpoints, const sb_saved_slot *slot) {
    void *state = sb_array(slot->bytes, 1, "a saved trial", NULL);
    if (state && sb_checkpoint_read(checkpoints->paths[checkpoints->latest], slot, state, true))
        return state;
    free(state);
    return NULL;
}
