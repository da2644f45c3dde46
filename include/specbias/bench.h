/** @file bench.h
 * How close training steps come to the limit of the core: `specbias bench`.
 *
 * The limit is the rate of independent fused multiply-adds in registers (sb_peak). A case is one training step: a
 * network's shape, a batch and a loss. Cases, kernels and numbers of networks are measured side by side in interleaved
 * rounds, so that a neighbour who takes the machine's time disturbs all of them alike; each measurement is divided by a
 * peak taken right before it. Times are of the process's CPU clock, not of the wall.
 *
 * Order of calls: sb_run_start_alone (denormals, BLIS), cases, sb_bench_measure or sb_bench_long.
 *
 * Not collective. One thread.
 */
#ifndef SPECBIAS_BENCH_H
#define SPECBIAS_BENCH_H

#include <specbias/grid.h>
#include <specbias/nn.h>

/* --- Numbers --------------------------------------------------------------------------------------------------------
 */

typedef struct sb_quartiles {
    double median, q1, q3;
} sb_quartiles;

/** Quartiles of @p values [count], at least one, interpolated linearly between order statistics: quantile p lies at
 * position p (count - 1). Sorts @p values. */
sb_quartiles sb_quartiles_of(double *values, size_t count);

/** Quartiles of numerators[i] / denominators[i], each pair from one round. @p ratios [count] is workspace. */
sb_quartiles sb_paired_ratios(const double *numerators, const double *denominators, size_t count, double *ratios);

/** Floating-point operations of one training step with @p batch samples: batch x sb_shape_step_flops. */
double sb_bench_flops(const sb_shape *shape, size_t batch);

/** Bytes that a step cannot do without in single precision: 4 (4 P + batch (w_1 + .. + w_D)), which are parameters,
 * gradient and two moments, and the activations of every layer. */
double sb_bench_bound(const sb_shape *shape, size_t batch);

/* --- The machine ----------------------------------------------------------------------------------------------------
 */

enum { SB_PROCESSOR_LENGTH = 80 };

/** What the processor calls itself ("AMD EPYC 9654 96-Core Processor"), or its architecture ("aarch64"). */
void sb_processor(char name[SB_PROCESSOR_LENGTH]);

/** A loop of fused multiply-adds for one instruction set. */
typedef struct sb_peak sb_peak;

/** The loop that is fastest here, of those whose instruction set the processor has. */
const sb_peak *sb_peak_best(void);

/** Its instruction set: "AVX-512", "AVX2+FMA", "baseline". */
const char *sb_peak_name(const sb_peak *peak);

/** FLOP/s of the loop over at least @p seconds of CPU time. */
double sb_peak_measure(const sb_peak *peak, double seconds);

/* --- Cases ----------------------------------------------------------------------------------------------------------
 */

enum {
    SB_CASE_NAME = 64,
    SB_CASES_MAX = 16 /**< networks of unlike shape that one sweep may have here */
};

/** One training step to measure. */
typedef struct sb_case {
    char name[SB_CASE_NAME];
    sb_shape shape;
    size_t batch; /**< samples of a step */
    sb_loss loss;
    sb_adam adam;
    float *x, *y; /**< [batch][inputs], [batch][outputs] */
} sb_case;

/** Number of built-in cases, and their names. */
size_t sb_case_count(void);
const char *sb_case_name(size_t index);

/** Makes the built-in case @p name, which learns sums of sines. SB_INPUT, with all names, if there is none. */
sb_code sb_case_create(const char *name, sb_case *made, sb_status *status);

/** Makes a case of every network in the sweep of @p grid that differs from the others in shape, batch or loss, each
 * with the data of the first trial that has it; a mini-batch is the first samples. SB_INPUT if there are more than
 * SB_CASES_MAX. */
sb_code sb_case_sweep(const sb_grid *grid, sb_case cases[SB_CASES_MAX], size_t *count, sb_status *status);

void sb_case_destroy(sb_case *made);

/* --- Measurement ----------------------------------------------------------------------------------------------------
 */

/** What is measured: every case with every kernels and every number of networks. */
typedef struct sb_bench {
    const sb_case *cases;
    const sb_kernels *const *kernels;
    const size_t *networks; /**< networks of that shape that are stepped in turn */
    size_t case_count, kernels_count, networks_count;
    size_t rounds;
    size_t steps; /**< least number of steps of each network in a round; they also take at least about 0.1 s */
} sb_bench;

/** What came of one case, kernels and number of networks. */
typedef struct sb_bench_result {
    const sb_case *measured;
    const sb_kernels *kernels;
    size_t networks;
    size_t steps;            /**< of all networks together, in a round */
    sb_quartiles ms;         /**< of one step of one network */
    sb_quartiles share;      /**< of the peak taken right before */
    sb_quartiles speedup;    /**< over the first result of the same case, round by round */
    double gflops;           /**< at the median time */
    double peak_gflops;      /**< median of the peaks taken right before */
    double split[SB_PHASES]; /**< shares of a step's time, from steps that were profiled apart; their sum is 1 */
    size_t bytes;            /**< of one network */
    double bound_bytes;      /**< sb_bench_bound */
} sb_bench_result;

/** Measures @p bench against @p peak.
 * @param results     [sb_bench_count], case by case, for each kernels by kernels, the numbers of networks fastest.
 * @param peak_gflops of all peaks that were taken. */
sb_code sb_bench_measure(const sb_bench *bench, const sb_peak *peak, sb_bench_result *results,
                         sb_quartiles *peak_gflops, sb_status *status);

/** Cases x kernels x numbers of networks. */
size_t sb_bench_count(const sb_bench *bench);

enum { SB_LONG_PARTS = 10 };

/** Time of a step over a long training, part by part. */
typedef struct sb_bench_long_result {
    double ms[SB_LONG_PARTS];    /**< of a step */
    double share[SB_LONG_PARTS]; /**< of the mean of two peaks, taken before and after the part */
    double loss[SB_LONG_PARTS];  /**< before the last step of the part */
    sb_quartiles peak_gflops;
} sb_bench_long_result;

/** Trains one network of @p measured for @p steps steps, at least SB_LONG_PARTS. */
sb_code sb_bench_long(const sb_case *measured, const sb_kernels *kernels, const sb_peak *peak, size_t steps,
                      sb_bench_long_result *result, sb_status *status);

/** Time of a step in the last part over that in the first; and the same in units of the peak, which takes out a machine
 * that has become faster or slower meanwhile. */
double sb_long_ratio(const sb_bench_long_result *result);
double sb_long_peak_ratio(const sb_bench_long_result *result);

#endif
