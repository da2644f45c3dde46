/** @file grid.h
 * The grid of trials that a sweep's axes span, and the labelled cube that its results form.
 *
 * Trials are numbered 0 .. count-1, the last axis fastest, and computed from their number: nothing here is as large as
 * the grid. sb_product is any ordered set of axes, so that work which depends on few of them (a rule, a coordinate, a
 * cost) is done once for each of their combinations and not for each trial.
 *
 * sb_layout says what a results file holds: dimensions, coordinates (known before training) and variables (one block
 * for each trial). It is a pure function of the sweep. Probes describe what they measure to it (probe.h); the store
 * writes it to a file (store.h).
 *
 * Not collective.
 */
#ifndef SPECBIAS_GRID_H
#define SPECBIAS_GRID_H

#include <specbias/spec.h>

/* --- Products of axes -----------------------------------------------------------------------------------------------
 */

/** An ordered set of axes and the number of their combinations (1 for no axis). */
typedef struct sb_product {
    size_t axis_count;
    const sb_axis *axes[SB_AXES_MAX];
    uint64_t count;
} sb_product;

/** Index of @p point along each axis: index[axis_count]. The product must not have overflowed (count UINT64_MAX). */
void sb_product_unravel(const sb_product *product, uint64_t point, size_t *index);

/** Sets in @p settings the fields of the product's axes to their values at @p point. */
void sb_product_apply(const sb_product *product, uint64_t point, sb_settings *settings);

/* --- The grid -------------------------------------------------------------------------------------------------------
 */

/** A sweep's trials. Borrows the sweep. */
typedef struct sb_grid {
    const sb_sweep *sweep;
    sb_product trials; /**< the training axes; trials.count is the number of trials */
} sb_grid;

/** Builds the grid and checks every rule between fields (sb_rules), each on the combinations of the axes that it reads.
 * SB_INPUT, with a diagnostic for each broken rule, also for more than SB_TRIALS_MAX trials. */
sb_code sb_grid_create(const sb_sweep *sweep, sb_diagnostics *diagnostics, sb_grid *grid, sb_status *status);

/** Checks @p rules in the same way: for those that sb_grid_create cannot know, about the content of files. */
sb_code sb_grid_check(const sb_grid *grid, const sb_rule *rules, size_t count, sb_diagnostics *diagnostics,
                      sb_status *status);

/** The settings of trial @p trial. Axes under `probes.` are left at the sweep's base (see sb_grid_probe_axes). */
void sb_grid_settings(const sb_grid *grid, uint64_t trial, sb_settings *settings);

/** The training axes that touch any of @p paths (fields or sections, NULL at the end). */
sb_product sb_grid_axes_touching(const sb_grid *grid, const char *const *paths);

/** The axes under `probes.<probe>`: a probe is evaluated on the trained network for each of their combinations. */
sb_product sb_grid_probe_axes(const sb_grid *grid, const char *probe);

/* --- The layout of results ------------------------------------------------------------------------------------------
 */

typedef enum sb_type { SB_TYPE_INT64, SB_TYPE_FLOAT32, SB_TYPE_FLOAT64, SB_TYPE_TEXT } sb_type;

/** Bytes of one element (of one character for text). */
size_t sb_type_size(sb_type type);

enum { SB_RANK_MAX = 32 }; /**< dimensions of one variable; HDF5's own limit */

/** A named dimension. Its coordinate values, if any, are the sb_coordinate of the same name. */
typedef struct sb_dimension {
    const char *name; /**< NULL for an axis before sb_layout_finish */
    size_t length;
} sb_dimension;

/** An array that is known before anything is trained: the values along a dimension, or a table. */
typedef struct sb_coordinate {
    const char *name, *unit, *long_name;
    sb_type type;
    size_t dimension_count;
    size_t dimensions[SB_RANK_MAX]; /**< indices into the layout's dimensions */
    size_t count;                   /**< elements: product of the dimensions' lengths */
    const void *values;             /**< [count] row-major; text: [count][text_length], zero-padded. Missing: NaN */
    size_t text_length;             /**< bytes of each element, at least 1, UTF-8; 0 unless text. The name
                                         `<name>_length` is kept free for the dimension of the characters */
} sb_coordinate;

