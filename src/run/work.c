#include "internal.h"
#include <inttypes.h>
#include <specbias/comm.h>
#include <stdio.h>
#include <stdlib.h>

void sb_stopwatch_start(sb_stopwatch *watch) {
    watch->since = sb_seconds();
}

void sb_stopwatch_stop(sb_stopwatch *watch) {
    watch->total += sb_seconds() - watch->since;
}

double sb_work_flops(const void *layout, const sb_settings *settings) {
    return sb_trial_flops(layout, settings);
}

bool sb_work_failed(const sb_work *work) {
    return work->all.failed > (double)work->max_failures;
}

bool sb_work_stop(void *context) {
    sb_work *work = context;
    const bool asked = sb_stop_asked(&work->stop); /* at every call: it watches the clock */
    return asked || sb_work_failed(work);
}

bool sb_work_pending(void *context, uint64_t ticket) {
    const sb_work *work = context;
    return sb_store_states(work->store)[sb_order_trial(work->order, ticket)] == SB_TRIAL_MISSING;
}

static sb_code report_steps(sb_work *work, int64_t step) {
    const double flops = (double)(step - work->step) * work->flops_per_step;
    work->step = step;
    return sb_scheduler_poll(work->scheduler, flops, work->status);
}

/* Saves the trial in hand. Where there is no memory for it, its last checkpoint stays. */
static void save(sb_work *work) {
    sb_saved *saved = &work->saved;
    if (!work->state && !(work->state = sb_array(saved->bytes, 1, "a trial in flight", NULL)))
        return;
    sb_trial_save(work->in_flight, work->state);
    saved->state = work->state;
    saved->steps = sb_trial_steps(work->in_flight);
}

/* Takes up what was saved of @p trial, if anything. */
static void take_up(sb_work *work, uint64_t trial, const sb_settings *settings) {
    const uint64_t bytes = sb_trial_saved_bytes(work->plan->layout, settings);
    work->state = sb_store_saved(work->store, trial, bytes);
    work->saved = (sb_saved){.trial = trial, .bytes = bytes};
    work->step = work->state ? sb_trial_saved_steps(work->state) : 0;
}

static void drop(sb_work *work) {
    free(work->state);
    work->state = NULL;
    work->saved = (sb_saved){0};
}

/* A stop is heard here, also one that ends a measurement: the last round writes what is saved now. */
static sb_code step_done(void *context, const sb_trial *trial) {
    sb_work *work = context;
    work->mine.updates += (double)(sb_trial_steps(trial) - work->step);
    sb_stopwatch_stop(&work->busy);
    work->in_flight = trial;
    const sb_code code = report_steps(work, sb_trial_steps(trial));
    if (code == SB_STOPPED)
        save(work);
    work->in_flight = NULL;
    sb_stopwatch_start(&work->busy);
    return code;
}

static sb_code inside_probe(void *context) {
    sb_work *work = context;
    return sb_scheduler_progress(work->scheduler, work->status);
}

static bool too_much_waits(const sb_work *work) {
    return work->waiting_count == SB_WAITING_MAX ||
           work->waiting_count * work->plan->layout->payload_bytes >= SB_WAITING_BYTES_MAX;
}

/* True on at least one rank when more trials have failed, on all ranks together, than may: if the sum over the ranks
 * exceeds what is left, the largest share exceeds its ranks-th part. */
static bool too_many_failures(const sb_work *work) {
    double failed = 0;
    for (size_t i = 0; i < work->waiting_count; ++i)
        failed += work->waiting[i].state == SB_TRIAL_FAILED;
    return work->all.failed + work->ranks * failed > (double)work->max_failures;
}

sb_code sb_work_do(void *context, uint64_t ticket, sb_scheduler *scheduler, sb_status *status) {
    sb_work *work = context;
    const sb_layout *layout = work->plan->layout;
    const uint64_t trial = sb_order_trial(work->order, ticket);
    sb_settings settings;
    sb_grid_settings(&work->plan->grid, trial, &settings);
    const int64_t steps = settings.training.steps;
    work->scheduler = scheduler;
    work->status = status;
    work->trial = trial;
    work->flops_per_step = sb_order_cost(work->order, ticket) / (double)(steps > 0 ? steps : 1);

    sb_result result = {0};
    sb_stopwatch_start(&work->busy);
    take_up(work, trial, &settings);
    const sb_trial_hooks hooks = {
        .context = work, .poll = step_done, .progress = inside_probe, .seconds = work->mine.measuring};
    const sb_code code = sb_trial_run(layout, work->kernels, trial, work->state, &hooks, &result, status);
    sb_stopwatch_stop(&work->busy);
    if (code != SB_OK)
        return code;
    drop(work);
    work->waiting[work->waiting_count++] = result;
    /* A trial that failed early has no steps left to report, but its share of the work is over. */
    sb_code polled = work->step < steps ? report_steps(work, steps) : SB_OK;
    if (polled == SB_OK && (too_much_waits(work) || (result.state == SB_TRIAL_FAILED && too_many_failures(work))))
        polled = sb_scheduler_round(scheduler, status);
    return polled == SB_STOPPED ? SB_OK : polled;
}

