#include "internal.h"
#include <math.h>
#include <specbias/comm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A beat is sent in synchronous mode, and only when the last one has been taken: none pile up at a rank that hangs, and
 * a rank that leaves knows that nothing of its own is on the way. So when all ranks have come to that point nothing is
 * on the way at all, and the receives that are still posted can be cancelled (the non-blocking consensus of Hoefler,
 * Siebert and Lumsdaine, PPoPP 2010). The communicator's errors are fatal, hence no return code of MPI is looked at but
 * those that make it. */
struct sb_watch {
    MPI_Comm comm;
    sb_watch_rules rules;
    int before, after;                 /* the rank that watches this one, and the one that this one watches */
    char host[MPI_MAX_PROCESSOR_NAME]; /* of the rank that is watched */
    MPI_Request sending, receiving;
    char mine[SB_DOING_LENGTH], incoming[SB_DOING_LENGTH]; /* buffers of the two requests */
    char doing[SB_DOING_LENGTH];                           /* of the rank that is watched, when last heard of */
    double interval;                                       /* seconds between beats, and between looks */
    double looked;                                         /* sb_seconds of this rank's last look */
    double heard;                                          /* .. of the last beat */
    double counted;                                        /* .. from which silence counts */
    double tolerated;                                      /* seconds of silence before a line is due */
};

/* Beats cross unsynchronised looks on both sides, so that up to three intervals may pass between two that are heard. */
static double beat_interval(double limit) {
    return fmin(1, limit / 8);
}

static sb_code exchange_hosts(sb_watch *watch, sb_status *status) {
    char mine[MPI_MAX_PROCESSOR_NAME] = "";
    int length;
    if (sb_mpi_check(MPI_Get_processor_name(mine, &length), "MPI_Get_processor_name", status))
        return SB_SYSTEM;
    return sb_mpi_check(MPI_Sendrecv(mine, sizeof mine, MPI_CHAR, watch->before, 0, watch->host, sizeof watch->host,
                                     MPI_CHAR, watch->after, 0, watch->comm, MPI_STATUS_IGNORE),
                        "MPI_Sendrecv", status);
}

static void post(sb_watch *watch) {
    MPI_Irecv(watch->incoming, sizeof watch->incoming, MPI_CHAR, watch->after, 0, watch->comm, &watch->receiving);
}

static void start(sb_watch *watch) {
    const double now = sb_seconds();
    watch->heard = watch->counted = watch->looked = now;
    watch->tolerated = watch->rules.limit;
    watch->interval = beat_interval(watch->rules.limit);
    post(watch);
}

sb_code sb_watch_create(MPI_Comm comm, const sb_watch_rules *rules, sb_watch **watch, sb_status *status) {
    sb_status verdict = {.code = SB_OK};
    int rank, ranks;
    *watch = NULL;
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", &verdict) == SB_OK)
        sb_mpi_check(MPI_Comm_size(comm, &ranks), "MPI_Comm_size", &verdict);
    if (verdict.code == SB_OK && (rules->limit <= 0 || ranks == 1))
        return SB_OK;
    if (verdict.code == SB_OK)
        *watch = sb_array(1, sizeof **watch, "the watchdog", &verdict);
    if (sb_agree(comm, &verdict) == SB_OK) {
        **watch = (sb_watch){.rules = *rules,
                             .before = (rank + ranks - 1) % ranks,
                             .after = (rank + 1) % ranks,
                             .sending = MPI_REQUEST_NULL};
        if (sb_comm_copy(comm, &(*watch)->comm, &verdict) == SB_OK)
            exchange_hosts(*watch, &verdict);
        sb_agree(comm, &verdict);
    }
    if (verdict.code) {
        free(*watch); /* a communicator that only some ranks got cannot be freed */
        *watch = NULL;
        *status = verdict;
        return verdict.code;
    }
    start(*watch);
    return SB_OK;
}

static void send_beat(sb_watch *watch) {
    int taken;
    MPI_Test(&watch->sending, &taken, MPI_STATUS_IGNORE);
    if (!taken)
        return;
    memset(watch->mine, 0, sizeof watch->mine);
    watch->rules.doing(watch->rules.context, watch->mine);
    MPI_Issend(watch->mine, sizeof watch->mine, MPI_CHAR, watch->before, 0, watch->comm, &watch->sending);
}

static void receive_beat(void *context) {
    sb_watch *watch = context;
    int received;
    MPI_Test(&watch->receiving, &received, MPI_STATUS_IGNORE);
    if (!received)
        return;
    const double now = sb_seconds();
    if (watch->tolerated > watch->rules.limit) {
        char line[SB_MESSAGE_LENGTH];
        snprintf(line, sizeof line, "rank %d on %s is back after %.0f s", watch->after, watch->host,
                 now - watch->heard);
        watch->rules.warn(watch->rules.context, line);
    }
    memcpy(watch->doing, watch->incoming, sizeof watch->doing);
    watch->heard = watch->counted = now;
    watch->tolerated = watch->rules.limit;
    post(watch);
}

static void name_silent_rank(const sb_watch *watch, double silence) {
    char line[SB_MESSAGE_LENGTH], since[32] = "";
    const time_t then = time(NULL) - (time_t)silence;
    struct tm local;
    if (localtime_r(&then, &local))
        strftime(since, sizeof since, ", since %F %T", &local);
    snprintf(line, sizeof line,
             "rank %d on %s has not been heard of for %.0f s%s, when it was %s. It may be in a long computation; or "
             "its node swaps, "
             "or a file system hangs. The run goes on when it is back; if it is ended, the same command resumes",
             watch->after, watch->host, silence, since, *watch->doing ? watch->doing : "not at work");
    watch->rules.warn(watch->rules.context, line);
}

void sb_watch_look(sb_watch *watch, double now) {
    if (!watch || now < watch->looked + watch->interval)
        return;
    /* Who was away itself cannot tell how long another was. */
    if (now - watch->looked > watch->rules.limit / 2)
        watch->counted = now;
    watch->looked = now;
    send_beat(watch);
    receive_beat(watch);
    if (now - watch->counted < watch->tolerated)
        return;
    name_silent_rank(watch, now - watch->heard);
    while (watch->tolerated <= now - watch->counted)
        watch->tolerated *= 2;
}

void sb_watch_destroy(sb_watch *watch) {
    if (!watch)
        return;
    for (int taken = 0; !taken; sb_nap()) {
        MPI_Test(&watch->sending, &taken, MPI_STATUS_IGNORE);
        receive_beat(watch);
    }
    sb_meet(watch->comm, receive_beat, watch, NULL);
    receive_beat(watch);
    MPI_Cancel(&watch->receiving);
    MPI_Wait(&watch->receiving, MPI_STATUS_IGNORE);
    MPI_Comm_free(&watch->comm);
    free(watch);
}
