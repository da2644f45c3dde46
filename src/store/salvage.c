#include "image.h"
#include "internal.h"
#include "names.h"
#include "slots.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A damaged file, and some of its slots. */
struct wreck {
    const char *path;
    int descriptor;
    sb_file columns;    /* described, not open */
    sb_extent *extents; /* [columns.count] */
    sb_claim claim;     /* what the file says of its sweep */
    size_t size;        /* slots that it can hold */
    char *payloads, *column;
    uint8_t *states, *failures;
    int64_t *steps;
    uint64_t *checksums;
    double *seconds;
    sb_result *results;
};

/* --- Where the slots lie --------------------------------------------------------------------------------------------
 */

static void take_extents(struct wreck *wreck, const sb_file *open) {
    for (size_t i = 0; i < open->count; ++i)
        wreck->extents[i] = sb_extent_of(open->columns[i].dataset);
}

static sb_claim claim_of(const sb_file *file) {
    char theirs[SB_HASH_TEXT], ours[SB_HASH_TEXT];
    if (!sb_h5_read_text(file->id, SB_ATTRIBUTE_SWEEP, theirs, sizeof theirs))
        return SB_CLAIM_NONE;
    sb_hash_format(sb_sweep_identity(file->layout->grid->sweep), ours);
    return strcmp(ours, theirs) == 0 ? SB_CLAIM_SAME : SB_CLAIM_OTHER;
}

/* From the file itself, which another version of HDF5 may have laid out otherwise. */
static bool locate_in_file(struct wreck *wreck, const sb_layout *layout) {
    sb_status status = {0};
    sb_file file;
    sb_code code = sb_columns_create(&file, wreck->path, layout, &status);
    if (code == SB_OK)
        code = sb_open_reading(wreck->path, &file.id, &status);
    if (code == SB_OK)
        code = sb_columns_open(&file, &status);
    if (code == SB_OK) {
        take_extents(wreck, &file);
        wreck->claim = claim_of(&file);
    }
    return sb_columns_close(&file, code, &status) == SB_OK;
}

static sb_code locate_in_image(struct wreck *wreck, const sb_layout *layout, sb_status *status) {
    sb_file image = {.id = H5I_INVALID_HID};
    int memory = -1;
    sb_code code = sb_image_build(wreck->path, layout, &memory, status);
    if (code == SB_OK)
        code = sb_image_open(memory, wreck->path, layout, &image, status);
    if (code == SB_OK) {
        take_extents(wreck, &image);
        wreck->claim = sb_image_claim(&image, memory, wreck->descriptor);
    }
    code = sb_columns_close(&image, code, status);
    sb_image_release(memory);
    return code;
}

/* --- Reading --------------------------------------------------------------------------------------------------------
 */

/* Reads what there is. What there is not, because the file ends before it or the disk cannot read it, becomes zeros:
 * the slots that it belongs to will not match their checksum. */
static void read_bytes(const struct wreck *wreck, void *to, size_t size, uint64_t start) {
    const size_t page = 4096; /* what is left out around a bad sector */
    for (size_t done = 0; done < size;) {
        const ssize_t got = pread(wreck->descriptor, (char *)to + done, size - done, (off_t)(start + done));
        if (got > 0) {
            done += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            const size_t rest = page - (size_t)((start + done) % page), left = size - done;
            const size_t lost = got == 0 || rest > left ? left : rest;
            memset((char *)to + done, 0, lost);
            done += lost;
        }
    }
}

/* Reads what a column holds of @p count trials. */
static sb_code read_values(const struct wreck *wreck, const sb_column *column, uint64_t first, size_t count, void *to,
                           sb_status *status) {
    const sb_extent *extent = &wreck->extents[column - wreck->columns.columns];
    const size_t elements = (size_t)(count * column->block), size = sb_element_size(column->element);
    read_bytes(wreck, to, elements * size, extent->start + first * column->block * size);
    if (H5Tconvert(sb_element_stored(column->element), sb_element_native(column->element), elements, to, NULL,
                   H5P_DEFAULT) < 0)
        return sb_h5_fail(status, wreck->path, "convert '%s'", column->name);
    return SB_OK;
}

static sb_code read_trial_columns(struct wreck *wreck, uint64_t first, size_t count, sb_status *status) {
    const struct {
        sb_trial_column column;
        void *values;
    } kept[] = {{SB_COLUMN_STATE, wreck->states},
                {SB_COLUMN_FAILURE, wreck->failures},
                {SB_COLUMN_UPDATES, wreck->steps},
                {SB_COLUMN_CHECKSUM, wreck->checksums},
                {SB_COLUMN_SECONDS, wreck->seconds}};
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < sizeof kept / sizeof *kept; ++i)
        code =
            read_values(wreck, sb_columns_trial(&wreck->columns, kept[i].column), first, count, kept[i].values, status);
    return code;
}

