/* How fast the network's own spectrum falls. Rahaman et al. 2019, section 2 and theorem 1: the Fourier transform of a
 * ReLU network of d inputs falls as |k|^-(m+1) along directions that are orthogonal to faces of codimension m of its
 * linear regions, 1 <= m <= d: as |k|^-2 across the boundaries, and as |k|^-(d+1) in almost all directions. On a line
 * it falls as k^-2. Of all directions in a plane, boundaries of length L take the share 1/(kL) at k, so that the root
 * mean square over a circle falls as |k|^(-2 - 1/2). Smooth activations fall faster than any power.
 *
 * f is taken on points x_n of the box [low, high]^d, its mean is removed, and it is multiplied by the window
 *     w(x) = prod_i sin^4(pi (x_i - low) / (high - low)),
 * because the box's edges, where the periodic continuation jumps, would fall as k^-1: the window's own spectrum falls
 * as k^-5. k counts periods over the box. The exponent is the slope of the straight line that fits log |F| against log
 * |k| best, in the sense of least squares, |F| being the root mean square over the modes of quarters of an octave from
 * k_low to below k_high, and, in two dimensions, over directions. With k_high at 1/8 of the resolution, what aliasing
 * adds to a spectrum that falls as k^-2 changes the exponent by less than 0.02.
 *
 * What is not twice the root mean square on the outer circles, 3/8 to 1/2 of the resolution, is not fitted: it may be
 * rounding of f, whose spectrum is flat, or aliasing. NaN where less than an octave is above that floor: the spectrum
 * falls too fast to be seen, as that of smooth activations does, and that along a direction to which no boundary is
 * orthogonal and in which there are no corners, as in a network of one hidden layer.
 *
 * With `rays`, in two dimensions also along single directions, k (cos a, sin a), where F(k) = sum_n w f exp(-2 pi i k .
 * x_n) / N is summed directly. */
#include "box.h"
#include "dft.h"
#include "dimensions.h"
#include "dot.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS_PER_OCTAVE = 4, BINS_MAX = 24 * BINS_PER_OCTAVE };

#define PI 3.14159265358979323846

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.decay.probe;
}

static sb_lattice lattice_of(const sb_settings *settings) {
    size_t points = sb_decay_resolution(settings);
    return (sb_lattice){sb_dataset_coordinates(settings), {points, points}};
}

static bool is_plane(const sb_settings *settings) {
    return sb_dataset_coordinates(settings) == 2;
}

static size_t wavenumbers(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t count = sb_decay_resolution(settings) / 2;
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)(i + 1);
    return count;
}

static size_t angles(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    const sb_list *list = &settings->probes.decay.angles;
    for (size_t i = 0; values && i < list->count; i++)
        values[i] = list->values[i];
    return list->count;
}

static size_t ray_count(const sb_settings *settings) {
    return is_plane(settings) && settings->probes.decay.rays ? settings->probes.decay.angles.count : 0;
}

static bool wants_rays(const sb_settings *settings) {
    return settings->probes.decay.rays;
}

static const char *const wavenumber_fields[] = {"target.kind", "embedding.kind", "probes.decay.resolution", NULL};
static const sb_vector_rule wavenumber = {.name = "decay_wavenumber",
                                          .unit = "1",
                                          .long_name = "frequency |k| in periods over the box",
                                          .type = SB_TYPE_INT64,
                                          .fields = wavenumber_fields,
                                          .values = wavenumbers};

static const char *const angle_fields[] = {"probes.decay.angles", NULL};
static const sb_vector_rule angle = {.name = "angle",
                                     .unit = "degree",
                                     .long_name = "direction of k, from the first coordinate to the second",
                                     .type = SB_TYPE_FLOAT64,
                                     .fields = angle_fields,
                                     .values = angles};

/* What a trial's measurements share. */
typedef struct workspace {
    size_t points, samples, shells; /* along a coordinate, in all, of the transform */
    sb_box_network *network;
    sb_dft *dft;
    float *f;        /* [samples][outputs] */
    double *window;  /* [points] */
    double *phase;   /* [2][points] cosine and sine along a row */
    sb_shell *shell; /* [shells], over all outputs */
    double *rays;    /* [angles][points/2 + 1] energies along rays at whole k, over all outputs */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_lattice lattice = lattice_of(settings);
    size_t points = sb_decay_resolution(settings), samples = is_plane(settings) ? points * points : points;
    return sizeof(workspace) + sb_box_network_bytes(settings) + sb_dft_bytes(lattice) +
           samples * sb_dataset_outputs(settings) * sizeof(float) +
           (3 * points + ray_count(settings) * (points / 2 + 1)) * sizeof(double) +
           sb_dft_shells(lattice) * sizeof(sb_shell);
}

