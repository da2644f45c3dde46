/** @file classes.h
 * On which side of a decision an output lies, for targets that are classes.
 */
#ifndef SPECBIAS_PROBE_CLASSES_H
#define SPECBIAS_PROBE_CLASSES_H

#include <specbias/spec.h>

/** Share of @p samples whose outputs f[samples][outputs] name the class of y[samples][outputs].
 * One output: f and y lie on the same side of the point half way between the two classes' targets, or, for bce, f's
 * logit is above 0 where y is 1. A value on the boundary belongs to the lower class. Several outputs: the largest
 * output is where the largest target is; of equal ones the first counts. */
double sb_accuracy(const sb_settings *settings, const float *f, const float *y, size_t samples, size_t outputs);

#endif
