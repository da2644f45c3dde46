/* Rahaman et al. 2019, equation 12: gamma_L(z) = (1 + 0.5 sin(2 pi L z)) (cos 2 pi z, sin 2 pi z). */
#include "families.h"
#include <math.h>

static void embed(const sb_settings *settings, double z, double *x) {
    double radius = 1 + 0.5 * sin(SB_TWO_PI * (double)settings->embedding.petals * z);
    x[0] = radius * cos(SB_TWO_PI * z);
    x[1] = radius * sin(SB_TWO_PI * z);
}

const sb_embedding_ops sb_embedding_petals = {2, embed};
