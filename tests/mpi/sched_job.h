/** @file sched_job.h
 * Runs of sb_scheduler_run with tasks that only sleep, and what holds for every one of them: all ranks enter the same
 * rounds and return the same code and message, no ticket is done twice, and nothing that was done is left out of a
 * round.
 */
#ifndef SPECBIAS_TESTS_SCHED_JOB_H
#define SPECBIAS_TESTS_SCHED_JOB_H

#include "check.h"
#include <math.h>
#include <specbias/sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICKETS_MAX = 20000 };
#define NO_TICKET UINT64_MAX

/** What a run is to do, and what was seen of it on this rank. */
typedef struct job {
    int *failures;
    int rank, ranks;
    /* the plan */
    uint64_t count;
    double interval;
    double longest;           /* seconds of ticket 0; later ones are shorter */
    bool none_pending;        /* nothing needs work */
    bool requests;            /* every ticket asks for a round half way */
    double watchdog, absence; /* seconds; half way ticket 0 does not poll for so long */
    bool silent_half;         /* every third ticket only calls sb_scheduler_progress in its first half */
    bool stop_at_end;         /* stopping_rank is asked to when it has finished its first ticket */
    double probe;             /* seconds for which ticket 0 only calls sb_scheduler_progress at first */
    bool measure_poll;
    uint64_t failing_ticket;
    int stopping_rank; /* asked to stop .. */
    double stop_after; /* .. this long after its first ticket */
    int failing_round; /* counted from 1 */
    /* what was seen */
    unsigned done[TICKETS_MAX];
    double start, busy, poll_seconds;
    double round_ended, shortest_gap; /* seconds from a round's end to the next that is not the last */
    uint64_t claims, finished, uncommitted, rounds, last_rounds;
    int shown, warnings;
    char warning[SB_MESSAGE_LENGTH]; /* the first */
    int64_t ticket;                  /* in hand */
    unsigned least, most;            /* times that any ticket was done on all ranks together */
    sb_progress progress;
    sb_status status;
} job;

static inline void sleep_for(double seconds) {
    const struct timespec pause = {.tv_sec = (time_t)seconds, .tv_nsec = (long)(1e9 * (seconds - floor(seconds)))};
    nanosleep(&pause, NULL);
}

static inline uint64_t sum_over_ranks(uint64_t value) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return value;
}

