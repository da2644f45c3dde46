/* Making a results file: rank 0 alone, under a temporary name. */
#ifndef SPECBIAS_STORE_CREATE_H
#define SPECBIAS_STORE_CREATE_H

#include "columns.h"

/* Not collective. Makes @p path, complete but not filled, in place of what may be there. On a failure nothing is left
 * behind, and what was there stays. */
sb_code sb_create(const char *path, const sb_layout *layout, sb_status *status);

#endif
