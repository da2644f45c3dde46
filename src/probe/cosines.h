/** @file cosines.h
 * Histograms of cosines, in the same bins for all probes: SB_COSINE_BINS of equal width on [-1, 1].
 */
#ifndef SPECBIAS_PROBE_COSINES_H
#define SPECBIAS_PROBE_COSINES_H

#include <specbias/probe.h>

enum { SB_COSINE_BINS = 100 };

/** The bins, by their middles. */
extern const sb_vector_rule sb_dimension_cosine_bin;

/** Cosines that are counted one by one. Zero-initialise. */
typedef struct sb_cosines {
    uint64_t count, below_zero, bins[SB_COSINE_BINS];
    double sum;
} sb_cosines;

/** Counts @p cosine, which rounding may have taken beyond [-1, 1]. */
void sb_cosines_add(sb_cosines *cosines, double cosine);

/** density[SB_COSINE_BINS], whose integral is 1; NaN if nothing was counted. */
void sb_cosines_density(const sb_cosines *cosines, double *density);

#endif