static inline bool same_on_all_ranks(int64_t value) {
    int64_t both[2] = {value, -value};
    MPI_Allreduce(MPI_IN_PLACE, both, 2, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
    return both[0] == value && both[1] == -value;
}

/* --- The tasks ------------------------------------------------------------------------------------------------------
 */

static inline bool pending(void *context, uint64_t ticket) {
    job *j = context;
    CHECK(j->failures, ticket < j->count);
    if (j->claims++ == 0)
        j->start = sb_seconds();
    return !j->none_pending;
}

/* The fastest of 50 batches, so that other processes on the machine do not count. */
static inline double seconds_of_poll(sb_scheduler *scheduler) {
    enum { BATCHES = 50, POLLS = 2000 };
    double fastest = 1;
    for (int batch = 0; batch < BATCHES; batch++) {
        const double start = sb_seconds();
        for (int i = 0; i < POLLS; i++)
            sb_scheduler_poll(scheduler, 0, NULL);
        fastest = fmin(fastest, (sb_seconds() - start) / POLLS);
    }
    return fastest;
}

static inline sb_code work_half(job *j, uint64_t ticket, bool first, sb_scheduler *scheduler, sb_status *status) {
    const double until = sb_seconds() + 0.5 * j->longest / (1 + 0.25 * (double)ticket);
    while (sb_seconds() < until) {
        sleep_for(5e-4);
        if (first && j->silent_half && ticket % 3 == 0) {
            const sb_code code = sb_scheduler_progress(scheduler, status);
            if (code)
                return code;
            continue;
        }
        const sb_code code = sb_scheduler_poll(scheduler, 0, status);
        if (code)
            return code;
    }
    return sb_scheduler_poll(scheduler, 0.5, status);
}

static inline sb_code ask_for_round(job *j, sb_scheduler *scheduler, sb_status *status) {
    const uint64_t before = j->rounds;
    const sb_code code = sb_scheduler_round(scheduler, status);
    if (!code)
        CHECK(j->failures, j->rounds > before);
    return code;
}

static inline sb_code long_probe(const job *j, sb_scheduler *scheduler, sb_status *status) {
    sb_code code = SB_OK;
    for (const double until = sb_seconds() + j->probe; !code && sb_seconds() < until;) {
        sleep_for(5e-4);
        code = sb_scheduler_progress(scheduler, status);
    }
    return code;
}

static inline sb_code work(void *context, uint64_t ticket, sb_scheduler *scheduler, sb_status *status) {
    job *j = context;
    const double start = sb_seconds();
    j->ticket = (int64_t)ticket;
    if (j->measure_poll)
        j->poll_seconds = seconds_of_poll(scheduler);
    sb_code code = SB_OK;
    if (j->probe > 0 && ticket == 0)
        code = long_probe(j, scheduler, status);
    else if (j->longest > 0)
        code = work_half(j, ticket, true, scheduler, status);
    if (!code && ticket == j->failing_ticket)
        return sb_fail(status, SB_SYSTEM, "ticket %d broke", (int)ticket);
    if (ticket == 0)
        sleep_for(j->absence);
    if (!code && j->requests)
        code = ask_for_round(j, scheduler, status);
    if (!code && j->longest > 0)
        code = work_half(j, ticket, false, scheduler, status);
    if (code)
        return code;
    j->busy += sb_seconds() - start;
    j->done[ticket]++;
    j->finished++;
    j->uncommitted++;
    if (j->stop_at_end)
        sb_scheduler_poll(scheduler, 0, NULL); /* hears of the stop too late to leave anything */
    return SB_OK;
}

static inline sb_code commit(void *context, bool last, sb_status *status) {
    job *j = context;
    j->rounds++;
    j->last_rounds += last;
    CHECK(j->failures, same_on_all_ranks((int64_t)j->rounds));
    CHECK(j->failures, same_on_all_ranks(last));
    if (!last)
        j->shortest_gap = fmin(j->shortest_gap, sb_seconds() - j->round_ended);
    j->round_ended = sb_seconds();
    j->uncommitted = 0;
    if ((int)j->rounds == j->failing_round)
        return sb_fail(status, SB_IO, "round %d could not write", j->failing_round);
    return SB_OK;
}

static inline void show(void *context, const sb_progress *progress) {
    job *j = context;
    CHECK(j->failures, j->rank == 0);
    CHECK(j->failures, progress->finished <= j->count);
    j->shown++;
}

static inline bool stop(void *context) {
    const job *j = context;
    if (j->stop_at_end && j->finished == 0)
        return false;
    return j->rank == j->stopping_rank && sb_seconds() - j->start >= j->stop_after;
}

static inline void doing(void *context, char text[SB_DOING_LENGTH]) {
    snprintf(text, SB_DOING_LENGTH, "at ticket %lld", (long long)((job *)context)->ticket);
}

static inline void warn(void *context, const char *line) {
    job *j = context;
    if (j->warnings++ == 0)
        strcpy(j->warning, line);
}

/* --- One run, and what holds for every run --------------------------------------------------------------------------
 */

/** A run of no tickets, to be planned; to be released with free(). */
static inline job *new_job(int *failures) {
    job *j = calloc(1, sizeof *j);
    j->failures = failures;
    MPI_Comm_rank(MPI_COMM_WORLD, &j->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &j->ranks);
    j->interval = 1e9;
    j->failing_ticket = NO_TICKET;
    j->stopping_rank = -1;
    return j;
}

static inline void count_done(job *j) {
    unsigned *times = calloc(j->count + 1, sizeof *times);
    MPI_Allreduce(j->done, times, (int)j->count, MPI_UNSIGNED, MPI_SUM, MPI_COMM_WORLD);
    j->least = UINT32_MAX;
    j->most = 0;
    for (uint64_t i = 0; i < j->count; i++) {
        j->least = times[i] < j->least ? times[i] : j->least;
        j->most = times[i] > j->most ? times[i] : j->most;
    }
    free(times);
}

/** Collective. Runs it, fills in what was seen, and checks what holds for every run. */
static inline sb_code run(job *j) {
    const sb_tasks tasks = {.count = j->count,
                            .interval = j->interval,
                            .context = j,
                            .pending = pending,
                            .work = work,
                            .round = commit,
                            .show = show,
                            .stop = stop,
                            .watchdog = j->watchdog,
                            .doing = doing,
                            .warn = warn};
    MPI_Barrier(MPI_COMM_WORLD);
    j->start = j->round_ended = sb_seconds();
    j->shortest_gap = INFINITY;
    const sb_code code = sb_scheduler_run(MPI_COMM_WORLD, &tasks, &j->progress, &j->status);
    CHECK(j->failures, same_on_all_ranks(code));
    CHECK(j->failures, same_on_all_ranks((int64_t)sb_checksum(j->status.message, strlen(j->status.message), 0)));
    CHECK(j->failures, same_on_all_ranks((int64_t)j->rounds));
    CHECK(j->failures, j->progress.rounds == j->rounds);
    CHECK(j->failures, j->progress.finished == sum_over_ranks(j->finished));
    const bool round_failed = j->failing_round && (int)j->rounds == j->failing_round;
    CHECK(j->failures, j->last_rounds == (round_failed ? 0 : 1));
    CHECK(j->failures, j->uncommitted == 0);
    count_done(j);
    CHECK(j->failures, j->most <= 1);
    return code;
}

#endif
