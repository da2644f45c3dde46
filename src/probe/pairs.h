/** @file pairs.h
 * Pairs of training samples that probes compare: local ones, which lie near each other, and global ones, which lie far
 * apart (Lazzari and Liu 2023, section 4, and their published code, whose numbers for a curve of 2048 samples and an
 * image of 512 x 512 pixels are scaled to the data):
 *     curve     local: two of 50 neighbouring samples, from windows at random places; global: one sample from the first
 *               800 and one from the last 848;
 *     image     local: two pixels of a window of 50 x 50, at random places; global: one pixel from each of two
 *               diagonally opposite corner blocks, rows and columns 0 .. 224 and 275 .. 510, the diagonal at random;
 *     classes   any sample with the nearest (local) or the farthest (global) input of another class.
 * Pairs are drawn with replacement; no sample is paired with itself. They depend on the trial's seed, the step and the
 * numbers of pairs alone: probes that draw as many at the same step see the same ones.
 */
#ifndef SPECBIAS_PROBE_PAIRS_H
#define SPECBIAS_PROBE_PAIRS_H

#include <specbias/probe.h>

typedef enum sb_pair_kind { SB_PAIRS_LOCAL, SB_PAIRS_GLOBAL } sb_pair_kind;

/** How many pairs are drawn: windows x of_window local and so many global ones. */
typedef struct sb_pair_numbers {
    size_t windows, of_window, global;
} sb_pair_numbers;

/** The numbers that @p wanted asks for, where it leaves them to the paper its own: 25 windows and 5000 global pairs (an
 * image: 100 and 50 000), and in a window @p of_window pairs (an image: 500; classes: 200). */
sb_pair_numbers sb_pair_numbers_of(const sb_settings *settings, const sb_pair_settings *wanted, size_t of_window);

/** Pairs of one kind. */
size_t sb_pair_count(const sb_pair_numbers *numbers, sb_pair_kind kind);

/** What draws the pairs of a trial. */
typedef struct sb_pairs sb_pairs;

sb_code sb_pairs_create(const sb_dataset *dataset, sb_pairs **pairs, sb_status *status);
void sb_pairs_destroy(sb_pairs *pairs);

/** Bytes that sb_pairs_create allocates. */
size_t sb_pairs_bytes(const sb_settings *settings);

/** Draws drawn[sb_pair_count][2], numbers of samples, for the step of @p view. Pairs of a window stand together. Calls
 * view->progress and fails only with what it returned. */
sb_code sb_pairs_draw(sb_pairs *pairs, const sb_probe_view *view, const sb_pair_numbers *numbers, sb_pair_kind kind,
                      size_t (*drawn)[2]);

/** Operations of drawing the pairs of one record, of both kinds, for the cost model. */
double sb_pairs_flops(const sb_settings *settings, const sb_pair_numbers *numbers);

#endif
