/* How large the regions of the first layer are (Lazzari and Liu 2023, supplement): the radius of the largest ball in
 * the region that holds a point x, max over c of min over neurons j of the first layer of s_j (w_j . c + b_j) / |w_j|,
 * s_j the sign of w_j . x + b_j, for points x that are uniform in the box [-1,1]^d of the network's inputs; and the
 * same with the faces of the box as further bounds. A region that holds balls of any size is left out of the mean and
 * the median without the box, and the share of its points is given. The points follow from the trial's seed alone, so
 * that the steps of a trial are compared on the same ones. */
#include "dimensions.h"
#include "inscribed_ball.h"
#include "median.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.inradius.probe;
}

static size_t points(const sb_settings *settings) {
    return (size_t)settings->probes.inradius.samples;
}

typedef struct workspace {
    sb_inscribed_ball *ball;
    double *x;                /* [inputs] */
    float *radii, *radii_box; /* [points] of the regions with a bound, of all */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    return sizeof(workspace) + sb_inscribed_ball_bytes(shape.widths[0], shape.widths[1]) +
           shape.widths[0] * sizeof(double) + 2 * points(settings) * sizeof(float);
}

/* What inscribed_ball.c says of its time, in operations of a training step at 75 GFLOP/s: 8 ns for a neuron and the
 * square of the dimensions, and 0.2 microseconds for a neuron. */
static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    double dimensions = (double)shape.widths[0], neurons = (double)shape.widths[1];
    return (double)points(settings) * neurons * (600 * dimensions * dimensions + 15000);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->radii_box);
    free(work->radii);
    free(work->x);
    sb_inscribed_ball_destroy(work->ball);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)dataset;
    static const char what[] = "the inradius probe";
    sb_code code = SB_MEMORY;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->x = sb_array(shape->widths[0], sizeof(double), what, status);
    work->radii = sb_array(points(settings), sizeof(float), what, status);
    work->radii_box = sb_array(points(settings), sizeof(float), what, status);
    if (work->x && work->radii && work->radii_box)
        code = sb_inscribed_ball_create(shape->widths[0], shape->widths[1], &work->ball, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

static void draw_point(uint64_t seed, size_t number, size_t dimensions, double *x) {
    for (size_t i = 0; i < dimensions; i++)
        x[i] = 2 * sb_random_uniform(seed, SB_PURPOSE_INRADIUS, number * dimensions + i) - 1;
}

static double mean(const float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)values[i];
    return sum / (double)count;
}

static void report(const sb_probe_output *outputs, float *radii, size_t count) {
    *(double *)outputs[0].values = mean(radii, count);
    *(double *)outputs[1].values = sb_median(radii, count);
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    const workspace *work = state;
    size_t count = points(view->settings), bounded = 0;
    sb_inscribed_ball_planes(work->ball, view->parameters + sb_shape_weights(view->shape, 1),
                             view->parameters + sb_shape_biases(view->shape, 1));
    for (size_t i = 0; i < count; i++) {
        double radius, in_box;
        draw_point((uint64_t)view->settings->seed, i, view->shape->widths[0], work->x);
        sb_code code = sb_inscribed_ball_radii(work->ball, work->x, view, &radius, &in_box, status);
        if (code == SB_OK)
            code = sb_probe_progress(view);
        if (code != SB_OK)
            return code;
        work->radii_box[i] = (float)in_box;
        if (isfinite(radius))
            work->radii[bounded++] = (float)radius;
    }
    report(outputs, work->radii, bounded);
    report(outputs + 2, work->radii_box, count);
    *(double *)outputs[4].values = (double)(count - bounded) / (double)count;
    return SB_OK;
}

#define RADIUS(text, meaning)                                                                                          \
    { .name = text, .unit = "1", .long_name = meaning, .type = SB_TYPE_FLOAT64 }

const sb_probe sb_probe_inradius = {
    .name = "inradius",
    .variables = {RADIUS("inradius", "radius of the largest ball in a first-layer region, mean over random points"),
                  RADIUS("inradius_median", "radius of the largest ball in a first-layer region, median"),
                  RADIUS("inradius_box", "radius of the largest ball in a first-layer region and [-1,1]^d, mean"),
                  RADIUS("inradius_box_median",
                         "radius of the largest ball in a first-layer region and [-1,1]^d, median"),
                  RADIUS("inradius_unbounded", "share of the points in regions with balls of any size")},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
