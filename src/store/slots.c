#include "slots.h"

#include "names.h"
#include "transfer.h"
#include <stdlib.h>
#include <string.h>

/* Some slots as they are in the file. */
struct batch {
    size_t size; /* slots that it can hold */
    uint64_t *trials;
    void **blocks;
    char *payloads, *identities;
    uint8_t *failures;
    int64_t *steps;
    uint64_t *checksums;
    double *seconds; /* NULL: not wanted */
    sb_transfer transfer;
};

sb_hash sb_slot_identity(const sb_layout *layout, uint64_t trial) {
    sb_settings settings;
    sb_grid_settings(layout->grid, trial, &settings);
    return sb_settings_identity(&settings);
}

static sb_code create_batch(const sb_file *file, size_t count, bool timed, struct batch *batch, sb_status *status) {
    const uint64_t slot = file->layout->payload_bytes + 64, fitting = SB_SLOT_BYTES / slot;
    batch->size = fitting < 1 ? 1 : fitting < count ? (size_t)fitting : count;
    const size_t size = batch->size;
    static const char what[] = "slots of the results file";
    if (!(batch->trials = sb_array(size, sizeof *batch->trials, what, status)) ||
        !(batch->blocks = sb_array(size, sizeof *batch->blocks, what, status)) ||
        !(batch->payloads = sb_array(size, file->layout->payload_bytes, what, status)) ||
        !(batch->identities = sb_array(size, SB_IDENTITY_LENGTH, what, status)) ||
        !(batch->failures = sb_array(size, sizeof *batch->failures, what, status)) ||
        !(batch->steps = sb_array(size, sizeof *batch->steps, what, status)) ||
        !(batch->checksums = sb_array(size, sizeof *batch->checksums, what, status)) ||
        (timed && !(batch->seconds = sb_array(size, sizeof *batch->seconds, what, status))))
        return SB_MEMORY;
    return sb_transfer_create(size * slot, false, &batch->transfer, status);
}

static void destroy_batch(struct batch *batch) {
    sb_transfer_destroy(&batch->transfer);
    free(batch->seconds);
    free(batch->checksums);
    free(batch->steps);
    free(batch->failures);
    free(batch->identities);
    free(batch->payloads);
    free(batch->blocks);
    free(batch->trials);
}

static sb_code read_column(const sb_file *file, struct batch *batch, size_t count, const sb_column *column, void *first,
                           uint64_t stride, sb_status *status) {
    for (size_t i = 0; i < count; ++i)
        batch->blocks[i] = (char *)first + i * stride;
    return sb_transfer_all(&batch->transfer, file, column, SB_FROM_FILE, batch->trials, count, batch->blocks, status);
}

static sb_code read_batch(const sb_file *file, struct batch *batch, size_t count, sb_status *status) {
    const struct {
        sb_trial_column column;
        void *values;
        uint64_t size;
    } kept[] = {{SB_COLUMN_IDENTITY, batch->identities, SB_IDENTITY_LENGTH},
                {SB_COLUMN_FAILURE, batch->failures, sizeof *batch->failures},
                {SB_COLUMN_UPDATES, batch->steps, sizeof *batch->steps},
                {SB_COLUMN_CHECKSUM, batch->checksums, sizeof *batch->checksums},
                {SB_COLUMN_SECONDS, batch->seconds, sizeof *batch->seconds}};
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < file->layout->variable_count; ++i) {
        const sb_column *column = &file->columns[i];
        code = read_column(file, batch, count, column, batch->payloads + column->variable->offset,
                           file->layout->payload_bytes, status);
    }
    for (size_t i = 0; code == SB_OK && i < sizeof kept / sizeof *kept; ++i)
        if (kept[i].values)
            code = read_column(file, batch, count, sb_columns_trial(file, kept[i].column), kept[i].values, kept[i].size,
                               status);
    return code;
}

static void judge(const sb_file *file, const struct batch *batch, size_t which, sb_slot *slot) {
    char text[SB_HASH_TEXT];
    const sb_hash identity = sb_slot_identity(file->layout, slot->trial);
    sb_hash_format(identity, text);
    const uint64_t checksum = sb_result_checksum(
        identity, (sb_trial_state)slot->state, (sb_failure)batch->failures[which], batch->steps[which],
        batch->payloads + which * file->layout->payload_bytes, file->layout->payload_bytes);
    slot->checksum = batch->checksums[which];
    slot->sound = checksum == slot->checksum &&
                  memcmp(text, batch->identities + which * SB_IDENTITY_LENGTH, SB_IDENTITY_LENGTH) == 0;
}

static sb_result result_of(const sb_file *file, const struct batch *batch, size_t which, const sb_slot *slot) {
    return (sb_result){.trial = slot->trial,
                       .state = (sb_trial_state)slot->state,
                       .failure = (sb_failure)batch->failures[which],
                       .steps = batch->steps[which],
                       .seconds = batch->seconds[which],
                       .checksum = slot->checksum,
                       .payload = batch->payloads + which * file->layout->payload_bytes};
}

sb_code sb_slots_check(const sb_file *file, sb_slot *slots, size_t count, sb_status *status) {
    return sb_slots_visit(file, slots, count, NULL, NULL, status);
}

sb_code sb_slots_visit(const sb_file *file, sb_slot *slots, size_t count,
                       void (*visit)(void *context, const sb_result *result), void *context, sb_status *status) {
    if (count == 0)
        return SB_OK;
    struct batch batch = {.transfer.properties = H5I_INVALID_HID};
    sb_code code = create_batch(file, count, visit != NULL, &batch, status);
    for (size_t done = 0, part; code == SB_OK && done < count; done += part) {
        part = count - done < batch.size ? count - done : batch.size;
        for (size_t i = 0; i < part; ++i)
            batch.trials[i] = slots[done + i].trial;
        code = read_batch(file, &batch, part, status);
        for (size_t i = 0; code == SB_OK && i < part; ++i) {
            judge(file, &batch, i, &slots[done + i]);
            if (visit && slots[done + i].sound) {
                const sb_result result = result_of(file, &batch, i, &slots[done + i]);
                visit(context, &result);
            }
        }
    }
    destroy_batch(&batch);
    return code;
}

sb_code sb_slots_read_states(const sb_file *file, uint8_t *states, sb_status *status) {
    if (sb_fault_fails(file->fault, SB_CALL_READBACK, file->path, status) != SB_OK)
        return status->code;
    if (H5Dread(sb_columns_trial(file, SB_COLUMN_STATE)->dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                states) < 0)
        return sb_h5_fail(status, file->path, "read '/%s/state'", SB_GROUP_TRIAL);
    return SB_OK;
}
