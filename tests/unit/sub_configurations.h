/* BLIS chooses once in a process: so what is checked with each of its sub-configurations runs in one of its own. */
#ifndef SPECBIAS_TESTS_UNIT_SUB_CONFIGURATIONS_H
#define SPECBIAS_TESTS_UNIT_SUB_CONFIGURATIONS_H

#include <blis.h>
#include <specbias/nn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool succeeds_apart(int (*function)(void), int architecture) {
    int state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        int result = sb_blis_start(architecture, NULL) == SB_OK ? function() : 1;
        fflush(NULL);
        _exit(result != 0);
    }
    return child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

static inline int multiply_by_blis(void) {
    enum { N = 50 };
    static float a[N * N], c[N * N];
    float one = 1, zero = 0;
    bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, N, N, N, &one, a, N, 1, a, N, 1, &zero, c, N, 1);
    return 0;
}

/* Runs @p check with each sub-configuration that this processor can run: many end in an illegal instruction on most.
 * Returns how often it failed. */
static inline int check_sub_configurations(int (*check)(void)) {
    int failed = 0;
    for (int architecture = 0; architecture < BLIS_NUM_ARCHS; architecture++)
        if (succeeds_apart(multiply_by_blis, architecture))
            failed += !succeeds_apart(check, architecture);
    return failed;
}

#endif
