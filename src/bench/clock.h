/* The clock of all measurements. */
#ifndef SPECBIAS_BENCH_CLOCK_H
#define SPECBIAS_BENCH_CLOCK_H

#include <time.h>

/* Seconds of CPU time that this process has had: what other processes take on the same core does not count. */
static inline double cpu_seconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* cannot fail for this clock and a valid address */
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
