/* Claims about sb_scheduler_run, with tasks that only sleep: every ticket is done exactly once, by more than one rank
 * where there are more; all ranks enter the same rounds, no sooner than each interval, also while one ticket is all
 * there is, or when a rank asks; a failure, a stop and a failed round end the run on all ranks with one code and
 * message; waiting ranks sleep; a rank that does not poll for the stated time is named with its ticket, and nobody who
 * waits for it. Makespan and the time of a poll are printed, not judged: they depend on how busy the machine is.
 */
#include "check.h"
#include <math.h>
#include <specbias/sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICKETS_MAX = 20000 };
static const uint64_t no_ticket = UINT64_MAX;

/* What a run is to do, and what was seen of it on this rank. */
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
    int64_t ticket;
} job;

static void sleep_for(double seconds) {
    const struct timespec pause = {.tv_sec = (time_t)seconds, .tv_nsec = (long)(1e9 * (seconds - floor(seconds)))};
    nanosleep(&pause, NULL);
}

static uint64_t sum_over_ranks(uint64_t value) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    return value;
}

static bool same_on_all_ranks(int64_t value) {
    int64_t both[2] = {value, -value};
    MPI_Allreduce(MPI_IN_PLACE, both, 2, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD);
    return both[0] == value && both[1] == -value;
}

/* --- The tasks ------------------------------------------------------------------------------------------------------
 */

static bool pending(void *context, uint64_t ticket) {
    job *j = context;
    CHECK(j->failures, ticket < j->count);
    if (j->claims++ == 0)
        j->start = sb_seconds();
    return !j->none_pending;
}

