#include "cli.h"
#include <inttypes.h>

sb_code sb_read_plan(const char *path, sb_plan **plan, sb_status *status) {
    sb_stored_sweep stored;
    sb_diagnostics diagnostics = {0};
    *plan = NULL;
    sb_code code = sb_store_read_sweep(path, &stored, status);
    if (code == SB_OK)
        code = sb_plan_create(stored.text, stored.length, path, stored.overrides, stored.override_count, &diagnostics,
                              plan, status);
    if (code == SB_INPUT)
        code = sb_fail(status, SB_IO, "%s: this version cannot read the sweep stored in it: %s", path,
                       diagnostics.count ? diagnostics.items[0].text : "it is damaged");
    sb_diagnostics_free(&diagnostics);
    sb_stored_sweep_free(&stored);
    return code;
}

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
