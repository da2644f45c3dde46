/* The spectral norm probe: matrices whose singular values are known by construction, within the 1e-6 that is promised
 * plus what rounding the entries to float32 changes. */
#include "check.h"
#include "probe_rows.h"
#include <stdlib.h>

enum { ROWS_MAX = 128, COLUMNS_MAX = 128 };

/* Spectral norm of the layer matrix[rows][columns]. */
static double norm_of(const float *matrix, size_t rows, size_t columns) {
    const sb_probe *probe = probe_row("spectral_norm");
    sb_shape shape = {.depth = 1, .widths = {columns, rows}};
    sb_probe_view view = {.shape = &shape, .parameters = matrix};
    double norm = 0, bound = 0;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, &norm, 1, {1}}, {SB_TYPE_FLOAT64, &bound, 0, {0}}};
    sb_status status;
    void *state = NULL;
    assert_int_equal(probe->create(NULL, NULL, &shape, &state, &status), SB_OK);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    probe->destroy(state);
    assert_memory_equal(&norm, &bound, sizeof norm);
    return norm;
}

static void assert_norm(const float *matrix, size_t rows, size_t columns, double expected, double tolerance) {
    double norm = norm_of(matrix, rows, columns);
    if (!(fabs(norm - expected) <= tolerance * expected))
        fail_msg("%zu x %zu: norm %.10g, expected %.10g", rows, columns, norm, expected);
}

/* Reflects every row of matrix[rows][columns] at the plane orthogonal to a random vector: an orthogonal factor. */
static void reflect_rows(double *matrix, size_t rows, size_t columns, uint32_t lane) {
    float v[COLUMNS_MAX];
    double squares = 0;
    sb_random_normals(1, SB_PURPOSE_INITIALISATION, lane, 0, columns, v);
    for (size_t i = 0; i < columns; i++)
        squares += (double)v[i] * v[i];
    for (size_t row = 0; row < rows; row++) {
        double product = 0;
        for (size_t i = 0; i < columns; i++)
            product += matrix[row * columns + i] * v[i];
        for (size_t i = 0; i < columns; i++)
            matrix[row * columns + i] -= 2 * product / squares * v[i];
    }
}

static void reflect_columns(double *matrix, size_t rows, size_t columns, uint32_t lane) {
    static double transposed[COLUMNS_MAX * ROWS_MAX];
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            transposed[j * rows + i] = matrix[i * columns + j];
    reflect_rows(transposed, columns, rows, lane);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            matrix[i * columns + j] = transposed[j * rows + i];
}

/* U diag(values) V^T with U and V products of two reflections each. */
static void compose(const double *values, size_t rows, size_t columns, float *matrix) {
    static double exact[ROWS_MAX * COLUMNS_MAX];
    memset(exact, 0, sizeof exact);
    for (size_t i = 0; i < rows && i < columns; i++)
        exact[i * columns + i] = values[i];
    for (uint32_t lane = 0; lane < 2; lane++) {
        reflect_rows(exact, rows, columns, lane);
        reflect_columns(exact, rows, columns, lane + 2);
    }
    for (size_t i = 0; i < rows * columns; i++)
        matrix[i] = (float)exact[i];
}

static void diagonal_matrices(void **state) {
    (void)state;
    static float matrix[64 * 64];
    for (size_t i = 0; i < 64; i++)
        matrix[i * 64 + i] = (float)(i % 2 ? 1.0 + (double)i : -3.0 * (double)i);
    assert_norm(matrix, 64, 64, 186, 1e-6);
}

static void dense_matrices_of_any_shape(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {1, 100}, {100, 1}, {2, 3}, {30, 100}, {100, 30}, {128, 128}};
    static float matrix[ROWS_MAX * COLUMNS_MAX];
    double values[COLUMNS_MAX];
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        values[i] = 7 / (double)(i + 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        compose(values, sizes[i][0], sizes[i][1], matrix);
        assert_norm(matrix, sizes[i][0], sizes[i][1], 7, 1e-6 + 2e-7);
    }
}

static void a_matrix_of_rank_one(void **state) {
    (void)state;
    static float matrix[100 * 60];
    float u[100], v[60];
    double u_squares = 0, v_squares = 0;
    sb_random_normals(2, SB_PURPOSE_INITIALISATION, 0, 0, 100, u);
    sb_random_normals(2, SB_PURPOSE_INITIALISATION, 1, 0, 60, v);
    for (size_t i = 0; i < 100; i++)
        u_squares += (double)u[i] * u[i];
    for (size_t j = 0; j < 60; j++)
        v_squares += (double)v[j] * v[j];
    for (size_t i = 0; i < 100; i++)
        for (size_t j = 0; j < 60; j++)
            matrix[i * 60 + j] = u[i] * v[j];
    assert_norm(matrix, 100, 60, sqrt(u_squares * v_squares), 1e-6 + 1e-7);
}

