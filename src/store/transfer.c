#include "transfer.h"

#include <stdlib.h>
#include <string.h>

sb_code sb_transfer_create(uint64_t bytes, bool collective, sb_transfer *transfer, sb_status *status) {
    *transfer = (sb_transfer){.properties = H5Pcreate(H5P_DATASET_XFER)};
    if (transfer->properties < 0 || (collective && H5Pset_dxpl_mpio(transfer->properties, H5FD_MPIO_COLLECTIVE) < 0))
        return sb_fail(status, SB_SYSTEM, "HDF5 cannot set the properties of a transfer");
    transfer->bytes = bytes < SB_CALL_BYTES ? (size_t)bytes : SB_CALL_BYTES;
    if (transfer->bytes < 8)
        transfer->bytes = 8; /* one element of any type */
    transfer->staging = sb_array(transfer->bytes, 1, "results on their way to the file", status);
    return transfer->staging ? SB_OK : SB_MEMORY;
}

void sb_transfer_destroy(sb_transfer *transfer) {
    free(transfer->staging);
    sb_h5_release(transfer->properties, SB_OK, "", NULL);
    *transfer = (sb_transfer){.properties = H5I_INVALID_HID};
}

/* Takes what fits into one call from the cursor. Selects it in @p space, which may be invalid to only count. */
static uint64_t take(const sb_transfer *transfer, const sb_column *column, sb_cursor *cursor, hid_t space,
                     herr_t *selected) {
    const uint64_t limit = transfer->bytes / sb_element_size(column->element);
    size_t boxes = 0;
    uint64_t elements = 0, first, length;
    while (elements < limit && boxes + 2 * column->rank <= SB_CALL_BOXES &&
           (length = sb_cursor_range(cursor, limit - elements, &first)) > 0) {
        elements += length;
        for (uint64_t taken; length > 0; first += taken, length -= taken, ++boxes) {
            sb_box box;
            taken = sb_box_first(column->rank, column->lengths, first, length, &box);
            if (space >= 0 && H5Sselect_hyperslab(space, boxes ? H5S_SELECT_OR : H5S_SELECT_SET, box.start, NULL,
                                                  box.count, NULL) < 0)
                *selected = -1;
        }
    }
    return elements;
}

uint64_t sb_transfer_calls(const sb_transfer *transfer, const sb_column *column, const uint64_t *trials, size_t count) {
    sb_cursor cursor = {.trials = trials, .count = count, .block = column->block};
    uint64_t calls = 0;
    while (cursor.index < count) {
        take(transfer, column, &cursor, H5I_INVALID_HID, NULL);
        ++calls;
    }
    return calls;
}

/* Copies the elements between two places of the cursor to or from staging. */
static void copy(const sb_transfer *transfer, size_t size, sb_direction direction, sb_cursor from, const sb_cursor *to,
                 void *const *blocks) {
    char *staging = transfer->staging;
    while (from.index < to->index || (from.index == to->index && from.element < to->element)) {
        const uint64_t end = from.index < to->index ? from.block : to->element;
        const size_t bytes = (size_t)(end - from.element) * size;
        char *block = (char *)blocks[from.index] + from.element * size;
        if (direction == SB_TO_FILE)
            memcpy(staging, block, bytes);
        else
            memcpy(block, staging, bytes);
        staging += bytes;
        from.element = 0;
        ++from.index;
    }
}

sb_code sb_transfer_step(const sb_transfer *transfer, const sb_file *file, const sb_column *column,
                         sb_direction direction, sb_cursor *cursor, void *const *blocks, sb_status *status) {
    const sb_cursor start = *cursor;
    const hid_t type = sb_element_native(column->element);
    const size_t size = sb_element_size(column->element);
    sb_code code =
        sb_fault_fails(file->fault, direction == SB_TO_FILE ? SB_CALL_WRITE : SB_CALL_READBACK, file->path, status);
    hid_t space = H5Dget_space(column->dataset);
    herr_t selected = space < 0 ? -1 : 0;
    hsize_t elements = take(transfer, column, cursor, space, &selected);
    const hsize_t room = elements ? elements : 1; /* a dataspace of no elements cannot be selected from */
    hid_t memory = H5Screate_simple(1, &room, NULL);
    if (code == SB_OK && (selected < 0 || memory < 0))
        code = sb_h5_fail(status, file->path, "select in '%s'", column->name);
    if (code != SB_OK || elements == 0) { /* other ranks wait for the call: make it, with nothing in it */
        H5Sselect_none(space);
        H5Sselect_none(memory);
    }
    if (direction == SB_TO_FILE)
        copy(transfer, size, direction, start, cursor, blocks);
    const herr_t moved = direction == SB_TO_FILE
                             ? H5Dwrite(column->dataset, type, memory, space, transfer->properties, transfer->staging)
                             : H5Dread(column->dataset, type, memory, space, transfer->properties, transfer->staging);
    if (moved < 0 && code == SB_OK)
        code = sb_h5_fail(status, file->path, "%s '%s'", direction == SB_TO_FILE ? "write" : "read", column->name);
    if (code == SB_OK && direction == SB_FROM_FILE)
        copy(transfer, size, direction, start, cursor, blocks);
    code = sb_h5_release(memory, code, file->path, status);
    return sb_h5_release(space, code, file->path, status);
}

sb_code sb_transfer_all(const sb_transfer *transfer, const sb_file *file, const sb_column *column,
                        sb_direction direction, const uint64_t *trials, size_t count, void *const *blocks,
                        sb_status *status) {
    sb_cursor cursor = {.trials = trials, .count = count, .block = column->block};
    sb_code code = SB_OK;
    while (code == SB_OK && cursor.index < count)
        code = sb_transfer_step(transfer, file, column, direction, &cursor, blocks, status);
    return code;
}
