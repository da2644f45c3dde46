/** @file layout.h
 * Inside the grid module: how a layout is put together.
 *
 * The arrays of a layout grow while probes declare; names, values and everything else that lives as long as the layout
 * is in its arena. The dimension of an axis has no name (NULL) before sb_layout_finish, which can only then know what
 * is taken.
 */
#ifndef SPECBIAS_GRID_LAYOUT_H
#define SPECBIAS_GRID_LAYOUT_H

#include "product.h"

#define SB_LAYOUT_BYTES_MAX ((uint64_t)1 << 62) /**< of a results file's variables, well inside int64_t offsets */

/** What SB_LAYOUT_NONE means: this axis has no dimension (it belongs to a probe that is not taken). */
#define SB_LAYOUT_NONE SIZE_MAX

struct sb_layout_private {
    sb_arena arena;
    size_t axis_dimension[SB_AXES_MAX]; /**< [sweep's axes] index of the dimension, or SB_LAYOUT_NONE */
};

/** Adds a dimension; @p name may be NULL for an axis. */
sb_code sb_layout_add_dimension(sb_layout *layout, const char *name, size_t length, size_t *dimension,
                                sb_status *status);

/** Gives the dimension of @p axis, added where it has none yet. */
sb_code sb_layout_axis_dimension(sb_layout *layout, const sb_axis *axis, size_t *dimension, sb_status *status);

/** Adds a copy of @p coordinate; its values must live in the layout's arena, its texts are copied. */
sb_code sb_layout_add_coordinate(sb_layout *layout, const sb_coordinate *coordinate, sb_status *status);

/** What an axis (member NULL), or a field of a zip, is called in the results file. */
typedef struct sb_layout_name {
    const sb_axis *axis;
    const sb_axis_member *member;
    const char *text;
} sb_layout_name;

/** Names every axis that has a dimension and every field of a zip, axis by axis. @p names is an array to be released
 * with free(). */
sb_code sb_layout_settle_names(sb_layout *layout, sb_layout_name **names, size_t *count, sb_status *status);

/** SB_INPUT if two things in the file have one name. */
sb_code sb_layout_check_names(const sb_layout *layout, sb_status *status);

/** Adds the coordinate of the axis or field @p name. */
sb_code sb_layout_add_axis_coordinate(sb_layout *layout, const sb_layout_name *name, sb_status *status);

#endif