static int by_trial(const void *left, const void *right) {
    const uint64_t a = ((const sb_result *)left)->trial, b = ((const sb_result *)right)->trial;
    return (a > b) - (a < b);
}

/* Adds this rank's waiting results to its sums, and all ranks' sums to those of the run. */
static sb_code count_results(sb_work *work, sb_status *status) {
    sb_tally *mine = &work->mine;
    for (size_t i = 0; i < work->waiting_count; ++i) {
        mine->done += work->waiting[i].state == SB_TRIAL_DONE;
        mine->failed += work->waiting[i].state == SB_TRIAL_FAILED;
    }
    mine->busy = work->busy.total;
    const int code = MPI_Allreduce(mine, &work->all, sizeof *mine / sizeof(double), MPI_DOUBLE, MPI_SUM, work->comm);
    return sb_mpi_check(code, "MPI_Allreduce", status);
}

/* "evaluation=1.2,spectrum=0.34" of what took any time. */
static void describe_measuring(const double *seconds, char text[SB_MEASURING_LENGTH]) {
    int length = snprintf(text, SB_MEASURING_LENGTH, "evaluation=%.4g", seconds[SB_MEASURING_EVALUATION]);
    for (size_t i = 0; i < sb_probe_count; ++i)
        if (seconds[i] > 0 && length < SB_MEASURING_LENGTH)
            length += snprintf(text + length, (size_t)(SB_MEASURING_LENGTH - length), ",%s=%.4g",
                               sb_probe_table[i]->name, seconds[i]);
}

static void describe_run(sb_work *work) {
    work->info.trials = (int64_t)(work->all.done + work->all.failed);
    work->info.updates = (int64_t)work->all.updates;
    work->info.trial_seconds = work->all.busy;
    describe_measuring(work->all.measuring, work->measuring);
    work->info.measuring_seconds = work->measuring;
    work->info.updated = sb_time_of_day();
    work->display.efficiency = work->all.busy / (work->ranks * (sb_seconds() - work->started));
}

/* Saves what is in flight. Without a checkpoint the run is as good; only what it may lose is more. */
static void checkpoint(sb_work *work) {
    sb_status status = {0};
    if (work->in_flight)
        save(work);
    const bool failed = sb_store_checkpoint(work->store, work->saved.state ? &work->saved : NULL, &status) != SB_OK;
    if (work->rank == 0 && failed && !work->unsaved)
        sb_display_note(&work->display, "the trials in flight could not be saved, and the run goes on: %s",
                        status.message);
    else if (work->rank == 0 && !failed && work->unsaved)
        sb_display_note(&work->display, "the trials in flight are saved again");
    work->unsaved = failed;
}

sb_code sb_work_round(void *context, bool last, sb_status *status) {
    sb_work *work = context;
    sb_status agreed = {0};
    const double entered = sb_seconds();
    qsort(work->waiting, work->waiting_count, sizeof *work->waiting, by_trial);
    const sb_tally before = work->mine, all_before = work->all;
    count_results(work, &agreed);
    if (sb_agree(work->comm, &agreed) == SB_OK) {
        describe_run(work);
        sb_store_commit(work->store, work->waiting, work->waiting_count, &work->info, &agreed);
    }
    if (agreed.code != SB_OK) {
        work->mine = before;
        work->all = all_before;
    }
    for (size_t i = 0; i < work->waiting_count; ++i)
        sb_result_free(&work->waiting[i]);
    work->waiting_count = 0;
    if (agreed.code == SB_OK)
        checkpoint(work);
    work->info.commit_seconds += sb_seconds() - entered;
    if (last && agreed.code == SB_OK) {
        work->info.end = sb_time_of_day();
        sb_store_end_run(work->store, &work->info, &agreed);
    }
    return agreed.code == SB_OK ? SB_OK : sb_fail(status, agreed.code, "%s", agreed.message);
}

void sb_work_show(void *context, const sb_progress *progress) {
    sb_display_show(&((sb_work *)context)->display, progress);
}

void sb_work_doing(void *context, char text[SB_DOING_LENGTH]) {
    const sb_work *work = context;
    char name[SB_TRIAL_NAME_LENGTH];
    sb_trial_name(work->plan->layout, work->trial, name);
    snprintf(text, SB_DOING_LENGTH, "at trial %" PRIu64 "%s%s%s, step %" PRId64, work->trial, *name ? " (" : "", name,
             *name ? ")" : "", work->step);
}

void sb_work_warn(void *context, const char *line) {
    sb_display_note(&((sb_work *)context)->display, "%s", line);
}
