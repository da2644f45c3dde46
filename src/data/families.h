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

/** A target: samples 0 .. sb_total_samples - 1, where they are and what is to be learned there. A target on a curve,
 * lambda(z), leaves the coordinates of z_n = n/N to the embedding; others have coordinates of their own, and the
 * embedding does not apply. */
typedef struct sb_target_ops {
    size_t (*outputs)(const sb_settings *settings);
    /** Prepares what evaluate() and locate() need for all samples. NULL: nothing; state is then NULL. */
    sb_code (*create)(const sb_settings *settings, void **state, sb_status *status);
    void (*destroy)(void *state);
    size_t (*bytes)(const sb_settings *settings); /**< that create() allocates; NULL with it */
    /** y[count][outputs] at samples number[count], before it is binarised. */
    void (*evaluate)(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *y);
    /** Dimensions of v, and v[count][coordinates] of the samples. NULL: a target on a curve. */
    size_t (*coordinates)(const sb_settings *settings);
    void (*locate)(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *v);
    /** How all samples are ordered in space. NULL: {N} on a curve, none otherwise. */
    sb_lattice (*lattice)(const sb_settings *settings);
    /** Amplitude and phase (radians) of frequency number @p i. NULL: the target has no frequencies. */
    void (*component)(const sb_settings *settings, size_t i, double *amplitude, double *phase);
} sb_target_ops;

/** An embedding x = gamma(z) of a curve's parameter z in [0, 1). */
typedef struct sb_embedding_ops {
    size_t coordinates;
    /** x[coordinates] = gamma(z). */
    void (*embed)(const sb_settings *settings, double z, double *x);
} sb_embedding_ops;

/** An encoding of coordinates as a network's input. */
typedef struct sb_encoding_ops {
    size_t (*inputs)(const sb_settings *settings, size_t coordinates);
    /** features[samples][inputs] of v[samples][coordinates]. */
    void (*encode)(const sb_settings *settings, const double *v, size_t samples, size_t coordinates, double *features);
} sb_encoding_ops;

extern const sb_target_ops sb_target_sinusoids, sb_target_delta, sb_target_image, sb_target_digits;
extern const sb_embedding_ops sb_embedding_line, sb_embedding_circle, sb_embedding_petals, sb_embedding_parabola;
extern const sb_encoding_ops sb_encoding_none, sb_encoding_interval, sb_encoding_positional, sb_encoding_fourier;

extern const sb_target_ops *const sb_target_table[];
extern const sb_embedding_ops *const sb_embedding_table[];
extern const sb_encoding_ops *const sb_encoding_table[];
extern const size_t sb_target_kinds, sb_embedding_kinds, sb_encoding_kinds; /**< rows of each table */

const sb_target_ops *sb_target_of(const sb_settings *settings);
const sb_embedding_ops *sb_embedding_of(const sb_settings *settings);
const sb_encoding_ops *sb_encoding_of(const sb_settings *settings);

#endif
