/* Ranges of elements, and the boxes that they are made of.
 *
 * A dataset holds a block of elements for each trial, trials in the leading dimensions, so that any run of trials is
 * one range of elements in row-major order, and so is any part of a block. HDF5 selects boxes; a range is at most 2
 * rank - 1 of them. Nothing here knows HDF5 or MPI but the type of its lengths. */
#ifndef SPECBIAS_STORE_BOXES_H
#define SPECBIAS_STORE_BOXES_H

#include <hdf5.h>
#include <specbias/grid.h>

typedef struct sb_box {
    hsize_t start[SB_RANK_MAX], count[SB_RANK_MAX];
} sb_box;

/* The largest box that begins with element @p first and is one range of at most @p length elements (at least 1) of an
 * array of @p lengths[rank]. Returns its elements. */
uint64_t sb_box_first(size_t rank, const hsize_t *lengths, uint64_t first, uint64_t length, sb_box *box);

/* A place in the blocks of some trials, which are in rising order. */
typedef struct sb_cursor {
    const uint64_t *trials;
    size_t count;
    uint64_t block;   /* elements of a trial */
    size_t index;     /* into trials; count at the end */
    uint64_t element; /* within the block of that trial */
} sb_cursor;

/* The longest range of elements that touch, from the cursor on, at most @p limit (at least 1) elements. Moves on.
 * Returns its length and in @p first where it begins in the array; 0 at the end. */
uint64_t sb_cursor_range(sb_cursor *cursor, uint64_t limit, uint64_t *first);

#endif
