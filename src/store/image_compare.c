#include "image.h"
#include "names.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes, not what HDF5 makes of them: HDF5 has checksums for its headers, but none for values (coordinates, dimension
 * scales' references in the global heap). Measured: opening, filling, committing and closing with ROMIO and OMPIO on 1
 * and 3 ranks changes no byte outside the columns and /provenance's rows, and neither does malloc's content
 * (MALLOC_PERTURB_). */

/* Reads who made the file; an older one does not say. */
static sb_code read_creator(const sb_file *file, char creator[SB_CREATOR_LENGTH], sb_status *status) {
    const hsize_t length = SB_CREATOR_LENGTH;
    sb_code code = SB_OK;
    memset(creator, 0, SB_CREATOR_LENGTH);
    if (H5Lexists(file->id, SB_PATH_CREATOR, H5P_DEFAULT) == 0)
        return SB_OK;
    hid_t dataset = H5Dopen2(file->id, SB_PATH_CREATOR, H5P_DEFAULT);
    if (dataset < 0)
        code = sb_h5_fail(status, file->path, "open '%s'", SB_PATH_CREATOR);
    else if (!sb_h5_holds(dataset, SB_ELEMENT_CHAR) || !sb_h5_has_shape(dataset, 1, &length))
        code =
            sb_fail(status, SB_IO, "results file '%s': '%s' is damaged; " SB_SALVAGE_HINT, file->path, SB_PATH_CREATOR);
    else if (H5Dread(dataset, H5T_C_S1, H5S_ALL, H5S_ALL, H5P_DEFAULT, creator) < 0)
        code = sb_h5_fail(status, file->path, "read '%s'", SB_PATH_CREATOR);
    creator[SB_CREATOR_LENGTH - 1] = '\0';
    sb_printable(creator);
    return sb_h5_release(dataset, code, file->path, status);
}

/* Or another program has copied the file, such as h5repack, or an older version has made it. */
static bool lie_alike(const sb_file *file, const sb_file *image) {
    if (!sb_provenance_complete(file->id))
        return false;
    for (size_t i = 0; i < file->count; ++i)
        if (H5Dget_offset(file->columns[i].dataset) != H5Dget_offset(image->columns[i].dataset))
            return false;
    return true;
}

static int by_start(const void *left, const void *right) {
    const sb_extent *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

/* What does not follow from the sweep, in rising order: what runs write, the columns and /provenance's rows and marks;
 * and the creator. */
static sb_code list_written(const sb_file *image, sb_extent **extents, size_t *count, sb_status *status) {
    sb_provenance provenance;
    *count = 0;
    *extents = sb_array(image->count + SB_RUN_FIELDS + 3, sizeof **extents, "the places of the slots", status);
    if (!*extents)
        return SB_MEMORY;
    sb_code code = sb_provenance_open(image, &provenance, status);
    hid_t creator = H5Dopen2(image->id, SB_PATH_CREATOR, H5P_DEFAULT);
    if (code == SB_OK && creator < 0)
        code = sb_h5_fail(status, image->path, "open '%s' in memory", SB_PATH_CREATOR);
    for (size_t i = 0; code == SB_OK && i < image->count; ++i)
        (*extents)[(*count)++] = sb_extent_of(image->columns[i].dataset);
    for (size_t i = 0; code == SB_OK && i < SB_RUN_FIELDS; ++i)
        (*extents)[(*count)++] = sb_extent_of(provenance.fields[i]);
    if (code == SB_OK) {
        (*extents)[(*count)++] = sb_extent_of(provenance.filled);
        (*extents)[(*count)++] = sb_extent_of(provenance.runs);
        (*extents)[(*count)++] = sb_extent_of(creator);
        qsort(*extents, *count, sizeof **extents, by_start);
    }
    code = sb_h5_release(creator, code, image->path, status);
    return sb_provenance_close(&provenance, code, status);
}

/* Compares the bytes from @p start to @p end. */
static sb_code compare_range(int file, int image, uint64_t start, uint64_t end, const char *path, sb_verdict *verdict,
                             sb_status *status) {
    unsigned char theirs[16384], ours[sizeof theirs];
    while (start < end) {
        const size_t wanted = end - start < sizeof ours ? (size_t)(end - start) : sizeof ours;
        const ssize_t got = pread(image, ours, wanted, (off_t)start);
        const ssize_t found = got > 0 ? pread(file, theirs, (size_t)got, (off_t)start) : -1;
        if (found < 0 && errno == EINTR)
            continue;
        if (found <= 0) /* the file is as long as its superblock says, or it could not have been opened */
            return sb_fail(status, SB_IO, "cannot read results file '%s': %s", path,
                           found < 0 ? strerror(errno) : "it is shorter than its sweep calls for");
        for (ssize_t i = 0; i < found; ++i)
            if (theirs[i] != ours[i] && verdict->altered++ == 0)
                verdict->first_altered = start + (uint64_t)i;
        start += (uint64_t)found;
    }
    return SB_OK;
}

/* Counts the bytes that differ. Where this program made the file, tells whether another one may have changed it. */
static sb_code compare_all(const sb_file *file, const sb_file *image, int memory, const sb_extent *written,
                           size_t count, sb_verdict *verdict, sb_status *status) {
    char mine[SB_CREATOR_LENGTH];
    sb_creator(mine);
    struct stat info;
    uint64_t start = 0;
    const int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return sb_fail(status, SB_IO, "cannot open results file '%s': %s", file->path, strerror(errno));
    sb_code code = SB_OK;
    if (fstat(memory, &info) != 0)
        code = sb_fail(status, SB_SYSTEM, "fstat of the results file in memory failed: %s", strerror(errno));
    for (size_t i = 0; code == SB_OK && i < count; ++i) {
        code = compare_range(descriptor, memory, start, written[i].start, file->path, verdict, status);
        start = written[i].start + written[i].length;
    }
    if (code == SB_OK)
        code = compare_range(descriptor, memory, start, (uint64_t)info.st_size, file->path, verdict, status);
    if (strcmp(mine, verdict->creator) != 0 && verdict->altered > 0)
        verdict->compared = false; /* other versions write other bytes */
    else if (code == SB_OK && verdict->altered > 0)
        verdict->foreign = sb_image_foreign(file, descriptor, image, memory, (uint64_t)info.st_size, written, count);
    close(descriptor); /* opened for reading: nothing can be lost */
    return code;
}

sb_code sb_image_compare(const sb_file *file, sb_verdict *verdict, sb_status *status) {
    sb_file image = {.id = H5I_INVALID_HID};
    sb_extent *written = NULL;
    size_t count = 0;
    int memory = -1;
    sb_code code = read_creator(file, verdict->creator, status);
    if (code != SB_OK)
        return code;
    if ((code = sb_image_build(file->path, file->layout, &memory, status)) == SB_OK &&
        (code = sb_image_open(memory, file->path, file->layout, &image, status)) == SB_OK && lie_alike(file, &image))
        verdict->compared = (code = list_written(&image, &written, &count, status)) == SB_OK;
    if (verdict->compared)
        code = compare_all(file, &image, memory, written, count, verdict, status);
    if (code == SB_OK && !verdict->compared) {
        verdict->altered = 0;
        if (!sb_image_sound(file->id))
            code = sb_fail(status, SB_IO, "results file '%s': its structure is damaged; " SB_SALVAGE_HINT, file->path);
    }
    free(written);
    code = sb_columns_close(&image, code, status);
    sb_image_release(memory);
    return code;
}