/* The fastest of 50 batches, so that other processes on the machine do not count. */
static double seconds_of_poll(sb_scheduler *scheduler) {
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

static sb_code work_half(job *j, uint64_t ticket, bool first, sb_scheduler *scheduler, sb_status *status) {
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

static sb_code ask_for_round(job *j, sb_scheduler *scheduler, sb_status *status) {
    const uint64_t before = j->rounds;
    const sb_code code = sb_scheduler_round(scheduler, status);
    if (!code)
        CHECK(j->failures, j->rounds > before);
    return code;
}

static sb_code long_probe(const job *j, sb_scheduler *scheduler, sb_status *status) {
    sb_code code = SB_OK;
    for (const double until = sb_seconds() + j->probe; !code && sb_seconds() < until;) {
        sleep_for(5e-4);
        code = sb_scheduler_progress(scheduler, status);
    }
    return code;
}

static sb_code work(void *context, uint64_t ticket, sb_scheduler *scheduler, sb_status *status) {
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

static sb_code commit(void *context, bool last, sb_status *status) {
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

static void show(void *context, const sb_progress *progress) {
    job *j = context;
    CHECK(j->failures, j->rank == 0);
    CHECK(j->failures, progress->finished <= j->count);
    j->shown++;
}

static bool stop(void *context) {
    const job *j = context;
    if (j->stop_at_end && j->finished == 0)
        return false;
    return j->rank == j->stopping_rank && sb_seconds() - j->start >= j->stop_after;
}

static void doing(void *context, char text[SB_DOING_LENGTH]) {
    snprintf(text, SB_DOING_LENGTH, "at ticket %lld", (long long)((job *)context)->ticket);
}

static void warn(void *context, const char *line) {
    job *j = context;
    if (j->warnings++ == 0)
        strcpy(j->warning, line);
}

/* --- One run, and what holds for every run --------------------------------------------------------------------------
 */

static job *new_job(int *failures) {
    job *j = calloc(1, sizeof *j);
    j->failures = failures;
    MPI_Comm_rank(MPI_COMM_WORLD, &j->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &j->ranks);
    j->interval = 1e9;
    j->failing_ticket = no_ticket;
    j->stopping_rank = -1;
    return j;
}

static sb_code run(job *j, sb_progress *progress, sb_status *status) {
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
    *status = (sb_status){.code = SB_OK};
    MPI_Barrier(MPI_COMM_WORLD);
    j->start = j->round_ended = sb_seconds();
    j->shortest_gap = INFINITY;
    const sb_code code = sb_scheduler_run(MPI_COMM_WORLD, &tasks, progress, status);
    CHECK(j->failures, same_on_all_ranks(code));
    CHECK(j->failures, same_on_all_ranks((int64_t)sb_checksum(status->message, strlen(status->message), 0)));
    CHECK(j->failures, same_on_all_ranks((int64_t)j->rounds));
    CHECK(j->failures, progress->rounds == j->rounds);
    CHECK(j->failures, progress->finished == sum_over_ranks(j->finished));
    const bool round_failed = j->failing_round && (int)j->rounds == j->failing_round;
    CHECK(j->failures, j->last_rounds == (round_failed ? 0 : 1));
    CHECK(j->failures, j->uncommitted == 0);
    return code;
}

/* The most, and the least, that any ticket was done. */
static void times_done(const job *j, unsigned *least, unsigned *most) {
    *least = UINT32_MAX;
    *most = 0;
    unsigned *times = calloc(j->count + 1, sizeof *times);
    MPI_Allreduce(j->done, times, (int)j->count, MPI_UNSIGNED, MPI_SUM, MPI_COMM_WORLD);
    for (uint64_t i = 0; i < j->count; i++) {
        *least = times[i] < *least ? times[i] : *least;
        *most = times[i] > *most ? times[i] : *most;
    }
    free(times);
}

static void check_each_once(const job *j) {
    unsigned least, most;
    times_done(j, &least, &most);
    CHECK(j->failures, least == 1);
    CHECK(j->failures, most == 1);
}

/* --- The runs -------------------------------------------------------------------------------------------------------
 */

/* One for each interval on rank 0's clock, which starts anew after each, and the last; fewer on a busy machine. */
static void check_rounds(const job *j, const sb_progress *progress) {
    CHECK(j->failures, (double)(j->rounds - 1) <= progress->seconds / j->interval);
    CHECK(j->failures, j->rounds >= 3);
    CHECK(j->failures, j->rank != 0 || j->shortest_gap >= j->interval);
}

static void check_unlike_lengths(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 40;
    j->longest = 0.15;
    j->interval = 0.05;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    check_each_once(j);
    CHECK(failures, progress.finished == 40);
    CHECK(failures, progress.work == 40);
    CHECK(failures, sum_over_ranks(j->finished > 0) >= (j->ranks > 1 ? 2 : 1));
    check_rounds(j, &progress);
    double busy = j->busy;
    MPI_Allreduce(MPI_IN_PLACE, &busy, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (j->rank == 0)
        printf("%d ranks: 40 tickets of %.1f to %.1f ms: makespan %.3f s, efficiency %.3f, %d rounds\n", j->ranks,
               1e3 * j->longest / 10.75, 1e3 * j->longest, progress.seconds, busy / (j->ranks * progress.seconds),
               (int)progress.rounds);
    free(j);
}

static void check_nothing_to_do(int *failures, uint64_t count, int stopping_rank) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = count;
    j->none_pending = true;
    j->stopping_rank = stopping_rank;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    CHECK(failures, progress.finished == 0);
    CHECK(failures, j->rounds == 1);
    free(j);
}

static void check_many_tiny(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = TICKETS_MAX;
    j->interval = 0.002;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    check_each_once(j);
    CHECK(failures, j->rounds >= 2);
    free(j);
}

/* One long ticket: waiting ranks sleep, rank 0 shows progress, and each interval ends in a round. */
static void check_waiting(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 1;
    j->longest = 2.3;
    j->interval = 0.1;
    const clock_t before = clock();
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    const double cpu = (double)(clock() - before) / CLOCKS_PER_SEC;
    check_each_once(j);
    CHECK(failures, cpu < 0.25 * progress.seconds);
    check_rounds(j, &progress);
    CHECK(failures, j->rank == 0 ? j->shown >= 1 && j->shown <= progress.seconds : j->shown == 0);
    free(j);
}

static void check_poll(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = (uint64_t)j->ranks;
    j->longest = 0.02; /* so that every rank gets a ticket */
    j->measure_poll = true;
    j->watchdog = 60;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    if (j->poll_seconds > 0)
        printf("rank %d of %d: %.0f ns a poll\n", j->rank, j->ranks, 1e9 * j->poll_seconds);
    free(j);
}

/* Ticket 0 does not poll for one and a half times the limit while the other ranks train, wait for it in a round, and
 * have nothing left to do. */
static void check_watchdog(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 4;
    j->longest = 1;
    j->interval = 0.5;
    j->watchdog = 2;
    j->absence = 3;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    CHECK(failures,
          sum_over_ranks((uint64_t)j->warnings) == (j->ranks > 1 ? 2 : 0)); /* the name, and that it is back */
    if (j->warnings > 0)
        CHECK(failures, strstr(j->warning, "has not been heard of") && strstr(j->warning, "was at ticket 0."));
    free(j);
}

static void check_failing_ticket(int *failures, uint64_t failing) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    unsigned least, most;
    j->count = 400;
    j->longest = 0.5; /* 400 tickets take 8 s in all */
    j->interval = 0.02;
    j->failing_ticket = failing;
    CHECK(failures, run(j, &progress, &status) == SB_SYSTEM);
    char expected[64];
    snprintf(expected, sizeof expected, "ticket %d broke", (int)failing);
    CHECK(failures, strcmp(status.message, expected) == 0);
    times_done(j, &least, &most);
    CHECK(failures, most <= 1);
    CHECK(failures, progress.finished < 20);
    free(j);
}

static void check_stop(int *failures, int stopping_rank) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    unsigned least, most;
    j->count = 400;
    j->longest = 0.5; /* 400 tickets take 8 s in all */
    j->interval = 0.02;
    j->stopping_rank = stopping_rank;
    j->stop_after = 1;
    CHECK(failures, run(j, &progress, &status) == SB_STOPPED);
    times_done(j, &least, &most);
    CHECK(failures, most <= 1);
    CHECK(failures, progress.finished > 0 && progress.finished < 400);
    free(j);
}

/* One ticket calls sb_scheduler_progress alone for a minute; what the rest finish makes all others wait for it in a
 * round. */
static void check_stop_in_probe(int *failures, int stopping_rank) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 4;
    j->probe = 60;
    j->interval = 0.02;
    j->stopping_rank = stopping_rank;
    j->stop_after = 2;
    CHECK(failures, run(j, &progress, &status) == SB_STOPPED);
    CHECK(failures, progress.seconds < j->probe / 2);
    CHECK(failures, j->done[0] == 0);
    CHECK(failures, progress.finished == (j->ranks > 1 ? 3 : 0));
    free(j);
}

/* A stop that comes when everything is done, on one rank as late as in the last ticket, leaves nothing undone. */
static void check_stop_after_all(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 1;
    j->longest = 0.05;
    j->stop_at_end = true;
    j->stop_after = 0;
    j->stopping_rank = j->rank;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    check_each_once(j);
    free(j);
}

static void check_requests(int *failures) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 15;
    j->longest = 0.08;
    j->requests = j->silent_half = true;
    CHECK(failures, run(j, &progress, &status) == SB_OK);
    check_each_once(j);
    /* every ticket waits for a round, and each rank for one at a time: rounds serve all requests made before them */
    CHECK(failures, j->rounds - 1 <= j->count && (j->rounds - 1) * (uint64_t)j->ranks >= j->count);
    free(j);
}

