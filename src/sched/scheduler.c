#include "counter.h"
#include <specbias/comm.h>
#include <specbias/sched.h>

/* How the ranks stay in step
 *
 * 1. Only rank 0 rings, and only when its last ring has brought it into a round and out again. Every rank hears the
 * rings in the same order and enters one round for each, so a rank's count of rounds names the same rounds everywhere.
 * 2. A rank that wants round r+1, having entered r, raises WANTED to r+1. Rank 0 rings while WANTED exceeds its own
 * count: a request that crosses the ring of that very round is not served twice, and none is lost. It also rings when
 * the interval is over, whether or not a ticket was finished: tickets in flight may have something to keep.
 * 3. END is rung when IDLE equals the number of ranks. A rank counts itself idle once, when it finds no ticket, and
 * never works again; so at END nobody is at work, nobody waits for a round, and nothing is left undone.
 * 4. A rank that fails or is asked to stop raises STOP and claims nothing more without counting itself idle, so that
 * END cannot be rung and STOP must be. What was wanted until then is served by the last round.
 * 5. A failed round fails on all ranks alike: all leave, and sb_bell_destroy completes the broadcasts that wait.
 * 6. No stop waits for a ticket. A rank that is asked leaves its ticket at once; the others leave theirs when they hear
 * STOP, which rank 0 also rings in sb_scheduler_progress. Before a round those who have come still look out for a
 * request, and raise STOP; one who has heard of the round and is not there yet reads that word itself, since no bell
 * rings before the round is over.
 * 7. The watchdog (comm.h) is looked after at every step and while ranks wait for each other before a round, but not in
 * the round, where all of them wait in collective calls.
 */

/* Seconds. Rank 0's look at the words takes about a microsecond. */
static const double look_interval = 1e-3, report_interval = 1.0;

struct sb_scheduler {
    const sb_tasks *tasks;
    sb_bell *bell;
    sb_counter counter;
    sb_watch *watch;
    MPI_Comm comm; /* of the tasks */
    int rank, ranks;
    sb_ring heard;     /* rung and not acted upon yet */
    bool over;         /* heard STOP or END, or a round failed */
    bool idle;         /* found no more tickets */
    bool at_work;      /* on a ticket */
    bool asked;        /* has raised STOP, or found it raised */
    bool unfinished;   /* has left a ticket */
    sb_status failure; /* of this rank's work */
    sb_status round;   /* the agreed outcome of the last round */
    uint64_t rounds;   /* entered */
    double work;       /* not reported yet */
    double start, round_ended, look_at, report_at;
};

static void ask_to_stop(sb_scheduler *scheduler) {
    scheduler->asked = true;
    sb_counter_raise(&scheduler->counter, SB_COUNTER_STOP, 1);
}

/* Looks whether this rank is to stop, and after its neighbours. */
static void look_out(sb_scheduler *scheduler, double now) {
    const sb_tasks *tasks = scheduler->tasks;
    sb_watch_look(scheduler->watch, now);
    if (!scheduler->asked && tasks->stop && tasks->stop(tasks->context))
        ask_to_stop(scheduler);
}

static void look_out_meanwhile(void *context) {
    look_out(context, sb_seconds());
}

static void report(sb_scheduler *scheduler) {
    if (scheduler->work != 0)
        sb_counter_add_work(&scheduler->counter, scheduler->work);
    scheduler->work = 0;
}

static sb_progress progress_of_all(const sb_scheduler *scheduler) {
    return (sb_progress){
        .finished = sb_counter_read(&scheduler->counter, SB_COUNTER_FINISHED),
        .work = sb_counter_read_work(&scheduler->counter),
        .seconds = sb_seconds() - scheduler->start,
        .rounds = scheduler->rounds,
    };
}

static void report_and_show(sb_scheduler *scheduler, double now) {
    const sb_tasks *tasks = scheduler->tasks;
    scheduler->report_at = now + report_interval;
    report(scheduler);
    if (scheduler->rank == 0 && tasks->show) {
        const sb_progress progress = progress_of_all(scheduler);
        tasks->show(tasks->context, &progress);
    }
}

