/** @file run.h
 * A whole run: joins trial, sched and store. Also what a run would cost.
 */
#ifndef SPECBIAS_RUN_H
#define SPECBIAS_RUN_H

#include <mpi.h>
#include <specbias/sched.h>
#include <specbias/store.h>

/** A sweep with everything that follows from it. */
typedef struct sb_plan {
    sb_sweep *sweep;
    sb_grid grid;
    sb_layout *layout;
} sb_plan;

/** Not collective. From sweep text to layout: parses, checks the rules, declares the probes, checks the input data. Every
 * rank gets the same answer from the same text. On SB_INPUT the diagnostics say what is wrong. Release with sb_plan_free. */
sb_code sb_plan_create(const char *text, size_t length, const char *source, const char *const *overrides,
                       size_t override_count, sb_diagnostics *diagnostics, sb_plan **plan, sb_status *status);
void sb_plan_free(sb_plan *plan);

/** What a user asks of `run`. */
typedef struct sb_run_options {
    const char *output; /**< results file */
    sb_store_mode mode;
    double interval; /**< seconds between commit rounds */
    bool quiet;
} sb_run_options;

/** What came of it. */
typedef struct sb_run_report {
    uint64_t trials;         /**< in the grid */
    uint64_t already_done;   /**< committed before this run */
    uint64_t done, failed;   /**< committed by this run */
    double seconds;          /**< wall time of training */
    double efficiency;       /**< sum of trial time / (ranks x wall time) */
} sb_run_report;

/** Collective. Trains what is missing and commits it. SB_OK, SB_TRIALS_FAILED, or a failure; agreed. */
sb_code sb_run(MPI_Comm comm, const sb_plan *plan, const sb_run_options *options, sb_run_report *report,
               sb_status *status);

/** What a run would cost on @p ranks ranks. */
typedef struct sb_estimate {
    uint64_t trials;
    uint64_t records;         /**< of all trials together */
    uint64_t file_bytes;
    uint64_t memory_per_rank; /**< bytes, of the largest trial */
    double flops;             /**< of the whole sweep */
    double rate;              /**< FLOP/s of one rank, measured now on steps of this sweep's networks */
    double seconds;           /**< predicted wall time */
    double longest;           /**< seconds of the longest trial */
    double efficiency;        /**< of the simulated schedule */
} sb_estimate;

/** Not collective. Takes about a second for the measurement. sb_blis_start must have been called. */
sb_code sb_plan_estimate(const sb_plan *plan, size_t ranks, sb_estimate *estimate, sb_status *status);

#endif
