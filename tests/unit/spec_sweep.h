/* Sweeps from text: those that must parse, and those that must not. */
#ifndef SPECBIAS_TESTS_UNIT_SPEC_SWEEP_H
#define SPECBIAS_TESTS_UNIT_SPEC_SWEEP_H

#include "check.h"
#include <specbias/spec.h>
#include <stdio.h>
#include <string.h>

/* The sweep that @p text says with the --set arguments that follow it, up to a NULL. Fails if there are errors. */
#define sweep_of(...) sweep_from((const char *const[]){__VA_ARGS__, NULL}, __FILE__, __LINE__)

/* Fails unless text and --set arguments are refused with an error that contains @p part. */
#define assert_refused(part, ...) check_refused(part, (const char *const[]){__VA_ARGS__, NULL}, __FILE__, __LINE__)

static inline sb_code parse(const char *const *texts, sb_diagnostics *diagnostics, sb_sweep **sweep) {
    size_t overrides = 0;
    while (texts[1 + overrides])
        overrides++;
    sb_status status = {0};
    sb_code code = sb_sweep_parse(texts[0], strlen(texts[0]), "folder/test.sweep.yaml", texts + 1, overrides,
                                  diagnostics, sweep, &status);
    assert_int_equal(code, status.code);
    return code;
}

static inline sb_sweep *sweep_from(const char *const *texts, const char *file, int line) {
    sb_diagnostics diagnostics = {0};
    sb_sweep *sweep;
    sb_code code = parse(texts, &diagnostics, &sweep);
    if (code != SB_OK) {
        sb_diagnostics_print(&diagnostics, stderr);
        _fail(file, line);
    }
    assert_int_equal(diagnostics.count, 0);
    sb_diagnostics_free(&diagnostics);
    return sweep;
}

static inline void check_refused(const char *part, const char *const *texts, const char *file, int line) {
    sb_diagnostics diagnostics = {0};
    sb_sweep *sweep;
    sb_code code = parse(texts, &diagnostics, &sweep);
    bool found = false;
    for (size_t i = 0; i < diagnostics.count; i++)
        found = found || strstr(diagnostics.items[i].text, part);
    if (code != SB_INPUT || !found || sweep) {
        print_error("code %d, expected an error with: %s\n", (int)code, part);
        sb_diagnostics_print(&diagnostics, stderr);
        _fail(file, line);
    }
    sb_diagnostics_free(&diagnostics);
}

#define assert_list(list, ...)                                                                                         \
    check_list(list, (const double[]){__VA_ARGS__}, sizeof(double[]){__VA_ARGS__} / sizeof(double), __FILE__, __LINE__)

/* Bit for bit. */
static inline void check_list(sb_list list, const double *expected, size_t count, const char *file, int line) {
    _assert_int_equal(list.count, count, file, line);
    for (size_t i = 0; i < count; i++)
        if (!(list.values[i] == expected[i])) {
            print_error("element %zu is %.17g, not %.17g\n", i, list.values[i], expected[i]);
            _fail(file, line);
        }
}

#endif
