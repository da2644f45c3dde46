#include "cli.h"
#include <inttypes.h>

static void print_notes(const sb_verdict *verdict) {
    if (verdict->unclaimed)
        printf("note: %" PRIu64
               " slots hold intact results but do not say so: a commit was interrupted, or their state "
               "is damaged; 'specbias salvage' recovers them, 'specbias run' trains them again\n",
               verdict->unclaimed);
    if (verdict->foreign)
        printf("note: %" PRIu64
               " bytes outside the results are not what its sweep calls for, the first is byte %" PRIu64
               ", but HDF5's own checksums are right: another program has changed the file, such as by an attribute\n",
               verdict->altered, verdict->first_altered);
    if (!verdict->compared)
        printf("note: attributes and dimensions were not compared with what the sweep calls for: the file was made by "
               "%s, or copied by another program\n",
               *verdict->creator ? verdict->creator : "an older version");
}

static int print_verdict(const char *path, const sb_plan *plan, const sb_verdict *verdict) {
    char digest[SB_HASH_TEXT], name[SB_TRIAL_NAME_LENGTH];
    sb_hash_format(verdict->digest, digest);
    printf("%s: %" PRIu64 " trials: %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " missing, %" PRIu64 " damaged\n",
           path, verdict->trials, verdict->done, verdict->failed, verdict->missing, verdict->damaged);
    printf("digest: %s\n", digest);
    print_notes(verdict);
    sb_status status = {0};
    const bool torn = verdict->altered > 0 && !verdict->foreign;
    if (torn)
        sb_fail(&status, SB_IO,
                "%s: %" PRIu64 " bytes outside the results are not what its sweep calls for, the first is byte %" PRIu64
                ": it is damaged, or another program has changed it; 'specbias salvage' puts what is intact into a new "
                "file",
                path, verdict->altered, verdict->first_altered);
    if (verdict->damaged)
        sb_fail(&status, SB_IO,
                "%s: the results of %" PRIu64 " trial%s do not match their checksum, the first is trial %" PRIu64
                " (%s); 'specbias run' with this file trains them again%s",
                path, verdict->damaged, verdict->damaged == 1 ? "" : "s", verdict->first_damaged,
                sb_trial_name(plan->layout, verdict->first_damaged, name),
                torn ? ", but it is damaged elsewhere too: 'specbias salvage' first" : "");
    return status.code == SB_OK ? 0 : sb_print_failure(&status, NULL);
}

static int verify_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    sb_plan *plan = NULL;
    sb_verdict verdict = {0};
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    if (sb_plan_stored(arguments.operand, &plan, &status) == SB_OK &&
        sb_store_verify(arguments.operand, plan->layout, &verdict, &status) == SB_OK)
        exit_code = print_verdict(arguments.operand, plan, &verdict);
    else
        exit_code = sb_print_failure(&status, NULL);
    sb_plan_free(plan);
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_verify_command = {
    .name = "verify",
    .summary = "check every result in a file against its checksum",
    .help = "usage: specbias verify FILE\n\n"
            "Checks every trial's results in a file against their checksum, and everything else but\n"
            "the bookkeeping of runs against what its sweep calls for. Prints how many trials are\n"
            "done, failed, missing and damaged, and one digest of all results: equal digests mean\n"
            "equal results, whoever computed them and wherever.\n\n"
            "Exit code 74 if the file or any trial in it is damaged. 'specbias salvage' makes a new\n"
            "file from what is intact.\n",
    .options = "h",
    .operand = "results file",
    .main = verify_main,
};
