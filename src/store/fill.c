#include "boxes.h"
#include "internal.h"
#include "names.h"
#include "slots.h"
#include "transfer.h"
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

/* The part of @p total that falls to this rank: first .. end - 1. */
static void share(const sb_store *store, uint64_t total, uint64_t *first, uint64_t *end) {
    const uint64_t ranks = (uint64_t)store->ranks, rank = (uint64_t)store->rank;
    const uint64_t each = total / ranks, rest = total % ranks;
    *first = each * rank + (rank < rest ? rank : rest);
    *end = *first + each + (rank < rest);
}

/* Writes @p length elements of staging from element @p first on. */
static sb_code write_range(const sb_file *file, const sb_column *column, const char *staging, uint64_t first,
                           uint64_t length, sb_status *status) {
    const size_t size = sb_element_size(column->element);
    sb_code code = SB_OK;
    hid_t space = H5Dget_space(column->dataset);
    for (uint64_t taken; code == SB_OK && length > 0; first += taken, length -= taken, staging += taken * size) {
        sb_box box;
        taken = sb_box_first(column->rank, column->lengths, first, length, &box);
        if ((code = sb_fault_fails(file->fault, SB_CALL_WRITE, file->path, status)) != SB_OK)
            break;
        const hsize_t elements = taken;
        hid_t memory = H5Screate_simple(1, &elements, NULL);
        if (space < 0 || memory < 0 ||
            H5Sselect_hyperslab(space, H5S_SELECT_SET, box.start, NULL, box.count, NULL) < 0 ||
            H5Dwrite(column->dataset, sb_element_native(column->element), memory, space, H5P_DEFAULT, staging) < 0)
            code = sb_h5_fail(status, file->path, "fill '%s' (is the disk full?)", column->name);
        code = sb_h5_release(memory, code, file->path, status);
    }
    return sb_h5_release(space, code, file->path, status);
}

static sb_code fill_column(const sb_store *store, const sb_column *column, const sb_transfer *transfer,
                           sb_status *status) {
    const size_t size = sb_element_size(column->element);
    const uint64_t room = transfer->bytes / size;
    uint64_t first, end;
    share(store, store->file.trials * column->block, &first, &end);
    for (uint64_t i = 0; i < room; ++i)
        memcpy((char *)transfer->staging + i * size, column->missing, size);
    sb_code code = SB_OK;
    for (uint64_t part; code == SB_OK && first < end; first += part) {
        part = end - first < room ? end - first : room;
        code = write_range(&store->file, column, transfer->staging, first, part, status);
    }
    return code;
}

static sb_code fill_identities(const sb_store *store, const sb_transfer *transfer, sb_status *status) {
    const sb_column *column = sb_columns_trial(&store->file, SB_COLUMN_IDENTITY);
    const uint64_t room = transfer->bytes / SB_IDENTITY_LENGTH;
    uint64_t first, end;
    share(store, store->file.trials, &first, &end);
    sb_code code = SB_OK;
    for (uint64_t part; code == SB_OK && first < end; first += part) {
        part = end - first < room ? end - first : room;
        for (uint64_t i = 0; i < part; ++i) {
            char text[SB_HASH_TEXT];
            sb_hash_format(sb_slot_identity(store->file.layout, first + i), text);
            memcpy((char *)transfer->staging + i * SB_IDENTITY_LENGTH, text, SB_IDENTITY_LENGTH);
        }
        code = write_range(&store->file, column, transfer->staging, first * SB_IDENTITY_LENGTH,
                           part * SB_IDENTITY_LENGTH, status);
    }
    return code;
}

sb_code sb_fill(sb_store *store, sb_status *status) {
    const uint64_t piece = (uint64_t)4 << 20; /* bytes of a write */
    const size_t count = sb_fault_skips(store->fault, SB_CALL_FILL) ? 0 : store->file.count;
    sb_transfer transfer;
    sb_code code = sb_transfer_create(piece, false, &transfer, status);
    for (size_t i = 0; code == SB_OK && i < count; ++i) {
        const sb_column *column = &store->file.columns[i];
        code = column == sb_columns_trial(&store->file, SB_COLUMN_IDENTITY)
                   ? fill_identities(store, &transfer, status)
                   : fill_column(store, column, &transfer, status);
    }
    sb_transfer_destroy(&transfer);
    if (sb_agree(store->comm, status) != SB_OK || sb_flush(store, status) != SB_OK)
        return status->code;
    sb_fault_pass(store->fault, SB_POINT_FILLED);
    if (store->rank == 0)
        sb_provenance_write_filled(&store->provenance, status);
    return sb_agree(store->comm, status) == SB_OK ? sb_flush(store, status) : status->code;
}
