/** @file swept.h
 * For tests of whole trials: a sweep's text with its grid and layout.
 */
#ifndef SPECBIAS_TESTS_SWEPT_H
#define SPECBIAS_TESTS_SWEPT_H

#include "check.h"
#include <specbias/trial.h>
#include <string.h>

typedef struct swept {
    sb_sweep *sweep;
    sb_grid grid;
    sb_layout *layout;
} swept;

/* Borrowed by grid and layout: @p made must not move. */
static inline void swept_create(const char *text, swept *made) {
    sb_diagnostics diagnostics = {0};
    sb_status status = {.code = SB_OK};
    sb_code code = sb_sweep_parse(text, strlen(text), "test.yaml", NULL, 0, &diagnostics, &made->sweep, &status);
    if (code == SB_OK)
        code = sb_grid_create(made->sweep, &diagnostics, &made->grid, &status);
    if (code == SB_OK)
        code = sb_layout_create(&made->grid, &made->layout, &status);
    if (code == SB_OK)
        code = sb_probes_declare(made->layout, &status);
    if (code == SB_OK)
        code = sb_layout_finish(made->layout, &status);
    sb_diagnostics_print(&diagnostics, stderr);
    sb_diagnostics_free(&diagnostics);
    if (code != SB_OK)
        fail_msg("%s", status.message);
}

static inline void swept_destroy(swept *made) {
    sb_layout_free(made->layout);
    sb_sweep_free(made->sweep);
}

/* Trains trial @p trial without callbacks. */
static inline sb_result swept_run(const swept *made, uint64_t trial) {
    sb_result result;
    sb_status status;
    assert_int_equal(sb_trial_run(made->layout, sb_kernels_default(), trial, NULL, NULL, &result, &status), SB_OK);
    return result;
}

/* Element @p index of @p result's block of the variable @p name. */
static inline double swept_value(const swept *made, const sb_result *result, const char *name, size_t index) {
    const sb_variable *variable = sb_layout_find(made->layout, name);
    assert_non_null(variable);
    assert_true(index < variable->block_count);
    const unsigned char *block = (const unsigned char *)result->payload + variable->offset;
    return variable->type == SB_TYPE_FLOAT64 ? ((const double *)(const void *)block)[index]
                                             : (double)((const float *)(const void *)block)[index];
}

/* Length of dimension number @p which behind the training axes. */
static inline size_t swept_length(const swept *made, const char *name, size_t which) {
    const sb_variable *variable = sb_layout_find(made->layout, name);
    assert_true(variable->block_first + which < variable->dimension_count);
    return made->layout->dimensions[variable->dimensions[variable->block_first + which]].length;
}

#endif
