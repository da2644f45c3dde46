/** @file lock.h
 * One run at a time: a lock on the results file for as long as it is open, which ends with the process that holds it.
 */
#ifndef SPECBIAS_STORE_LOCK_H
#define SPECBIAS_STORE_LOCK_H

#include <specbias/base.h>

/** Not collective. Locks the file @p path if it exists and its file system has locks; *lock is then to be given to
 * sb_unlock, and -1 otherwise. SB_IO if another process holds it. */
sb_code sb_lock(const char *path, int *lock, sb_status *status);
void sb_unlock(int lock);

#endif
