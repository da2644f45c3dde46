/** @file run.h
 * A whole run: joins trial, sched and store. Also what a run would cost.
 *
 * Order of calls: sb_plan_create from the sweep's text, sb_run_start once per process, then sb_run or sb_plan_estimate.
 */
#ifndef SPECBIAS_RUN_H
#define SPECBIAS_RUN_H

#include <mpi.h>
#include <specbias/sched.h>
#include <specbias/store.h>

/* --- What is to be run ------------------------------------------------------------------------------------------ */

/** A sweep with everything that follows from it. */
typedef struct sb_plan {
    sb_sweep *sweep;
    sb_grid grid;
    sb_layout *layout;
} sb_plan;

/** Not collective. From sweep text to layout: parses, checks the rules, declares the probes. Every rank gets the same
 * answer from the same text. On SB_INPUT the diagnostics say what is wrong. Release with sb_plan_free. */
sb_code sb_plan_create(const char *text, size_t length, const char *source, const char *const *overrides,
                       size_t override_count, sb_diagnostics *diagnostics, sb_plan **plan, sb_status *status);
void sb_plan_free(sb_plan *plan);

/** Collective; with MPI_COMM_NULL not collective, also before MPI_Init: the process reads for itself. Reads every file
 * that trials need, checks and decodes it, and then the rules about what files hold. Before it nothing can be trained
 * or identified. Rank 0 reads alone, each file once, and broadcasts it as it is, which is less than what it decodes to;
 * each rank keeps one decoded copy for all of its trials. SB_INPUT, with a diagnostic for each error. Agreed. */
sb_code sb_plan_read(MPI_Comm comm, sb_plan *plan, sb_diagnostics *diagnostics, sb_status *status);

/** Not collective. The plan of the sweep stored in the results file @p path, with the digests of its files of data as
 * they are stored there: they are not read. SB_IO if it cannot be read, or does not give the identity that the file
 * states. */
sb_code sb_plan_stored(const char *path, sb_plan **plan, sb_status *status);

/* --- Start of a process ----------------------------------------------------------------------------------------- */

/** Collective; once per process, before anything is computed. Flushes denormals and starts BLIS with one
 * sub-configuration that all ranks share: their common choice, or the oldest where all are of Intel's line. SB_INPUT if
 * they have none, naming the variable to set. Agreed. */
sb_code sb_run_start(MPI_Comm comm, sb_status *status);

/** Not collective. The same for one process without MPI. */
sb_code sb_run_start_alone(sb_status *status);

enum { SB_VERSIONS_LENGTH = 512 };

/** Not collective, also before MPI_Init. Versions of specbias and the libraries in use, separated by ", ". */
void sb_versions(char text[SB_VERSIONS_LENGTH]);

/* --- The run ---------------------------------------------------------------------------------------------------- */

/** What a user asks of `run`. */
typedef struct sb_run_options {
    const char *output; /**< results file */
    sb_store_mode mode;
    const sb_kernels *kernels; /**< of all networks */
    double interval;           /**< seconds between commit rounds */
    double time_limit;         /**< seconds that the run may take; 0: no limit */
    double watchdog;           /**< seconds without a sign of life after which a rank is named; 0: never */
    bool quiet;                /**< no progress */
    bool retry_failed;         /**< train again what failed in earlier runs; what they say is cleared first */
    uint64_t max_failures; /**< stop early once more trials than this have failed in this run; SB_TRIALS_MAX: never */
    const char *const *reuse; /**< [reuse_count] earlier results files to take finished trials from */
    size_t reuse_count;
} sb_run_options;

enum { SB_MEASURING_LENGTH = 1024 };

/** What came of it, equal on all ranks. */
typedef struct sb_run_report {
    uint64_t trials;        /**< in the grid */
    uint64_t already_done;  /**< committed before this run, failed ones included unless they are retried */
    uint64_t reused;        /**< taken over by this run from other files */
    uint64_t done, failed;  /**< trained and committed by this run */
    uint64_t failed_before; /**< of already_done */
    uint64_t saved;         /**< begun and saved in the last checkpoint */
    uint64_t damaged;       /**< did not match their checksum, and were made missing */
    uint64_t first_damaged; /**< the lowest of them */
    uint64_t workers;       /**< ranks that committed at least one trial */
    double seconds;         /**< wall time of training */
    double trial_seconds;   /**< that all ranks spent on trials, */
    char measuring_seconds[SB_MEASURING_LENGTH]; /**< and what of it on measuring, as in sb_run_info */
    double efficiency; /**< time that the ranks spent on trials / (ranks x wall time); NaN if nothing was trained */
} sb_run_report;

/** Finished results wait for the next round, on each rank at most this many bytes and this many results; a rank that
 * has more asks for a round at once. */
#define SB_WAITING_BYTES_MAX ((uint64_t)256 << 20)
enum { SB_WAITING_MAX = 1000 };

/** Collective. Trains what is missing in the results file and commits it; nothing is written where nothing is missing.
 * SB_OK, SB_TRIALS_FAILED (by this run or an earlier one), SB_STOPPED, or a failure; agreed. The report is also filled
 * on failure, as far as known.
 *
 * Stops early, with what is finished committed, when SIGUSR1, SIGTERM or SIGINT reaches any rank, and in time before
 * the time limit or the end of the SLURM job; the message says why and how far the run came. A second SIGINT to a rank
 * acts as it did before. So it does once more than max_failures trials of this run have failed, with SB_TRIALS_FAILED
 * in place of SB_STOPPED: the same command would meet the same failures. Slots that were damaged are named on standard
 * error. The signals' actions are the caller's own again afterwards, but what would kill is ignored
 * where a signal that went to all ranks may still arrive. */
sb_code sb_run(MPI_Comm comm, const sb_plan *plan, const sb_run_options *options, sb_run_report *report,
               sb_status *status);

/* --- What it would cost ----------------------------------------------------------------------------------------- */

/** What a run would cost on @p ranks ranks. */
typedef struct sb_estimate {
    uint64_t trials;
    uint64_t records; /**< of all trials together */
    uint64_t file_bytes;
    uint64_t memory_per_rank; /**< bytes: the largest trial, its checkpoint, results that wait for a round, and the
                                 content of the files of data */
    double flops;             /**< of the whole sweep, by the cost model */
    double rate;              /**< FLOP/s of one rank over the whole sweep */
    double seconds;           /**< predicted wall time */
    double longest;           /**< seconds of the longest trial */
    double efficiency;        /**< of the simulated schedule */
} sb_estimate;

/** Not collective. With @p kernels, trains the networks with the costliest and the cheapest step for at most half a
 * second each, takes from them the time of a step apart from its arithmetic and the rate of the arithmetic, and
 * simulates the schedule with trials of that length. sb_run_start_alone (or sb_run_start) must have been called.
 *
 * Left out: creating and filling the file, commit rounds, the start of MPI; that probes run at another rate than
 * training steps; that ranks which share a socket's caches and memory slow each other down; that other nodes are faster
 * or slower than the machine on which this is called. */
sb_code sb_plan_estimate(const sb_plan *plan, const sb_kernels *kernels, size_t ranks, sb_estimate *estimate,
                         sb_status *status);

#endif
