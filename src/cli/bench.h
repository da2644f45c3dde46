/* What `bench` has measured, and how it is printed (bench_print.c). */
#ifndef SPECBIAS_CLI_BENCH_H
#define SPECBIAS_CLI_BENCH_H

#include "cli.h"
#include <specbias/bench.h>

typedef struct sb_bench_results {
    sb_bench_result *items; /* [count] */
    size_t count, rounds;
    sb_quartiles peak_gflops;
} sb_bench_results;

typedef struct sb_long_run {
    const sb_case *measured;
    const sb_kernels *kernels;
    size_t steps;
    sb_bench_long_result result;
} sb_long_run;

/* The head of the tables, before anything is measured. */
void sb_print_machine(const sb_peak *peak);

void sb_print_results(const sb_bench_results *results);
void sb_print_results_json(const sb_peak *peak, const sb_bench_results *results);

void sb_print_long(const sb_long_run *run);
void sb_print_long_json(const sb_peak *peak, const sb_long_run *run);

#endif
