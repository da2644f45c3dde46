#include "dot.h"

enum { LANES = 8 };

static double sum_of_lanes(const double *partial) {
    return ((partial[0] + partial[4]) + (partial[1] + partial[5])) +
           ((partial[2] + partial[6]) + (partial[3] + partial[7]));
}

/* Only static functions are cloned: before version 18, clang gave cloned functions names that other files do not find.
 */
#define DOT(name, left, right)                                                                                         \
    SB_CLONES                                                                                                          \
    static double name(const left *a, const right *b, size_t count) {                                                  \
        double partial[LANES] = {0};                                                                                   \
        size_t whole = count / LANES * LANES;                                                                          \
        for (size_t i = 0; i < whole; i += LANES)                                                                      \
            for (size_t lane = 0; lane < LANES; lane++)                                                                \
                partial[lane] += (double)a[i + lane] * (double)b[i + lane];                                            \
        for (size_t i = whole; i < count; i++)                                                                         \
            partial[i - whole] += (double)a[i] * (double)b[i];                                                         \
        return sum_of_lanes(partial);                                                                                  \
    }                                                                                                                  \
    double sb_##name(const left *a, const right *b, size_t count) {                                                    \
        return name(a, b, count);                                                                                      \
    }

DOT(dot_doubles, double, double)
DOT(dot_floats, float, float)
DOT(dot_mixed, float, double)
