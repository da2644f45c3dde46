/* gamma(z) = (cos 2 pi z, sin 2 pi z), the petals' curve for L = 0. */
#include "families.h"
#include <math.h>

static void embed(const sb_settings *settings, double z, double *x) {
    (void)settings;
    x[0] = cos(SB_TWO_PI * z);
    x[1] = sin(SB_TWO_PI * z);
}

const sb_embedding_ops sb_embedding_circle = {2, embed};
