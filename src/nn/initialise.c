#include <math.h>
#include <specbias/nn.h>

/* The default of the framework in which both papers ran. The parameter at position i of the flat vector is number i of
 * the seed's stream. */
void sb_initialise(const sb_shape *shape, uint64_t seed, float *parameters) {
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        double bound = 1 / sqrt((double)shape->widths[layer - 1]);
        size_t end = sb_shape_weights(shape, layer + 1);
        for (size_t i = sb_shape_weights(shape, layer); i < end; i++)
            parameters[i] = (float)(bound * (2 * sb_random_uniform(seed, SB_PURPOSE_INITIALISATION, i) - 1));
    }
}
