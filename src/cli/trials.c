#include "cli.h"
#include <inttypes.h>

const char *sb_failure_words(sb_failure failure) {
    return failure == SB_FAILURE_NONE ? "a reason that this version does not know" : sb_failure_message(failure);
}

void sb_print_failed(const sb_plan *plan, const sb_summary *summary, size_t most, const char *indent) {
    const size_t shown = summary->listed < most ? summary->listed : most;
    for (size_t i = 0; i < shown; ++i) {
        const sb_failed_trial *failed = &summary->first_failed[i];
        char name[SB_TRIAL_NAME_LENGTH];
        snprintf(name, sizeof name, "trial %" PRIu64, failed->trial);
        printf("%s%s: %s, after %" PRId64 " update%s\n", indent,
               plan ? sb_trial_name(plan->layout, failed->trial, name) : name, sb_failure_words(failed->failure),
               failed->steps, failed->steps == 1 ? "" : "s");
    }
    if (summary->failed > shown)
        printf("%sand %" PRIu64 " more\n", indent, summary->failed - shown);
}
