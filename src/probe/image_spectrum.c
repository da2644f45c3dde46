/* How much of each spatial frequency is in the network's image: the amplitude |DFT(f)[k]| / N of the modes k of a
 * two-dimensional transform, averaged over those with r - 1/2 <= |k| < r + 1/2 for each whole radius r = 1 .. side/2,
 * in periods over the image, and over the channels; the same of the target. The mean, k = 0, is left out, and so are
 * the corners, where a square has no whole circles. */
#include "dft.h"
#include "dimensions.h"
#include "rows.h"
#include <stdlib.h>
#include <string.h>

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.image_spectrum.probe;
}

static size_t radii(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    sb_lattice lattice = sb_dataset_lattice(settings);
    size_t count = lattice.lengths[0] / 2;
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)(i + 1);
    return count;
}

static const char *const radius_fields[] = {"target", "validation", NULL};
static const sb_vector_rule radial_frequency = {.name = "radial_frequency",
                                                .unit = "1",
                                                .long_name = "spatial frequency |k| in periods over the image, from 1",
                                                .type = SB_TYPE_INT64,
                                                .fields = radius_fields,
                                                .values = radii};

typedef struct workspace {
    size_t shells, radii;
    sb_dft *dft;
    sb_shell *sums; /* [shells], over all channels */
    float *target;  /* [radii] what is found for the target */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_lattice lattice = sb_dataset_lattice(settings);
    return sizeof(workspace) + sb_dft_bytes(lattice) + sb_dft_shells(lattice) * sizeof(sb_shell) +
           radii(NULL, settings, NULL) * sizeof(float);
}

static double flops(const sb_settings *settings) {
    return (double)sb_dataset_outputs(settings) * sb_dft_add_shells_flops(sb_dataset_lattice(settings));
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->target);
    free(work->sums);
    sb_dft_destroy(work->dft);
    free(work);
}

/* Mean amplitudes of the image f[samples][outputs] into values[radii]. */
static sb_code average(const workspace *work, const sb_dataset *dataset, const float *f, const sb_probe_view *view,
                       float *values) {
    double *signal = sb_dft_signal(work->dft);
    memset(work->sums, 0, work->shells * sizeof *work->sums);
    for (size_t output = 0; output < dataset->outputs; output++) {
        for (size_t n = 0; n < dataset->samples; n++)
            signal[n] = f[n * dataset->outputs + output];
        sb_dft_add_shells(work->dft, work->sums);
        sb_code code = sb_probe_progress(view);
        if (code != SB_OK)
            return code;
    }
    for (size_t r = 1; r <= work->radii; r++)
        values[r - 1] = (float)(work->sums[r].amplitude / work->sums[r].modes);
    return SB_OK;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    (void)shape;
    static const char what[] = "the image spectrum probe";
    sb_code code = SB_MEMORY;
    workspace *work = sb_array(1, sizeof *work, what, status);
    if (!work)
        return SB_MEMORY;
    work->shells = sb_dft_shells(dataset->lattice);
    work->radii = radii(NULL, settings, NULL);
    work->sums = sb_array(work->shells, sizeof(sb_shell), what, status);
    work->target = sb_array(work->radii, sizeof(float), what, status);
    if (work->sums && work->target)
        code = sb_dft_create(dataset->lattice, &work->dft, status);
    if (code == SB_OK)
        code = average(work, dataset, dataset->y, NULL, work->target);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    const workspace *work = state;
    memcpy(outputs[1].values, work->target, work->radii * sizeof *work->target);
    return average(work, view->dataset, view->outputs, view, outputs[0].values);
}

const sb_probe sb_probe_image_spectrum = {
    .name = "image_spectrum",
    .variables = {{.name = "image_spectrum",
                   .unit = "1",
                   .long_name = "radially averaged amplitude |DFT(f)[k]| / N of the network's image",
                   .type = SB_TYPE_FLOAT32,
                   .dimensions = {&radial_frequency}},
                  {.name = "image_spectrum_target",
                   .unit = "1",
                   .long_name = "radially averaged amplitude |DFT(y)[k]| / N of the target",
                   .type = SB_TYPE_FLOAT32,
                   .timeless = true,
                   .dimensions = {&radial_frequency}}},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
