/** @file probe.h
 * Measurements of a network while it is trained and after. Each probe is a row of one table and a file of its own
 * (src/probe/), with its formula and source.
 *
 * For each sweep: sb_probes_declare describes what will be measured to the layout. For each trial: sb_probes_create,
 * then sb_probes_measure at every record, then sb_probes_destroy. Results go into the trial's payload, a block of
 * memory of layout->payload_bytes that starts as NaN.
 *
 * Not collective.
 */
#ifndef SPECBIAS_PROBE_H
#define SPECBIAS_PROBE_H

#include <specbias/data.h>
#include <specbias/grid.h>
#include <specbias/nn.h>

/** What a probe may look at. */
typedef struct sb_probe_view {
    const sb_settings *settings; /**< of the trial, with the values of the probe's own axes */
    const sb_dataset *dataset;
    const sb_shape *shape;
    const float *parameters; /**< [sb_shape_parameters] flat */
    const float *outputs;    /**< [samples][outputs] f(x) on the training inputs */
    sb_network *scratch;     /**< a second network of the same shape, for the probe's own use */
    int64_t step;            /**< updates made so far */
    /** To be called at least every 100 ms; gives MPI a turn. Anything but SB_OK ends the measurement and is passed up:
     * a stop must not wait for a long probe. May be NULL. */
    sb_code (*progress)(void *);
    void *progress_context;
} sb_probe_view;

/** Calls the progress of @p view, if both are there. */
static inline sb_code sb_probe_progress(const sb_probe_view *view) {
    return view && view->progress ? view->progress(view->progress_context) : SB_OK;
}

/** A variable that a probe measures. Its dimensions are the training axes, the probe's axes, the moments at which it is
 * taken, and then its own. The moments are the dimension `step` for `at: all`, none for `at: last`, and `<probe>_step`
 * for a list of steps. */
typedef struct sb_probe_variable {
    const char *name, *unit, *long_name;
    sb_type type;  /**< SB_TYPE_FLOAT32 or SB_TYPE_FLOAT64 */
    bool timeless; /**< the same at every moment: it has no dimension of moments */
    bool watched;  /**< timeless, and found by watch(): missing where there was nothing to find; wanted() must not
                        depend on fields that may be axes of the probe */
    /** False where the settings do not ask for it - those of the probe, of target, validation, or training.loss: it is
     * then NaN, and not declared if no trial and no combination of the probe's axes asks. NULL: always wanted. */
    bool (*wanted)(const sb_settings *settings);
    const sb_vector_rule *dimensions[4]; /**< its own, NULL at the end */
} sb_probe_variable;

/** A table that goes with a probe's variables: @p rule has one value for each element of the dimension @p along. */
typedef struct sb_probe_companion {
    const sb_vector_rule *rule, *along;
} sb_probe_companion;

/** Where a probe puts one measurement of one variable: lengths[] are the padded lengths of the variable's own
 * dimensions (without axes and moments); values points at its first element, or is NULL if the variable is not wanted.
 */
typedef struct sb_probe_output {
    sb_type type;
    void *values;
    size_t dimension_count;
    size_t lengths[SB_RANK_MAX];
} sb_probe_output;

enum { SB_PROBE_VARIABLES_MAX = 8 };

/** One row of the table of probes. */
typedef struct sb_probe {
    const char *name;                                          /**< the key under `probes:` */
    sb_probe_variable variables[SB_PROBE_VARIABLES_MAX + 1];   /**< a NULL name at the end */
    sb_probe_companion companions[SB_PROBE_VARIABLES_MAX + 1]; /**< a NULL rule at the end */
    /** Where the probe's settings are in sb_settings. */
    const sb_probe_settings *(*settings)(const sb_settings *settings);
    /** Floating-point operations of one measurement, for the cost model. Work that runs slower than matrix products
     * counts as the operations of a training step that would take as long. All ranks must find the same bits: no
     * functions of libm that choose their code by the processor, such as log2 and pow. */
    double (*flops)(const sb_settings *settings);
    /** Bytes that create() allocates. NULL: none. */
    size_t (*bytes)(const sb_settings *settings);
    /** Prepares whatever is worth keeping between the measurements of one trial, for all combinations of the probe's
     * own axes: it must not depend on the probe's settings. NULL: nothing. On failure @p *state stays NULL. */
    sb_code (*create)(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status);
    /** Looks at the network at every record, due for measurement or not, for what is reached at some step; before
     * measure(). Only watched variables have a place in outputs[], which holds what was found at earlier records, also
     * in a run that was stopped since. Costs next to nothing. NULL: nothing. */
    void (*watch)(void *state, const sb_probe_view *view, const sb_probe_output *outputs);
    /** Takes one measurement into outputs[], in the order of the variables. */
    sb_code (*measure)(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status);
    /** Releases what create() made. NULL: nothing. */
    void (*destroy)(void *state);
} sb_probe;

/** All probes. */
enum { SB_PROBES_MAX = 40 };
extern const sb_probe *const sb_probe_table[];
extern const size_t sb_probe_count;

/** The probes of one trial. */
typedef struct sb_probes sb_probes;

/** Declares every enabled probe to @p layout, in the table's order. */
sb_code sb_probes_declare(sb_layout *layout, sb_status *status);

sb_code sb_probes_create(const sb_layout *layout, const sb_settings *settings, const sb_dataset *dataset,
                         const sb_shape *shape, sb_probes **probes, sb_status *status);

/** Adds to seconds[i] the time that probe number i of the table took to be created and, from now on, takes to measure;
 * NULL: nothing. Once, behind sb_probes_create. */
void sb_probes_profile(sb_probes *probes, double *seconds);

/** True if any probe is due after @p step updates. */
bool sb_probes_due(const sb_probes *probes, int64_t step);

/** Takes all measurements that are due after @p view->step updates into @p payload. view->settings are the trial's. */
sb_code sb_probes_measure(sb_probes *probes, const sb_probe_view *view, void *payload, sb_status *status);

void sb_probes_destroy(sb_probes *probes);

/** Floating-point operations of all measurements of one trial. */
double sb_probes_flops(const sb_layout *layout, const sb_settings *settings);

/** Bytes that the probes of one trial allocate. */
size_t sb_probes_bytes(const sb_settings *settings);

#endif
