/** @file region_counter.h
 * Counts the linear regions in which samples lie: their distinct activation patterns.
 */
#ifndef SPECBIAS_PROBE_REGION_COUNTER_H
#define SPECBIAS_PROBE_REGION_COUNTER_H

#include "patterns.h"

typedef struct sb_region_counter sb_region_counter;

/** Room for the patterns of @p samples samples. */
sb_code sb_region_counter_create(const sb_shape *shape, size_t samples, sb_region_counter **counter, sb_status *status);
void sb_region_counter_destroy(sb_region_counter *counter);

/** Bytes that sb_region_counter_create allocates. */
size_t sb_region_counter_bytes(const sb_shape *shape, size_t samples);

/** Operations of counting the regions of @p samples samples, for the cost model. */
double sb_region_counter_flops(const sb_shape *shape, size_t samples);

/** The number of regions of the network of @p view that the samples of @p source meet; into map[samples], unless NULL,
 * the number of each sample's region, from 0 in the order of first appearance. Fails as sb_patterns_visit. */
sb_code sb_regions_count(sb_region_counter *counter, const sb_probe_view *view, const sb_pattern_source *source,
                         double *regions, double *map);

#endif
