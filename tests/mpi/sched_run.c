/* Claims about sb_scheduler_run beside those of sched_job.h: every ticket is done, by more than one rank where there
 * are more; rounds come no sooner than each interval, also while one ticket is all there is, and when a rank asks;
 * waiting ranks sleep; a rank that does not poll for the stated time is named with its ticket, and nobody who waits for
 * it. Makespan and the time of a poll are printed, not judged: they depend on how busy the machine is.
 */
#include "sched_job.h"

/* One for each interval on rank 0's clock, which starts anew after each, and the last; fewer on a busy machine. */
static void check_rounds(const job *j) {
    CHECK(j->failures, (double)(j->rounds - 1) <= j->progress.seconds / j->interval);
    CHECK(j->failures, j->rounds >= 3);
    CHECK(j->failures, j->rank != 0 || j->shortest_gap >= j->interval);
}

static void check_unlike_lengths(int *failures) {
    job *j = new_job(failures);
    j->count = 40;
    j->longest = 0.15;
    j->interval = 0.05;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures, j->least == 1);
    CHECK(failures, j->progress.finished == 40);
    CHECK(failures, j->progress.work == 40);
    CHECK(failures, sum_over_ranks(j->finished > 0) >= (j->ranks > 1 ? 2 : 1));
    check_rounds(j);
    double busy = j->busy;
    MPI_Allreduce(MPI_IN_PLACE, &busy, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    if (j->rank == 0)
        printf("%d ranks: 40 tickets of %.1f to %.1f ms: makespan %.3f s, efficiency %.3f, %d rounds\n", j->ranks,
               1e3 * j->longest / 10.75, 1e3 * j->longest, j->progress.seconds, busy / (j->ranks * j->progress.seconds),
               (int)j->progress.rounds);
    free(j);
}

static void check_nothing_to_do(int *failures, uint64_t count, int stopping_rank) {
    job *j = new_job(failures);
    j->count = count;
    j->none_pending = true;
    j->stopping_rank = stopping_rank;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures, j->progress.finished == 0);
    CHECK(failures, j->rounds == 1);
    free(j);
}

static void check_many_tiny(int *failures) {
    job *j = new_job(failures);
    j->count = TICKETS_MAX;
    j->interval = 0.002;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures, j->least == 1);
    CHECK(failures, j->rounds >= 2);
    free(j);
}

/* One long ticket: waiting ranks sleep, rank 0 shows progress, and each interval ends in a round. */
static void check_waiting(int *failures) {
    job *j = new_job(failures);
    j->count = 1;
    j->longest = 2.3;
    j->interval = 0.1;
    const clock_t before = clock();
    CHECK(failures, run(j) == SB_OK);
    const double cpu = (double)(clock() - before) / CLOCKS_PER_SEC;
    CHECK(failures, j->least == 1);
    CHECK(failures, cpu < 0.25 * j->progress.seconds);
    check_rounds(j);
    CHECK(failures, j->rank == 0 ? j->shown >= 1 && j->shown <= j->progress.seconds : j->shown == 0);
    free(j);
}

static void check_poll(int *failures) {
    job *j = new_job(failures);
    j->count = (uint64_t)j->ranks;
    j->longest = 0.02; /* so that every rank gets a ticket */
    j->measure_poll = true;
    j->watchdog = 60;
    CHECK(failures, run(j) == SB_OK);
    if (j->poll_seconds > 0)
        printf("rank %d of %d: %.0f ns a poll\n", j->rank, j->ranks, 1e9 * j->poll_seconds);
    free(j);
}

/* Ticket 0 does not poll for one and a half times the limit while the other ranks train, wait for it in a round, and
 * have nothing left to do. */
static void check_watchdog(int *failures) {
    job *j = new_job(failures);
    j->count = 4;
    j->longest = 1;
    j->interval = 0.5;
    j->watchdog = 2;
    j->absence = 3;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures,
          sum_over_ranks((uint64_t)j->warnings) == (j->ranks > 1 ? 2 : 0)); /* the name, and that it is back */
    if (j->warnings > 0)
        CHECK(failures, strstr(j->warning, "has not been heard of") && strstr(j->warning, "was at ticket 0."));
    free(j);
}

static void check_requests(int *failures) {
    job *j = new_job(failures);
    j->count = 15;
    j->longest = 0.08;
    j->requests = j->silent_half = true;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures, j->least == 1);
    /* every ticket waits for a round, and each rank for one at a time: rounds serve all requests made before them */
    CHECK(failures, j->rounds - 1 <= j->count && (j->rounds - 1) * (uint64_t)j->ranks >= j->count);
    free(j);
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
    check_requests(&failures);
    return check_finish(failures);
}