static sb_code read_payloads(struct wreck *wreck, uint64_t first, size_t count, sb_status *status) {
    const uint64_t stride = wreck->columns.layout->payload_bytes;
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < wreck->columns.layout->variable_count; ++i) {
        const sb_column *column = &wreck->columns.columns[i];
        const size_t block = (size_t)column->block * sb_element_size(column->element);
        code = read_values(wreck, column, first, count, wreck->column, status);
        for (size_t j = 0; code == SB_OK && j < count; ++j)
            memcpy(wreck->payloads + j * stride + column->variable->offset, wreck->column + j * block, block);
    }
    return code;
}

/* --- Judging --------------------------------------------------------------------------------------------------------
 */

/* True if slot number @p which of those that have been read is sound as @p trial. The identity is the sweep's, and the
 * state is the one that the checksum confirms: what the file says of both is not needed. */
static bool recognise(const struct wreck *wreck, size_t which, uint64_t trial, sb_result *result) {
    const uint64_t bytes = wreck->columns.layout->payload_bytes;
    if (wreck->checksums[which] == 0) /* as in every slot that was never written */
        return false;
    const double seconds = wreck->seconds[which]; /* without a checksum, it is only not to make nonsense of sums */
    const sb_hash identity = sb_slot_identity(wreck->columns.layout, trial);
    *result = (sb_result){.trial = trial,
                          .failure = (sb_failure)wreck->failures[which],
                          .steps = wreck->steps[which],
                          .seconds = seconds >= 0 && isfinite(seconds) ? seconds : NAN,
                          .checksum = wreck->checksums[which],
                          .payload = wreck->payloads + which * bytes};
    for (int state = SB_TRIAL_DONE; state <= SB_TRIAL_FAILED; ++state) {
        result->state = (sb_trial_state)state;
        if (sb_result_checksum(identity, result->state, result->failure, result->steps, result->payload, bytes) ==
            result->checksum)
            return true;
    }
    return false;
}

/* Reads @p count slots from @p first on; the sound ones are in results then. */
static sb_code read_slots(struct wreck *wreck, uint64_t first, size_t count, size_t *sound, sb_salvage *salvage,
                          sb_status *status) {
    bool written = false;
    *sound = 0;
    sb_code code = read_trial_columns(wreck, first, count, status);
    for (size_t i = 0; code == SB_OK && i < count; ++i)
        written |= wreck->checksums[i] != 0;
    if (written)
        code = read_payloads(wreck, first, count, status);
    for (size_t i = 0; code == SB_OK && i < count; ++i) {
        sb_result *result = &wreck->results[*sound];
        const bool claims = wreck->states[i] == SB_TRIAL_DONE || wreck->states[i] == SB_TRIAL_FAILED;
        salvage->claimed += claims;
        if (!recognise(wreck, i, first + i, result))
            continue;
        salvage->unclaimed += !claims;
        ++*(result->state == SB_TRIAL_DONE ? &salvage->done : &salvage->failed);
        ++*sound;
    }
    return code;
}

/* --- The whole ------------------------------------------------------------------------------------------------------
 */

static sb_code allocate(struct wreck *wreck, const sb_layout *layout, sb_status *status) {
    static const char what[] = "slots of the damaged file";
    const uint64_t slot = 2 * layout->payload_bytes + sizeof(sb_result) + 64, fitting = SB_SLOT_BYTES / slot;
    const uint64_t trials = layout->grid->trials.count;
    wreck->size = (size_t)(fitting < 1 ? 1 : fitting < trials ? fitting : trials);
    if (sb_columns_create(&wreck->columns, wreck->path, layout, status) != SB_OK ||
        !(wreck->extents = sb_array(wreck->columns.count, sizeof *wreck->extents, what, status)) ||
        !(wreck->payloads = sb_array(wreck->size, layout->payload_bytes, what, status)) ||
        !(wreck->column = sb_array(wreck->size, layout->payload_bytes, what, status)) ||
        !(wreck->states = sb_array(wreck->size, sizeof *wreck->states, what, status)) ||
        !(wreck->failures = sb_array(wreck->size, sizeof *wreck->failures, what, status)) ||
        !(wreck->steps = sb_array(wreck->size, sizeof *wreck->steps, what, status)) ||
        !(wreck->checksums = sb_array(wreck->size, sizeof *wreck->checksums, what, status)) ||
        !(wreck->seconds = sb_array(wreck->size, sizeof *wreck->seconds, what, status)) ||
        !(wreck->results = sb_array(wreck->size, sizeof *wreck->results, what, status)))
        return SB_MEMORY;
    return SB_OK;
}

