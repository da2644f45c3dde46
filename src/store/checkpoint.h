/* Checkpoints: the trials that were in flight at the last commit round, so that a run which ends early loses at most
 * what was done since.
 *
 * Two files beside the results file, `<results>.checkpoint-0` and `-1`, are written in turn and collectively, so that a
 * crash while one is written leaves the other. Whichever is complete and newer is the checkpoint: the other is scratch.
 * What it holds of trials that no rank has taken up again is copied into each new one. Once nothing is in flight both
 * are removed.
 *
 *     head    magic, sequence number, number of slots, identity of the sweep, checksum of head and slots
 *     slots   for each trial in flight, in rising order: where its state is, and the checksum of that
 *     states  as sb_trial_save makes them
 *
 * States are written first, synced and read back by another rank, then the head: a file with a sound head is complete.
 */
#ifndef SPECBIAS_STORE_CHECKPOINT_H
#define SPECBIAS_STORE_CHECKPOINT_H

#include "fault.h"
#include "names.h"
#include <mpi.h>
#include <specbias/store.h>

/* Only 64-bit words, so that MPI sends it as such. */
typedef struct sb_saved_slot {
    uint64_t trial;
    uint64_t steps; /* updates made */
    uint64_t offset, bytes;
    uint64_t checksum; /* of the state, chained over pieces of SB_CHECKPOINT_PIECE */
} sb_saved_slot;

enum { SB_SAVED_SLOT_WORDS = sizeof(sb_saved_slot) / sizeof(uint64_t) };

/* Bytes that are read or written at once; the size of ROMIO's own buffer. */
#define SB_CHECKPOINT_PIECE ((uint64_t)16 << 20)

typedef struct sb_checkpoints {
    MPI_Comm comm; /* borrowed */
    int rank, ranks;
    sb_fault *fault;          /* borrowed */
    char sweep[SB_HASH_TEXT]; /* its identity */
    uint64_t trials;
    char *paths[2];
    int latest;        /* which of them is the checkpoint; -1: neither */
    uint64_t sequence; /* of the latest */
    size_t count;      /* of slots of the latest, equal on all ranks */
    size_t lost;       /* slots that were left out on opening, for they are damaged */
    sb_saved_slot *slots;
} sb_checkpoints;

/* Collective. Finds the checkpoint of @p path, a results file of @p sweep with so many trials, and leaves out what of
 * it is damaged. A checkpoint of another sweep is none. Release with sb_checkpoints_close, also after a failure. */
sb_code sb_checkpoints_open(MPI_Comm comm, const char *path, const sb_sweep *sweep, uint64_t trials, sb_fault *fault,
                            sb_checkpoints *checkpoints, sb_status *status);
void sb_checkpoints_close(sb_checkpoints *checkpoints);

/* Collective. Removes both files. */
sb_code sb_checkpoints_remove(sb_checkpoints *checkpoints, sb_status *status);

/* Not collective. The slot of @p trial, or NULL. */
const sb_saved_slot *sb_checkpoints_find(const sb_checkpoints *checkpoints, uint64_t trial);

/* Not collective. Reads the state of @p slot; NULL if it cannot be had whole. To be released with free(). */
void *sb_checkpoints_read(const sb_checkpoints *checkpoints, const sb_saved_slot *slot);

/* Collective. Writes a new checkpoint of each rank's @p saved (NULL: none), and of those slots whose trial is still
 * missing in states[trials] and nobody's now. With nothing to write both files are removed. On a failure the last
 * checkpoint stays. */
sb_code sb_checkpoints_write(sb_checkpoints *checkpoints, const uint8_t *states, const sb_saved *saved,
                             sb_status *status);

/* --- The file, not collective ------------------------------------------------------------------------------------- */

typedef struct sb_checkpoint_head {
    char magic[16];
    uint64_t sequence, count;
    char sweep[SB_IDENTITY_LENGTH];
    uint64_t checksum; /* of the head with 0 here, then the slots */
} sb_checkpoint_head;

/* The name of file number @p which beside the results file @p results; to be released with free(). */
char *sb_checkpoint_path(const char *results, int which, sb_status *status);

/* What begins the file @p path, in rising order of trial; *slots is NULL, and the head zero, if it is missing, damaged
 * or not of the sweep with identity @p sweep [SB_IDENTITY_LENGTH]. */
sb_code sb_checkpoint_read_head(const char *path, const char *sweep, uint64_t trials, sb_checkpoint_head *head,
                                sb_saved_slot **slots, sb_status *status);

/* Completes @p head for these slots. */
void sb_checkpoint_seal(sb_checkpoint_head *head, const sb_saved_slot *slots);

/* Where the first state may begin. */
uint64_t sb_checkpoint_start(uint64_t count);

/* Reads all of @p bytes from @p descriptor; false with errno if they are not there. */
bool sb_checkpoint_pread(int descriptor, void *buffer, uint64_t bytes, uint64_t offset);

/* Reads the state of @p slot, piece by piece, into @p buffer: one piece after the other if @p keep [slot->bytes], or
 * each over the last [SB_CHECKPOINT_PIECE]. True if it is whole and has its checksum. */
bool sb_checkpoint_read(const char *path, const sb_saved_slot *slot, void *buffer, bool keep);

#endif
