/* Two-dimensional slices of the linear regions of a network along two of its inputs, the others 0 (Lazzari and Liu
 * 2023, figure 8, of networks with a positional encoding): a grid of size x size points v = 2n/size - 1 on [-1, 1),
 * over the first two inputs (band low) and over the last two (band high). Point (y, x) has the value v_x at the first
 * of the two inputs and v_y at the second. */
#include "dimensions.h"
#include "region_counter.h"
#include "rows.h"
#include <stdlib.h>
#include <string.h>

enum { BANDS = 2 };

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.slice.probe;
}

static bool wants_map(const sb_settings *settings) {
    return settings->probes.slice.map;
}

static size_t size_of(const sb_settings *settings) {
    return (size_t)settings->probes.slice.size;
}

static double position(size_t n, size_t size) {
    return 2 * (double)n / (double)size - 1;
}

/* --- Dimensions -----------------------------------------------------------------------------------------------------
 */

static size_t positions(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t size = size_of(settings);
    for (size_t n = 0; values && n < size; n++)
        values[n] = position(n, size);
    return size;
}

static size_t bands(const void *context, const sb_settings *settings, double *values) {
    (void)context, (void)settings;
    return sb_indices(BANDS, values);
}

static const char *const size_fields[] = {"probes.slice.size", NULL}, *const no_fields[] = {NULL};
static const sb_vector_rule band = {.name = "band",
                                    .unit = "1",
                                    .long_name = "0: low, the first two inputs; 1: high, the last two",
                                    .type = SB_TYPE_INT64,
                                    .fields = no_fields,
                                    .values = bands};
static const sb_vector_rule slice_x = {.name = "slice_x",
                                       .unit = "1",
                                       .long_name = "value of the first of the two inputs",
                                       .type = SB_TYPE_FLOAT64,
                                       .fields = size_fields,
                                       .values = positions};
static const sb_vector_rule slice_y = {.name = "slice_y",
                                       .unit = "1",
                                       .long_name = "value of the second of the two inputs",
                                       .type = SB_TYPE_FLOAT64,
                                       .fields = size_fields,
                                       .values = positions};

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

typedef struct workspace {
    sb_region_counter *counter;
    double *map; /* [size][size] of one band */
} workspace;

static size_t points(const sb_settings *settings) {
    return size_of(settings) * size_of(settings);
}

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sizeof(workspace) + sb_region_counter_bytes(&shape, points(settings)) + points(settings) * sizeof(double);
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return BANDS * sb_region_counter_flops(&shape, points(settings));
}

static void destroy(void *state) {
    workspace *work = state;
    sb_region_counter_destroy(work->counter);
    free(work->map);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)dataset;
    workspace *work = sb_array(1, sizeof *work, "the slice probe", status);
    if (!work)
        return SB_MEMORY;
    sb_code code = sb_region_counter_create(shape, points(settings), &work->counter, status);
    if (code == SB_OK) {
        work->map = sb_array(points(settings), sizeof *work->map, "the slice probe", status);
        code = work->map ? SB_OK : SB_MEMORY;
    }
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------
 */

/* A grid of size x size points over the network's inputs number @p input and @p input + 1. */
typedef struct plane {
    size_t size, inputs, input;
} plane;

static void fill(const void *context, size_t first, size_t count, float *x) {
    const plane *grid = context;
    memset(x, 0, count * grid->inputs * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        size_t point = first + i;
        float *at = x + i * grid->inputs + grid->input;
        at[0] = (float)position(point % grid->size, grid->size);
        at[1] = (float)position(point / grid->size, grid->size);
    }
}

static void copy_map(const double *map, size_t size, size_t which, const sb_probe_output *to) {
    double *values = (double *)to->values + which * to->lengths[1] * to->lengths[2];
    for (size_t y = 0; y < size; y++)
        memcpy(values + y * to->lengths[2], map + y * size, size * sizeof *map);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    const size_t size = size_of(view->settings), inputs = view->shape->widths[0];
    double *regions = outputs[0].values;
    sb_code code = SB_OK;
    for (size_t which = 0; code == SB_OK && which < BANDS; which++) {
        const plane grid = {size, inputs, which == 0 ? 0 : inputs - 2};
        const sb_pattern_source source = {.samples = size * size, .fill = fill, .context = &grid};
        code = sb_regions_count(work->counter, view, &source, &regions[which], work->map);
        if (code == SB_OK && outputs[1].values)
            copy_map(work->map, size, which, &outputs[1]);
    }
    return code;
}

const sb_probe sb_probe_slice = {
    .name = "slice",
    .variables = {{.name = "slice_regions",
                   .unit = "1",
                   .long_name = "distinct activation patterns on a slice of the input space",
                   .type = SB_TYPE_FLOAT64,
                   .dimensions = {&band}},
                  {.name = "slice_map",
                   .unit = "1",
                   .long_name = "number of the point's activation pattern, from 0 in the order of first appearance",
                   .type = SB_TYPE_FLOAT64,
                   .wanted = wants_map,
                   .dimensions = {&band, &slice_y, &slice_x}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
