#include <errno.h>
#include <fcntl.h>
#include <specbias/base.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is being read, and the memory for it. */
typedef struct loading {
    int file;
    const char *path, *what;
    size_t most;
    char *bytes;
    size_t room, length;
} loading;

/* Room for one byte more than is expected, so that a file that is longer shows. */
static sb_code make_room(loading *load, size_t room, sb_status *status) {
    load->room = room > load->most ? load->most + 1 : room;
    char *bytes = realloc(load->bytes, load->room + 1);
    if (!bytes)
        return sb_fail(status, SB_MEMORY, "%s: no memory to read it", load->path);
    load->bytes = bytes;
    return SB_OK;
}

static sb_code refuse_size(const loading *load, sb_status *status) {
    return sb_fail(status, SB_INPUT, "%s: found more than %zu bytes; %s has at most that many", load->path, load->most,
                   load->what);
}

static sb_code read_all(loading *load, sb_status *status) {
    for (;;) {
        if (load->length > load->most)
            return refuse_size(load, status);
        if (load->length == load->room && make_room(load, 2 * load->room, status) != SB_OK)
            return SB_MEMORY;
        const ssize_t got = read(load->file, load->bytes + load->length, load->room - load->length);
        if (got == 0)
            return SB_OK;
        if (got > 0)
            load->length += (size_t)got;
        else if (errno != EINTR)
            return sb_fail(status, SB_INPUT, "%s: cannot be read: %s", load->path, strerror(errno));
    }
}

static sb_code examine(const loading *load, size_t *expected, sb_status *status) {
    enum { PIPE = 1 << 16 };
    struct stat about;
    if (fstat(load->file, &about) != 0)
        return sb_fail(status, SB_INPUT, "%s: cannot be examined: %s", load->path, strerror(errno));
    if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode))
        return sb_fail(status, SB_INPUT, "%s: found %s; allowed %s", load->path,
                       S_ISDIR(about.st_mode) ? "a folder" : "a device or socket", load->what);
    *expected = S_ISREG(about.st_mode) ? (size_t)about.st_size : PIPE;
    return *expected > load->most && S_ISREG(about.st_mode) ? refuse_size(load, status) : SB_OK;
}

sb_code sb_load(const char *path, size_t most, const char *what, char **bytes, size_t *length, sb_status *status) {
    loading load = {.path = path, .what = what, .most = most};
    size_t expected = 0;
    *bytes = NULL;
    load.file = open(path, O_RDONLY | O_CLOEXEC);
    if (load.file < 0)
        return sb_fail(status, SB_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    sb_code code = examine(&load, &expected, status);
    if (code == SB_OK)
        code = make_room(&load, expected + 1, status);
    if (code == SB_OK)
        code = read_all(&load, status);
    if (code == SB_OK) {
        load.bytes[load.length] = 0;
        *bytes = load.bytes;
        *length = load.length;
    } else {
        free(load.bytes);
    }
    close(load.file); /* only read from: nothing can be lost */
    return code;
}
