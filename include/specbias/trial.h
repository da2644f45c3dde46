/** @file trial.h
 * One trial: one network trained once and measured at its records.
 *
 * Not collective. The result is a function of the settings alone (on one instruction set, with the same kernels and
 * libraries).
 */
#ifndef SPECBIAS_TRIAL_H
#define SPECBIAS_TRIAL_H

#include <specbias/probe.h>

/** State of a trial's slot in the results file. The values are part of the file format. */
typedef enum sb_trial_state {
    SB_TRIAL_MISSING = 0, /**< never committed */
    SB_TRIAL_DONE = 1,
    SB_TRIAL_FAILED = 2 /**< ended early; records until then are there */
} sb_trial_state;

/** Why a trial failed, as X(name, code, message). The codes are part of the file format. */
#define SB_FAILURES(X)                                                                                                 \
    X(NONE, 0, "no failure")                                                                                           \
    X(LOSS_NOT_FINITE, 1, "the training loss became infinite or NaN")                                                  \
    X(OUT_OF_MEMORY, 2, "not enough memory for the network and its probes")

typedef enum sb_failure {
#define SB_FAILURE_ENUMERATOR(name, code, message) SB_FAILURE_##name = code,
    SB_FAILURES(SB_FAILURE_ENUMERATOR)
#undef SB_FAILURE_ENUMERATOR
        SB_FAILURE_COUNT
} sb_failure;

/** The message for @p failure. */
const char *sb_failure_message(sb_failure failure);

/** What a trial leaves behind. */
typedef struct sb_result {
    uint64_t trial; /**< its number in the grid */
    sb_trial_state state;
    sb_failure failure;
    int64_t steps;     /**< updates made; of a failed trial, those after which it failed */
    double seconds;    /**< wall time, without the time spent in poll, over all runs that worked on it */
    uint64_t checksum; /**< sb_result_checksum */
    void *payload;     /**< layout->payload_bytes */
} sb_result;

/** A trial that is being trained, as its caller sees it between two steps. */
typedef struct sb_trial sb_trial;

/** Times of what is not training: of each probe, in the order of their table, and of evaluating the network on the
 * training inputs, which comes before any of them. */
enum { SB_MEASURING_EVALUATION = SB_PROBES_MAX, SB_MEASURING_TIMES };

/** How the caller of a trial looks in on it. */
typedef struct sb_trial_hooks {
    void *context; /**< passed to both */
    /** Called at every step boundary. SB_OK: go on. Anything else ends the trial, which returns that code; the reason
     * is the caller's to keep. Must be cheap. May be NULL. */
    sb_code (*poll)(void *context, const sb_trial *trial);
    /** Called at least every 100 ms while the network is evaluated and inside probes. Anything but SB_OK ends the
     * measurement; after one last poll, for the caller to save the trial, it is what the trial returns. Must not be
     * SB_MEMORY, with which a probe fails. May be NULL. */
    sb_code (*progress)(void *context);
    double *seconds; /**< [SB_MEASURING_TIMES] to which the time spent on measurements is added. May be NULL. */
} sb_trial_hooks;

/** Trains and measures trial @p number with networks of @p kernels.
 * @param saved  what sb_trial_save left of the same trial, from where training goes on; NULL: from the start. The
 * result has the same bits either way. What is not a state of this trial is taken as NULL.
 * @param hooks  may be NULL.
 * @param result on SB_OK holds a payload to be released with sb_result_free, DONE or FAILED; empty otherwise. */
sb_code sb_trial_run(const sb_layout *layout, const sb_kernels *kernels, uint64_t number, const void *saved,
                     const sb_trial_hooks *hooks, sb_result *result, sb_status *status);

/** Updates made so far. */
int64_t sb_trial_steps(const sb_trial *trial);

/** Writes to @p saved [sb_trial_saved_bytes] all that training needs to go on from here, on any machine of the same
 * byte order and with any kernels: updates, parameters, Adam's moments, records so far. From poll only. */
void sb_trial_save(const sb_trial *trial, void *saved);

/** Bytes of a saved trial. */
size_t sb_trial_saved_bytes(const sb_layout *layout, const sb_settings *settings);

/** Updates that the trial in @p saved had made. */
int64_t sb_trial_saved_steps(const void *saved);

void sb_result_free(sb_result *result);

/** Fills @p payload [layout->payload_bytes] with what a trial holds before anything is measured: NaN in every element
 * of every variable (bits 0x7fc00000 and 0x7ff8000000000000), zeros between the blocks. */
void sb_payload_clear(const sb_layout *layout, void *payload);

/** Checksum of identity, state, failure, steps and payload: everything about a slot but where and when it was computed.
 * @param payload [layout->payload_bytes] */
uint64_t sb_result_checksum(sb_hash identity, sb_trial_state state, sb_failure failure, int64_t steps,
                            const void *payload, uint64_t payload_bytes);

/** Cost model: floating-point operations of one trial, with its data and probes. */
double sb_trial_flops(const sb_layout *layout, const sb_settings *settings);

/** Bytes that one trial holds while it runs, its payload included. */
size_t sb_trial_bytes(const sb_layout *layout, const sb_kernels *kernels, const sb_settings *settings);

#endif