/* Repeated, and nearly equal: the gap to the next values runs from nothing to 1e-2. Rounding 128 equal values to
 * float32 moves them by up to 6e-8 sqrt(128) = 7e-7. */
static void repeated_and_nearly_equal_leading_values(void **state) {
    (void)state;
    static const double gaps[] = {0, 1e-9, 1e-7, 1e-6, 3e-6, 1e-5, 1e-4, 1e-3, 1e-2};
    static float matrix[ROWS_MAX * COLUMNS_MAX];
    double values[COLUMNS_MAX];
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        for (size_t followers = 1; followers < 128; followers += 63) {
            values[0] = 5;
            for (size_t j = 1; j < 128; j++)
                values[j] = j <= followers ? 5 * (1 - gaps[i]) : 1 / (double)j;
            compose(values, 128, 128, matrix);
            assert_norm(matrix, 128, 128, 5, 1e-6 + 7e-7);
        }
}

/* Exact in float32, so that only the iteration's own error is left: one value stands out of 127 equal ones. */
static void one_value_barely_above_all_others(void **state) {
    (void)state;
    static float matrix[128 * 128];
    for (int steps = 1; steps < (1 << 20); steps *= 3) {
        for (size_t i = 0; i < 128; i++)
            matrix[i * 128 + i] = 1;
        matrix[77 * 128 + 77] = 1 + (float)steps * 0x1p-23f;
        assert_norm(matrix, 128, 128, matrix[77 * 128 + 77], 1e-6);
    }
}

static void extreme_scales_and_zero(void **state) {
    (void)state;
    static float matrix[20 * 20];
    assert_true(norm_of(matrix, 20, 20) == 0);
    for (size_t i = 0; i < 20; i++)
        matrix[i * 20 + i] = (float)(i + 1) * 1e-30f;
    assert_norm(matrix, 20, 20, matrix[399], 1e-6);
    for (size_t i = 0; i < 20; i++)
        matrix[i * 20 + i] = (float)(i + 1) * 1e36f;
    assert_norm(matrix, 20, 20, matrix[399], 1e-6);
    matrix[0] = NAN;
    assert_true(isnan(norm_of(matrix, 20, 20)));
}

static void layers_are_measured_in_order_and_multiplied(void **state) {
    (void)state;
    const sb_probe *probe = probe_row("spectral_norm");
    sb_shape shape = {.depth = 3, .widths = {1, 2, 2, 1}};
    const float parameters[] = {3, 4, 9, 9, /* |(3, 4)| = 5, and biases that do not count */
                                2, 0, 0, -1, 9, 9, 6, 8, 9};
    sb_probe_view view = {.shape = &shape, .parameters = parameters};
    double norms[3], bound;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, norms, 1, {3}}, {SB_TYPE_FLOAT64, &bound, 0, {0}}};
    sb_status status;
    void *made = NULL;
    assert_int_equal(probe->create(NULL, NULL, &shape, &made, &status), SB_OK);
    assert_int_equal(probe->measure(made, &view, outputs, &status), SB_OK);
    probe->destroy(made);
    static const double expected[] = {5, 2, 10};
    for (size_t i = 0; i < 3; i++)
        assert_near(norms[i], expected[i], 1e-6 * expected[i]);
    assert_near(bound, 100, 3e-6 * 100);
}

static sb_code count_progress(void *context) {
    ++*(size_t *)context;
    return SB_OK;
}

/* A layer of 4096 takes seconds: one call for each layer is not enough. */
static void progress_is_reported_within_a_layer(void **state) {
    (void)state;
    static float matrix[128 * 128];
    const sb_probe *probe = probe_row("spectral_norm");
    sb_shape shape = {.depth = 1, .widths = {128, 128}};
    double norm, bound;
    sb_probe_output outputs[] = {{SB_TYPE_FLOAT64, &norm, 1, {1}}, {SB_TYPE_FLOAT64, &bound, 0, {0}}};
    sb_status status;
    size_t calls = 0;
    sb_probe_view view = {
        .shape = &shape, .parameters = matrix, .progress = count_progress, .progress_context = &calls};
    void *made = NULL;
    sb_random_normals(3, SB_PURPOSE_INITIALISATION, 0, 0, 128 * 128, matrix);
    assert_int_equal(probe->create(NULL, NULL, &shape, &made, &status), SB_OK);
    assert_int_equal(probe->measure(made, &view, outputs, &status), SB_OK);
    probe->destroy(made);
    assert_in_range(calls, 10, 128);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diagonal_matrices),
        cmocka_unit_test(dense_matrices_of_any_shape),
        cmocka_unit_test(a_matrix_of_rank_one),
        cmocka_unit_test(repeated_and_nearly_equal_leading_values),
        cmocka_unit_test(one_value_barely_above_all_others),
        cmocka_unit_test(extreme_scales_and_zero),
        cmocka_unit_test(layers_are_measured_in_order_and_multiplied),
        cmocka_unit_test(progress_is_reported_within_a_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
