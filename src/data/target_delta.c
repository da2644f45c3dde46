/* A peak at one sample, 0 elsewhere: y_n = height where n/N is nearest to `position`. Its spectrum is flat (Rahaman et
 * al. 2019, appendix on architectures): all frequencies 0 < k < N/2 have the amplitude 2 height / N. */
#include "families.h"
#include <math.h>

static size_t outputs(const sb_settings *settings) {
    (void)settings;
    return 1;
}

/* Sample of the peak; 1 is 0 again. */
static size_t peak(const sb_settings *settings) {
    size_t samples = sb_total_samples(settings);
    return (size_t)(settings->target.position * (double)samples + 0.5) % samples;
}

/* cos(2 pi k (z - z_0)) = sin(2 pi k z + pi/2 - 2 pi k z_0) */
static void component(const sb_settings *settings, size_t i, double *amplitude, double *phase) {
    size_t samples = sb_total_samples(settings), k = (size_t)settings->target.frequencies.values[i];
    double turns = 0.25 - (double)(k * peak(settings) % samples) / (double)samples;
    *amplitude = 2 * settings->target.height / (double)samples;
    *phase = SB_TWO_PI * (turns - floor(turns));
}

static void evaluate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *y) {
    (void)state;
    size_t at = peak(settings);
    for (size_t i = 0; i < count; i++)
        y[i] = number[i] == at ? settings->target.height : 0;
}

const sb_target_ops sb_target_delta = {.outputs = outputs, .evaluate = evaluate, .component = component};
