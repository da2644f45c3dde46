/** @file classes.h
 * On which side of a decision an output lies, for targets that are classes.
 */
#ifndef SPECBIAS_PROBE_CLASSES_H
#define SPECBIAS_PROBE_CLASSES_H

#include <specbias/spec.h>

/** Share of @p samples whose outputs f[samples][outputs] name the class of y[samples][outputs].
 * One class of several, with an output for each: the largest output is where the largest target is; of equal ones the
 * first counts. Otherwise each output (a binarised image has one for each channel) lies on the same side as its target
 * of the point half way between the targets of two classes, or, for bce, a logit is above 0 where the target is 1; a
 * value on the boundary belongs to the lower class. */
double sb_accuracy(const sb_settings *settings, const float *f, const float *y, size_t samples, size_t outputs);

#endif
