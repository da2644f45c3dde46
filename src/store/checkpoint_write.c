#include "checkpoint.h"
#include "mpiio.h"
#include <errno.h>
#include <fcntl.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A state that goes into the new checkpoint. */
typedef struct entry {
    sb_saved_slot slot;
    int writer;      /* rank */
    bool fresh;      /* it is the writer's own; otherwise it is copied */
    uint64_t source; /* of a copy: its offset in the last checkpoint */
} entry;

/* A checkpoint being written. */
typedef struct writing {
    sb_checkpoints *checkpoints;
    const sb_saved *saved; /* of this rank; NULL: none */
    const char *path;
    int target; /* which file */
    size_t count;
    entry *entries;       /* [count] in rising order of trial, equal on all ranks */
    sb_saved_slot *slots; /* [count] theirs, as the file holds them */
    uint64_t bytes;       /* of the file */
    void *buffer;         /* for a piece of any of them */
    int last;             /* descriptor of the last checkpoint; -1: nothing has been copied */
    MPI_File file;
    sb_status *status;
} writing;

static sb_code check(const writing *w, int code, const char *action) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length;
    if (code == MPI_SUCCESS)
        return SB_OK;
    MPI_Error_string(code, text, &length);
    return sb_fail(w->status, SB_IO, "cannot %s checkpoint '%s': %s", action, w->path, text);
}

/* Whether SPECBIAS_FAULT makes the call that comes now fail. */
static bool is_to_fail(const writing *w) {
    return sb_fault_fails(w->checkpoints->fault, SB_CALL_CHECKPOINT, w->path, w->status) != SB_OK;
}

static sb_code agree(const writing *w) {
    return sb_agree(w->checkpoints->comm, w->status);
}

static uint64_t pieces(uint64_t bytes) {
    return (bytes + SB_CHECKPOINT_PIECE - 1) / SB_CHECKPOINT_PIECE;
}

/* --- What is to be written ------------------------------------------------------------------------------------------
 */

static sb_saved_slot describe(const sb_saved *saved) {
    if (!saved)
        return (sb_saved_slot){0};
    sb_saved_slot slot = {.trial = saved->trial, .steps = (uint64_t)saved->steps, .bytes = saved->bytes};
    for (uint64_t done = 0; done < saved->bytes; done += SB_CHECKPOINT_PIECE) {
        const uint64_t left = saved->bytes - done, piece = left < SB_CHECKPOINT_PIECE ? left : SB_CHECKPOINT_PIECE;
        slot.checksum = sb_checksum((const char *)saved->state + done, piece, slot.checksum);
    }
    return slot;
}

static int by_trial(const void *left, const void *right) {
    const uint64_t a = ((const entry *)left)->slot.trial, b = ((const entry *)right)->slot.trial;
    return (a > b) - (a < b);
}

/* Lists what the ranks bring, then what nobody has taken up again. */
static void list(writing *w, const sb_saved_slot *brought, const uint8_t *states) {
    const sb_checkpoints *checkpoints = w->checkpoints;
    for (int rank = 0; rank < checkpoints->ranks; ++rank)
        if (brought[rank].bytes > 0)
            w->entries[w->count++] = (entry){.slot = brought[rank], .writer = rank, .fresh = true};
    qsort(w->entries, w->count, sizeof *w->entries, by_trial);
    const size_t fresh = w->count;
    for (size_t i = 0; i < checkpoints->count; ++i) {
        const sb_saved_slot *slot = &checkpoints->slots[i];
        const entry key = {.slot.trial = slot->trial};
        if (states[slot->trial] == SB_TRIAL_MISSING &&
            !bsearch(&key, w->entries, fresh, sizeof *w->entries, by_trial)) {
            const int writer = (int)(w->count % (size_t)checkpoints->ranks);
            w->entries[w->count++] = (entry){.slot = *slot, .writer = writer, .source = slot->offset};
        }
    }
    qsort(w->entries, w->count, sizeof *w->entries, by_trial);
}

/* Says where each state goes. */
static sb_code place(writing *w) {
    uint64_t largest = 0;
    w->bytes = sb_checkpoint_start(w->count);
    for (size_t i = 0; i < w->count; ++i) {
        const uint64_t bytes = w->entries[i].slot.bytes;
        largest = bytes > largest ? bytes : largest;
        w->entries[i].slot.offset = w->bytes;
        w->bytes += (bytes + SB_ALIGNMENT - 1) / SB_ALIGNMENT * SB_ALIGNMENT;
        w->slots[i] = w->entries[i].slot;
    }
    w->buffer = sb_array(largest < SB_CHECKPOINT_PIECE ? largest : SB_CHECKPOINT_PIECE, 1, "a checkpoint", w->status);
    return agree(w);
}

