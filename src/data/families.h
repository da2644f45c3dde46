/** @file families.h
 * The families of targets, embeddings and encodings: const tables of operations, indexed by the kinds of spec.h. A new
 * member is one file, one row in families.c and one word in the field table.
 *
 * Everything is computed in double precision and rounded to float once, by dataset.c.
 */
#ifndef SPECBIAS_DATA_FAMILIES_H
#define SPECBIAS_DATA_FAMILIES_H

#include <specbias/data.h>

#define SB_TWO_PI 6.283185307179586476925286766559

/** A target lambda(z). */
typedef struct sb_target_ops {
    size_t (*outputs)(const sb_settings *settings);
    /** Amplitude and phase (radians) of frequency number @p i. */
    void (*component)(const sb_settings *settings, size_t i, double *amplitude, double *phase);
    /** y[samples][outputs] = lambda(z), before it is binarised. */
    void (*evaluate)(const sb_settings *settings, const double *z, size_t samples, double *y);
} sb_target_ops;

/** An embedding x = gamma(z) of the target's domain [0, 1). */
typedef struct sb_embedding_ops {
    size_t coordinates;
    /** x[coordinates] = gamma(z). */
    void (*embed)(const sb_settings *settings, double z, double *x);
} sb_embedding_ops;

/** An encoding of the embedding's coordinates as a network's input. */
typedef struct sb_encoding_ops {
    size_t (*inputs)(const sb_settings *settings, size_t coordinates);
    /** features[samples][inputs] of v[samples][coordinates]. */
    void (*encode)(const sb_settings *settings, const double *v, size_t samples, size_t coordinates, double *features);
} sb_encoding_ops;

extern const sb_target_ops sb_target_sinusoids;
extern const sb_embedding_ops sb_embedding_line, sb_embedding_circle, sb_embedding_petals, sb_embedding_parabola;
extern const sb_encoding_ops sb_encoding_none, sb_encoding_interval, sb_encoding_positional, sb_encoding_fourier;

extern const sb_target_ops *const sb_target_table[];
extern const sb_embedding_ops *const sb_embedding_table[];
extern const sb_encoding_ops *const sb_encoding_table[];
extern const size_t sb_target_kinds, sb_embedding_kinds, sb_encoding_kinds; /**< rows of each table */

#endif