static void release(struct wreck *wreck) {
    free(wreck->results);
    free(wreck->seconds);
    free(wreck->checksums);
    free(wreck->steps);
    free(wreck->failures);
    free(wreck->states);
    free(wreck->column);
    free(wreck->payloads);
    free(wreck->extents);
    sb_columns_close(&wreck->columns, SB_OK, NULL); /* nothing of it is open */
    if (wreck->descriptor >= 0)
        close(wreck->descriptor); /* opened for reading: nothing can be lost */
}

/* Opens the damaged file, and sees to it that the new one takes the place of none that is needed. */
static sb_code open_wreck(struct wreck *wreck, const char *path, bool overwrite, sb_status *status) {
    struct stat damaged, there;
    wreck->descriptor = open(wreck->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (wreck->descriptor < 0 || fstat(wreck->descriptor, &damaged) != 0)
        return sb_fail(status, SB_IO, "cannot open '%s': %s", wreck->path, strerror(errno));
    if (!S_ISREG(damaged.st_mode) || damaged.st_size == 0)
        return sb_fail(status, SB_IO, "there is nothing to salvage in '%s': it is %s", wreck->path,
                       S_ISREG(damaged.st_mode) ? "empty" : "no regular file");
    if (stat(path, &there) != 0)
        return SB_OK;
    if (there.st_dev == damaged.st_dev && there.st_ino == damaged.st_ino)
        return sb_fail(status, SB_INPUT,
                       "'%s' is the damaged file itself, which is not written to; give another name with -o", path);
    if (!overwrite)
        return sb_fail(status, SB_INPUT, "'%s' exists already; give another name with -o, or --overwrite", path);
    return SB_OK;
}

/* Finds the slots. Checksums of slots know nothing of probes and records but their sizes: of another sweep, results
 * could be taken for what they are not. */
static sb_code locate(struct wreck *wreck, const sb_layout *layout, sb_salvage *salvage, sb_status *status) {
    sb_code code = locate_in_file(wreck, layout) ? SB_OK : locate_in_image(wreck, layout, status);
    salvage->proven = wreck->claim == SB_CLAIM_SAME;
    if (code == SB_OK && wreck->claim == SB_CLAIM_OTHER)
        code =
            sb_fail(status, SB_INPUT,
                    "'%s' was made from another sweep than the one given; it takes the same settings, of records and "
                    "probes too, and the --set that were given with them",
                    wreck->path);
    return code;
}

/* Commits sound slots as they are found. */
static sb_code move_slots(struct wreck *wreck, sb_store *store, sb_run_info *run, sb_salvage *salvage,
                          sb_status *status) {
    sb_code code = sb_store_begin_run(store, run, status);
    for (uint64_t first = 0; code == SB_OK && first < salvage->trials; first += wreck->size) {
        const uint64_t left = salvage->trials - first;
        size_t sound;
        code = read_slots(wreck, first, left < wreck->size ? (size_t)left : wreck->size, &sound, salvage, status);
        run->trials = (int64_t)(salvage->done + salvage->failed);
        run->updated = (double)time(NULL);
        if (code == SB_OK && sound > 0)
            code = sb_store_commit(store, wreck->results, sound, run, status);
    }
    run->end = (double)time(NULL);
    return code == SB_OK ? sb_store_commit(store, NULL, 0, run, status) : code;
}

sb_code sb_store_salvage(MPI_Comm comm, const char *damaged, const char *path, bool overwrite, const sb_layout *layout,
                         const sb_run_info *info, sb_salvage *salvage, sb_status *status) {
    struct wreck wreck = {.path = damaged, .descriptor = -1, .columns.id = H5I_INVALID_HID};
    sb_run_info run = *info;
    sb_store *store = NULL;
    *salvage = (sb_salvage){.trials = layout->grid->trials.count};
    sb_code code = open_wreck(&wreck, path, overwrite, status);
    if (code == SB_OK)
        code = allocate(&wreck, layout, status);
    if (code == SB_OK)
        code = locate(&wreck, layout, salvage, status);
    if (code == SB_OK)
        code = sb_store_open(comm, path, SB_STORE_OVERWRITE, layout, &store, status);
    if (code == SB_OK) {
        sb_status closing = {0};
        code = move_slots(&wreck, store, &run, salvage, status);
        if (sb_store_close(store, &closing) != SB_OK && code == SB_OK) {
            *status = closing;
            code = closing.code;
        }
    }
    release(&wreck);
    return code;
}
