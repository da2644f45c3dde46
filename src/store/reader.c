#include "internal.h"
#include "names.h"
#include "slots.h"
#include "transfer.h"
#include <stdlib.h>
#include <string.h>

struct sb_store_reader {
    char *path;
    sb_file file;
};

sb_code sb_store_reader_open(const char *path, const sb_layout *layout, sb_store_reader **reader, sb_status *status) {
    sb_store_reader *made = sb_array(1, sizeof *made, "a results file to read", status);
    *reader = NULL;
    if (!made)
        return SB_MEMORY;
    made->file.id = H5I_INVALID_HID;
    sb_code code = SB_OK;
    if (!(made->path = strdup(path)))
        code = sb_fail(status, SB_MEMORY, "no memory for the name of a results file");
    if (code == SB_OK)
        code = sb_columns_create(&made->file, made->path, layout, status);
    if (code == SB_OK)
        code = sb_open_reading(made->path, &made->file.id, status);
    if (code == SB_OK)
        code = sb_columns_open(&made->file, status);
    if (code == SB_OK)
        *reader = made;
    else
        sb_store_reader_close(made);
    return code;
}

sb_code sb_store_reader_states(const sb_store_reader *reader, uint8_t *states, sb_status *status) {
    return sb_slots_read_states(&reader->file, states, status);
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Zeros if it is none. */
static sb_hash parse_identity(const char *text) {
    sb_hash identity = {0};
    for (size_t i = 0; i < sizeof identity.bytes; ++i) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return (sb_hash){0};
        identity.bytes[i] = (uint8_t)(16 * high + low);
    }
    return identity;
}

/* Trials that follow each other are one box for HDF5, however many there are. */
sb_code sb_store_reader_identities(const sb_store_reader *reader, uint64_t first, size_t count, sb_hash *identities,
                                   sb_status *status) {
    static const char what[] = "identities of trials";
    char *texts = sb_array(count, SB_IDENTITY_LENGTH, what, status);
    uint64_t *trials = sb_array(count, sizeof *trials, what, status);
    void **blocks = sb_array(count, sizeof *blocks, what, status);
    sb_transfer transfer = {.properties = H5I_INVALID_HID};
    sb_code code = texts && trials && blocks ? SB_OK : SB_MEMORY;
    for (size_t i = 0; code == SB_OK && i < count; ++i) {
        trials[i] = first + i;
        blocks[i] = texts + i * SB_IDENTITY_LENGTH;
    }
    if (code == SB_OK)
        code = sb_transfer_create(count * SB_IDENTITY_LENGTH, false, &transfer, status);
    if (code == SB_OK)
        code = sb_transfer_all(&transfer, &reader->file, sb_columns_trial(&reader->file, SB_COLUMN_IDENTITY),
                               SB_FROM_FILE, trials, count, blocks, status);
    for (size_t i = 0; code == SB_OK && i < count; ++i)
        identities[i] = parse_identity(texts + i * SB_IDENTITY_LENGTH);
    sb_transfer_destroy(&transfer);
    free(blocks);
    free(trials);
    free(texts);
    return code;
}

sb_code sb_store_reader_visit(const sb_store_reader *reader, const uint64_t *trials, size_t count,
                              void (*visit)(void *context, const sb_result *result), void *context, sb_status *status) {
    sb_slot *slots = sb_array(count, sizeof *slots, "slots to read", status);
    if (!slots)
        return SB_MEMORY;
    for (size_t i = 0; i < count; ++i)
        slots[i] = (sb_slot){.trial = trials[i], .state = SB_TRIAL_DONE};
    const sb_code code = sb_slots_visit(&reader->file, slots, count, visit, context, status);
    free(slots);
    return code;
}

void sb_store_reader_close(sb_store_reader *reader) {
    if (!reader)
        return;
    sb_columns_close(&reader->file, SB_OK, NULL); /* opened for reading: nothing can be lost */
    free(reader->path);
    free(reader);
}
