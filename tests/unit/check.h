/* cmocka with what it needs before it, and comparisons of doubles (its own are of floats). */
#ifndef SPECBIAS_TESTS_UNIT_CHECK_H
#define SPECBIAS_TESTS_UNIT_CHECK_H

/* cmocka.h uses the first four without including them. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */
#include <math.h>

/* Fails, with both numbers, unless |a - b| <= tolerance; so also for NaN. */
#define assert_near(a, b, tolerance) check_near((double)(a), (double)(b), (double)(tolerance), __FILE__, __LINE__)

static inline void check_near(double a, double b, double tolerance, const char *file, int line) {
    if (fabs(a - b) <= tolerance)
        return;
    print_error("%.17g differs from %.17g by %.3g, more than %.3g\n", a, b, a - b, tolerance);
    _fail(file, line);
}

#endif
