/** @file comm.h
 * What several ranks need to act as one: a shared verdict on errors, and a bell that calls them together.
 */
#ifndef SPECBIAS_COMM_H
#define SPECBIAS_COMM_H

#include <mpi.h>
#include <specbias/base.h>

/** Collective. Makes one verdict of every rank's @p status (not NULL, its code set): afterwards all ranks hold the code
 * and message of the lowest rank that failed, or SB_OK, and get that code. Call it before the next collective call that
 * a rank in trouble would not reach. Failures of MPI in it end all ranks. */
sb_code sb_agree(MPI_Comm comm, sb_status *status);

/** Not collective. Leaves the core to others for a millisecond: waiting inside MPI burns it. */
void sb_nap(void);

/** Collective. Waits for all ranks, napping, and calls @p meanwhile(@p context), unless NULL, between naps. */
sb_code sb_meet(MPI_Comm comm, void (*meanwhile)(void *), void *context, sb_status *status);

/** Collective. Broadcasts @p *text (@p *length bytes, below 2 GiB, zero-terminated, on rank 0) to all ranks, which
 * release it with free(). Returns an agreed code; on a failure the other ranks hold NULL. */
sb_code sb_share_text(MPI_Comm comm, char **text, size_t *length, sb_status *status);

/** Turns an MPI return code into SB_SYSTEM with MPI's own words; SB_OK for MPI_SUCCESS. */
sb_code sb_mpi_check(int code, const char *call, sb_status *status);

/** What a ring of the bell calls for. */
typedef enum sb_ring {
    SB_RING_NONE,  /**< not rung */
    SB_RING_ROUND, /**< a commit round, then go on */
    SB_RING_STOP,  /**< the last round: stop early, leave what is unfinished */
    SB_RING_END    /**< the last round: all work is done */
} sb_ring;

/** A bell that rank 0 rings and every rank hears: a non-blocking broadcast on a communicator of its own. Errors of MPI
 * in it are fatal: a rank that no longer hears the bell would leave the others waiting for ever. */
typedef struct sb_bell sb_bell;

/** Collective. Duplicates @p comm and listens for the first ring. */
sb_code sb_bell_create(MPI_Comm comm, sb_bell **bell, sb_status *status);

/** Not collective; rank 0 only. Rings, unless the last ring has not been heard yet by rank 0, or was the last of all.
 */
void sb_bell_ring(sb_bell *bell, sb_ring ring);

/** Not collective. Gives MPI a turn, and tells what has been rung; after SB_RING_ROUND it listens for the next ring.
 * Each rank hears each ring exactly once, in the same order. After SB_RING_STOP or _END nothing more is rung. */
sb_ring sb_bell_heard(sb_bell *bell);

/** Collective. Every rank must have heard the last ring (STOP or END); otherwise the pending broadcast is completed
 * first. */
void sb_bell_destroy(sb_bell *bell);

#endif
