/* For tests that train or evaluate networks: cmocka's group set-up. */
#ifndef SPECBIAS_TESTS_UNIT_START_BLIS_H
#define SPECBIAS_TESTS_UNIT_START_BLIS_H

#include <specbias/nn.h>

static inline int start_blis(void **state) {
    (void)state;
    return sb_blis_start(-1, NULL) == SB_OK ? 0 : 1;
}

#endif
