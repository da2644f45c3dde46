/** @file lanczos.h
 * The largest singular value of a matrix, to a stated accuracy.
 */
#ifndef SPECBIAS_PROBE_LANCZOS_H
#define SPECBIAS_PROBE_LANCZOS_H

#include <specbias/base.h>

/** Memory for matrices up to a size, kept between calls. */
typedef struct sb_lanczos sb_lanczos;

/** @param shorter, longer  lengths of the sides of a matrix: the most of any that will be asked for. */
sb_code sb_lanczos_create(size_t shorter, size_t longer, sb_lanczos **lanczos, sb_status *status);
void sb_lanczos_destroy(sb_lanczos *lanczos);

/** Bytes that sb_lanczos_create allocates. */
size_t sb_lanczos_bytes(size_t shorter, size_t longer);

/** The largest singular value of @p matrix [rows][columns], within 1e-6 of it, relative. A function of the matrix
 * alone. NaN if the matrix holds an infinity or NaN. Calls @p progress(@p context), unless NULL, between iterations;
 * anything but SB_OK that it returns ends them and is passed up, the only failure. */
sb_code sb_lanczos_norm(sb_lanczos *lanczos, const float *matrix, size_t rows, size_t columns,
                        sb_code (*progress)(void *), void *context, double *norm);

#endif
