#include "cli.h"
#include <inttypes.h>

static int print_verdict(const char *path, const sb_plan *plan, const sb_verdict *verdict) {
    char digest[SB_HASH_TEXT], name[SB_TRIAL_NAME_LENGTH];
    sb_hash_format(verdict->digest, digest);
    printf("%s: %" PRIu64 " trials: %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " missing, %" PRIu64 " damaged\n",
           path, verdict->trials, verdict->done, verdict->failed, verdict->missing, verdict->damaged);
    printf("digest: %s\n", digest);
    if (verdict->damaged == 0)
        return 0;
    sb_status status = {0};
    sb_fail(&status, SB_IO,
            "%s: %" PRIu64 " slots do not match their checksum, the first is trial %" PRIu64
            " (%s); 'specbias run' with this file trains them again",
            path, verdict->damaged, verdict->first_damaged, sb_trial_name(plan->layout, verdict->first_damaged, name));
    return sb_print_failure(&status, NULL);
}

static int verify_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    sb_status status = {0};
    sb_plan *plan = NULL;
    sb_verdict verdict = {0};
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    if (sb_read_plan(arguments.operand, &plan, &status) == SB_OK &&
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
            "Checks the structure of a results file and every trial's results against its checksum,\n"
            "and prints how many trials are done, failed, missing and damaged, and one digest of all\n"
            "results: equal digests mean equal results, whoever computed them and wherever.\n\n"
            "Exit code 74 if the file or any trial in it is damaged.\n",
    .options = "h",
    .operand = "results file",
    .main = verify_main,
};
