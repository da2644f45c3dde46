#include <specbias/data.h>
#include <specbias/run.h>
#include <stdlib.h>

sb_code sb_plan_create(const char *text, size_t length, const char *source, const char *const *overrides,
                       size_t override_count, sb_diagnostics *diagnostics, sb_plan **plan, sb_status *status) {
    sb_plan *made = calloc(1, sizeof *made);
    *plan = NULL;
    if (!made)
        return sb_fail(status, SB_MEMORY, "no memory for the plan of %s", source);
    sb_code code = sb_sweep_parse(text, length, source, overrides, override_count, diagnostics, &made->sweep, status);
    if (code == SB_OK)
        code = sb_grid_create(made->sweep, diagnostics, &made->grid, status);
    if (code == SB_OK)
        code = sb_layout_create(&made->grid, &made->layout, status);
    if (code == SB_OK)
        code = sb_probes_declare(made->layout, status);
    if (code == SB_OK)
        code = sb_layout_finish(made->layout, status);
    if (code != SB_OK) {
        sb_plan_free(made);
        return code;
    }
    *plan = made;
    return SB_OK;
}

void sb_plan_free(sb_plan *plan) {
    if (!plan)
        return;
    if (plan->layout)
        sb_layout_free(plan->layout);
    for (size_t i = 0; plan->sweep && i < plan->sweep->source_count; ++i)
        sb_source_release(plan->sweep->sources[i]);
    if (plan->sweep)
        sb_sweep_free(plan->sweep);
    free(plan);
}