/* Rank 0: rings if there is a reason to. */
static void ring_if_due(sb_scheduler *scheduler, double now) {
    const sb_counter *counter = &scheduler->counter;
    const bool interval_over = now - scheduler->round_ended >= scheduler->tasks->interval;
    scheduler->look_at = now + look_interval;
    if (scheduler->idle && sb_counter_read(counter, SB_COUNTER_IDLE) == (uint64_t)scheduler->ranks)
        sb_bell_ring(scheduler->bell, SB_RING_END);
    else if (sb_counter_read(counter, SB_COUNTER_STOP))
        sb_bell_ring(scheduler->bell, SB_RING_STOP);
    else if (interval_over || sb_counter_read(counter, SB_COUNTER_WANTED) > scheduler->rounds)
        sb_bell_ring(scheduler->bell, SB_RING_ROUND);
}

static void enter_round(sb_scheduler *scheduler, bool last) {
    const sb_tasks *tasks = scheduler->tasks;
    report(scheduler);
    scheduler->rounds++;
    sb_meet(scheduler->comm, look_out_meanwhile, scheduler, &scheduler->round);
    if (sb_agree(scheduler->comm, &scheduler->round) == SB_OK)
        scheduler->round.code = tasks->round(tasks->context, last, &scheduler->round);
    scheduler->round_ended = sb_seconds();
}

/* Hears a ring and keeps it until it can be acted upon. */
static void listen(sb_scheduler *scheduler) {
    sb_ring ring = sb_bell_heard(scheduler->bell);
    if (scheduler->heard == SB_RING_NONE)
        scheduler->heard = ring;
}

static void act_on_ring(sb_scheduler *scheduler) {
    if (scheduler->heard == SB_RING_ROUND) {
        scheduler->heard = SB_RING_NONE;
        enter_round(scheduler, false);
        scheduler->over = scheduler->round.code != SB_OK;
    } else if (scheduler->heard != SB_RING_NONE) {
        scheduler->over = true;
    }
}

/* What everything comes down to between two steps, and while a rank waits. SB_OK: go on. */
static sb_code attend(sb_scheduler *scheduler, sb_status *status) {
    if (!scheduler->over) {
        const double now = sb_seconds();
        look_out(scheduler, now);
        if (now >= scheduler->report_at)
            report_and_show(scheduler, now);
        if (scheduler->rank == 0 && scheduler->heard == SB_RING_NONE && now >= scheduler->look_at)
            ring_if_due(scheduler, now);
        listen(scheduler);
        act_on_ring(scheduler);
    }
    if (scheduler->round.code)
        return sb_fail(status, scheduler->round.code, "%s", scheduler->round.message);
    return scheduler->over || scheduler->asked ? sb_fail(status, SB_STOPPED, "stopped early") : SB_OK;
}

sb_code sb_scheduler_poll(sb_scheduler *scheduler, double work, sb_status *status) {
    scheduler->work += work;
    return attend(scheduler, status);
}

sb_code sb_scheduler_progress(sb_scheduler *scheduler, sb_status *status) {
    const double now = sb_seconds();
    look_out(scheduler, now);
    if ((scheduler->rank == 0 || scheduler->heard == SB_RING_ROUND) && now >= scheduler->look_at) {
        scheduler->look_at = now + look_interval;
        scheduler->asked |= sb_counter_read(&scheduler->counter, SB_COUNTER_STOP) != 0;
    }
    if (scheduler->rank == 0 && scheduler->asked && scheduler->heard == SB_RING_NONE)
        sb_bell_ring(scheduler->bell, SB_RING_STOP);
    listen(scheduler);
    return scheduler->asked || scheduler->heard == SB_RING_STOP ? sb_fail(status, SB_STOPPED, "stopped early") : SB_OK;
}

sb_code sb_scheduler_round(sb_scheduler *scheduler, sb_status *status) {
    const uint64_t wanted = scheduler->rounds + 1;
    sb_counter_raise(&scheduler->counter, SB_COUNTER_WANTED, wanted);
    sb_code code = attend(scheduler, status);
    while (!code && scheduler->rounds < wanted) {
        sb_nap();
        code = attend(scheduler, status);
    }
    return code;
}

static void do_ticket(sb_scheduler *scheduler, uint64_t ticket) {
    sb_status status = {.code = SB_OK};
    scheduler->at_work = true;
    const sb_code code = scheduler->tasks->work(scheduler->tasks->context, ticket, scheduler, &status);
    scheduler->at_work = false;
    if (!code) {
        report(scheduler);
        sb_counter_add(&scheduler->counter, SB_COUNTER_FINISHED, 1);
        return;
    }
    scheduler->unfinished = true;
    if (code != SB_STOPPED)
        sb_fail(&scheduler->failure, code, "%s", status.message);
    if (!scheduler->asked)
        ask_to_stop(scheduler);
}

