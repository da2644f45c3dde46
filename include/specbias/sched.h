/** @file sched.h
 * Who does what, and when all ranks meet.
 *
 * Tickets 0 .. count-1 are claimed one by one from a counter in a shared window; no rank is set aside as a master. Rank
 * 0 rings a bell (comm.h) when the commit interval is over, when a rank asks for it, and at the end; all ranks then
 * enter the round together, each at its next step boundary.
 *
 * The scheduler knows nothing of networks or files: it calls back, so that a test can drive it with tasks that only
 * sleep.
 */
#ifndef SPECBIAS_SCHED_H
#define SPECBIAS_SCHED_H

#include <mpi.h>
#include <specbias/comm.h>
#include <specbias/grid.h>

/* --- Order ----------------------------------------------------------------------------------------------------------
 */

/** The order in which trials are handed out: longest first. Holds one entry for each combination of the axes that
 * change the cost, not one for each trial. */
typedef struct sb_order sb_order;

/** Not collective. Evaluates the cost for each combination of the axes that change it (8 bytes each).
 * @param cost  cost of a trial with the given settings, in any unit, finite and not negative. It may depend on all
 * settings but those that only change numbers, not the amount of work: seeds, amplitudes, phases, threshold, petals,
 *              the encodings' interval and sigma, learning rate and Adam's constants (the list is in
 * src/sched/order.c). Must give the same bits on all ranks, or a ticket would mean different trials. */
sb_code sb_order_create(const sb_grid *grid, double (*cost)(const void *context, const sb_settings *settings),
                        const void *context, sb_order **order, sb_status *status);
void sb_order_free(sb_order *order);

/** Number of tickets, 0 .. count-1: the trials of the grid. */
uint64_t sb_order_count(const sb_order *order);

/** The trial with ticket @p ticket, and its cost, rounded to float. Every trial has exactly one ticket; costs never
 * rise with the ticket, and equal ones are in the order of the grid. */
uint64_t sb_order_trial(const sb_order *order, uint64_t ticket);
double sb_order_cost(const sb_order *order, uint64_t ticket);

/** Sum of all costs. */
double sb_order_total(const sb_order *order);

/** Predicted time and efficiency on @p ranks ranks that each take the next ticket when they are free, in units of cost.
 * efficiency = total / (ranks x makespan). @p ranks is at least 1. */
sb_code sb_order_simulate(const sb_order *order, size_t ranks, double *makespan, double *efficiency, sb_status *status);

/* --- Work -----------------------------------------------------------------------------------------------------------
 */

typedef struct sb_scheduler sb_scheduler;

/** How far all ranks together have come; on rank 0 it is at most a second old. */
typedef struct sb_progress {
    uint64_t finished; /**< tickets finished in this run */
    double work;       /**< work reported with sb_scheduler_report, on all ranks */
    double seconds;    /**< since bell and counter were set up */
    uint64_t rounds;   /**< rounds entered */
} sb_progress;

/** What is to be done. All ranks pass equal count, interval and functions. */
typedef struct sb_tasks {
    uint64_t count;
    double interval; /**< seconds between rounds */
    void *context;
    /** Not collective. False if ticket @p ticket needs no work. */
    bool (*pending)(void *context, uint64_t ticket);
    /** Not collective. Does the work of a ticket; calls sb_scheduler_poll at every step boundary and passes up any code
     * other than SB_OK that it returns. SB_STOPPED: left unfinished because of a stop; a ticket that is finished when
     * it hears of one is SB_OK. Any other failure ends the run on all ranks, after a last round. */
    sb_code (*work)(void *context, uint64_t ticket, sb_scheduler *scheduler, sb_status *status);
    /** Collective. A round, for which all ranks have come together; @p last at the end. Returns an agreed code;
     * anything but SB_OK ends the run on all ranks without another round. */
    sb_code (*round)(void *context, bool last, sb_status *status);
    /** Not collective; rank 0 only, about once a second. Shows progress. May be NULL. */
    void (*show)(void *context, const sb_progress *progress);
    /** Not collective. True once this rank has been asked to stop early (by a signal, say). May be NULL. */
    bool (*stop)(void *context);
    double watchdog; /**< seconds after which a rank of which nothing is heard is named (sb_watch); 0: never */
    /** Not collective. Needed where watchdog is not 0: as in sb_watch_rules; doing() describes the ticket in work(). */
    void (*doing)(void *context, char text[SB_DOING_LENGTH]);
    void (*warn)(void *context, const char *line);
} sb_tasks;

/** Collective. Does all pending tickets. The agreed outcome: SB_OK; SB_STOPPED if tickets are left because of a stop;
 * or the failure of the lowest rank, which wins over a stop. @p progress is exact at the end, and equal on all ranks.
 * There is always one last round, unless a round failed. Ranks without work sleep between tests of the bell. Failures
 * of MPI in bell and counter are fatal. @p status must not be NULL. */
sb_code sb_scheduler_run(MPI_Comm comm, const sb_tasks *tasks, sb_progress *progress, sb_status *status);

/** Not collective; from work(). Gives MPI a turn and enters a round if the bell has rung. @p work is what has been done
 * since the last call, in the caller's unit. SB_STOPPED: leave the ticket. Costs 0.1 microseconds where no bell rings;
 * 2 to 12 with more ranks than cores, because Open MPI then yields the core at every turn. */
sb_code sb_scheduler_poll(sb_scheduler *scheduler, double work, sb_status *status);

/** Not collective; from work(), where no round may happen. Gives MPI a turn. SB_STOPPED: leave the ticket. */
sb_code sb_scheduler_progress(sb_scheduler *scheduler, sb_status *status);

/** Not collective; from work(). Asks for a round and waits until it is over: the results of this rank take too much
 * memory. */
sb_code sb_scheduler_round(sb_scheduler *scheduler, sb_status *status);

#endif
