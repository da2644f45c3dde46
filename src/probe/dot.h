/** @file dot.h
 * Dot products in double precision, by eight partial sums in a fixed order: vectors of any width give the same bits.
 */
#ifndef SPECBIAS_PROBE_DOT_H
#define SPECBIAS_PROBE_DOT_H

#include <stddef.h>

/** sum of a[i] b[i]. */
double sb_dot_doubles(const double *a, const double *b, size_t count);
double sb_dot_floats(const float *a, const float *b, size_t count);
double sb_dot_mixed(const float *a, const double *b, size_t count);

#endif
