/* The sinusoid mixture of Rahaman et al. 2019, section 3: lambda(z) = sum_i A_i sin(2 pi k_i z + phi_i). */
#include "families.h"
#include <math.h>

static size_t outputs(const sb_settings *settings) {
    (void)settings;
    return 1;
}

/* Element i of a list that holds one value for all, or one for each. */
static double element(const sb_list *list, size_t i) {
    return list->values[list->count == 1 ? 0 : i];
}

static double amplitude_of(const sb_settings *settings, size_t i) {
    double amplitude = element(&settings->target.amplitudes, i);
    const sb_list *frequencies = &settings->target.frequencies;
    switch ((sb_amplitude_law)settings->target.amplitude_law) {
    case SB_AMPLITUDE_RISING: /* 0.1, 0.2, .., 1 for the ten frequencies of figure 1 */
        return amplitude * (double)(i + 1) / (double)frequencies->count;
    case SB_AMPLITUDE_POWER:
        return amplitude * pow(frequencies->values[i], settings->target.amplitude_exponent);
    case SB_AMPLITUDE_EQUAL:
        break;
    }
    return amplitude;
}

static double phase_of(const sb_settings *settings, size_t i) {
    double phase = element(&settings->target.phases, i);
    if (!isnan(phase))
        return phase;
    int64_t seed = settings->target.seed == SB_SEED_OF_TRIAL ? settings->seed : settings->target.seed;
    return SB_TWO_PI * sb_random_uniform((uint64_t)seed, SB_PURPOSE_PHASES, i);
}

static void component(const sb_settings *settings, size_t i, double *amplitude, double *phase) {
    *amplitude = amplitude_of(settings, i);
    *phase = phase_of(settings, i);
}

static void evaluate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *y) {
    (void)state;
    double samples = (double)sb_total_samples(settings);
    for (size_t n = 0; n < count; n++)
        y[n] = 0;
    for (size_t i = 0; i < settings->target.frequencies.count; i++) {
        double amplitude, phase;
        component(settings, i, &amplitude, &phase);
        for (size_t n = 0; n < count; n++)
            y[n] += amplitude *
                    sin(SB_TWO_PI * settings->target.frequencies.values[i] * ((double)number[n] / samples) + phase);
    }
}

const sb_target_ops sb_target_sinusoids = {.outputs = outputs, .evaluate = evaluate, .component = component};
