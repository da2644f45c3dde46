#include "cli.h"
#include <errno.h>
#include <inttypes.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The sweep stored in the damaged file, or the user's where that cannot be read. */
static sb_code find_plan(const sb_arguments *arguments, sb_diagnostics *diagnostics, sb_plan **plan,
                         sb_status *status) {
    char *text = NULL;
    size_t length = 0;
    sb_status reason = {0};
    if (arguments->sweep && access(arguments->sweep, R_OK) != 0)
        return sb_fail(status, SB_INPUT, "cannot read sweep file '%s': %s", arguments->sweep, strerror(errno));
    if (sb_plan_stored(arguments->operand, plan, &reason) == SB_OK)
        return SB_OK;
    if (access(arguments->operand, R_OK) != 0 || reason.code != SB_IO)
        return sb_fail(status, reason.code, "%s", reason.message);
    if (!arguments->sweep)
        return sb_fail(status, SB_IO,
                       "%.700s: give the sweep file that this one was made from with --sweep, and the --set that were "
                       "given with it",
                       reason.message);
    sb_code code = sb_sweep_load(arguments->sweep, &text, &length, status);
    if (code == SB_OK)
        code = sb_plan_create(text, length, arguments->sweep, arguments->overrides, arguments->override_count,
                              diagnostics, plan, status);
    if (code == SB_OK)
        code = sb_plan_read(MPI_COMM_NULL, *plan, diagnostics, status); /* for its identity */
    free(text);
    return code;
}

static void print_salvage(const sb_arguments *arguments, const sb_plan *plan, const sb_salvage *salvage) {
    const uint64_t recovered = salvage->done + salvage->failed, rest = salvage->trials - recovered;
    printf("%s: %" PRIu64 " of %" PRIu64 " trials recovered (%" PRIu64 " done, %" PRIu64 " failed)\n",
           arguments->output, recovered, salvage->trials, salvage->done, salvage->failed);
    printf("%s claims to hold %" PRIu64, arguments->operand, salvage->claimed);
    if (salvage->unclaimed)
        printf("; of the recovered, %" PRIu64 " did not say that they were there", salvage->unclaimed);
    puts("");
    if (recovered == 0)
        puts("Nothing that matches its checksum was found. Is it the same sweep file, under the same name, with the "
             "same --set?");
    else if (!salvage->proven)
        puts("note: nothing in it says any more from which sweep it was made. Results are recovered where the network "
             "and "
             "its training match; that 'record' and 'probes' are as they were is yours to know");
    if (rest > 0)
        printf("'specbias run %s -o %s'%s trains the other %" PRIu64 "\n",
               arguments->sweep ? arguments->sweep : "SWEEP", arguments->output,
               *plan->sweep->overrides ? ", with the --set that were given at first," : "", rest);
}

static sb_code salvage_file(const sb_arguments *arguments, sb_diagnostics *diagnostics, sb_status *status) {
    char host[MPI_MAX_PROCESSOR_NAME] = "", versions[SB_VERSIONS_LENGTH];
    int length = 0;
    sb_plan *plan = NULL;
    sb_salvage salvage;
    const char *job = getenv("SLURM_JOB_ID");
    if (find_plan(arguments, diagnostics, &plan, status) != SB_OK ||
        sb_mpi_check(MPI_Get_processor_name(host, &length), "MPI_Get_processor_name", status) != SB_OK)
        goto done;
    sb_versions(versions);
    const sb_run_info info = {.start = (double)time(NULL),
                              .ranks = 1,
                              .hosts = host,
                              .job = job ? job : "",
                              .versions = versions,
                              .revision = sb_revision(),
                              .architecture = "none (salvaged)",
                              .kernels = "none"};
    if (sb_store_salvage(MPI_COMM_SELF, arguments->operand, arguments->output, arguments->overwrite, plan->layout,
                         &info, &salvage, status) == SB_OK)
        print_salvage(arguments, plan, &salvage);
done:
    sb_plan_free(plan);
    return status->code;
}

/* Under mpirun, rank 0 alone works. */
static int salvage_with_mpi(const sb_arguments *arguments) {
    int rank = 0, provided = 0;
    sb_status status = {0};
    sb_diagnostics diagnostics = {0};
    if (sb_store_environment(&status) != SB_OK)
        return sb_print_failure(&status, NULL);
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) != MPI_SUCCESS ||
        MPI_Comm_rank(MPI_COMM_WORLD, &rank) != MPI_SUCCESS) {
        sb_fail(&status, SB_SYSTEM, "MPI could not be started");
        return sb_print_failure(&status, NULL);
    }
    if (rank == 0 && salvage_file(arguments, &diagnostics, &status) != SB_OK)
        sb_print_failure(&status, &diagnostics);
    fflush(stdout);
    sb_diagnostics_free(&diagnostics);
    sb_agree(MPI_COMM_WORLD, &status);
    MPI_Finalize(); /* everything is committed and closed: a failure here changes nothing */
    return sb_exit_code(status.code);
}

static int salvage_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    if (arguments.output)
        exit_code = salvage_with_mpi(&arguments);
    else {
        sb_fail(&status, SB_INPUT, "salvage: name the file that is to be made with -o; see 'specbias salvage --help'");
        exit_code = sb_print_failure(&status, NULL);
    }
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_salvage_command = {
    .name = "salvage",
    .summary = "make a new results file from what is intact in a damaged one",
    .help = "usage: specbias salvage DAMAGED -o NEW [--sweep SWEEP] [--set PATH=VALUE]... [--overwrite]\n\n"
            "Takes every trial whose results match their checksum from a results file that was cut\n"
            "short, overwritten or otherwise damaged, and puts them into a new one. It needs nothing\n"
            "of the file's own structure: where the results lie follows from the sweep. Then\n"
            "'specbias run SWEEP -o NEW' trains what is missing. DAMAGED is only read.\n\n"
            "  -o, --output NEW     the results file to make\n"
            "  --sweep SWEEP        sweep file that DAMAGED was made from, under the name that it had; used\n"
            "                       where the one stored in DAMAGED cannot be read\n"
            "  --set PATH=VALUE     what was given to 'run' with that sweep file; may be repeated\n"
            "  --overwrite          replace NEW if it exists\n\n"
            "Exit code 0: NEW was written, even if nothing could be recovered; 74: DAMAGED cannot be read\n"
            "or NEW cannot be written.\n",
    .options = "hyosw",
    .operand = "damaged results file",
    .main = salvage_main,
};
