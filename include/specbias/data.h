/** @file data.h
 * The data that a trial is trained on: target function, embedding of its domain, and input encoding.
 *
 * A target lambda(z) on z_n = n/N is learned through an embedding v = gamma(z) (Rahaman et al. 2019, section 4) and an
 * encoding of v's coordinates (Lazzari and Liu 2023; Tancik et al. 2020); a target that is no curve has coordinates v
 * of its own. Each family is a table of operations, one file and one row each (src/data/families.h).
 *
 * Not collective. Everything is a function of the settings alone, which point to the content of the files that they
 * name.
 */
#ifndef SPECBIAS_DATA_H
#define SPECBIAS_DATA_H

#include <specbias/spec.h>

/* --- Files that a sweep names ---------------------------------------------------------------------------------------
 */

/** Reads the whole file @p source; @p bytes is released with free(). SB_INPUT, naming it, if that fails. */
sb_code sb_source_load(const sb_source *source, char **bytes, size_t *size, sb_status *status);

/** Checks and decodes the @p size bytes of the file @p source, which keeps the digest and the content: a PNG or JPEG
 * image, or IDX, plain or gzip. SB_INPUT, naming the file, if it is damaged or not of the kind that the field wants. */
sb_code sb_source_decode(sb_source *source, const void *bytes, size_t size, sb_status *status);

/** Releases the content; the digest stays. */
void sb_source_release(sb_source *source);

/** Bytes that the content takes. */
size_t sb_source_bytes(const sb_source *source);

enum { SB_SOURCE_VERSIONS_LENGTH = 128 };

/** Versions of the libraries that decode files, separated by ", ": the last bit of a JPEG's pixels depends on them. */
void sb_source_versions(char text[SB_SOURCE_VERSIONS_LENGTH]);

/** Rules about the content of files, to be checked once all have been read (sb_grid_check). */
extern const sb_rule sb_data_rules[];
extern const size_t sb_data_rule_count;

/* --- The data of a trial --------------------------------------------------------------------------------------------
 */

/** How samples are ordered in space: row-major over a lattice of lengths[dimensions]. {N} for the points of a curve,
 * {rows, columns} for an image; 0 dimensions: in no order. */
enum { SB_LATTICE_MAX = 2 };
typedef struct sb_lattice {
    size_t dimensions, lengths[SB_LATTICE_MAX];
} sb_lattice;

/** Eigenvectors of the Gaussian kernel exp(-|x_n - x_m|^2 / (2 sigma^2)) of some inputs. */
typedef struct sb_kernel_basis {
    size_t size; /**< number of inputs, and of eigenvectors */
    double sigma;
    double *values;  /**< [size] eigenvalues, falling */
    double *vectors; /**< [size][size] row i: unit eigenvector i, signed as sb_eigenvectors says */
} sb_kernel_basis;

/** Inputs and targets of one trial. */
typedef struct sb_dataset {
    size_t samples; /**< N, for training */
    size_t inputs;  /**< input features after embedding and encoding */
    size_t outputs; /**< target components */
    float *x;       /**< [samples][inputs] */
    float *y;       /**< [samples][outputs], with label noise */
    float *clean;   /**< [samples][outputs] without label noise; may be y itself */
    sb_lattice lattice;
    sb_kernel_basis kernel; /**< of x, if the noise is made of it; otherwise empty */
    struct {
        size_t samples; /**< 0: no validation set */
        float *x, *y;   /**< [samples][inputs], [samples][outputs]; may be the training set's x and clean */
    } validation;
} sb_dataset;

/** Computes the data for @p settings. SB_MEMORY or SB_INPUT in @p status; @p dataset is then empty. */
sb_code sb_dataset_create(const sb_settings *settings, sb_dataset *dataset, sb_status *status);
void sb_dataset_destroy(sb_dataset *dataset);

/** Bytes that sb_dataset_create allocates, with those that it releases again. */
size_t sb_dataset_bytes(const sb_settings *settings);

/** What it costs, in operations of a training step that would take as long: 0 for what takes less than a step. */
double sb_dataset_flops(const sb_settings *settings);

/** What a dataset holds, without computing it, for cost and layout: training samples, inputs, outputs, and the
 * coordinates from which the encoding makes the inputs. */
size_t sb_dataset_samples(const sb_settings *settings);
size_t sb_dataset_inputs(const sb_settings *settings);
size_t sb_dataset_outputs(const sb_settings *settings);
size_t sb_dataset_coordinates(const sb_settings *settings);
sb_lattice sb_dataset_lattice(const sb_settings *settings);

/** Coordinates v[count][coordinates] of the points z[count] of a curve. */
void sb_embed(const sb_settings *settings, const double *z, size_t count, double *v);

/** A network's inputs x[count][inputs] for coordinates v[count][coordinates]. SB_MEMORY. */
sb_code sb_encode(const sb_settings *settings, const double *v, size_t count, float *x, sb_status *status);

/** Amplitude A_i and phase phi_i (radians) of each of the target's frequencies, after amplitude law and seed. Only
 * where sb_has_frequencies.
 * @param amplitudes, phases [settings->target.frequencies.count], either may be NULL. */
void sb_target_components(const sb_settings *settings, double *amplitudes, double *phases);

/** Most samples of an update: all of them, in their own order, for a full batch. */
size_t sb_batch_size(const sb_settings *settings, size_t samples);

/** Mini-batches: the samples of update @p step (from 0).
 * @param order [samples], workspace that this function owns between calls; @p *epoch says which epoch it holds (start
 *              with -1).
 * @param first, count  the batch is order[first .. first + count - 1].
 * An epoch is ceil(samples / batch) steps; its last batch may be smaller. Call with rising or arbitrary steps. */
void sb_batch_at(const sb_settings *settings, size_t samples, uint64_t step, int64_t *epoch, uint32_t *order,
                 size_t *first, size_t *count);

/* --- The kernel's eigenvectors --------------------------------------------------------------------------------------
 */

/** Computes the basis for x[samples][inputs]; takes as long as sb_eigenvectors. SB_MEMORY, or SB_SYSTEM; @p basis is
 * then empty. */
sb_code sb_kernel_basis_create(const float *x, size_t samples, size_t inputs, double sigma, sb_kernel_basis *basis,
                               sb_status *status);
void sb_kernel_basis_destroy(sb_kernel_basis *basis);

/** Bytes that sb_kernel_basis_create allocates, with those that it releases again. */
size_t sb_kernel_basis_bytes(size_t samples, size_t inputs);

/** What it costs, in operations of a training step that would take as long. */
double sb_kernel_basis_flops(size_t samples, size_t inputs);

#endif
