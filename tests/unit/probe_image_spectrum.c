/* The image spectrum probe against sums written as they are defined, on images with an even and an odd side. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"

enum { SIDE_MAX = 10, CHANNELS = 3 };

static const double two_pi = 6.283185307179586476925286766559;

/* |DFT(f)[k]| / N of one channel. */
static double amplitude(const float *f, int side, size_t channel, int row, int column) {
    double real = 0, imaginary = 0;
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            double value = f[(size_t)(i * side + j) * CHANNELS + channel],
                   turn = two_pi * (row * i + column * j) / side;
            real += value * cos(turn);
            imaginary -= value * sin(turn);
        }
    return sqrt(real * real + imaginary * imaginary) / (side * side);
}

/* The mean over channels and over all modes with radius - 1/2 <= |k| < radius + 1/2. */
static double expected(const float *f, int side, double radius) {
    double sum = 0, modes = 0;
    for (int row = -((side - 1) / 2); row <= side / 2; row++)
        for (int column = -((side - 1) / 2); column <= side / 2; column++) {
            double k = sqrt(row * row + column * column);
            if (k < radius - 0.5 || k >= radius + 0.5)
                continue;
            modes += CHANNELS;
            for (size_t channel = 0; channel < CHANNELS; channel++)
                sum += amplitude(f, side, channel, row, column);
        }
    return sum / modes;
}

static void check_side(size_t side) {
    const sb_probe *probe = probe_row("image_spectrum");
    static float y[SIDE_MAX * SIDE_MAX * CHANNELS], f[SIDE_MAX * SIDE_MAX * CHANNELS];
    float ours[SIDE_MAX / 2], target[SIDE_MAX / 2];
    sb_settings settings = hand_settings();
    settings.target.kind = SB_TARGET_IMAGE;
    settings.target.size = (int64_t)side;
    sb_dataset dataset = {.samples = side * side, .outputs = CHANNELS, .y = y, .lattice = {2, {side, side}}};
    sb_random_normals(side, SB_PURPOSE_INITIALISATION, 0, 0, side * side * CHANNELS, y);
    sb_random_normals(side, SB_PURPOSE_INITIALISATION, 1, 0, side * side * CHANNELS, f);
    sb_probe_view view = {.settings = &settings, .dataset = &dataset, .outputs = f};
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT32, ours, 1, {side / 2}}, {SB_TYPE_FLOAT32, target, 1, {side / 2}}};
    sb_status status;
    void *state = NULL;
    assert_int_equal(probe->create(&settings, &dataset, NULL, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    for (size_t r = 1; r <= side / 2; r++) {
        assert_near(ours[r - 1], expected(f, (int)side, (double)r), 1e-7);
        assert_near(target[r - 1], expected(y, (int)side, (double)r), 1e-7);
    }
}

static void amplitudes_are_averaged_over_circles(void **state) {
    (void)state;
    check_side(10);
    check_side(7);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(amplitudes_are_averaged_over_circles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
