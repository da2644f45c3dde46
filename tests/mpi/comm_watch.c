/* Claims about sb_watch: a rank of which nothing is heard for the stated time is named by one line of the rank before
 * it, with its host and what it did, again after twice the time, and is reported back; nobody else is named, also not
 * by the rank that was away, and nobody when all were away together; of two neighbours the second is named when the
 * first is back; looks never wait; a watch can be destroyed at any time without a rank waiting for ever. */
#include "check.h"
#include <math.h>
#include <specbias/comm.h>
#include <string.h>
#include <time.h>

/* Seconds. Ranks that share a core must not be away for so long by chance. */
static const double limit = 1.5;

/* What this rank had to say. */
typedef struct report {
    int named, back;
    char last_named[SB_MESSAGE_LENGTH], last_back[SB_MESSAGE_LENGTH];
} report;

static int rank, ranks;

static void doing(void *context, char text[SB_DOING_LENGTH]) {
    (void)context;
    if (rank % 2 == 0) /* the others have no work */
        snprintf(text, SB_DOING_LENGTH, "at stone %d", rank);
}

static void warn(void *context, const char *line) {
    report *seen = context;
    if (strstr(line, " is back after ")) {
        seen->back++;
        strcpy(seen->last_back, line);
    } else {
        seen->named++;
        strcpy(seen->last_named, line);
    }
}

static void sleep_for(double seconds) {
    const struct timespec pause = {.tv_sec = (time_t)seconds, .tv_nsec = (long)(1e9 * (seconds - floor(seconds)))};
    nanosleep(&pause, NULL);
}

/* Also checks that no look waits, whoever hangs. */
static void look_until(int *failures, sb_watch *watch, double end) {
    for (double before; (before = sb_seconds()) < end; sb_nap()) {
        sb_watch_look(watch, before);
        CHECK(failures, sb_seconds() - before < limit / 2);
    }
}

static sb_watch *create(int *failures, double seconds, report *seen) {
    const sb_watch_rules rules = {.limit = seconds, .context = seen, .doing = doing, .warn = warn};
    sb_watch *watch;
    sb_status status;
    *seen = (report){0};
    CHECK(failures, sb_watch_create(MPI_COMM_WORLD, &rules, &watch, &status) == SB_OK);
    CHECK(failures, (watch == NULL) == (seconds == 0 || ranks == 1));
    return watch;
}

static int sum_over_ranks(int value) {
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    return value;
}

/* All test hosts are one, so that the watcher's host is that of the rank it names. */
static void check_lines(int *failures, const report *seen, int named) {
    char start[MPI_MAX_PROCESSOR_NAME + 64], host[MPI_MAX_PROCESSOR_NAME],
        work[SB_DOING_LENGTH] = "when it was not at work.";
    int length;
    MPI_Get_processor_name(host, &length);
    snprintf(start, sizeof start, "rank %d on %s has not been heard of for ", named, host);
    CHECK(failures, strncmp(seen->last_named, start, strlen(start)) == 0);
    if (named % 2 == 0)
        snprintf(work, sizeof work, "when it was at stone %d.", named);
    CHECK(failures, strstr(seen->last_named, work) != NULL);
    snprintf(start, sizeof start, "rank %d on %s is back after ", named, host);
    CHECK(failures, strncmp(seen->last_back, start, strlen(start)) == 0);
}

/* One rank is away for @p limits times the limit and is named @p times. */
static void check_absence(int *failures, int absent, double limits, int times) {
    report seen;
    sb_watch *watch = create(failures, limit, &seen);
    const double begin = sb_seconds();
    look_until(failures, watch, begin + 0.5);
    if (rank == absent)
        sleep_for(limits * limit);
    look_until(failures, watch, begin + 1 + limits * limit);
    sb_watch_destroy(watch);
    const bool watches = (rank + 1) % ranks == absent;
    CHECK(failures, seen.named == (watches ? times : 0));
    CHECK(failures, seen.back == (watches && times > 0));
    if (watches && times > 0)
        check_lines(failures, &seen, absent);
}

/* Neighbours 1 and 2 go together, 2 for longer: rank 0 names 1, and 1 names 2 once it is back. */
static void check_neighbours(int *failures) {
    report seen;
    sb_watch *watch = create(failures, limit, &seen);
    const double begin = sb_seconds();
    look_until(failures, watch, begin + 0.5);
    if (rank == 1 || rank == 2)
        sleep_for(rank == 1 ? 1.5 * limit : 3.25 * limit);
    look_until(failures, watch, begin + 1 + 3.25 * limit);
    sb_watch_destroy(watch);
    CHECK(failures, seen.named == (rank == 0 || rank == 1));
    CHECK(failures, seen.back == (rank == 0 || rank == 1));
    if (rank <= 1)
        check_lines(failures, &seen, rank + 1);
}

/* As in a round on a slow file system: all wait for the slowest in one collective call, then go on. */
static void check_all_away(int *failures) {
    report seen;
    sb_watch *watch = create(failures, limit, &seen);
    const double begin = sb_seconds();
    look_until(failures, watch, begin + 0.3);
    if (rank == 0)
        sleep_for(2.5 * limit);
    MPI_Barrier(MPI_COMM_WORLD);
    look_until(failures, watch, begin + 0.7 + 2.5 * limit);
    sb_watch_destroy(watch);
    CHECK(failures, seen.named == 0 && seen.back == 0);
}

/* Beats that were sent and not received, none sent, or some ranks that never looked. */
static void check_ends(int *failures) {
    for (int i = 0; i < 20; ++i) {
        report seen;
        sb_watch *watch = create(failures, i % 5 == 4 ? 0 : 0.05, &seen);
        if (rank % (1 + i % 3) == 0)
            look_until(failures, watch, sb_seconds() + 0.01 * (i % 4));
        sb_watch_destroy(watch);
        CHECK(failures, sum_over_ranks(seen.named) == 0);
    }
}

int main(int argc, char **argv) {
    int failures = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks > 1) {
        check_absence(&failures, 0, 1.5, 1);
        check_absence(&failures, ranks - 1, 2.5, 2);
        check_absence(&failures, ranks / 2, 0.4, 0);
        check_all_away(&failures);
    }
    if (ranks > 2)
        check_neighbours(&failures);
    check_ends(&failures);
    return check_finish(failures);
}