/* A sum along a ray takes 4 operations for each point and k, up to k_high; in double precision and bound by memory they
 * take as long as SLOWNESS times as many of a training step. */
enum { SLOWNESS = 7 };

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    sb_lattice lattice = lattice_of(settings);
    double points = (double)sb_decay_resolution(settings), samples = is_plane(settings) ? points * points : points;
    return samples * sb_shape_flops(&shape) +
           (double)sb_dataset_outputs(settings) *
               (sb_dft_add_shells_flops(lattice) + (double)ray_count(settings) * samples * 4 * SLOWNESS * points / 8);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->rays);
    free(work->shell);
    free(work->phase);
    free(work->window);
    free(work->f);
    sb_dft_destroy(work->dft);
    sb_box_network_destroy(work->network);
    free(work);
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)shape;
    static const char what[] = "the decay probe";
    sb_lattice lattice = lattice_of(settings);
    sb_code code = SB_MEMORY;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->points = sb_decay_resolution(settings);
    work->samples = is_plane(settings) ? work->points * work->points : work->points;
    work->shells = sb_dft_shells(lattice);
    work->f = sb_array(work->samples * dataset->outputs, sizeof(float), what, status);
    work->window = sb_array(work->points, sizeof(double), what, status);
    work->phase = sb_array(2 * work->points, sizeof(double), what, status);
    work->shell = sb_array(work->shells, sizeof(sb_shell), what, status);
    work->rays = sb_array(ray_count(settings) * (work->points / 2 + 1), sizeof(double), what, status);
    if (work->f && work->window && work->phase && work->shell && work->rays)
        code = sb_box_network_create(settings, &work->network, status);
    if (code == SB_OK)
        code = sb_dft_create(lattice, &work->dft, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    for (size_t i = 0; i < work->points; i++)
        work->window[i] = pow(sin(PI * (double)i / (double)work->points), 4);
    *state = work;
    return SB_OK;
}

/* f on the whole grid. */
static sb_code evaluate(const workspace *work, const sb_probe_view *view, sb_status *status) {
    const sb_box box = {
        .low = view->settings->probes.decay.low, .high = view->settings->probes.decay.high, .points = work->points};
    size_t width = view->dataset->outputs;
    sb_code code = SB_OK;
    sb_network_set_parameters(view->scratch, view->parameters);
    for (size_t first = 0; code == SB_OK && first < work->samples; first += SB_BOX_PART) {
        size_t part = work->samples - first < SB_BOX_PART ? work->samples - first : SB_BOX_PART;
        const float *f;
        code = sb_box_evaluate(work->network, view, &box, first, part, &f, status);
        if (code == SB_OK)
            memcpy(work->f + first * width, f, part * width * sizeof *f);
    }
    return code;
}

/* Output number @p output without its mean, times the window, as the transform's signal. */
static void prepare(const workspace *work, size_t output, size_t width) {
    double *signal = sb_dft_signal(work->dft), sum = 0;
    for (size_t n = 0; n < work->samples; n++)
        sum += work->f[n * width + output];
    for (size_t n = 0; n < work->samples; n++) {
        double w = work->window[n % work->points];
        if (work->samples > work->points)
            w *= work->window[n / work->points];
        signal[n] = w * (work->f[n * width + output] - sum / (double)work->samples);
    }
}

/* Energy |F|^2 of the signal at k = (kx, ky) periods over the box. */
static double energy_at(const workspace *work, double kx, double ky) {
    const double *signal = sb_dft_signal(work->dft);
    double *cosine = work->phase, *sine = work->phase + work->points, real = 0, imaginary = 0;
    for (size_t i = 0; i < work->points; i++) {
        double turn = -2 * PI * kx * (double)i / (double)work->points;
        cosine[i] = cos(turn);
        sine[i] = sin(turn);
    }
    for (size_t row = 0; row < work->points; row++) {
        double a = sb_dot_doubles(signal + row * work->points, cosine, work->points);
        double b = sb_dot_doubles(signal + row * work->points, sine, work->points);
        double turn = -2 * PI * ky * (double)row / (double)work->points;
        real += a * cos(turn) - b * sin(turn);
        imaginary += a * sin(turn) + b * cos(turn);
    }
    return (real * real + imaginary * imaginary) / ((double)work->samples * (double)work->samples);
}

