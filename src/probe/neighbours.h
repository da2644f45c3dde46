/** @file neighbours.h
 * For samples that are classes: which sample of another class is nearest, and which farthest.
 */
#ifndef SPECBIAS_PROBE_NEIGHBOURS_H
#define SPECBIAS_PROBE_NEIGHBOURS_H

#include <specbias/probe.h>

/** What is known of a trial's samples. A class is what has the same target, without label noise. */
typedef struct sb_neighbours sb_neighbours;

/** SB_INPUT if all samples are of one class. */
sb_code sb_neighbours_create(const sb_dataset *dataset, sb_neighbours **neighbours, sb_status *status);
void sb_neighbours_destroy(sb_neighbours *neighbours);

/** Bytes that sb_neighbours_create allocates. */
size_t sb_neighbours_bytes(const sb_settings *settings);

/** Sets pairs[i][1], for each of @p count pairs, to the sample of another class whose input is nearest to that of
 * sample pairs[i][0], or @p farthest from it: by the Euclidean distance, up to rounding in single precision; of equal
 * ones, the first. What was found once is kept. Calls view->progress and fails only with what it returned. */
sb_code sb_neighbours_find(sb_neighbours *neighbours, const sb_probe_view *view, bool farthest, size_t count,
                           size_t (*pairs)[2]);

/** Operations of finding the neighbours of @p samples samples drawn at random at each record, on average. */
double sb_neighbours_flops(const sb_settings *settings, size_t samples);

#endif
