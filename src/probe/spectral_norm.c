/* The largest singular value of each layer's weight matrix, and their product, which bounds the Lipschitz constant of
 * the network since ReLU has Lipschitz constant 1 (Rahaman et al. 2019, section 3, theorem 1 and figure 1). */
#include "dimensions.h"
#include "lanczos.h"
#include "rows.h"

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.spectral_norm.probe;
}

/* The longest of the layers' shorter sides, and of their longer sides. */
static void largest_sides(const sb_shape *shape, size_t *shorter, size_t *longer) {
    *shorter = *longer = 0;
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        size_t low = in < out ? in : out, high = in < out ? out : in;
        *shorter = low > *shorter ? low : *shorter;
        *longer = high > *longer ? high : *longer;
    }
}

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    size_t shorter, longer;
    largest_sides(&shape, &shorter, &longer);
    return sb_lanczos_bytes(shorter, longer);
}

/* Two products with the matrix for each iteration, and 8 operations for each pair of Krylov vectors and component to
 * orthogonalise them. Layers at initialisation take 39 iterations (128x128) to 53 (512x512), trained ones fewer. An
 * operation of theirs, in double precision and bound by memory, takes as long as seven of a training step: 1.0 ms for
 * the 12 million of a 256x256 layer where a forward pass ran at 77 to 90 GFLOP/s. */
enum { ITERATIONS = 40, SLOWNESS = 7 };

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double sum = 0;
    for (size_t layer = 1; layer <= shape.depth; layer++) {
        double in = (double)shape.widths[layer - 1], out = (double)shape.widths[layer];
        double order = in < out ? in : out, iterations = order < ITERATIONS ? order : ITERATIONS;
        sum += iterations * 4 * in * out + 4 * iterations * iterations * order;
    }
    return SLOWNESS * sum;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)settings, (void)dataset;
    size_t shorter, longer;
    largest_sides(shape, &shorter, &longer);
    sb_lanczos *lanczos;
    sb_code code = sb_lanczos_create(shorter, longer, &lanczos, status);
    *state = lanczos;
    return code;
}

static void destroy(void *state) {
    sb_lanczos_destroy(state);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const sb_shape *shape = view->shape;
    double *norms = outputs[0].values, *bound = outputs[1].values;
    sb_code code = SB_OK;
    *bound = 1;
    for (size_t layer = 1; code == SB_OK && layer <= shape->depth; layer++) {
        const float *weights = view->parameters + sb_shape_weights(shape, layer);
        code = sb_lanczos_norm(state, weights, shape->widths[layer], shape->widths[layer - 1], view->progress,
                               view->progress_context, &norms[layer - 1]);
        *bound *= norms[layer - 1];
    }
    return code;
}

const sb_probe sb_probe_spectral_norm = {
    .name = "spectral_norm",
    .variables = {{.name = "spectral_norm",
                   .unit = "1",
                   .long_name = "largest singular value of the layer's weight matrix",
                   .type = SB_TYPE_FLOAT64,
                   .dimensions = {&sb_dimension_layer}},
                  {.name = "lipschitz_bound",
                   .unit = "1",
                   .long_name = "product of the layers' spectral norms",
                   .type = SB_TYPE_FLOAT64}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
