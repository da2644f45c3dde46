/** @file counter.h
 * Words on rank 0 that every rank changes without rank 0's help: a window of one-sided communication that stays open
 * for its whole life.
 *
 * Where the one-sided component needs the owner's help all the same (TCP, `osc pt2pt`), an operation takes until rank 0
 * next calls MPI; a rank that waits for it goes on to look after its neighbours. Errors are fatal, as with the bell:
 * the ranks could not be called together any more.
 */
#ifndef SPECBIAS_COUNTER_H
#define SPECBIAS_COUNTER_H

#include <mpi.h>
#include <specbias/comm.h>

/** All start at zero. */
typedef enum sb_counter_word {
    SB_COUNTER_NEXT,     /**< the next ticket to claim */
    SB_COUNTER_FINISHED, /**< tickets finished */
    SB_COUNTER_IDLE,     /**< ranks that found no more tickets */
    SB_COUNTER_STOP,     /**< 1 once a rank has failed or was asked to stop */
    SB_COUNTER_WANTED,   /**< the last round (counted from 1) that a rank waits for */
    SB_COUNTER_WORK,     /**< work done; a double */
    SB_COUNTER_WORDS
} sb_counter_word;

typedef struct sb_counter {
    MPI_Win window;
    sb_watch *watch;
} sb_counter;

/** Collective. Returns an agreed code. @p watch, which may be NULL, stays the caller's. */
sb_code sb_counter_create(MPI_Comm comm, sb_watch *watch, sb_counter *counter, sb_status *status);

/** Collective. */
void sb_counter_destroy(sb_counter *counter);

/** Not collective. Each is atomic, and has happened on rank 0 when it returns. */
uint64_t sb_counter_read(const sb_counter *counter, sb_counter_word word);

/** Adds @p amount and returns the value before. */
uint64_t sb_counter_add(const sb_counter *counter, sb_counter_word word, uint64_t amount);

/** Sets the word to @p value unless it is larger. */
void sb_counter_raise(const sb_counter *counter, sb_counter_word word, uint64_t value);

/** The same two for SB_COUNTER_WORK. */
double sb_counter_read_work(const sb_counter *counter);
void sb_counter_add_work(const sb_counter *counter, double work);

#endif
