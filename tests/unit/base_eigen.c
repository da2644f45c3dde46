/* Eigenvectors: matrices whose eigenvalues are known, and what defines eigenvectors of any. */
#include "check.h"
#include <specbias/base.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 60 };
static const double pi = 3.14159265358979323846;

/* -1, 2, -1 along the diagonals has the eigenvalues 2 - 2 cos(pi j / (n + 1)) and the eigenvectors
 * sqrt(2 / (n + 1)) sin(pi j i / (n + 1)); of those, the last is largest in the middle. */
static void the_second_difference_has_sines(void **state) {
    (void)state;
    static double matrix[SIZE * SIZE], values[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        for (size_t j = 0; j < SIZE; j++)
            matrix[i * SIZE + j] = i == j ? 2 : i == j + 1 || j == i + 1 ? -1 : 0;
    assert_int_equal(sb_eigenvectors(SIZE, matrix, values, NULL), SB_OK);
    for (size_t mode = 0; mode < SIZE; mode++) {
        double angle = pi * (double)(SIZE - mode) / (SIZE + 1), largest = 0;
        assert_near(values[mode], 2 - 2 * cos(angle), 1e-13);
        for (size_t i = 0; i < SIZE; i++) {
            double expected = sqrt(2.0 / (SIZE + 1)) * sin(angle * (double)(i + 1)), found = matrix[mode * SIZE + i];
            assert_near(fabs(found), fabs(expected), 1e-12);
            largest = fabs(found) > fabs(largest) ? found : largest;
        }
        assert_true(largest > 0);
    }
}

static void random_symmetric(double *matrix) {
    float numbers[SIZE];
    for (size_t i = 0; i < SIZE; i++) {
        sb_random_normals(1, SB_PURPOSE_INITIALISATION, (uint32_t)i, 0, SIZE, numbers);
        for (size_t j = 0; j <= i; j++)
            matrix[i * SIZE + j] = matrix[j * SIZE + i] = (double)numbers[j];
    }
}

/* A v = lambda v, v_i . v_j = 1 where i = j, else 0; lambda falls; largest component positive. */
static void eigenvectors_are_what_they_are_called(void **state) {
    (void)state;
    static double matrix[SIZE * SIZE], vectors[SIZE * SIZE], values[SIZE];
    random_symmetric(matrix);
    memcpy(vectors, matrix, sizeof matrix);
    assert_int_equal(sb_eigenvectors(SIZE, vectors, values, NULL), SB_OK);
    for (size_t k = 0; k < SIZE; k++) {
        const double *v = vectors + k * SIZE;
        double largest = 0;
        assert_true(k == 0 || values[k] <= values[k - 1]);
        for (size_t i = 0; i < SIZE; i++) {
            double image = 0, product = 0;
            for (size_t j = 0; j < SIZE; j++) {
                image += matrix[i * SIZE + j] * v[j];
                product += vectors[i * SIZE + j] * v[j];
            }
            assert_near(image, values[k] * v[i], 1e-12 * SIZE);
            assert_near(product, i == k, 1e-13 * SIZE);
            largest = fabs(v[i]) > fabs(largest) ? v[i] : largest;
        }
        assert_true(largest > 0);
    }
}

static void bits_are_repeated_wherever_the_memory_lies(void **state) {
    (void)state;
    static double space[SIZE * SIZE + 1], first[SIZE * SIZE], values[2][SIZE];
    random_symmetric(first);
    memcpy(space + 1, first, sizeof first);
    assert_int_equal(sb_eigenvectors(SIZE, first, values[0], NULL), SB_OK);
    assert_int_equal(sb_eigenvectors(SIZE, space + 1, values[1], NULL), SB_OK);
    assert_memory_equal(first, space + 1, sizeof first);
    assert_memory_equal(values[0], values[1], sizeof *values);
}

static void a_matrix_of_one_row_and_one_too_large(void **state) {
    (void)state;
    double one = -3, value = 0;
    sb_status status;
    assert_int_equal(sb_eigenvectors(1, &one, &value, &status), SB_OK);
    assert_near(one, 1, 0);
    assert_near(value, -3, 0);
    assert_int_equal(sb_eigenvectors(SB_EIGEN_MAX + 1, &one, &value, &status), SB_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_difference_has_sines),
        cmocka_unit_test(eigenvectors_are_what_they_are_called),
        cmocka_unit_test(bits_are_repeated_wherever_the_memory_lies),
        cmocka_unit_test(a_matrix_of_one_row_and_one_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
