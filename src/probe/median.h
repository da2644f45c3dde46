/** @file median.h
 * The middle of many numbers.
 */
#ifndef SPECBIAS_PROBE_MEDIAN_H
#define SPECBIAS_PROBE_MEDIAN_H

#include <stddef.h>

/** Median of values[count], none of which is NaN, in time that grows with their number; of an even number of them the
 * mean of the two in the middle. Changes their order. NaN for none. */
double sb_median(float *values, size_t count);

#endif
