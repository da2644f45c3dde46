/** @file hand_sweep.h
 * Sweeps put together by hand, so that tests of the grid do not depend on the parser.
 */
#ifndef SPECBIAS_TESTS_HAND_SWEEP_H
#define SPECBIAS_TESTS_HAND_SWEEP_H

#include <math.h>
#include <specbias/grid.h>

#define HAND_FIELD(name, path_, type_, member, unit_)                                                                  \
    static const sb_field name = {.path = path_,                                                                       \
                                  .type = type_,                                                                       \
                                  .offset = offsetof(sb_settings, member),                                             \
                                  .unit = unit_,                                                                       \
                                  .meaning = "meaning of " path_}

/** An axis of one field with @p values, an array, labelled @p labels. */
#define HAND_AXIS(field_, values_, labels_)                                                                            \
    {                                                                                                                  \
        .kind = SB_AXIS_FIELD, .path = (field_).path, .unit = (field_).unit,                                           \
        .length = sizeof(values_) / sizeof *(values_), .member_count = 1,                                              \
        .members = &(const sb_axis_member){&(field_), values_}, .labels = labels_                                      \
    }

/** Settings that keep every rule of spec.h: the first figure of Rahaman et al. 2019 with one frequency. */
static inline sb_settings hand_settings(void) {
    static const double frequency = 5, one = 1, any_phase = NAN, all = SB_AT_ALL, last = SB_AT_LAST;
    sb_settings settings = {
        .target = {.samples = 200,
                   .frequencies = {1, &frequency},
                   .amplitudes = {1, &one},
                   .phases = {1, &any_phase},
                   .seed = SB_SEED_OF_TRIAL},
        .embedding = {.petals = 10},
        .encoding = {.low = -1, .high = 1, .octaves = 4, .features = 256, .sigma = 14},
        .model = {.depth = 6, .width = 256, .slope = 0.01},
        .training = {.learning_rate = 3e-4, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .steps = 1000},
        .record = {.every = 100},
        .probes = {.loss = {1, {1, &all}},
                   .spectrum = {.probe = {1, {1, &all}}},
                   .spectral_norm = {.probe = {1, {1, &all}}},
                   .spectral_bias = {.probe = {1, {1, &all}}},
                   .image_spectrum = {.probe = {0, {1, &all}}},
                   .function_grid = {.probe = {1, {1, &last}}, .low = -1.6, .high = 1.6, .resolution = 20},
                   .decay = {.probe = {1, {1, &last}},
                             .low = -2,
                             .high = 2,
                             .resolution = 128,
                             .rays = 1,
                             .angles = {1, &one}},
                   .inradius = {.probe = {1, {1, &all}}, .samples = 100},
                   .boundary_distance = {.probe = {1, {1, &all}}, .bins = 80, .low = 1e-6, .high = 100},
                   .dead_relu = {.probe = {1, {1, &all}}},
                   .regions = {.probe = {1, {1, &all}}},
                   .hamming = {.probe = {1, {1, &all}}, .bins = 64},
                   .hyperplane_cosine = {.probe = {1, {1, &last}}, .matrix = 1},
                   .slice = {.probe = {0, {1, &last}}, .size = 20},
                   .ntk = {.probe = {1, {1, &last}}, .samples = 48, .threshold = 0.5},
                   .confusion = {.probe = {1, {1, &last}}},
                   .perturbation = {.probe = {1, {1, &last}}, .magnitudes = {1, &one}, .directions = 100},
                   .parameters = {.probe = {1, {1, &last}}},
                   .predictions = {.probe = {1, {1, &last}}},
                   .accuracy = {.probe = {0, {1, &all}}},
                   .validation = {.probe = {0, {1, &all}}},
                   .kernel_spectrum = {.probe = {1, {1, &all}}, .sigma = 1.25, .bins = 20, .vectors = 1}},
    };
    return settings;
}

#endif
