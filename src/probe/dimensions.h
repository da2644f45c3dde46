/** @file dimensions.h
 * Dimensions that several probes' variables share.
 */
#ifndef SPECBIAS_PROBE_DIMENSIONS_H
#define SPECBIAS_PROBE_DIMENSIONS_H

#include <specbias/probe.h>

/** The target's frequencies k_i. */
extern const sb_vector_rule sb_dimension_frequency;

/** Layers 1 .. D. */
extern const sb_vector_rule sb_dimension_layer;

/** Training samples, from 0 in the dataset's order. */
extern const sb_vector_rule sb_dimension_sample;

/** Components of the target. */
extern const sb_vector_rule sb_dimension_output;

/** Layers 1 .. D-1, which end in a ReLU. */
extern const sb_vector_rule sb_dimension_hidden_layer;

/** The fields that change a network's shape, NULL at the end. */
extern const char *const sb_shape_fields[];

/** Shape of the network of a trial with @p settings. */
sb_shape sb_shape_for(const sb_settings *settings);

/** Fills @p values (unless NULL) with 0 .. @p count - 1 and returns @p count. */
size_t sb_indices(size_t count, double *values);

#endif
