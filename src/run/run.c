#include "internal.h"
#include "reuse.h"
#include <math.h>
#include <specbias/comm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count_states(const sb_store *store, uint64_t trials, sb_run_report *report) {
    const uint8_t *states = sb_store_states(store);
    for (uint64_t i = 0; i < trials; ++i) {
        report->already_done += states[i] != SB_TRIAL_MISSING;
        report->failed_before += states[i] == SB_TRIAL_FAILED;
    }
}

/* Adds a ticket to the work that is shown as done before this run and as left to it. */
static void expect(sb_work *work, uint64_t ticket) {
    const uint64_t trial = sb_order_trial(work->order, ticket);
    const double cost = sb_order_cost(work->order, ticket), steps = (double)sb_store_saved_steps(work->store, trial);
    double done = sb_work_pending(work, ticket) ? 0 : 1;
    if (done == 0 && steps > 0) {
        sb_settings settings;
        sb_grid_settings(&work->plan->grid, trial, &settings);
        done = steps / (double)settings.training.steps;
        ++work->display.saved;
    }
    work->display.work_before += done * cost;
    work->display.work += (1 - done) * cost;
}

/* What this rank needs before it can work. */
static sb_code prepare(sb_work *work, const sb_run_options *options, const sb_run_report *report, sb_status *status) {
    const sb_plan *plan = work->plan;
    work->waiting = sb_array(SB_WAITING_MAX, sizeof *work->waiting, "the results that wait for a round", status);
    if (work->waiting)
        sb_order_create(&plan->grid, sb_work_flops, plan->layout, &work->order, status);
    if (status->code != SB_OK)
        return status->code;
    const uint64_t there = report->already_done + report->reused;
    work->display = (sb_display){.shown = work->rank == 0 && !options->quiet && there < report->trials,
                                 .trials = report->trials,
                                 .already_done = there};
    for (uint64_t ticket = 0; work->display.shown && ticket < report->trials; ++ticket)
        expect(work, ticket);
    return SB_OK;
}

static sb_code report_run(const sb_work *work, sb_run_report *report, sb_status *status) {
    const double working = work->mine.done + work->mine.failed > 0;
    double workers = 0;
    const int code = MPI_Allreduce(&working, &workers, 1, MPI_DOUBLE, MPI_SUM, work->comm);
    report->workers = (uint64_t)workers;
    report->done = (uint64_t)work->all.done;
    report->failed = (uint64_t)work->all.failed;
    report->trial_seconds = work->all.busy;
    memcpy(report->measuring_seconds, work->measuring, sizeof work->measuring);
    return sb_mpi_check(code, "MPI_Allreduce", status);
}

/* Rank 0. The results that this run adds to a file may differ in their last digits from what training all of it at once
 * gives. Not worth ending the run if it cannot be read. */
static void compare_arithmetic(const sb_work *work, const char *path) {
    sb_summary summary;
    sb_status reading = {0};
    char theirs[SB_ARITHMETIC_LENGTH];
    if (sb_summary_read(path, &summary, &reading) != SB_OK)
        return;
    sb_arithmetic(&summary.trained, theirs);
    sb_summary_free(&summary);
    sb_tell_arithmetic(work, path, theirs);
}

/* Takes over what is in the files to reuse, and trains what is still missing. */
static sb_code train(sb_work *work, const sb_reuse *reuse, const sb_run_options *options, sb_run_report *report,
                     sb_status *status) {
    const sb_tasks tasks = {.count = report->trials,
                            .interval = options->interval,
                            .context = work,
                            .pending = sb_work_pending,
                            .work = sb_work_do,
                            .round = sb_work_round,
                            .show = sb_work_show,
                            .stop = sb_work_stop,
                            .watchdog = options->watchdog,
                            .doing = sb_work_doing,
                            .warn = sb_work_warn};
    sb_progress progress = {0};
    if (sb_run_info_create(work->comm, work->kernels, &work->info, status) != SB_OK)
        return status->code;
    if (work->rank == 0 && !options->quiet)
        compare_arithmetic(work, options->output);
    if (sb_store_begin_run(work->store, &work->info, status) != SB_OK ||
        sb_reuse_take(reuse, work, options, report, status) != SB_OK)
        return status->code;
    prepare(work, options, report, status);
    if (sb_agree(work->comm, status) != SB_OK)
        return status->code;
    sb_display_start(&work->display, work->ranks);
    sb_mpi_check(MPI_Bcast(&work->display.terminal, 1, MPI_C_BOOL, 0, work->comm), "MPI_Bcast", status);
    if (sb_agree(work->comm, status) != SB_OK)
        return status->code;
    work->started = sb_seconds();
    sb_scheduler_run(work->comm, &tasks, &progress, status);
    sb_display_end(&work->display);
    report->seconds = sb_seconds() - work->started;
    if (MPI_Bcast(&report->seconds, 1, MPI_DOUBLE, 0, work->comm) == MPI_SUCCESS && report->seconds > 0)
        report->efficiency = work->all.busy / (work->ranks * report->seconds);
    sb_status counting = {0};
    report_run(work, report, &counting);
    sb_agree(work->comm, &counting);
    if (status->code == SB_OK)
        *status = counting;
    return status->code;
}

