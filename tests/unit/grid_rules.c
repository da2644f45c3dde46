/* Rules between fields are checked over the axes that they read, and reported once, with the first point that breaks
 * them. */
#include "check.h"
#include <specbias/grid.h>
#include <string.h>

#define HEAD                                                                                                           \
    "specbias: 1\n"                                                                                                    \
    "target: {kind: sinusoids, samples: 200, frequencies: [5, 50]}\n"                                                  \
    "model: {depth: 6, width: 256}\n"                                                                                  \
    "training: {steps: 1000}\n"                                                                                        \
    "record: {every: 100}\n"

typedef struct outcome {
    sb_sweep *sweep;
    sb_diagnostics diagnostics;
    sb_grid grid;
    sb_status status;
    sb_code code;
} outcome;

static void create(const char *text, outcome *made) {
    *made = (outcome){0};
    sb_code code =
        sb_sweep_parse(text, strlen(text), "test.yaml", NULL, 0, &made->diagnostics, &made->sweep, &made->status);
    if (code != SB_OK)
        sb_diagnostics_print(&made->diagnostics, stderr);
    assert_int_equal(code, SB_OK);
    made->code = sb_grid_create(made->sweep, &made->diagnostics, &made->grid, &made->status);
}

static void release(outcome *made) {
    sb_diagnostics_free(&made->diagnostics);
    sb_sweep_free(made->sweep);
}

/* A frequency of 50 needs more than 100 samples; the seeds have no part in it. */
static void a_broken_rule_is_reported_once_at_its_first_point(void **state) {
    (void)state;
    outcome made;
    create(HEAD "axes:\n"
                "  - seed: {from: 0, to: 4}\n"
                "  - target.samples: [200, 120, 100, 80]\n",
           &made);
    assert_int_equal(made.code, SB_INPUT);
    assert_int_equal(made.diagnostics.count, 1);
    const char *text = made.diagnostics.items[0].text;
    assert_non_null(strstr(text, "test.yaml:"));
    assert_non_null(strstr(text, "target.samples: 100"));
    assert_null(strstr(text, "seed"));
    assert_true(made.diagnostics.items[0].line > 1);
    release(&made);
}

static void a_kept_rule_gives_a_grid(void **state) {
    (void)state;
    outcome made;
    create(HEAD "axes:\n"
                "  - seed: {from: 0, to: 4}\n"
                "  - target.samples: [200, 120, 104]\n",
           &made);
    assert_int_equal(made.code, SB_OK);
    assert_int_equal(made.diagnostics.count, 0);
    assert_int_equal(made.grid.trials.count, 15);
    release(&made);
}

static void without_axes_a_broken_rule_names_no_point(void **state) {
    (void)state;
    outcome made;
    create("specbias: 1\n"
           "target: {kind: sinusoids, samples: 100, frequencies: [5, 50]}\n"
           "training: {steps: 1000}\n"
           "axes:\n"
           "  - seed: [1, 2]\n",
           &made);
    assert_int_equal(made.code, SB_INPUT);
    assert_int_equal(made.diagnostics.count, 1);
    assert_int_equal(made.diagnostics.items[0].line, 2);
    assert_null(strstr(made.diagnostics.items[0].text, "first at"));
    release(&made);
}

/* 10^4 x 10^4 trials are refused before any of them is looked at. */
static void too_many_trials_are_refused(void **state) {
    (void)state;
    outcome made;
    create(HEAD "axes:\n"
                "  - seed: {from: 1, to: 10000}\n"
                "  - target.seed: {from: 1, to: 10000}\n",
           &made);
    assert_int_equal(made.code, SB_INPUT);
    assert_int_equal(made.diagnostics.count, 1);
    assert_non_null(strstr(made.diagnostics.items[0].text, "seed 10000 x target.seed 10000"));
    release(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_rule_is_reported_once_at_its_first_point),
        cmocka_unit_test(a_kept_rule_gives_a_grid),
        cmocka_unit_test(without_axes_a_broken_rule_names_no_point),
        cmocka_unit_test(too_many_trials_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