/* Energies of all rays at the k of @p fitted, added to those of other outputs. */
static sb_code add_rays(const workspace *work, const sb_probe_view *view, sb_wavenumbers fitted) {
    const sb_list *list = &view->settings->probes.decay.angles;
    sb_code code = SB_OK;
    for (size_t i = 0; i < ray_count(view->settings); i++) {
        double turn = PI / 180 * list->values[i], *ray = work->rays + i * (work->points / 2 + 1);
        for (size_t k = (size_t)ceil(fitted.low); code == SB_OK && (double)k < fitted.high; k++) {
            ray[k] += energy_at(work, (double)k * cos(turn), (double)k * sin(turn));
            code = sb_probe_progress(view);
        }
    }
    return code;
}

/* A point of the line that is fitted. */
typedef struct bin {
    double modes, energy, log_k; /* sums over modes */
} bin;

static void put(bin *bins, sb_wavenumbers fitted, size_t k, double modes, double energy) {
    bin *into = &bins[(size_t)(BINS_PER_OCTAVE * log2((double)k / fitted.low))];
    into->modes += modes;
    into->energy += energy;
    into->log_k += modes * log((double)k);
}

/* Slope of log amplitude against log k over the bins with more energy a mode than @p floor. */
static double slope(const bin *bins, double floor) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < BINS_MAX; i++) {
        if (!(bins[i].energy > floor * bins[i].modes))
            continue;
        double a = bins[i].log_k / bins[i].modes, b = 0.5 * log(bins[i].energy / bins[i].modes);
        n++;
        x += a;
        y += b;
        xx += a * a;
        xy += a * b;
    }
    return n < BINS_PER_OCTAVE ? (double)NAN : (n * xy - x * y) / (n * xx - x * x);
}

static double exponent(const workspace *work, sb_wavenumbers fitted, double floor) {
    bin bins[BINS_MAX] = {{0}};
    for (size_t k = (size_t)ceil(fitted.low); (double)k < fitted.high; k++)
        put(bins, fitted, k, work->shell[k].modes, work->shell[k].energy);
    return slope(bins, floor);
}

static double ray_exponent(const workspace *work, sb_wavenumbers fitted, size_t number, size_t width, double floor) {
    bin bins[BINS_MAX] = {{0}};
    for (size_t k = (size_t)ceil(fitted.low); (double)k < fitted.high; k++)
        put(bins, fitted, k, (double)width, work->rays[number * (work->points / 2 + 1) + k]);
    return slope(bins, floor);
}

/* Energy of a mode below which it may be rounding or aliasing: four times the mean on the outer circles. */
static double lowest_energy(const workspace *work) {
    double modes = 0, energy = 0;
    for (size_t k = 3 * work->points / 8; k <= work->points / 2; k++) {
        modes += work->shell[k].modes;
        energy += work->shell[k].energy;
    }
    return 4 * energy / modes;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    const workspace *work = state;
    sb_wavenumbers fitted = sb_decay_wavenumbers(view->settings);
    size_t width = view->dataset->outputs, rays = ray_count(view->settings), half = work->points / 2;
    float *amplitudes = outputs[1].values;
    memset(work->shell, 0, work->shells * sizeof *work->shell);
    memset(work->rays, 0, rays * (half + 1) * sizeof *work->rays);
    sb_code code = evaluate(work, view, status);
    for (size_t output = 0; code == SB_OK && output < width; output++) {
        prepare(work, output, width);
        sb_dft_add_shells(work->dft, work->shell);
        code = add_rays(work, view, fitted);
    }
    if (code != SB_OK)
        return code;
    double floor = lowest_energy(work);
    *(double *)outputs[0].values = exponent(work, fitted, floor);
    for (size_t k = 1; k <= half; k++)
        amplitudes[k - 1] = (float)sqrt(work->shell[k].energy * (double)width / work->shell[k].modes);
    for (size_t i = 0; i < rays; i++)
        ((double *)outputs[2].values)[i] = ray_exponent(work, fitted, i, width, floor);
    return SB_OK;
}

const sb_probe sb_probe_decay = {
    .name = "decay",
    .variables = {{.name = "decay_exponent",
                   .unit = "1",
                   .long_name = "exponent of |k| with which the network's spectrum falls",
                   .type = SB_TYPE_FLOAT64},
                  {.name = "decay_amplitude",
                   .unit = "1",
                   .long_name = "root mean square of the windowed network's amplitudes |F(k)| of equal |k|",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&wavenumber}},
                  {.name = "decay_exponent_direction",
                   .unit = "1",
                   .long_name = "exponent of k with which the network's spectrum falls along a direction",
                   .type = SB_TYPE_FLOAT64,
                   .wanted = wants_rays,
                   .dimensions = {&angle}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
