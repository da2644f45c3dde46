/** @file products.h
 * Matrix products for probes, in single precision.
 */
#ifndef SPECBIAS_PROBE_PRODUCTS_H
#define SPECBIAS_PROBE_PRODUCTS_H

#include <stddef.h>

/** The inner product of each row of a[rows][width] with each row of b[columns][width]: into c[rows][columns]. */
void sb_row_products(const float *a, size_t rows, const float *b, size_t columns, size_t width, float *c);

#endif
