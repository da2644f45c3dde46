#include "internal.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int number;
    const char *name;
} signals[SB_STOP_SIGNALS] = {{SIGUSR1, "SIGUSR1"}, {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}};

/* The one mutable global: a signal handler can reach nothing else. */
static volatile sig_atomic_t caught;

static void catch (int number) {
    caught = number;
}

/* Seconds from now to the end of the SLURM job, INFINITY if there is none or it is unknown (before Slurm 23.02). One
 * that is past is no limit: the job was given more time (OverTimeLimit), or the variable comes from another job. */
static double seconds_of_job(void) {
    const char *job = getenv("SLURM_JOB_ID"), *text = getenv("SLURM_JOB_END_TIME");
    char *rest = NULL;
    errno = 0;
    const double end = job && text ? strtod(text, &rest) : 0;
    const double left = end - sb_time_of_day();
    return rest && rest != text && !*rest && !errno && isfinite(end) && left > 0 ? left : (double)INFINITY;
}

/* Of a limit, 30 s stay free, as long as SLURM gives a job between SIGTERM and SIGKILL (KillWait), but of a short one
 * a tenth, so that a run of minutes gets to work. */
static void set_limit(sb_stop *stop, double time_limit) {
    const double job = seconds_of_job();
    const double left = time_limit > 0 ? fmin(time_limit, job) : job;
    stop->limit = left < job ? "the time limit" : "the end of the SLURM job";
    stop->reserve = fmin(30, left / 10);
    stop->ends = sb_seconds() + left;
}

sb_code sb_stop_start(sb_stop *stop, double time_limit, sb_status *status) {
    *stop = (sb_stop){0};
    set_limit(stop, time_limit);
    caught = 0;
    for (int i = 0; i < SB_STOP_SIGNALS; ++i) {
        /* What a signal interrupts goes on: MPI-IO does not expect short writes. */
        struct sigaction action = {.sa_handler = catch, .sa_flags = SA_RESTART};
        if (signals[i].number == SIGINT)
            action.sa_flags |= (int)SA_RESETHAND;
        if (sigemptyset(&action.sa_mask) != 0 || sigaction(signals[i].number, &action, &stop->before[i]) != 0)
            return sb_fail(status, SB_SYSTEM, "sigaction failed for %s: %s", signals[i].name, strerror(errno));
    }
    return SB_OK;
}

/* Five times the longest stretch without a look, be it a step, a commit round or a wait on a busy machine, is time for
 * the steps that are under way, the last round, and closing the file. */
static bool time_is_up(const sb_stop *stop) {
    return stop->looked > 0 && stop->looked >= stop->ends - fmax(stop->reserve, 5 * stop->longest);
}

bool sb_stop_asked(sb_stop *stop) {
    const double now = sb_seconds();
    if (stop->looked > 0)
        stop->longest = fmax(stop->longest, now - stop->looked);
    stop->looked = now;
    return caught || time_is_up(stop);
}

const char *sb_stop_reason(const sb_stop *stop) {
    for (int i = 0; i < SB_STOP_SIGNALS; ++i)
        if (caught == signals[i].number)
            return signals[i].name;
    return time_is_up(stop) ? stop->limit : NULL;
}

/* The other ranks may have stopped for a signal that went to all before it arrives here: it must not kill this one. */
void sb_stop_end(sb_stop *stop) {
    for (int i = 0; i < SB_STOP_SIGNALS; ++i) {
        struct sigaction action = stop->before[i];
        if (signals[i].number != SIGINT && action.sa_handler == SIG_DFL)
            action.sa_handler = SIG_IGN;
        sigaction(signals[i].number, &action, NULL); /* the arguments are valid: it cannot fail */
    }
}
