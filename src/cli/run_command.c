#include "cli.h"
#include <inttypes.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

/* The sweep's text, read by rank 0 alone: a thousand ranks that open one file at once are a burden on a cluster. */
static sb_code share_sweep(MPI_Comm comm, int rank, const char *path, char **text, size_t *length, sb_status *status) {
    if (rank == 0)
        sb_sweep_load(path, text, length, status);
    return sb_agree(comm, status) == SB_OK ? sb_share_text(comm, text, length, status) : status->code;
}

/* Failed trials by name, as far as the file can be read. */
static void print_failed(const char *path, const sb_plan *plan, const sb_run_report *report) {
    sb_summary summary;
    sb_status reading = {0};
    printf("%" PRIu64 " of %" PRIu64 " trial%s failed:\n", report->failed + report->failed_before, report->trials,
           report->trials == 1 ? "" : "s");
    if (sb_summary_read(path, &summary, &reading) == SB_OK)
        sb_print_failed(plan, &summary, 5, "  ");
    sb_summary_free(&summary);
}

static void print_report(const char *path, const sb_plan *plan, const sb_run_report *report, int ranks) {
    char text[SB_PRINT_LENGTH], name[SB_TRIAL_NAME_LENGTH];
    if (report->already_done == report->trials)
        printf("%s is complete: all %" PRIu64 " trials were trained before, nothing to do\n", path, report->trials);
    else if (report->reused)
        printf("%" PRIu64 " trial%s taken over from other files\n", report->reused, report->reused == 1 ? "" : "s");
    if (report->already_done + report->reused < report->trials)
        printf("%" PRIu64 " trial%s done in %s by %" PRIu64 " of %d ranks, efficiency %.2f\n", report->done,
               report->done == 1 ? "" : "s", sb_print_seconds(report->seconds, text), report->workers, ranks,
               report->efficiency);
    sb_print_measuring("their time: ", report->measuring_seconds, report->trial_seconds);
    if (report->damaged)
        printf("%" PRIu64 " trial%s damaged in the file and had to be trained again, the first: %s\n", report->damaged,
               report->damaged == 1 ? " was" : "s were", sb_trial_name(plan->layout, report->first_damaged, name));
    if (report->failed + report->failed_before)
        print_failed(path, plan, report);
    printf("results: %s\n", path);
    printf("look at them with 'specbias status %s', 'ncdump -h %s', or in Python:\n", path, path);
    printf("  xarray.open_dataset(\"%s\", engine=\"h5netcdf\")\n", path);
}

static sb_code run_sweep(MPI_Comm comm, int rank, const sb_arguments *arguments, sb_diagnostics *diagnostics,
                         sb_status *status) {
    char *text = NULL, *name = NULL;
    size_t length = 0;
    int ranks = 1;
    sb_plan *plan = NULL;
    sb_run_report report = {0};
    if (share_sweep(comm, rank, arguments->operand, &text, &length, status) != SB_OK)
        goto done;
    sb_mpi_check(MPI_Comm_size(comm, &ranks), "MPI_Comm_size", status);
    sb_plan_create(text, length, arguments->operand, arguments->overrides, arguments->override_count, diagnostics,
                   &plan, status);
    if (sb_agree(comm, status) != SB_OK || sb_plan_read(comm, plan, diagnostics, status) != SB_OK)
        goto done;
    if (!(name = malloc(strlen(plan->sweep->name) + sizeof ".h5")))
        sb_fail(status, SB_MEMORY, "no memory for the name of the results file");
    if (sb_agree(comm, status) != SB_OK || sb_run_start(comm, status) != SB_OK)
        goto done;
    sprintf(name, "%s.h5", plan->sweep->name);
    const sb_run_options options = {.output = arguments->output ? arguments->output : name,
                                    .mode = arguments->overwrite ? SB_STORE_OVERWRITE : SB_STORE_RESUME,
                                    .kernels = arguments->kernels,
                                    .interval = arguments->interval,
                                    .time_limit = arguments->time_limit,
                                    .watchdog = arguments->watchdog,
                                    .quiet = arguments->quiet,
                                    .retry_failed = arguments->retry_failed,
                                    .max_failures = (uint64_t)arguments->max_failures,
                                    .reuse = arguments->reuse,
                                    .reuse_count = arguments->reuse_count};
    const sb_code code = sb_run(comm, plan, &options, &report, status);
    if (rank == 0 && !arguments->quiet && (code == SB_OK || code == SB_TRIALS_FAILED))
        print_report(options.output, plan, &report, ranks);
done:
    sb_plan_free(plan);
    free(name);
    free(text);
    return status->code;
}

