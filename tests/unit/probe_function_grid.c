/* The function grid probe on networks that are one affine layer, so that every point's value is known. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"

enum { PLACES_MAX = 20000, GUARD = -77 };

static float grid[PLACES_MAX];

/* Measures f = W x + b into `grid` with rows and columns of padded lengths. */
static void measure(const sb_settings *settings, const sb_shape *shape, const float *parameters, size_t rows,
                    size_t columns, size_t outputs) {
    const sb_probe *probe = probe_row("function_grid");
    sb_dataset dataset = {.inputs = shape->widths[0], .outputs = shape->widths[1]};
    sb_network *scratch;
    sb_status status;
    void *state = NULL;
    assert_true(rows * columns * outputs <= PLACES_MAX);
    for (size_t i = 0; i < PLACES_MAX; i++)
        grid[i] = GUARD;
    assert_int_equal(sb_network_create(sb_kernels_default(), shape, 7, &scratch, &status), SB_OK);
    assert_int_equal(probe->create(settings, &dataset, shape, &state, &status), SB_OK);
    sb_probe_view view = {
        .settings = settings, .dataset = &dataset, .shape = shape, .parameters = parameters, .scratch = scratch};
    sb_probe_output output = {SB_TYPE_FLOAT32, grid, 3, {rows, columns, outputs}};
    assert_int_equal(probe->measure(state, &view, &output, &status), SB_OK);
    probe->destroy(state);
    sb_network_destroy(scratch);
}

/* 40 points a side, more than are evaluated at once, edges among them; rows are of the second coordinate. */
static void a_plane_over_a_square(void **state) {
    (void)state;
    static const float parameters[] = {2, -3, 1};
    sb_shape shape = {.depth = 1, .widths = {2, 1}};
    sb_settings settings = hand_settings();
    settings.embedding.kind = SB_EMBEDDING_PETALS;
    settings.probes.function_grid.low = -1;
    settings.probes.function_grid.high = 3;
    settings.probes.function_grid.resolution = 40;
    measure(&settings, &shape, parameters, 41, 43, 2);
    for (size_t row = 0; row < 41; row++)
        for (size_t column = 0; column < 43; column++)
            for (size_t output = 0; output < 2; output++) {
                double x = -1 + 4 * (double)column / 39, y = -1 + 4 * (double)row / 39;
                double f = 2 * x - 3 * y + 1;
                bool inside = row < 40 && column < 40 && output == 0;
                assert_near(grid[(row * 43 + column) * 2 + output], inside ? f : GUARD, 1e-5);
            }
}

/* One coordinate: ten times as many points, in one row; the encoding moves v to 10 + 10 v. */
static void a_line_through_an_encoding(void **state) {
    (void)state;
    static const float parameters[] = {2, 1};
    sb_shape shape = {.depth = 1, .widths = {1, 1}};
    sb_settings settings = hand_settings();
    settings.encoding.kind = SB_ENCODING_INTERVAL;
    settings.encoding.low = 10;
    settings.encoding.high = 20;
    settings.probes.function_grid.low = 0;
    settings.probes.function_grid.high = 1;
    settings.probes.function_grid.resolution = 5;
    measure(&settings, &shape, parameters, 1, 50, 1);
    for (size_t i = 0; i < 50; i++)
        assert_near(grid[i], 2 * (10 + 10 * (double)i / 49) + 1, 1e-5);
    assert_near(grid[50], GUARD, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_over_a_square),
        cmocka_unit_test(a_line_through_an_encoding),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
