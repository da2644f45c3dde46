/** @file comm.h
 * What several ranks need to act as one: a shared verdict on errors, a bell that calls them together, and a watchdog
 * that names a rank that does not come.
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

/** A ring of ranks, each of which watches the next (and the last one rank 0): about once a second a rank tells the one
 * before it what it does. If nothing is heard of a rank for a stated time, its watcher says so, again when the time has
 * doubled, and once more when the rank is back.
 *
 * A rank that was away itself, be it in a long computation, a commit round or stopped, for more than half that time,
 * first counts anew: so a slow file system, on which all ranks wait together, accuses nobody. Nor can a rank that hangs
 * watch: of neighbours that hang together, as on a node that swaps, the first is named, and the next when that one is
 * back. Errors of MPI in it are fatal. */
typedef struct sb_watch sb_watch;

enum { SB_DOING_LENGTH = 320 }; /**< bytes of what a rank does, in words, with the final zero */

typedef struct sb_watch_rules {
    double limit;  /**< seconds without a sign of life; 0: nobody is watched. Equal on all ranks */
    void *context; /**< passed to both functions */
    /** Not collective. Writes what this rank does, to follow "it was": "at step 200", say; or nothing, if it has no
     * work. */
    void (*doing)(void *context, char text[SB_DOING_LENGTH]);
    /** Not collective; on the watching rank. Takes a line of text, without a line break, for the user. */
    void (*warn)(void *context, const char *line);
} sb_watch_rules;

/** Collective. @p *watch is NULL, with which the other functions do nothing, if nobody is to be watched or there is one
 * rank only. Returns an agreed code. */
sb_code sb_watch_create(MPI_Comm comm, const sb_watch_rules *rules, sb_watch **watch, sb_status *status);

/** Not collective; never waits. To be called as often as possible with the time, @p now in sb_seconds; does nothing
 * until a second, or an eighth of a shorter limit, has passed. Does not give MPI a turn in between. */
void sb_watch_look(sb_watch *watch, double now);

/** Collective. Waits until every rank's last word has been heard. */
void sb_watch_destroy(sb_watch *watch);

#endif
