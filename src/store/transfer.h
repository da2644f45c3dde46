/* Moving the blocks of some trials between memory and one column.
 *
 * HDF5 merges selected boxes at a cost that grows with their square (10 000 took 3.2 s), and MPI-IO buffers what a
 * collective call carries, so that a transfer is cut into calls of bounded boxes and bytes. */
#ifndef SPECBIAS_STORE_TRANSFER_H
#define SPECBIAS_STORE_TRANSFER_H

#include "boxes.h"
#include "columns.h"

enum { SB_CALL_BOXES = 1000 };
#define SB_CALL_BYTES ((size_t)64 << 20) /* more gains nothing: MPI-IO's own buffers are a quarter of it */

/* Workspace of a rank. */
typedef struct sb_transfer {
    hid_t properties; /* of the transfer: collective or not */
    size_t bytes;     /* of staging */
    void *staging;    /* the elements of one call, in the file's order */
} sb_transfer;

/* Not collective. Makes room to move up to @p bytes in a transfer: as much, but at most SB_CALL_BYTES. */
sb_code sb_transfer_create(uint64_t bytes, bool collective, sb_transfer *transfer, sb_status *status);
void sb_transfer_destroy(sb_transfer *transfer);

/* Calls that a transfer of @p count trials (in rising order) takes. */
uint64_t sb_transfer_calls(const sb_transfer *transfer, const sb_column *column, const uint64_t *trials, size_t count);

typedef enum sb_direction { SB_TO_FILE, SB_FROM_FILE } sb_direction;

/* One call, from the cursor on; at its end an empty one. @p blocks[i] is the block in memory of trial trials[i].
 * Collective if the transfer is: then it is made whatever happens on this rank. */
sb_code sb_transfer_step(const sb_transfer *transfer, const sb_file *file, const sb_column *column,
                         sb_direction direction, sb_cursor *cursor, void *const *blocks, sb_status *status);

/* Not collective. All calls of a transfer. */
sb_code sb_transfer_all(const sb_transfer *transfer, const sb_file *file, const sb_column *column,
                        sb_direction direction, const uint64_t *trials, size_t count, void *const *blocks,
                        sb_status *status);

#endif
