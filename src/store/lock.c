#define _GNU_SOURCE /* F_OFD_SETLK */

#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A byte that no file has. A lock of the whole file would stand in the way of ROMIO, which locks what it writes on some
 * file systems, and of readers. */
static const off_t locked_byte = (off_t)1 << 62;

sb_code sb_lock(const char *path, int *lock, sb_status *status) {
    *lock = -1;
#ifdef F_OFD_SETLK /* held by the open file, not by the process: other descriptors of it may come and go */
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return SB_OK; /* whoever needs the file will say so */
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = locked_byte, .l_len = 1};
    if (fcntl(descriptor, F_OFD_SETLK, &range) == 0) {
        *lock = descriptor;
        return SB_OK;
    }
    const int reason = errno;
    close(descriptor);
    if (reason == EAGAIN || reason == EACCES)
        return sb_fail(status, SB_IO,
                       "another run is writing '%s' ('specbias status' tells about it); wait for it, or give another "
                       "name with -o",
                       path);
#endif
    return SB_OK; /* a file system without locks */
}

void sb_unlock(int lock) {
    if (lock >= 0)
        close(lock);
}