static void do_tickets(sb_scheduler *scheduler) {
    const sb_tasks *tasks = scheduler->tasks;
    while (!attend(scheduler, NULL)) {
        const uint64_t ticket = sb_counter_add(&scheduler->counter, SB_COUNTER_NEXT, 1);
        if (ticket >= tasks->count) {
            scheduler->idle = true;
            sb_counter_add(&scheduler->counter, SB_COUNTER_IDLE, 1);
            break;
        }
        if (tasks->pending(tasks->context, ticket))
            do_ticket(scheduler, ticket);
    }
    while (!scheduler->over) {
        sb_nap();
        attend(scheduler, NULL);
    }
}

/* True if tickets that need work have not been claimed; all claims are over. */
static bool some_are_left(const sb_scheduler *scheduler) {
    const sb_tasks *tasks = scheduler->tasks;
    uint64_t ticket = sb_counter_read(&scheduler->counter, SB_COUNTER_NEXT);
    while (ticket < tasks->count && !tasks->pending(tasks->context, ticket))
        ++ticket;
    return ticket < tasks->count;
}

/* The last round, unless one has failed, and the verdict of all ranks. */
static sb_code conclude(sb_scheduler *scheduler, sb_status *status) {
    if (!scheduler->round.code)
        enter_round(scheduler, true);
    sb_status verdict = scheduler->round.code ? scheduler->round : scheduler->failure;
    if (!sb_agree(scheduler->comm, &verdict)) {
        if (scheduler->unfinished || (scheduler->rank == 0 && some_are_left(scheduler)))
            sb_fail(&verdict, SB_STOPPED, "stopped early");
        sb_agree(scheduler->comm, &verdict);
    }
    if (verdict.code)
        *status = verdict;
    return verdict.code;
}

static void describe(void *context, char text[SB_DOING_LENGTH]) {
    const sb_scheduler *scheduler = context;
    if (scheduler->at_work)
        scheduler->tasks->doing(scheduler->tasks->context, text);
}

static void warn(void *context, const char *line) {
    const sb_tasks *tasks = ((sb_scheduler *)context)->tasks;
    tasks->warn(tasks->context, line);
}

/* Bell, watchdog and counter: all or none. */
static sb_code set_up(sb_scheduler *scheduler, sb_status *status) {
    const sb_watch_rules rules = {
        .limit = scheduler->tasks->watchdog, .context = scheduler, .doing = describe, .warn = warn};
    sb_code code = sb_bell_create(scheduler->comm, &scheduler->bell, status);
    if (code)
        return code;
    code = sb_watch_create(scheduler->comm, &rules, &scheduler->watch, status);
    if (code)
        goto no_watch;
    code = sb_counter_create(scheduler->comm, scheduler->watch, &scheduler->counter, status);
    if (!code)
        return SB_OK;
    sb_watch_destroy(scheduler->watch);
no_watch:
    sb_bell_destroy(scheduler->bell);
    return code;
}

static void take_down(sb_scheduler *scheduler) {
    sb_counter_destroy(&scheduler->counter);
    sb_watch_destroy(scheduler->watch);
    sb_bell_destroy(scheduler->bell);
}

sb_code sb_scheduler_run(MPI_Comm comm, const sb_tasks *tasks, sb_progress *progress, sb_status *status) {
    sb_scheduler scheduler = {.tasks = tasks, .comm = comm};
    *progress = (sb_progress){0};
    if (sb_mpi_check(MPI_Comm_rank(comm, &scheduler.rank), "MPI_Comm_rank", status) ||
        sb_mpi_check(MPI_Comm_size(comm, &scheduler.ranks), "MPI_Comm_size", status))
        return SB_SYSTEM;
    sb_code code = set_up(&scheduler, status);
    if (code)
        return code;
    scheduler.start = scheduler.round_ended = scheduler.look_at = sb_seconds();
    scheduler.report_at = scheduler.start + report_interval;
    do_tickets(&scheduler);
    code = conclude(&scheduler, status);
    *progress = progress_of_all(&scheduler);
    take_down(&scheduler);
    return code;
}
