/* gamma(z) = (z, z^2). */
#include "families.h"

static void embed(const sb_settings *settings, double z, double *x) {
    (void)settings;
    x[0] = z;
    x[1] = z * z;
}

const sb_embedding_ops sb_embedding_parabola = {2, embed};
