#include "cli.h"
#include <inttypes.h>
#include <math.h>
#include <time.h>

static double time_of_day(void) {
    return (double)time(NULL);
}

/* Seconds of the run that its row covers; NaN before the first commit. */
static double covered(const sb_run_info *run) {
    const double until = run->end > 0 ? run->end : run->updated;
    return until > run->start && run->ranks > 0 ? until - run->start : NAN;
}

/* Share of that time which the ranks spent on trials. */
static double efficiency(const sb_run_info *run) {
    return run->trial_seconds / ((double)run->ranks * covered(run));
}

/* Share of that time which went into commit rounds. */
static double commit_share(const sb_run_info *run) {
    return run->commit_seconds / covered(run);
}

static uint64_t missing(const sb_summary *summary) {
    return summary->trials - summary->done - summary->failed;
}

static void print_run(const sb_summary *summary) {
    const sb_run_info *run = &summary->last;
    char text[SB_PRINT_LENGTH];
    printf("run        %" PRId64 ", started %s on %" PRId64 " rank%s of %s\n", summary->runs,
           sb_print_time(run->start, text), run->ranks, run->ranks == 1 ? "" : "s", run->hosts);
    if (*run->job)
        printf("job        %s\n", run->job);
    printf("versions   %s%s%s\n", run->versions, *run->revision ? ", revision " : "", run->revision);
    printf("kernels    %s, BLIS for %s\n", *run->kernels ? run->kernels : "not recorded", run->architecture);
    printf("committed  %" PRId64 " trial%s by this run", run->trials, run->trials == 1 ? "" : "s");
    if (run->reused > 0)
        printf(", %" PRId64 " taken over from other files", run->reused);
    if (run->updated > 0)
        printf(", last %s ago", sb_print_seconds(fmax(0, time_of_day() - run->updated), text));
    if (isfinite(efficiency(run)))
        printf(", efficiency %.2f", efficiency(run));
    puts("");
    if (isfinite(commit_share(run)))
        printf("commits    %.2g %% of the time\n", 100 * commit_share(run));
    sb_print_measuring("time       ", run->measuring_seconds, run->trial_seconds);
    if (run->end > 0)
        printf("ended      %s\n", sb_print_time(run->end, text));
    else
        puts("ended      not yet, or it was killed: the same 'specbias run' goes on with what is missing");
}

static int print_text(const char *path, const sb_plan *plan, const sb_summary *summary) {
    printf("file       %s\n", path);
    printf("sweep      %s\n", summary->sweep_name);
    printf("trials     %" PRIu64 ": %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " missing\n", summary->trials,
           summary->done, summary->failed, missing(summary));
    if (summary->saved > 0)
        printf("saved      %" PRIu64 " of the missing %s begun; at the last checkpoint after %" PRIu64
               " training steps%s\n",
               summary->saved, summary->saved == 1 ? "is" : "are", summary->saved_updates,
               summary->saved == 1 ? "" : " in all");
    for (int reason = 1; reason < SB_FAILURE_COUNT; ++reason)
        if (summary->failures[reason])
            printf("failed     %" PRIu64 ": %s\n", summary->failures[reason], sb_failure_message((sb_failure)reason));
    sb_print_failed(plan, summary, SB_FAILED_LISTED, "           ");
    if (summary->runs > 0)
        print_run(summary);
    return 0;
}

/* The member "measuring_seconds" of a JSON object. */
static void print_json_measuring(const char *text) {
    const char *between = "";
    char name[SB_PRINT_LENGTH];
    double seconds;
    printf("\"measuring_seconds\": {");
    for (; sb_next_measuring(&text, name, &seconds); between = ", ")
        printf("%s\"%s\": %.6g", between, name, seconds);
    printf("}, ");
}