static sb_code gather(writing *w, const uint8_t *states) {
    static const char what[] = "a checkpoint";
    const sb_checkpoints *checkpoints = w->checkpoints;
    const size_t most = (size_t)checkpoints->ranks + checkpoints->count;
    const sb_saved_slot mine = describe(w->saved);
    sb_saved_slot *brought = sb_array((size_t)checkpoints->ranks, sizeof *brought, what, w->status);
    w->entries = sb_array(most, sizeof *w->entries, what, w->status);
    w->slots = sb_array(most, sizeof *w->slots, what, w->status);
    if (agree(w) == SB_OK) {
        sb_mpi_check(MPI_Allgather(&mine, SB_SAVED_SLOT_WORDS, MPI_UINT64_T, brought, SB_SAVED_SLOT_WORDS, MPI_UINT64_T,
                                   checkpoints->comm),
                     "MPI_Allgather", w->status);
        if (agree(w) == SB_OK) {
            list(w, brought, states);
            place(w);
        }
    }
    free(brought);
    return w->status->code;
}

/* --- Writing --------------------------------------------------------------------------------------------------------
 */

/* Rank 0 makes the file, then all open it. It is emptied: a write that failed late may have left a sound head in it,
 * newer than that of the last checkpoint, which must not outlive the states that are now written over. */