static void check_failing_round(int *failures, int failing_round) {
    job *j = new_job(failures);
    sb_progress progress;
    sb_status status;
    j->count = 400;
    j->longest = 0.05;
    j->interval = 0.02;
    j->failing_round = failing_round;
    CHECK(failures, run(j, &progress, &status) == SB_IO);
    CHECK(failures, strstr(status.message, "could not write") != NULL);
    CHECK(failures, (int)j->rounds == failing_round);
    free(j);
}

/* Requests, rounds, ends and stops that cross in every order. */
static void check_crossing(int *failures) {
    for (int i = 0; i < 40; i++) {
        job *j = new_job(failures);
        sb_progress progress;
        sb_status status;
        unsigned least, most;
        j->count = 2 + (uint64_t)i % 7;
        j->longest = 0.004;
        j->interval = 0.001 * (i % 3);
        j->requests = i % 2 != 0;
        j->silent_half = true;
        j->stopping_rank = i % (j->ranks + 1);
        j->stop_after = 0.0005 * i;
        const sb_code code = run(j, &progress, &status);
        times_done(j, &least, &most);
        CHECK(failures, most <= 1);
        CHECK(failures, code == (least == 1 ? SB_OK : SB_STOPPED));
        free(j);
    }
}

int main(int argc, char **argv) {
    int ranks, failures = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    check_unlike_lengths(&failures);
    check_nothing_to_do(&failures, 0, -1);
    check_nothing_to_do(&failures, 0, ranks - 1); /* nothing is left: a stop changes nothing */
    check_nothing_to_do(&failures, 5000, -1);
    check_many_tiny(&failures);
    check_waiting(&failures);
    check_poll(&failures);
    check_watchdog(&failures);
    check_failing_ticket(&failures, 0);
    check_failing_ticket(&failures, 3);
    check_stop(&failures, 0);
    check_stop(&failures, ranks - 1);
    check_stop_in_probe(&failures, 0);
    check_stop_in_probe(&failures, ranks - 1);
    check_stop_in_probe(&failures, ranks / 2);
    check_stop_after_all(&failures);
    check_requests(&failures);
    check_failing_round(&failures, 1);
    check_failing_round(&failures, 3);
    check_crossing(&failures);
    return check_finish(failures);
}
