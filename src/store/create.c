#define _GNU_SOURCE  /* fallocate: unlike posix_fallocate it does not write every block where nothing can be reserved  \
                      */

#include "create.h"

#include "image.h"
#include "names.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <specbias/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t sb_store_bytes(const sb_layout *layout) {
    /* Measured: a dataset with its attributes takes 1 to 3 KiB, /provenance with its rows 710 KiB. */
    const uint64_t per_dataset = 4096, provenance = 768 * 1024;
    uint64_t bytes = provenance + layout->grid->sweep->text_length + strlen(layout->grid->sweep->overrides);
    bytes += (layout->dimension_count + layout->coordinate_count + layout->variable_count) * per_dataset;
    for (size_t i = 0; i < layout->coordinate_count; ++i) {
        const sb_coordinate *coordinate = &layout->coordinates[i];
        bytes += coordinate->count *
                 (coordinate->type == SB_TYPE_TEXT ? coordinate->text_length : sb_type_size(coordinate->type));
    }
    const uint64_t bookkeeping = 1 + 1 + 8 + 8 + SB_IDENTITY_LENGTH + 8 + 4; /* the columns of /trial */
    return bytes + layout->grid->trials.count * (layout->payload_bytes + bookkeeping);
}

/* --- On disk --------------------------------------------------------------------------------------------------------
 */

/* Copies one run of data. */
static sb_code copy_run(int from, int to, off_t start, off_t end, const char *path, sb_fault *fault,
                        sb_status *status) {
    char buffer[65536];
    while (start < end) {
        if (sb_fault_fails(fault, SB_CALL_WRITE, path, status) != SB_OK)
            return status->code;
        const size_t wanted = end - start < (off_t)sizeof buffer ? (size_t)(end - start) : sizeof buffer;
        const ssize_t got = pread(from, buffer, wanted, start);
        ssize_t put = got > 0 ? pwrite(to, buffer, (size_t)got, start) : -1;
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return sb_fail(status, SB_IO, "cannot write results file '%s': %s", path, strerror(errno));
        start += put;
    }
    return SB_OK;
}

/* Copies @p size bytes, leaving out holes. */
static sb_code copy(int from, int to, off_t size, const char *path, sb_fault *fault, sb_status *status) {
    sb_code code = SB_OK;
    off_t start = 0, end = 0;
    while (code == SB_OK && (start = lseek(from, end, SEEK_DATA)) >= 0) {
        end = lseek(from, start, SEEK_HOLE);
        code = end < 0 ? SB_SYSTEM : copy_run(from, to, start, end, path, fault, status);
    }
    if ((start < 0 && errno != ENXIO) || end < 0) /* ENXIO: no more data */
        return sb_fail(status, SB_SYSTEM, "lseek in the results file in memory failed: %s", strerror(errno));
    if (code == SB_OK && ftruncate(to, size) != 0)
        code = sb_fail(status, SB_IO, "cannot write results file '%s': %s", path, strerror(errno));
    return code;
}

/* Writes the file under its temporary name. Reserves the space, so that a full disk is found now; where the file system
 * cannot (posix_fallocate would write every block instead), filling the slots finds it. */
static sb_code save(int memory, const char *temporary, const char *path, sb_fault *fault, sb_status *status) {
    struct stat info;
    if (sb_fault_fails(fault, SB_CALL_OPEN, path, status) != SB_OK)
        return status->code;
    if (fstat(memory, &info) != 0)
        return sb_fail(status, SB_SYSTEM, "fstat of the results file in memory failed: %s", strerror(errno));
    const int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (descriptor < 0)
        return sb_fail(status, SB_IO, "cannot create results file '%s': %s", path, strerror(errno));
    sb_code code = sb_fault_fails(fault, SB_CALL_RESERVE, path, status);
    if (code == SB_OK && !sb_fault_skips(fault, SB_CALL_RESERVE) && fallocate(descriptor, 0, 0, info.st_size) != 0 &&
        errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)
        code = sb_fail(status, SB_IO, "cannot create results file '%s': %s; it takes %.3g MB", path, strerror(errno),
                       (double)info.st_size * 1e-6);
    if (code == SB_OK)
        code = copy(memory, descriptor, info.st_size, path, fault, status);
    if (code == SB_OK)
        code = sb_fault_fails(fault, SB_CALL_FLUSH, path, status);
    if (code == SB_OK && fsync(descriptor) != 0)
        code = sb_fail(status, SB_IO, "cannot sync results file '%s': %s", path, strerror(errno));
    if (close(descriptor) != 0 && code == SB_OK)
        code = sb_fail(status, SB_IO, "cannot write results file '%s': %s", path, strerror(errno));
    return code;
}

/* Where what was at @p path waits. */
static void name_aside(const char *path, char aside[PATH_MAX]) {
    snprintf(aside, PATH_MAX, "%s.old-%ld", path, (long)getpid());
}

void sb_create_accept(const char *path) {
    char aside[PATH_MAX];
    name_aside(path, aside);
    unlink(aside); /* there may have been none */
}

void sb_create_revoke(const char *path) {
    char aside[PATH_MAX];
    name_aside(path, aside);
    if (rename(aside, path) != 0)
        unlink(path); /* there was none, and the failure that led here is the one to report */
}

/* Makes the names in the folder of @p path last. */
static sb_code sync_folder(const char *path, sb_status *status) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const int length = slash ? (slash == path ? 1 : (int)(slash - path)) : 1;
    snprintf(folder, sizeof folder, "%.*s", length, slash ? path : ".");
    sb_code code = SB_OK;
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0 ||
        (fsync(descriptor) != 0 && errno != EINVAL)) /* EINVAL: a file system that has no need of it */
        code = sb_fail(status, SB_IO, "cannot sync folder '%s': %s", folder, strerror(errno));
    if (descriptor >= 0)
        close(descriptor); /* opened for reading: nothing can be lost */
    return code;
}

/* Gives the file its name. */
static sb_code publish(const char *temporary, const char *path, sb_fault *fault, sb_status *status) {
    char aside[PATH_MAX];
    name_aside(path, aside);
    if (rename(path, aside) != 0 && errno != ENOENT)
        return sb_fail(status, SB_IO, "cannot replace results file '%s': %s", path, strerror(errno));
    sb_code code = SB_OK;
    sb_fault_pass(fault, SB_POINT_NAMING);
    if (rename(temporary, path) != 0)
        code = sb_fail(status, SB_IO, "cannot create results file '%s': %s", path, strerror(errno));
    else
        code = sync_folder(path, status);
    sb_fault_pass(fault, SB_POINT_NAMED);
    if (code != SB_OK)
        sb_create_revoke(path);
    return code;
}

sb_code sb_create(const char *path, const sb_layout *layout, sb_fault *fault, sb_status *status) {
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid()) >= (int)sizeof temporary)
        return sb_fail(status, SB_IO, "cannot create results file '%.200s...': the name is too long", path);
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return sb_fail(status, SB_IO, "'%s' is no regular file; give the results file another name", path);
    int memory;
    sb_code code = sb_image_build(path, layout, &memory, status);
    if (code == SB_OK && (code = save(memory, temporary, path, fault, status)) == SB_OK)
        code = publish(temporary, path, fault, status);
    if (code != SB_OK)
        unlink(temporary); /* it may not be there; the failure that led here is the one to report */
    sb_image_release(memory);
    return code;
}
