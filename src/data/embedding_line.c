/* gamma(z) = z. */
#include "families.h"

static void embed(const sb_settings *settings, double z, double *x) {
    (void)settings;
    x[0] = z;
}

const sb_embedding_ops sb_embedding_line = {1, embed};
