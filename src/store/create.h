/* Making a results file: rank 0 alone, under a temporary name. */
#ifndef SPECBIAS_STORE_CREATE_H
#define SPECBIAS_STORE_CREATE_H

#include "columns.h"

/* Not collective. Makes @p path, complete but not filled. What was there is set aside under another name until the
 * caller decides. On a failure nothing is left behind, and what was there stays. */
sb_code sb_create(const char *path, const sb_layout *layout, sb_fault *fault, sb_status *status);

/* Not collective. After sb_create has made @p path: removes what was there before, or puts it back in place of the new
 * file. */
void sb_create_accept(const char *path);
void sb_create_revoke(const char *path);

#endif