/* Results that changed since they were committed: somebody should look at the disk. */
static void tell_damaged(const sb_work *work, const char *path, sb_run_report *report) {
    char name[SB_TRIAL_NAME_LENGTH];
    report->damaged = sb_store_damaged(work->store, &report->first_damaged);
    if (work->rank == 0 && report->damaged > 0)
        sb_display_note(&work->display,
                        "%s: %llu damaged trial%s (not as the checksum says) will be trained again, the first is %s",
                        path, (unsigned long long)report->damaged, report->damaged == 1 ? "" : "s",
                        sb_trial_name(work->plan->layout, report->first_damaged, name));
    const unsigned long long lost = sb_store_lost_count(work->store);
    if (work->rank == 0 && lost > 0)
        sb_display_note(&work->display,
                        "%s: of the trials that were begun, %llu %s damaged in the checkpoint and begin%s anew", path,
                        lost, lost == 1 ? "is" : "are", lost == 1 ? "s" : "");
}

/* Collective. Makes failed trials missing. */
static sb_code retry(sb_store *store, sb_run_report *report, sb_status *status) {
    if (sb_store_retry_failed(store, status) == SB_OK) {
        report->already_done -= report->failed_before;
        report->failed_before = 0;
    }
    return status->code;
}

/* Says why a run ended early, in the words of the lowest rank that was asked, how far it came and how to go on. */
static void explain_stop(const sb_work *work, sb_store_mode mode, const sb_run_report *report, sb_status *status) {
    const char *mine = sb_stop_reason(&work->stop);
    sb_status reason = {0};
    if (mine)
        sb_fail(&reason, SB_STOPPED, " (%s)", mine);
    sb_agree(work->comm, &reason);
    char saved[64] = "";
    if (report->saved > 0)
        snprintf(saved, sizeof saved, ", %llu more %s begun and saved", (unsigned long long)report->saved,
                 report->saved == 1 ? "is" : "are");
    sb_fail(status, SB_STOPPED, "stopped early%s: %llu of %llu trials are done%s; the same command%s resumes",
            reason.message, (unsigned long long)(report->already_done + report->reused + report->done + report->failed),
            (unsigned long long)report->trials, saved, mode == SB_STORE_OVERWRITE ? " without --overwrite" : "");
}

/* Requeuing a run of which too much fails would not help: no SB_STOPPED, and no word of resuming. */
static void explain_failures(const sb_work *work, const sb_run_report *report, sb_status *status) {
    const uint64_t over = report->already_done + report->reused + report->done + report->failed;
    sb_fail(status, SB_TRIALS_FAILED,
            "stopped early: %llu trial%s failed in this run, more than --max-failures %llu allows; %llu of %llu trials "
            "were not trained",
            (unsigned long long)report->failed, report->failed == 1 ? "" : "s", (unsigned long long)work->max_failures,
            (unsigned long long)(report->trials - over), (unsigned long long)report->trials);
}

/* What there is to say of a run without a fault of its own. */
static void explain(const sb_work *work, sb_store_mode mode, const sb_run_report *report, sb_status *status) {
    const uint64_t failed = report->failed + report->failed_before;
    if (status->code == SB_STOPPED && sb_work_failed(work))
        explain_failures(work, report, status);
    else if (status->code == SB_STOPPED)
        explain_stop(work, mode, report, status);
    else if (status->code == SB_OK && failed > 0)
        sb_fail(status, SB_TRIALS_FAILED, "%llu of %llu trial%s failed; --retry-failed trains %s again",
                (unsigned long long)failed, (unsigned long long)report->trials, report->trials == 1 ? "" : "s",
                failed == 1 ? "it" : "them");
}

static void release(sb_work *work) {
    for (size_t i = 0; i < work->waiting_count; ++i)
        sb_result_free(&work->waiting[i]);
    free(work->waiting);
    free(work->state);
    sb_order_free(work->order);
    sb_run_info_free(&work->info);
}

sb_code sb_run(MPI_Comm comm, const sb_plan *plan, const sb_run_options *options, sb_run_report *report,
               sb_status *status) {
    sb_work work = {
        .comm = comm, .plan = plan, .kernels = options->kernels, .ranks = 1, .max_failures = options->max_failures};
    sb_reuse reuse = {0};
    *report = (sb_run_report){.trials = plan->grid.trials.count, .efficiency = NAN};
    *status = (sb_status){0};
    if (sb_mpi_check(MPI_Comm_rank(comm, &work.rank), "MPI_Comm_rank", status) == SB_OK)
        sb_mpi_check(MPI_Comm_size(comm, &work.ranks), "MPI_Comm_size", status);
    if (status->code == SB_OK)
        sb_stop_start(&work.stop, options->time_limit, status);
    if (sb_agree(comm, status) != SB_OK || sb_reuse_open(comm, plan, options, &reuse, status) != SB_OK ||
        sb_store_open(comm, options->output, options->mode, plan->layout, &work.store, status) != SB_OK)
        goto done;
    count_states(work.store, report->trials, report);
    tell_damaged(&work, options->output, report);
    if (options->retry_failed)
        retry(work.store, report, status);
    if (status->code == SB_OK && report->already_done < report->trials)
        train(&work, &reuse, options, report, status);
    report->saved = sb_store_saved_count(work.store);
    explain(&work, options->mode, report, status);
    sb_status closing = {0};
    sb_store_close(work.store, &closing);
    if (closing.code != SB_OK &&
        (status->code == SB_OK || status->code == SB_STOPPED || status->code == SB_TRIALS_FAILED))
        *status = closing;
    release(&work);
done:
    sb_reuse_close(&reuse);
    sb_stop_end(&work.stop);
    return status->code;
}