/** A measured quantity: dimensions are the training axes, then the axes of its probe, then its own. */
typedef struct sb_variable {
    const char *name, *unit, *long_name;
    sb_type type; /**< SB_TYPE_FLOAT32 or SB_TYPE_FLOAT64; missing: NaN */
    size_t dimension_count;
    size_t dimensions[SB_RANK_MAX];
    size_t block_first;   /**< the first dimension that is not a training axis */
    uint64_t block_count; /**< elements of one trial's block */
    uint64_t offset;      /**< bytes from the start of a trial's payload to its block; a multiple of 8 */
} sb_variable;

/** Everything in a results file that depends on the sweep alone. */
typedef struct sb_layout {
    const sb_grid *grid;
    size_t dimension_count, coordinate_count, variable_count;
    sb_dimension *dimensions; /**< the training axes come first, in order */
    sb_coordinate *coordinates;
    sb_variable *variables;
    uint64_t payload_bytes; /**< of one trial: all its blocks */
    struct sb_layout_private *private_data;
} sb_layout;

/** A vector of numbers that follows from a trial's settings: how a probe describes a dimension's coordinate, or a table
 * along one. */
typedef struct sb_vector_rule {
    const char *name, *unit, *long_name;
    sb_type type;              /**< SB_TYPE_INT64 or SB_TYPE_FLOAT64 */
    const char *const *fields; /**< fields and sections on which it depends, NULL at the end */
    /** Number of values for @p settings; fills @p values if it is not NULL. */
    size_t (*values)(const void *context, const sb_settings *settings, double *values);
    const void *context; /**< passed to values(); must outlive the layout */
} sb_vector_rule;

/** Starts a layout: the training axes as dimensions. Borrows the grid. Then each probe declares what it measures with
 * the three functions below, and sb_layout_finish closes it. */
sb_code sb_layout_create(const sb_grid *grid, sb_layout **layout, sb_status *status);

/** Adds a dimension with its coordinate, or finds the one already added for the same rule name, and gives its index.
 * Where one vector of values serves all trials - the longest, of which every other is the beginning, such as layers 1,
 * 2,
 * ... or steps 0, 100, ... - the dimension is called @p rule->name and its coordinate too. Where the values differ
 * along some axes (of training or of probes), the dimension is an index `<name>_index` as long as the longest, and the
 * coordinate `<name>` lies over those axes and the index, padded with NaN: whole numbers are then SB_TYPE_FLOAT64.
 * SB_INPUT if there is no value in any trial, or too many to hold. */
sb_code sb_layout_dimension(sb_layout *layout, const sb_vector_rule *rule, size_t *dimension, sb_status *status);

/** Adds a table with one value for each element of @p dimension, over the axes that change it; padded with NaN. A table
 * of the same rule name over the same dimension is added once. */
sb_code sb_layout_table(sb_layout *layout, const sb_vector_rule *rule, size_t dimension, sb_status *status);

/** Adds a variable of probe @p probe over @p dimensions (@p dimension_count of them), behind the axes. @p variable is
 * its index in layout->variables. */
sb_code sb_layout_variable(sb_layout *layout, const char *probe, const char *name, const char *unit,
                           const char *long_name, sb_type type, const size_t *dimensions, size_t dimension_count,
                           size_t *variable, sb_status *status);

/** Settles names, adds the axes' coordinates, and computes offsets.
 *
 * An axis is called after the last component of its path, or after the whole path where something else in the file has
 * that name; a zip after its name, or `zip.<name>`; axes that collide with each other all take the long form. The
 * coordinate of an axis has its dimension's name: numbers for a number (also for lists of one element each), else text.
 * That of a zip is 0, 1, 2, ..., and each of its fields is a coordinate along it, named as if it were an axis.
 *
 * SB_INPUT if names still collide, or all trials together would take more than 2^62 bytes. */
sb_code sb_layout_finish(sb_layout *layout, sb_status *status);

void sb_layout_free(sb_layout *layout);

enum { SB_TRIAL_NAME_LENGTH = 256 };

/** Trial @p trial by its place on the axes, with their names in the results file: "seed=3 learning_rate=10"; where a
 * label has several parts, as of a zip, "length=(steps=100, learning_rate=0.1)". Cut, with "...", where it is too long.
 * Returns @p text. */
const char *sb_trial_name(const sb_layout *layout, uint64_t trial, char text[SB_TRIAL_NAME_LENGTH]);

/** The variable called @p name, or NULL. */
const sb_variable *sb_layout_find(const sb_layout *layout, const char *name);

#endif
