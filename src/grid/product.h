/** @file product.h
 * Inside the grid module: how products are put together.
 */
#ifndef SPECBIAS_GRID_PRODUCT_H
#define SPECBIAS_GRID_PRODUCT_H

#include <specbias/grid.h>

/** Appends @p axis. The count stays at UINT64_MAX once it has overflowed. */
void sb_product_append(sb_product *product, const sb_axis *axis);

/** All axes of @p sweep, also those of probes, that touch any of @p paths (NULL at the end), in the sweep's order. */
sb_product sb_product_touching(const sb_sweep *sweep, const char *const *paths);

/** True if @p axis touches any of @p paths (NULL at the end). */
bool sb_product_touches(const sb_axis *axis, const char *const *paths);

/** Number of points between neighbours along axis number @p axis: the product of the lengths of the axes after it. */
uint64_t sb_product_stride(const sb_product *product, size_t axis);

#endif
