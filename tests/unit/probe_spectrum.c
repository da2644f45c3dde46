/* The spectrum probe: amplitudes equal a direct sum, and a network that is the target has magnitude 1. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include <stdlib.h>

enum { SAMPLES_MAX = 1000 };

static const double pi = 3.14159265358979323846;

/* 2|F[k]|/N, and |F[k]|/N where k has no mirror image, by the definition. */
static double direct_amplitude(const float *f, size_t samples, size_t k) {
    long double real = 0, imaginary = 0;
    for (size_t n = 0; n < samples; n++) {
        double angle = 2 * pi * (double)(k * n % samples) / (double)samples;
        real += f[n] * cosl(angle);
        imaginary += f[n] * sinl(angle);
    }
    double magnitude = (double)(hypotl(real, imaginary) / (long double)samples);
    return k == 0 || 2 * k == samples ? magnitude : 2 * magnitude;
}

/* Measures outputs f[samples] of a network under @p settings. */
static void measure(const sb_settings *settings, float *f, float *normalised, float *full) {
    const sb_probe *probe = probe_row("spectrum");
    size_t samples = (size_t)settings->target.samples;
    sb_dataset dataset = {.samples = samples, .inputs = 1, .outputs = 1};
    sb_shape shape = {.depth = 1, .widths = {1, 1}};
    sb_probe_view view = {.settings = settings, .dataset = &dataset, .shape = &shape, .outputs = f};
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT32, normalised, 1, {settings->target.frequencies.count}},
                                 {SB_TYPE_FLOAT32, full, 1, {samples / 2 + 1}}};
    sb_status status;
    void *state = NULL;
    assert_int_equal(probe->create(settings, &dataset, &shape, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
}

/* Even, odd, prime and tiny lengths; float32 results are rounded to 6e-8 of the largest amplitude. */
static void amplitudes_equal_a_direct_sum(void **state) {
    (void)state;
    static const size_t lengths[] = {4, 13, 127, 200, 1000};
    static float f[SAMPLES_MAX], normalised[1], full[SAMPLES_MAX / 2 + 1];
    const double frequency = 1;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sb_settings settings = hand_settings();
        settings.target.samples = (int64_t)lengths[i];
        settings.target.frequencies = (sb_list){1, &frequency};
        for (size_t n = 0; n < lengths[i]; n++)
            f[n] = (float)sb_random_uniform(i, SB_PURPOSE_PHASES, n) - 0.3f;
        measure(&settings, f, normalised, full);
        for (size_t k = 0; k <= lengths[i] / 2; k++)
            assert_near(full[k], direct_amplitude(f, lengths[i], k), 1e-7);
        assert_float_equal(normalised[0], full[1], 0);
    }
}

static void a_network_that_equals_the_target_has_magnitude_one(void **state) {
    (void)state;
    static const double frequencies[] = {5, 20, 35, 50};
    static float f[200], normalised[4];
    double amplitudes[4], phases[4];
    sb_settings settings = hand_settings();
    settings.target.frequencies = (sb_list){4, frequencies};
    settings.target.amplitude_law = SB_AMPLITUDE_RISING;
    sb_target_components(&settings, amplitudes, phases);
    for (size_t n = 0; n < 200; n++)
        for (size_t i = 0; i < 4; i++)
            f[n] += (float)(amplitudes[i] * sin(2 * pi * frequencies[i] * (double)n / 200 + phases[i]));
    measure(&settings, f, normalised, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_near(normalised[i], 1, 1e-6f);
}

static void half_a_component_has_half_its_magnitude_and_others_none(void **state) {
    (void)state;
    static const double frequencies[] = {5, 20};
    static float f[200], normalised[2];
    sb_settings settings = hand_settings();
    settings.target.frequencies = (sb_list){2, frequencies};
    for (size_t n = 0; n < 200; n++)
        f[n] = (float)(0.5 * sin(2 * pi * 5 * (double)n / 200 + 1));
    measure(&settings, f, normalised, NULL);
    assert_near(normalised[0], 0.5f, 1e-6f);
    assert_true(fabsf(normalised[1]) < 1e-7f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amplitudes_equal_a_direct_sum),
        cmocka_unit_test(a_network_that_equals_the_target_has_magnitude_one),
        cmocka_unit_test(half_a_component_has_half_its_magnitude_and_others_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
