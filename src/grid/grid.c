#include "product.h"
#include <inttypes.h>
#include <string.h>

/* "seed 5 x embedding.petals 4": the axes and their lengths. */
static const char *describe_lengths(const sb_product *product, sb_arena *arena, sb_status *status) {
    const char *text = "";
    for (size_t i = 0; text && i < product->axis_count; i++)
        text = sb_arena_format(arena, status, "%s%s%s %zu", text, i ? " x " : "", product->axes[i]->path,
                               product->axes[i]->length);
    return text;
}

/* "embedding.petals: 4; target.samples: 100": a point in words. */
static const char *describe_point(const sb_product *product, uint64_t point, sb_arena *arena, sb_status *status) {
    size_t index[SB_AXES_MAX];
    sb_product_unravel(product, point, index);
    const char *text = "";
    for (size_t i = 0; text && i < product->axis_count; i++)
        text = sb_arena_format(arena, status, "%s%s%s: %s", text, i ? "; " : "", product->axes[i]->path,
                               product->axes[i]->labels[index[i]]);
    return text;
}

/* Reports @p what as too large, and counts it in *faults. */
static sb_code report_size(const sb_sweep *sweep, sb_diagnostics *diagnostics, const sb_product *product,
                           const char *what, size_t *faults, sb_status *status) {
    sb_arena arena = {0};
    sb_code code = SB_MEMORY;
    const char *lengths = describe_lengths(product, &arena, status);
    if (!lengths)
        goto done;
    sb_sweep_report(sweep, diagnostics, "axes",
                    "%s (%s); at most %" PRIu64 " are allowed: shorten an axis, or list only the points of interest "
                    "with zip",
                    what, lengths, SB_TRIALS_MAX);
    ++*faults;
    code = SB_OK;
done:
    sb_arena_free(&arena);
    return code;
}

/* Reports a rule that is broken at @p point, and counts it in *faults. */
static sb_code report_rule(const sb_sweep *sweep, sb_diagnostics *diagnostics, const sb_rule *rule,
                           const sb_product *product, uint64_t point, const char *message, size_t *faults,
                           sb_status *status) {
    sb_arena arena = {0};
    sb_code code = SB_MEMORY;
    const char *words = describe_point(product, point, &arena, status);
    if (!words)
        goto done;
    if (product->axis_count)
        sb_sweep_report(sweep, diagnostics, rule->culprit, "%s (first at %s)", message, words);
    else
        sb_sweep_report(sweep, diagnostics, rule->culprit, "%s", message);
    ++*faults;
    code = SB_OK;
done:
    sb_arena_free(&arena);
    return code;
}

static sb_code check_rule(const sb_sweep *sweep, sb_diagnostics *diagnostics, const sb_rule *rule, size_t *faults,
                          sb_status *status) {
    sb_product product = sb_product_touching(sweep, rule->fields);
    if (product.count > SB_TRIALS_MAX)
        return report_size(sweep, diagnostics, &product, "too many combinations of trials and probe settings", faults,
                           status);
    sb_settings settings = sweep->base;
    char message[SB_MESSAGE_LENGTH];
    for (uint64_t point = 0; point < product.count; point++) {
        sb_product_apply(&product, point, &settings);
        if (!rule->holds(&settings, message, sizeof message))
            return report_rule(sweep, diagnostics, rule, &product, point, message, faults, status);
    }
    return SB_OK;
}

sb_code sb_grid_check(const sb_grid *grid, const sb_rule *rules, size_t count, sb_diagnostics *diagnostics,
                      sb_status *status) {
    sb_code code = SB_OK;
    size_t faults = 0;
    for (size_t i = 0; code == SB_OK && i < count; i++)
        code = check_rule(grid->sweep, diagnostics, &rules[i], &faults, status);
    if (code == SB_OK && faults)
        code = sb_fail(status, SB_INPUT, "%zu %s in the grid of '%s'", faults, faults == 1 ? "error" : "errors",
                       grid->sweep->name);
    return code;
}

sb_code sb_grid_create(const sb_sweep *sweep, sb_diagnostics *diagnostics, sb_grid *grid, sb_status *status) {
    *grid = (sb_grid){.sweep = sweep, .trials = {.count = 1}};
    for (size_t i = 0; i < sweep->axis_count; i++)
        if (!sweep->axes[i].probe)
            sb_product_append(&grid->trials, &sweep->axes[i]);

    if (grid->trials.count <= SB_TRIALS_MAX)
        return sb_grid_check(grid, sb_rules, sb_rule_count, diagnostics, status);
    size_t faults = 0;
    sb_code code = report_size(sweep, diagnostics, &grid->trials, "too many trials", &faults, status);
    return code == SB_OK ? sb_fail(status, SB_INPUT, "1 error in the grid of '%s'", sweep->name) : code;
}

void sb_grid_settings(const sb_grid *grid, uint64_t trial, sb_settings *settings) {
    *settings = grid->sweep->base;
    sb_product_apply(&grid->trials, trial, settings);
}

sb_product sb_grid_axes_touching(const sb_grid *grid, const char *const *paths) {
    sb_product product = {.count = 1};
    for (size_t i = 0; i < grid->trials.axis_count; i++)
        if (sb_product_touches(grid->trials.axes[i], paths))
            sb_product_append(&product, grid->trials.axes[i]);
    return product;
}

sb_product sb_grid_probe_axes(const sb_grid *grid, const char *probe) {
    sb_product product = {.count = 1};
    for (size_t i = 0; i < grid->sweep->axis_count; i++) {
        const sb_axis *axis = &grid->sweep->axes[i];
        if (axis->probe && strcmp(axis->probe, probe) == 0)
            sb_product_append(&product, axis);
    }
    return product;
}
