/* The network as a function of its coordinates, between the samples too (Rahaman et al. 2019, figure 6): f on a grid of
 * resolution x resolution points of [low, high]^2, the edges among them, through the trial's encoding; with one
 * coordinate, on a line of DENSER times as many points. With BCE these are logits. */
#include "box.h"
#include "dimensions.h"
#include "rows.h"

enum { DENSER = 10 };

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.function_grid.probe;
}

static size_t coordinates(const sb_settings *settings) {
    return sb_dataset_coordinates(settings);
}

static sb_box box_of(const sb_settings *settings) {
    size_t resolution = (size_t)settings->probes.function_grid.resolution;
    return (sb_box){.low = settings->probes.function_grid.low,
                    .high = settings->probes.function_grid.high,
                    .points = coordinates(settings) == 1 ? DENSER * resolution : resolution,
                    .closed = true};
}

static size_t places_x(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    sb_box box = box_of(settings);
    for (size_t i = 0; values && i < box.points; i++)
        values[i] = sb_box_coordinate(&box, i);
    return box.points;
}

static size_t places_y(const void *context, const sb_settings *settings, double *values) {
    if (coordinates(settings) == 2)
        return places_x(context, settings, values);
    if (values)
        *values = 0;
    return 1;
}

static const char *const place_fields[] = {"target.kind",
                                           "embedding.kind",
                                           "probes.function_grid.low",
                                           "probes.function_grid.high",
                                           "probes.function_grid.resolution",
                                           NULL};
static const sb_vector_rule grid_x = {.name = "grid_x",
                                      .unit = "1",
                                      .long_name = "first coordinate of the network's domain",
                                      .type = SB_TYPE_FLOAT64,
                                      .fields = place_fields,
                                      .values = places_x};
static const sb_vector_rule grid_y = {.name = "grid_y",
                                      .unit = "1",
                                      .long_name = "second coordinate of the network's domain; 0 if it has only one",
                                      .type = SB_TYPE_FLOAT64,
                                      .fields = place_fields,
                                      .values = places_y};

static size_t bytes(const sb_settings *settings) {
    return sb_box_network_bytes(settings);
}

static size_t points(const sb_settings *settings) {
    return places_x(NULL, settings, NULL) * places_y(NULL, settings, NULL);
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return (double)points(settings) * sb_shape_flops(&shape);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)dataset, (void)shape;
    sb_box_network *network;
    sb_code code = sb_box_network_create(settings, &network, status);
    *state = network;
    return code;
}

static void destroy(void *state) {
    sb_box_network_destroy(state);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    sb_box box = box_of(view->settings);
    size_t count = points(view->settings), width = view->dataset->outputs;
    const size_t *lengths = outputs[0].lengths;
    sb_network_set_parameters(view->scratch, view->parameters);
    for (size_t first = 0; first < count; first += SB_BOX_PART) {
        size_t part = count - first < SB_BOX_PART ? count - first : SB_BOX_PART;
        const float *f;
        sb_code code = sb_box_evaluate(state, view, &box, first, part, &f, status);
        if (code != SB_OK)
            return code;
        for (size_t n = first; n < first + part; n++)
            for (size_t output = 0; output < width; output++) {
                size_t row = n / box.points, column = n % box.points;
                ((float *)outputs[0].values)[(row * lengths[1] + column) * lengths[2] + output] = *f++;
            }
    }
    return SB_OK;
}

const sb_probe sb_probe_function_grid = {
    .name = "function_grid",
    .variables = {{.name = "function_grid",
                   .unit = "1",
                   .long_name = "the network's output on a grid of its coordinates",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&grid_y, &grid_x, &sb_dimension_output}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
