/* Inside the store: an open results file with its ranks, and the steps of opening and committing.
 *
 * Where what is:
 *   h5, boxes, transfer                HDF5 in one line, selections, blocks between memory and a column
 *   columns, slots                     what the file holds of each trial, and whether it is as it was written
 *   image, build_*, provenance         the whole file but its slots, made in memory
 *   create, fill, open, lock           a new file, and one that goes on
 *   resume, sweep_differs, coordinates_check, slots_reset
 *                                      what is looked at in a file that goes on
 *   write, commit, checkpoint*         rounds
 *   reader, summary, stored_sweep      reading, without a run
 *   verify, salvage, image_*           judging what may be damaged
 *   mpiio, fault                       hints to MPI-IO; faults on purpose */
#ifndef SPECBIAS_STORE_INTERNAL_H
#define SPECBIAS_STORE_INTERNAL_H

#include "checkpoint.h"
#include "columns.h"
#include "provenance.h"
#include <specbias/store.h>

struct sb_store {
    MPI_Comm comm;
    int rank, ranks;
    char *path;
    sb_fault *fault;
    sb_file file;
    sb_provenance provenance;
    uint64_t first_damaged;
    uint8_t *states;  /* [trials] */
    uint64_t damaged; /* slots reset on opening */
    int32_t row;      /* of this run in /provenance; -1 before it has begun */
    int lock;         /* rank 0's, of the file (lock.h) */
    sb_checkpoints checkpoints;
};

/* Not collective. Opens @p path for reading with the serial driver, if it is a results file of this version's format.
 */
sb_code sb_open_reading(const char *path, hid_t *file, sb_status *status);

/* Not collective, rank 0. SB_OK if @p path holds the sweep of @p layout in this version's format. */
sb_code sb_resume_check(const char *path, const sb_layout *layout, sb_status *status);

/* SB_INPUT that says in which settings the sweep of @p path differs from @p sweep. */
sb_code sb_sweep_differs(const char *path, const sb_sweep *sweep, sb_status *status);

/* Collective. Writes into all slots that they are missing, and their identities. */
sb_code sb_fill(sb_store *store, sb_status *status);

/* Collective. Makes what has been written last. */
sb_code sb_flush(sb_store *store, sb_status *status);

/* What of the slots is written. */
typedef enum sb_part { SB_PART_RESULTS, SB_PART_STATES } sb_part;

/* Collective. Writes one part of the slots of this rank's @p results (rising order). The next flush makes it last. */
sb_code sb_write_slots(sb_store *store, const sb_result *results, size_t count, sb_part part, sb_status *status);

/* Collective. Tells all ranks the new states of this rank's @p results. */
sb_code sb_share_states(sb_store *store, const sb_result *results, size_t count, sb_status *status);

/* Collective. Reads all states, checks every slot that claims to be committed, and resets those that are damaged. */
sb_code sb_read_slots(sb_store *store, sb_status *status);

#endif
