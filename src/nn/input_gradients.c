#include "elementwise.h"
#include "kernels.h"
#include <string.h>

size_t sb_input_gradients_workspace(const sb_shape *shape, size_t batch) {
    size_t numbers = 0;
    for (size_t layer = 0; layer <= shape->depth; layer++)
        numbers += batch * shape->widths[layer];
    return numbers;
}

/* directions[samples][inputs]: the unit vector of input @p i in each row. */
static void set_directions(size_t samples, size_t inputs, size_t i, float *directions) {
    memset(directions, 0, samples * inputs * sizeof *directions);
    for (size_t n = 0; n < samples; n++)
        directions[n * inputs + i] = 1;
}

sb_code sb_network_input_gradients(sb_network *network, size_t samples, float *const *squares, float *workspace) {
    const sb_shape *shape = &network->shape;
    size_t inputs = shape->widths[0];
    float *directions = workspace, *t[SB_DEPTH_MAX + 1] = {NULL};
    workspace += samples * inputs;
    for (size_t layer = 1; layer <= shape->depth; layer++)
        if (squares[layer]) {
            memset(squares[layer], 0, samples * shape->widths[layer] * sizeof *squares[layer]);
            t[layer] = workspace;
            workspace += samples * shape->widths[layer];
        }
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < inputs; i++) {
        set_directions(samples, inputs, i, directions);
        sb_network_tangents(network, samples, directions, t);
        for (size_t layer = 1; layer <= shape->depth; layer++)
            if (squares[layer])
                sb_add_squares(samples * shape->widths[layer], t[layer], squares[layer]);
        if (network->progress)
            code = network->progress(network->progress_context);
    }
    return code;
}
