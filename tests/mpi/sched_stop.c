/* Claims about the end of sb_scheduler_run beside those of sched_job.h: a failing ticket, a stop and a failing round
 * end the run on all ranks with one code and message, long before the work is done, also inside a long measurement and
 * however they cross with requests and rounds; a stop that comes when all is done changes nothing.
 */
#include "sched_job.h"

static void check_failing_ticket(int *failures, uint64_t failing) {
    job *j = new_job(failures);
    j->count = 400;
    j->longest = 0.5; /* 400 tickets take 8 s in all */
    j->interval = 0.02;
    j->failing_ticket = failing;
    CHECK(failures, run(j) == SB_SYSTEM);
    char expected[64];
    snprintf(expected, sizeof expected, "ticket %d broke", (int)failing);
    CHECK(failures, strcmp(j->status.message, expected) == 0);
    CHECK(failures, j->progress.finished < 20);
    free(j);
}

static void check_stop(int *failures, int stopping_rank) {
    job *j = new_job(failures);
    j->count = 400;
    j->longest = 0.5; /* 400 tickets take 8 s in all */
    j->interval = 0.02;
    j->stopping_rank = stopping_rank;
    j->stop_after = 1;
    CHECK(failures, run(j) == SB_STOPPED);
    CHECK(failures, j->progress.finished > 0 && j->progress.finished < 400);
    free(j);
}

/* One ticket calls sb_scheduler_progress alone for a minute; what the rest finish makes all others wait for it in a
 * round. */
static void check_stop_in_probe(int *failures, int stopping_rank) {
    job *j = new_job(failures);
    j->count = 4;
    j->probe = 60;
    j->interval = 0.02;
    j->stopping_rank = stopping_rank;
    j->stop_after = 2;
    CHECK(failures, run(j) == SB_STOPPED);
    CHECK(failures, j->progress.seconds < j->probe / 2);
    CHECK(failures, j->done[0] == 0);
    CHECK(failures, j->progress.finished == (j->ranks > 1 ? 3 : 0));
    free(j);
}

/* A stop that comes when everything is done, on one rank as late as in the last ticket, leaves nothing undone. */
static void check_stop_after_all(int *failures) {
    job *j = new_job(failures);
    j->count = 1;
    j->longest = 0.05;
    j->stop_at_end = true;
    j->stop_after = 0;
    j->stopping_rank = j->rank;
    CHECK(failures, run(j) == SB_OK);
    CHECK(failures, j->least == 1);
    free(j);
}

static void check_failing_round(int *failures, int failing_round) {
    job *j = new_job(failures);
    j->count = 400;
    j->longest = 0.05;
    j->interval = 0.02;
    j->failing_round = failing_round;
    CHECK(failures, run(j) == SB_IO);
    CHECK(failures, strstr(j->status.message, "could not write") != NULL);
    CHECK(failures, (int)j->rounds == failing_round);
    free(j);
}

/* Requests, rounds, ends and stops that cross in every order. */
static void check_crossing(int *failures) {
    for (int i = 0; i < 40; i++) {
        job *j = new_job(failures);
        j->count = 2 + (uint64_t)i % 7;
        j->longest = 0.004;
        j->interval = 0.001 * (i % 3);
        j->requests = i % 2 != 0;
        j->silent_half = true;
        j->stopping_rank = i % (j->ranks + 1);
        j->stop_after = 0.0005 * i;
        const sb_code code = run(j);
        CHECK(failures, code == (j->least == 1 ? SB_OK : SB_STOPPED));
        free(j);
    }
}

int main(int argc, char **argv) {
    int ranks, failures = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    check_failing_ticket(&failures, 0);
    check_failing_ticket(&failures, 3);
    check_stop(&failures, 0);
    check_stop(&failures, ranks - 1);
    check_stop_in_probe(&failures, 0);
    check_stop_in_probe(&failures, ranks - 1);
    check_stop_in_probe(&failures, ranks / 2);
    check_stop_after_all(&failures);
    check_failing_round(&failures, 1);
    check_failing_round(&failures, 3);
    check_crossing(&failures);
    return check_finish(failures);
}