static int run_with_mpi(const sb_arguments *arguments, sb_status *status) {
    int rank = 0, provided = 0;
    sb_diagnostics diagnostics = {0};
    if (sb_store_environment(status) != SB_OK)
        return sb_print_failure(status, NULL);
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) != MPI_SUCCESS ||
        MPI_Comm_rank(MPI_COMM_WORLD, &rank) != MPI_SUCCESS) {
        sb_fail(status, SB_SYSTEM, "MPI could not be started");
        return sb_print_failure(status, NULL);
    }
    if (status->code == SB_OK)
        run_sweep(MPI_COMM_WORLD, rank, arguments, &diagnostics, status);
    if (rank == 0 && status->code != SB_OK)
        sb_print_failure(status, &diagnostics);
    fflush(stdout);
    sb_diagnostics_free(&diagnostics);
    MPI_Finalize(); /* everything is committed and closed: a failure here changes nothing */
    return sb_exit_code(status->code);
}

static int run_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    int exit_code = 0;
    if (sb_arguments_parse(command, argc, argv, &arguments, &status) == SB_OK && arguments.help)
        exit_code = fputs(command->help, stdout) < 0 ? sb_exit_code(SB_IO) : 0;
    else
        exit_code = run_with_mpi(&arguments, &status); /* also to say what is wrong, once and not on every rank */
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_run_command = {
    .name = "run",
    .summary = "train what is missing in a sweep's results file",
    .help = "usage: [mpirun -n RANKS] specbias run SWEEP [-o FILE] [--resume|--overwrite]\n"
            "                                     [--set PATH=VALUE]... [--reuse OLD]... [--interval SECONDS]\n"
            "                                     [--time-limit [[HOURS:]MINUTES:]SECONDS]\n"
            "                                     [--retry-failed] [--max-failures N]\n"
            "                                     [--watchdog SECONDS] [--kernels NAME] [--quiet]\n\n"
            "Trains every trial of the sweep file that the results file does not hold yet, and writes\n"
            "what is finished in regular commits. A run that was killed is continued by the same\n"
            "command, on any number of ranks. Results do not depend on the number of ranks.\n\n"
            "  -o, --output FILE    results file (default: the sweep's name with .h5, in this folder)\n"
            "  --resume             go on with a file of the same sweep; this is what is done anyway\n"
            "  --overwrite          start anew, whatever the file holds\n"
            "  --set PATH=VALUE     override a key of the sweep file, such as training.steps=100 or\n"
            "                       'axes.model.width=[16, 32]'; may be repeated. Part of the sweep: give\n"
            "                       it again to go on with the same file\n"
            "  --reuse OLD          take finished trials over from another results file, where they and what\n"
            "                       is measured are the same; may be repeated\n"
            "  --retry-failed       train again what failed in earlier runs; otherwise that stays as it is\n"
            "  --max-failures N     stop early, with exit code 1, once more than N trials have failed in this\n"
            "                       run (default: no limit)\n"
            "  --interval SECONDS   between two commits (default 30)\n"
            "  --time-limit TIME    stop early enough to be over after [[HOURS:]MINUTES:]SECONDS; in a SLURM\n"
            "                       job also before the job's end\n"
            "  --watchdog SECONDS   name a rank of which nothing has been heard for so long (default 60; 0:\n"
            "                       never)\n"
            "  --kernels NAME       what trains the networks; 'plain': one BLIS call per matrix product. The last\n"
            "                       digits of results depend on it\n"
            "  -q, --quiet          print errors only\n\n"
            "Ctrl-C (SIGINT), SIGTERM and SIGUSR1 stop it early: what is finished is committed, the exit\n"
            "code is 75, and the same command resumes. A second Ctrl-C kills. Under mpirun send SIGUSR1\n"
            "to mpirun, which passes on that one alone in time.\n\n"
            "Use one rank per core. Exit code 1: trials failed (their records up to the failure are kept);\n"
            "2: bad sweep file or usage; 74: the results file could not be written; 75: stopped early.\n",
    .options = "horwsitqufxdk",
    .operand = "sweep file",
    .main = run_main,
};
