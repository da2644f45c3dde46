#include <errno.h>
#include <fcntl.h>
#include <specbias/spec.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads until the end of the file, or one byte more than is allowed. */
static sb_code read_all(int file, const char *path, char *text, size_t *length, sb_status *status) {
    *length = 0;
    while (*length <= SB_SWEEP_BYTES_MAX) {
        ssize_t got = read(file, text + *length, SB_SWEEP_BYTES_MAX + 1 - *length);
        if (got == 0)
            return SB_OK;
        if (got > 0)
            *length += (size_t)got;
        else if (errno != EINTR)
            return sb_fail(status, SB_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    return sb_fail(status, SB_INPUT, "%s: found more than %zu bytes; a sweep file has at most that many", path,
                   SB_SWEEP_BYTES_MAX);
}

static sb_code check_kind(int file, const char *path, sb_status *status) {
    struct stat about;
    if (fstat(file, &about) != 0)
        return sb_fail(status, SB_INPUT, "%s: cannot be examined: %s", path, strerror(errno));
    if (S_ISREG(about.st_mode) || S_ISFIFO(about.st_mode))
        return SB_OK;
    return sb_fail(status, SB_INPUT, "%s: found %s; allowed a sweep file", path,
                   S_ISDIR(about.st_mode) ? "a folder" : "a device or socket");
}

sb_code sb_sweep_load(const char *path, char **text, size_t *length, sb_status *status) {
    *text = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return sb_fail(status, SB_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    sb_code code = check_kind(file, path, status);
    if (code != SB_OK)
        goto done;
    *text = malloc(SB_SWEEP_BYTES_MAX + 1);
    code = *text ? read_all(file, path, *text, length, status)
                 : sb_fail(status, SB_MEMORY, "%s: no memory to read it", path);
    if (code == SB_OK) {
        (*text)[*length] = 0;
    } else {
        free(*text);
        *text = NULL;
    }
done:
    close(file); /* only read from: nothing can be lost */
    return code;
}
