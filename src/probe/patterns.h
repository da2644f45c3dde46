/** @file patterns.h
 * Activation patterns: one bit for each hidden neuron, set where its pre-activation is above 0 (Lazzari and Liu 2023,
 * section 3). For all probes that count or compare them.
 *
 * A pattern is an array of 64-bit words. Each hidden layer starts a word of its own, so that a layer is a range of
 * words; the bits behind its last neuron are 0.
 */
#ifndef SPECBIAS_PROBE_PATTERNS_H
#define SPECBIAS_PROBE_PATTERNS_H

#include <specbias/probe.h>

/** Words of hidden layer @p layer, from 1. */
size_t sb_pattern_words_of(const sb_shape *shape, size_t layer);

/** Words of a whole pattern. */
size_t sb_pattern_words(const sb_shape *shape);

/** Neurons of layers 1 .. D-1. */
size_t sb_hidden_neurons(const sb_shape *shape);

/** The number of bits set in @p count words. */
size_t sb_pattern_count(const uint64_t *words, size_t count);

/** The number of bits that differ. */
size_t sb_pattern_distance(const uint64_t *a, const uint64_t *b, size_t count);

/** Where inputs come from: fill() writes those of samples @p first .. @p first + @p count - 1 to x[count][inputs]. */
typedef struct sb_pattern_source {
    size_t samples;
    void (*fill)(const void *context, size_t first, size_t count, float *x);
    const void *context;
} sb_pattern_source;

/** The training inputs. Borrows @p dataset. */
sb_pattern_source sb_pattern_training(const sb_dataset *dataset);

/** Room for the patterns of a block of samples. */
typedef struct sb_patterns sb_patterns;

sb_code sb_patterns_create(const sb_shape *shape, sb_patterns **patterns, sb_status *status);
void sb_patterns_destroy(sb_patterns *patterns);

/** Bytes that sb_patterns_create allocates. */
size_t sb_patterns_bytes(const sb_shape *shape);

/** Evaluates the network of @p view on the samples of @p source, block after block, and calls @p visit with the
 * patterns block[count][sb_pattern_words] of the samples from number @p first on. Fails with what view->progress,
 * called after each block, returned. */
sb_code sb_patterns_visit(sb_patterns *patterns, const sb_probe_view *view, const sb_pattern_source *source,
                          void (*visit)(void *context, size_t first, size_t count, const uint64_t *block),
                          void *context);

/** Operations of sb_patterns_visit for a sample, for the cost model. */
double sb_patterns_flops(const sb_shape *shape);

#endif
