#include "cli.h"
#include <inttypes.h>
#include <math.h>
#include <time.h>

static double time_of_day(void) {
    return (double)time(NULL);
}

/* Share of the run's time that its ranks spent on committed trials; NaN before the first commit. */
static double efficiency(const sb_run_info *run) {
    const double until = run->end > 0 ? run->end : run->updated;
    return until > run->start && run->ranks > 0 ? run->trial_seconds / ((double)run->ranks * (until - run->start))
                                                : NAN;
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
    printf("versions   %s%s%s, BLIS kernels for %s\n", run->versions, *run->revision ? ", revision " : "",
           run->revision, run->architecture);
    printf("committed  %" PRId64 " trial%s by this run", run->trials, run->trials == 1 ? "" : "s");
    if (run->updated > 0)
        printf(", last %s ago", sb_print_seconds(fmax(0, time_of_day() - run->updated), text));
    if (isfinite(efficiency(run)))
        printf(", efficiency %.2f", efficiency(run));
    puts("");
    if (run->end > 0)
        printf("ended      %s\n", sb_print_time(run->end, text));
    else
        puts("ended      not yet, or it was killed: the same 'specbias run' goes on with what is missing");
}

static int print_text(const char *path, const sb_summary *summary) {
    printf("file       %s\n", path);
    printf("sweep      %s\n", summary->sweep_name);
    printf("trials     %" PRIu64 ": %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " missing\n", summary->trials,
           summary->done, summary->failed, missing(summary));
    for (int reason = 1; reason < SB_FAILURE_COUNT; ++reason)
        if (summary->failures[reason])
            printf("failed     %" PRIu64 ": %s\n", summary->failures[reason], sb_failure_message((sb_failure)reason));
    if (summary->runs > 0)
        print_run(summary);
    return 0;
}

static void print_json_run(const sb_summary *summary) {
    const sb_run_info *run = &summary->last;
    printf(", \"run\": {\"start\": %.3f, \"end\": %.3f, \"updated\": %.3f, \"ranks\": %" PRId64 ", \"trials\": %" PRId64
           ", \"trial_seconds\": %.3f, \"commit_seconds\": %.3f, ",
           run->start, run->end, run->updated, run->ranks, run->trials, run->trial_seconds, run->commit_seconds);
    sb_print_json_text("hosts", run->hosts, ", ");
    sb_print_json_text("job", run->job, ", ");
    sb_print_json_text("versions", run->versions, ", ");
    sb_print_json_text("revision", run->revision, ", ");
    sb_print_json_text("architecture", run->architecture, "}");
}

static int print_json(const char *path, const sb_summary *summary) {
    putchar('{');
    sb_print_json_text("file", path, ", ");
    sb_print_json_text("sweep", summary->sweep_name, ", ");
    printf("\"trials\": %" PRIu64 ", \"done\": %" PRIu64 ", \"failed\": %" PRIu64 ", \"missing\": %" PRIu64
           ", \"runs\": %" PRId64 ", \"failures\": {",
           summary->trials, summary->done, summary->failed, missing(summary), summary->runs);
    for (int reason = 1; reason < SB_FAILURE_COUNT; ++reason)
        printf("%s\"%s\": %" PRIu64, reason > 1 ? ", " : "", sb_failure_message((sb_failure)reason),
               summary->failures[reason]);
    putchar('}');
    if (summary->runs > 0)
        print_json_run(summary);
    puts("}");
    return 0;
}

static int status_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    sb_summary summary = {0};
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    if (sb_summary_read(arguments.operand, &summary, &status) == SB_OK) {
        exit_code = (arguments.json ? print_json : print_text)(arguments.operand, &summary);
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
            "Prints how many trials of a results file are done, failed (and why) and missing, and what\n"
            "is known about its newest run. Works while a run is writing: what it shows is as old as\n"
            "the last commit.\n\n"
            "  --json   one JSON object on one line; times are seconds since 1970, end is 0 while it runs\n",
    .options = "hj",
    .operand = "results file",
    .main = status_main,
};