static void print_json_run(const sb_summary *summary) {
    const sb_run_info *run = &summary->last;
    printf(", \"run\": {\"start\": %.3f, \"end\": %.3f, \"updated\": %.3f, \"ranks\": %" PRId64 ", \"trials\": %" PRId64
           ", \"reused\": %" PRId64 ", \"updates\": %" PRId64
           ", \"trial_seconds\": %.6f, \"commit_seconds\": %.6f, \"commit_share\": ",
           run->start, run->end, run->updated, run->ranks, run->trials, run->reused, run->updates, run->trial_seconds,
           run->commit_seconds);
    printf(isfinite(commit_share(run)) ? "%.6f, " : "null, ", commit_share(run));
    print_json_measuring(run->measuring_seconds);
    sb_print_json_text("hosts", run->hosts, ", ");
    sb_print_json_text("job", run->job, ", ");
    sb_print_json_text("versions", run->versions, ", ");
    sb_print_json_text("revision", run->revision, ", ");
    sb_print_json_text("architecture", run->architecture, ", ");
    sb_print_json_text("kernels", run->kernels, "}");
}

static void print_json_failed(const sb_plan *plan, const sb_summary *summary) {
    char name[SB_TRIAL_NAME_LENGTH];
    printf(", \"failed_trials\": [");
    for (size_t i = 0; i < summary->listed; ++i) {
        const sb_failed_trial *failed = &summary->first_failed[i];
        printf("%s{\"trial\": %" PRIu64 ", \"updates\": %" PRId64 ", ", i ? ", " : "", failed->trial, failed->steps);
        if (plan)
            sb_print_json_text("axes", sb_trial_name(plan->layout, failed->trial, name), ", ");
        sb_print_json_text("reason", sb_failure_words(failed->failure), "}");
    }
    putchar(']');
}

static int print_json(const char *path, const sb_plan *plan, const sb_summary *summary) {
    putchar('{');
    sb_print_json_text("file", path, ", ");
    sb_print_json_text("sweep", summary->sweep_name, ", ");
    printf("\"trials\": %" PRIu64 ", \"done\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"missing\": %" PRIu64
           ", \"saved\": %" PRIu64 ", \"saved_updates\": %" PRIu64 ", \"runs\": %" PRId64 ", \"failures\": {",
           summary->trials, summary->done, summary->failed, missing(summary), summary->saved, summary->saved_updates,
           summary->runs);
    for (int reason = 1; reason < SB_FAILURE_COUNT; ++reason)
        printf("%s\"%s\": %" PRIu64, reason > 1 ? ", " : "", sb_failure_message((sb_failure)reason),
               summary->failures[reason]);
    putchar('}');
    print_json_failed(plan, summary);
    if (summary->runs > 0)
        print_json_run(summary);
    puts("}");
    return 0;
}

static int status_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    sb_summary summary = {0};
    sb_plan *plan = NULL;
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    if (sb_summary_read(arguments.operand, &summary, &status) == SB_OK) {
        if (summary.listed > 0)
            sb_plan_stored(arguments.operand, &plan, &status); /* where it cannot, trials have numbers for names */
        exit_code = (arguments.json ? print_json : print_text)(arguments.operand, plan, &summary);
        sb_plan_free(plan);
        sb_summary_free(&summary);
    } else {
        exit_code = sb_print_failure(&status, NULL);
    }
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_status_command = {
    .name = "status",
    .summary = "how far a results file is, also while a run writes it",
    .help = "usage: specbias status FILE [--json]\n\n"
            "Prints how many trials of a results file are done, failed (and why, and the first of them)\n"
            "and missing, and what is known about its newest run: 'efficiency' is the share of the ranks'\n"
            "time that went into trials, 'commits' what went into commit rounds, in which no rank trains,\n"
            "'time' what share of the trials' time each probe took, the evaluation of the network on the\n"
            "training inputs, which they share, and training.\n"
            "Works while a run is writing: what it shows is as old as the last commit.\n\n"
            "  --json   one JSON object on one line; times are seconds since 1970, end is 0 while it runs\n",
    .options = "hj",
    .operand = "results file",
    .main = status_main,
};