static sb_code open_file(writing *w) {
    const sb_checkpoints *checkpoints = w->checkpoints;
    MPI_Info hints = MPI_INFO_NULL;
    if (!is_to_fail(w) && checkpoints->rank == 0) {
        const int descriptor = open(w->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (descriptor < 0)
            sb_fail(w->status, SB_IO, "cannot create checkpoint '%s': %s", w->path, strerror(errno));
        else
            close(descriptor); /* nothing has been written */
    }
    if (agree(w) != SB_OK)
        return w->status->code;
    if (sb_mpiio_reachable(w->path, checkpoints->rank, w->status) == SB_OK)
        sb_mpiio_hints(&hints, w->status);
    if (agree(w) == SB_OK)
        check(w, MPI_File_open(checkpoints->comm, w->path, MPI_MODE_WRONLY, hints, &w->file), "open");
    if (hints != MPI_INFO_NULL)
        MPI_Info_free(&hints); /* it was made */
    return agree(w);
}

/* Reads a piece of the last checkpoint into the buffer. */
static bool read_last(writing *w, uint64_t bytes, uint64_t offset) {
    const char *path = w->checkpoints->paths[w->checkpoints->latest];
    if (w->last < 0)
        w->last = open(path, O_RDONLY | O_CLOEXEC);
    return (w->last >= 0 && sb_checkpoint_pread(w->last, w->buffer, bytes, offset)) ||
           sb_fail(w->status, SB_IO, "cannot read checkpoint '%s': %s", path, strerror(errno)) == SB_OK;
}

/* Where this rank is in the states that it writes. */
typedef struct place_in_states {
    size_t index; /* into entries */
    uint64_t done;
} place_in_states;

/* The next piece of a state that is this rank's to write; NULL at the end, or where it cannot be read. */
static const void *next_piece(writing *w, place_in_states *at, uint64_t *bytes, uint64_t *offset) {
    *bytes = *offset = 0;
    if (at->index < w->count && at->done >= w->entries[at->index].slot.bytes)
        *at = (place_in_states){.index = at->index + 1};
    while (at->index < w->count && w->entries[at->index].writer != w->checkpoints->rank)
        ++at->index;
    if (at->index == w->count)
        return NULL;
    const entry *next = &w->entries[at->index];
    const uint64_t left = next->slot.bytes - at->done, done = at->done;
    const uint64_t piece = left < SB_CHECKPOINT_PIECE ? left : SB_CHECKPOINT_PIECE;
    at->done += piece;
    if (!next->fresh && !read_last(w, piece, next->source + done))
        return NULL;
    *bytes = piece;
    *offset = next->slot.offset + done;
    return next->fresh ? (const char *)w->saved->state + done : w->buffer;
}

/* The most pieces that any rank writes. */
static uint64_t count_calls(const writing *w) {
    uint64_t most = 0;
    for (int rank = 0; rank < w->checkpoints->ranks; ++rank) {
        uint64_t calls = 0;
        for (size_t i = 0; i < w->count; ++i)
            calls += w->entries[i].writer == rank ? pieces(w->entries[i].slot.bytes) : 0;
        most = calls > most ? calls : most;
    }
    return most;
}

static sb_code write_states(writing *w) {
    const uint64_t calls = count_calls(w);
    place_in_states at = {0};
    for (uint64_t call = 0; call < calls; ++call) {
        uint64_t bytes, offset;
        const void *piece = next_piece(w, &at, &bytes, &offset);
        is_to_fail(w);
        const int code = MPI_File_write_at_all(w->file, (MPI_Offset)offset, piece, (int)bytes, MPI_BYTE,
                                               MPI_STATUS_IGNORE); /* reading back finds what is missing */
        if (w->status->code == SB_OK)
            check(w, code, "write");
        if (agree(w) != SB_OK)
            return w->status->code;
    }
    return SB_OK;
}

static sb_code sync_file(writing *w) {
    is_to_fail(w);
    const int code = MPI_File_sync(w->file);
    if (w->status->code == SB_OK)
        check(w, code, "sync");
    return agree(w);
}

/* Every rank reads what its neighbour wrote: its own node might answer from what it has in its cache. */
static sb_code read_back(writing *w) {
    const sb_checkpoints *checkpoints = w->checkpoints;
    const int neighbour = (checkpoints->rank + 1) % checkpoints->ranks;
    bool sound = !is_to_fail(w);
    for (size_t i = 0; sound && i < w->count; ++i)
        if (w->entries[i].writer == neighbour && !sb_checkpoint_read(w->path, &w->slots[i], w->buffer, false))
            sound = sb_fail(w->status, SB_IO, "checkpoint '%s' does not read back as it was written: is the disk full?",
                            w->path) == SB_OK;
    return agree(w);
}

/* Rank 0 writes the head; another one reads it. */
static sb_code write_head(writing *w) {
    const sb_checkpoints *checkpoints = w->checkpoints;
    sb_checkpoint_head head = {.sequence = checkpoints->sequence + 1, .count = w->count};
    memcpy(head.sweep, checkpoints->sweep, sizeof head.sweep);
    sb_checkpoint_seal(&head, w->slots);
    if (checkpoints->rank == 0 && !is_to_fail(w) &&
        check(w,
              MPI_File_write_at(w->file, sizeof head, w->slots, (int)(w->count * sizeof *w->slots), MPI_BYTE,
                                MPI_STATUS_IGNORE),
              "write") == SB_OK)
        check(w, MPI_File_write_at(w->file, 0, &head, sizeof head, MPI_BYTE, MPI_STATUS_IGNORE), "write");
    if (agree(w) != SB_OK || sync_file(w) != SB_OK)
        return w->status->code;
    sb_fault_pass(checkpoints->fault, SB_POINT_CHECKPOINT_HEADED);
    if (checkpoints->rank == checkpoints->ranks - 1) {
        sb_checkpoint_head seen;
        sb_saved_slot *slots;
        if (sb_checkpoint_read_head(w->path, checkpoints->sweep, checkpoints->trials, &seen, &slots, w->status) ==
                SB_OK &&
            memcmp(&seen, &head, sizeof head) != 0)
            sb_fail(w->status, SB_IO, "checkpoint '%s' does not read back as it was written: is the disk full?",
                    w->path);
        free(slots);
    }
    return agree(w);
}

static sb_code write_all(writing *w) {
    sb_fault *fault = w->checkpoints->fault;
    check(w, MPI_File_set_size(w->file, (MPI_Offset)w->bytes), "set the size of");
    if (agree(w) != SB_OK || write_states(w) != SB_OK)
        return w->status->code;
    sb_fault_pass(fault, SB_POINT_CHECKPOINT_WRITTEN);
    if (sync_file(w) != SB_OK)
        return w->status->code;
    sb_fault_pass(fault, SB_POINT_CHECKPOINT_SYNCED);
    return read_back(w) == SB_OK ? write_head(w) : w->status->code;
}

/* Opens, writes, closes. */
static sb_code write_file(writing *w) {
    if (open_file(w) == SB_OK) {
        sb_fault_pass(w->checkpoints->fault, SB_POINT_CHECKPOINT_OPENED);
        write_all(w);
        const int closed = MPI_File_close(&w->file);
        if (w->status->code == SB_OK)
            check(w, closed, "close");
        agree(w);
    }
    if (w->last >= 0)
        close(w->last); /* opened for reading: nothing can be lost */
    return w->status->code;
}

/* The new checkpoint is the one from now on. */
static void accept(writing *w) {
    sb_checkpoints *checkpoints = w->checkpoints;
    free(checkpoints->slots);
    checkpoints->slots = w->slots;
    checkpoints->count = w->count;
    checkpoints->latest = w->target;
    ++checkpoints->sequence;
    w->slots = NULL;
}

sb_code sb_checkpoints_write(sb_checkpoints *checkpoints, const uint8_t *states, const sb_saved *saved,
                             sb_status *status) {
    const int target = checkpoints->latest == 0 ? 1 : 0;
    writing w = {.checkpoints = checkpoints,
                 .saved = saved,
                 .path = checkpoints->paths[target],
                 .target = target,
                 .last = -1,
                 .status = status};
    sb_fault_pass(checkpoints->fault, SB_POINT_BEFORE_CHECKPOINT);
    if (gather(&w, states) != SB_OK)
        goto done;
    if (w.count == 0) {
        sb_checkpoints_remove(checkpoints, status);
    } else if (write_file(&w) == SB_OK) {
        accept(&w);
        sb_fault_pass(checkpoints->fault, SB_POINT_AFTER_CHECKPOINT);
    }
done:
    free(w.buffer);
    free(w.slots);
    free(w.entries);
    return status->code;
}
