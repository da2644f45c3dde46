#include "box.h"

#include <stdlib.h>

struct sb_box_network {
    size_t coordinates;
    double *v; /* [SB_BOX_PART][coordinates] */
    float *x;  /* [SB_BOX_PART][inputs] */
    float *f;  /* [SB_BOX_PART][outputs] */
};

double sb_box_coordinate(const sb_box *box, size_t i) {
    size_t parts = box->points - (box->closed && box->points > 1);
    return box->low + (box->high - box->low) * (double)i / (double)parts;
}

sb_code sb_box_network_create(const sb_settings *settings, sb_box_network **network, sb_status *status) {
    static const char what[] = "points of a box";
    sb_box_network *made = sb_array(1, sizeof *made, what, status);
    *network = NULL;
    if (!made)
        return SB_MEMORY;
    made->coordinates = sb_dataset_coordinates(settings);
    made->v = sb_array(SB_BOX_PART * made->coordinates, sizeof *made->v, what, status);
    made->x = sb_array(SB_BOX_PART * sb_dataset_inputs(settings), sizeof *made->x, what, status);
    made->f = sb_array(SB_BOX_PART * sb_dataset_outputs(settings), sizeof *made->f, what, status);
    if (!made->v || !made->x || !made->f) {
        sb_box_network_destroy(made);
        return SB_MEMORY;
    }
    *network = made;
    return SB_OK;
}

void sb_box_network_destroy(sb_box_network *network) {
    if (!network)
        return;
    free(network->f);
    free(network->x);
    free(network->v);
    free(network);
}

size_t sb_box_network_bytes(const sb_settings *settings) {
    return sizeof(sb_box_network) +
           SB_BOX_PART * (sb_dataset_coordinates(settings) * sizeof(double) +
                          sb_dataset_inputs(settings) * sizeof(float) + sb_dataset_outputs(settings) * sizeof(float));
}

sb_code sb_box_evaluate(const sb_box_network *network, const sb_probe_view *view, const sb_box *box, size_t first,
                        size_t count, const float **f, sb_status *status) {
    double *v = network->v;
    for (size_t n = first; n < first + count; n++) {
        *v++ = sb_box_coordinate(box, n % box->points);
        if (network->coordinates == 2)
            *v++ = sb_box_coordinate(box, n / box->points);
    }
    sb_code code = sb_encode(view->settings, network->v, count, network->x, status);
    if (code == SB_OK)
        code = sb_network_forward(view->scratch, network->x, count, network->f);
    *f = network->f;
    return code;
}
