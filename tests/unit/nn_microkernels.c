#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
/* Micro-kernels against plain loops: ours, and BLIS's of every sub-configuration that this processor can run. */
#include "../../src/nn/microkernel.h"
#include "nn_operands.h"
#include "sub_configurations.h"
#include <float.h>

enum { ROWS = 32, COLUMNS = 64, DEPTH = 700 }; /* the largest product */
static const size_t depths[] = {1, 2, 7, 64, 256, DEPTH};
enum { DEPTHS = sizeof depths / sizeof *depths };

/* --- One product ----------------------------------------------------------------------------------------------------
 */

/* Operands before fences, as many panels of b as the micro-kernel takes. Behind the last k is one more, which may be
 * read and is not a number. */
typedef struct product {
    const sb_microkernel *kernel;
    size_t k, b_step;
    fence fences[6];
    float *a, *b;
    float before[ROWS][COLUMNS], activations[ROWS][COLUMNS];
    float *biases, *sums;
    double sum[ROWS][COLUMNS], size[ROWS][COLUMNS]; /* of the products, and of their absolute values */
    float chains[2][ROWS][COLUMNS];                 /* fused multiply-adds, one after the other, to 0 and to `before` */
} product;

static product *open_product(const sb_microkernel *kernel, size_t k) {
    size_t rows = kernel->broadcast, vector = kernel->vector;
    product *p = calloc(1, sizeof *p);
    assert_non_null(p);
    assert_true(rows <= ROWS && vector % 8 == 0 && vector * kernel->panels <= COLUMNS);
    *p = (product){.kernel = kernel, .k = k, .b_step = (k + 1) * vector};
    for (int i = 0; i < 6; i++)
        p->fences[i] = open_fence((DEPTH + 1) * COLUMNS);
    p->a = before_fence(&p->fences[0], (k + 1) * rows);
    p->b = before_fence(&p->fences[1], kernel->panels * p->b_step);
    p->biases = before_fence(&p->fences[2], rows);
    p->sums = before_fence(&p->fences[3], rows * vector);
    fill(p->a, (k + 1) * rows, NAN);
    fill(p->b, kernel->panels * p->b_step, NAN);
    fill_random(p->a, k * rows, 1);
    for (size_t panel = 0; panel < kernel->panels; panel++)
        fill_random(p->b + panel * p->b_step, k * vector, 2 + panel);
    fill_random(p->biases, rows, 4);
    fill_random(p->before[0], ROWS * COLUMNS, 5);
    fill_random(p->activations[0], ROWS * COLUMNS, 6);
    for (size_t i = 0; i < ROWS * COLUMNS; i += 3)
        p->activations[i / COLUMNS][i % COLUMNS] = 0;
    return p;
}

static void close_product(product *p) {
    for (int i = 0; i < 6; i++)
        close_fence(&p->fences[i]);
    free(p);
}

static float left(const product *p, size_t k, size_t row) {
    return p->a[k * p->kernel->broadcast + row];
}

static float right(const product *p, size_t k, size_t column) {
    size_t vector = p->kernel->vector;
    return p->b[column / vector * p->b_step + k * vector + column % vector];
}

static void multiply_plainly(product *p) {
    for (size_t r = 0; r < p->kernel->broadcast; r++)
        for (size_t v = 0; v < p->kernel->vector * p->kernel->panels; v++) {
            p->chains[1][r][v] = p->before[r][v];
            for (size_t k = 0; k < p->k; k++) {
                float a = left(p, k, r), b = right(p, k, v);
                p->sum[r][v] += (double)a * (double)b;
                p->size[r][v] += fabs((double)a * (double)b);
                for (int i = 0; i < 2; i++)
                    p->chains[i][r][v] = fmaf(a, b, p->chains[i][r][v]);
            }
        }
}

/* --- One call -------------------------------------------------------------------------------------------------------
 */

typedef enum source { NONE, OTHER, RESULT } source; /* of `before` and of activations: NULL, other memory, c itself */

typedef struct tile_call {
    size_t rows, columns, stride, c_step;
    source before, activations;
    bool biases, relu, sums;
} tile_call;

/* Where number (row, column) of the result lies in c. */
static size_t place(const product *p, const tile_call *call, size_t row, size_t column) {
    size_t vector = p->kernel->vector;
    return row * call->stride + column / vector * call->c_step + column % vector;
}

/* Panels that the call may write. */
static size_t panels_of(const product *p, const tile_call *call) {
    return (call->columns + p->kernel->vector - 1) / p->kernel->vector;
}

static size_t extent(const product *p, const tile_call *call) {
    return place(p, call, p->kernel->broadcast - 1, p->kernel->panels * p->kernel->vector - 1) + 1;
}

static void spread(const product *p, const tile_call *call, float (*values)[COLUMNS], float *c) {
    for (size_t r = 0; r < p->kernel->broadcast; r++)
        for (size_t v = 0; v < panels_of(p, call) * p->kernel->vector; v++)
            c[place(p, call, r, v)] = values[r][v];
}

/* |computed - exact| <= (k + 4) u size for sums of k products in any order, each rounded or fused, `before` and the
 * bias: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1, with terms of order u^2 in the 4. The ReLU
 * and the mask do not enlarge errors. */
static double exact(const product *p, const tile_call *call, size_t r, size_t v, double *tolerance) {
    double before = call->before ? (double)p->before[r][v] : 0, bias = call->biases ? (double)p->biases[r] : 0;
    double value = before + p->sum[r][v] + bias;
    *tolerance = (double)(p->k + 4) * FLT_EPSILON / 2 * (fabs(before) + p->size[r][v] + fabs(bias));
    if (call->relu)
        value = fmax(value, 0);
    return call->activations && p->activations[r][v] == 0 ? 0 : value;
}

/* Ours promise to add one product after the other, so that all of them give the same bits. */
static float rounded(const product *p, const tile_call *call, size_t r, size_t v) {
    float value = p->chains[call->before != NONE][r][v];
    if (call->biases)
        value += p->biases[r];
    if (call->relu && value < 0)
        value = 0;
    return call->activations && p->activations[r][v] == 0 ? 0 : value;
}

/* In rows that are wanted, columns that are not may be 0. */
static void check_numbers(const product *p, const tile_call *call, const float *c) {
    for (size_t r = 0; r < call->rows; r++)
        for (size_t v = 0; v < panels_of(p, call) * p->kernel->vector; v++) {
            float value = c[place(p, call, r, v)];
            double tolerance, expected = exact(p, call, r, v, &tolerance);
            if (v >= call->columns && value == 0)
                continue;
            assert_near(value, expected, tolerance);
        }
}

static void check_bits(const product *p, const tile_call *call, const float *c) {
    for (size_t r = 0; r < call->rows; r++)
        for (size_t v = 0; v < call->columns; v++) {
            float expected = rounded(p, call, r, v);
            assert_same_bits(&c[place(p, call, r, v)], &expected, 1);
        }
}

/* Each number of the result is added in the column of its lane, with one rounding; what is not wanted, too. */
static void check_sums(const product *p, const tile_call *call, const float *c, const float *sums_before) {
    size_t vector = p->kernel->vector;
    for (size_t r = 0; r < call->rows; r++)
        for (size_t lane = 0; lane < vector; lane++) {
            float expected = sums_before[r * vector + lane];
            for (size_t v = lane; call->sums && v < panels_of(p, call) * vector; v += vector)
                expected += c[place(p, call, r, v)];
            assert_same_bits(&p->sums[r * vector + lane], &expected, 1);
        }
}

static void check_nothing_else_was_written(const product *p, const tile_call *call, float *c) {
    for (size_t r = 0; r < p->kernel->broadcast; r++)
        for (size_t v = 0; v < panels_of(p, call) * p->kernel->vector; v++)
            c[place(p, call, r, v)] = NAN;
    for (size_t i = 0; i < extent(p, call); i++)
        assert_true(isnan(c[i]));
}

/* Numbers that the call has no business with are NaN. */
static void multiply_and_check(product *p, const tile_call *call) {
    const sb_microkernel *kernel = p->kernel;
    float *c = before_fence(&p->fences[4], extent(p, call)), *other = before_fence(&p->fences[5], extent(p, call));
    float sums_before[ROWS * COLUMNS];
    size_t sums = kernel->broadcast * kernel->vector;
    fill(c, extent(p, call), NAN);
    fill(other, extent(p, call), NAN);
    fill_random(p->sums, sums, 7);
    memcpy(sums_before, p->sums, sums * sizeof *p->sums);
    const float *sources[] = {NULL, other, c};
    if (call->before)
        spread(p, call, p->before, (float *)sources[call->before]);
    if (call->activations)
        spread(p, call, p->activations, (float *)sources[call->activations]);
    const sb_tile tile = {.k = p->k,
                          .a = p->a,
                          .b = p->b,
                          .before = sources[call->before],
                          .c = c,
                          .stride = call->stride,
                          .rows = call->rows,
                          .columns = call->columns,
                          .b_step = p->b_step,
                          .c_step = call->c_step,
                          .epilogue = {.biases = call->biases ? p->biases : NULL,
                                       .relu = call->relu,
                                       .activations = sources[call->activations],
                                       .sums = call->sums ? p->sums : NULL}};
    kernel->multiply(kernel, &tile);
    check_numbers(p, call, c);
    if (kernel->has_epilogue)
        check_bits(p, call, c);
    check_sums(p, call, c, sums_before);
    check_nothing_else_was_written(p, call, c);
}

/* --- All calls ------------------------------------------------------------------------------------------------------
 */

/* Panels that lie apart, and tiles of a matrix. */
static void check_layouts(product *p, tile_call call) {
    size_t vector = p->kernel->vector;
    call.stride = vector;
    call.c_step = p->kernel->broadcast * vector + 16;
    multiply_and_check(p, &call);
    call.stride = p->kernel->panels * vector + 5;
    call.c_step = vector;
    multiply_and_check(p, &call);
}

/* Each part of the epilogue alone, none and all. */
static void check_epilogues(product *p, size_t rows, size_t columns, source before) {
    const tile_call product_alone = {.rows = rows, .columns = columns, .before = before};
    check_layouts(p, product_alone);
    if (!p->kernel->has_epilogue)
        return;
    tile_call call = product_alone;
    call.biases = true;
    check_layouts(p, call);
    call = product_alone;
    call.relu = true;
    check_layouts(p, call);
    call = product_alone;
    call.sums = true;
    check_layouts(p, call);
    for (int activations = OTHER; activations <= RESULT; activations++) {
        if (before == (source)activations) /* the test keeps no two numbers in one place */
            continue;
        call = product_alone;
        call.activations = (source)activations;
        check_layouts(p, call);
        call.biases = call.relu = call.sums = true;
        check_layouts(p, call);
    }
}

static void check_sizes(product *p, size_t rows, size_t columns) {
    check_epilogues(p, rows, columns, NONE);
    check_epilogues(p, rows, columns, RESULT);
    if (p->kernel->has_epilogue) /* BLIS's add to c alone */
        check_epilogues(p, rows, columns, OTHER);
}

/* All numbers of columns for whole tiles, all numbers of rows for some. */
static void check_kernel(const sb_microkernel *kernel) {
    for (size_t d = 0; d < DEPTHS; d++) {
        product *p = open_product(kernel, depths[d]);
        multiply_plainly(p);
        for (size_t columns = 1; columns <= kernel->panels * kernel->vector; columns++)
            check_sizes(p, kernel->broadcast, columns);
        for (size_t rows = 1; rows < kernel->broadcast; rows++)
            for (size_t columns = 8; columns <= kernel->panels * kernel->vector; columns += 8)
                check_sizes(p, rows, columns);
        close_product(p);
    }
}

/* A broken network must show: a column of NaN stays one, and activations that are no numbers are not 0. */
static void check_not_a_number(const sb_microkernel *kernel) {
    product *p = open_product(kernel, 7);
    size_t vector = kernel->vector, columns = kernel->panels * vector;
    float c[ROWS * COLUMNS], activations[ROWS * COLUMNS];
    fill(activations, ROWS * COLUMNS, NAN);
    p->b[3 * vector + 5] = NAN;
    sb_tile tile = {.k = p->k,
                    .a = p->a,
                    .b = p->b,
                    .c = c,
                    .stride = columns,
                    .rows = kernel->broadcast,
                    .columns = columns,
                    .b_step = p->b_step,
                    .c_step = vector,
                    .epilogue = {.activations = kernel->has_epilogue ? activations : NULL}};
    kernel->multiply(kernel, &tile);
    for (size_t i = 0; i < kernel->broadcast * columns; i++)
        assert_true(i % columns == 5 ? isnan(c[i]) : c[i] != 0);
    if (kernel->has_epilogue)
        tile.epilogue = (sb_epilogue){.relu = true};
    kernel->multiply(kernel, &tile);
    for (size_t i = 0; i < kernel->broadcast * columns; i++)
        assert_int_equal(!isnan(c[i]), i % columns != 5);
    close_product(p);
}

/* --- Ours -----------------------------------------------------------------------------------------------------------
 */

static void avx2_is_the_plain_product(void **state) {
    (void)state;
    sb_microkernel kernel;
    if (!sb_microkernel_avx2(&kernel))
        skip();
    check_kernel(&kernel);
    check_not_a_number(&kernel);
}

static void avx512_is_the_plain_product(void **state) {
    (void)state;
    sb_microkernel kernel;
    if (!sb_microkernel_avx512(&kernel))
        skip();
    check_kernel(&kernel);
    check_not_a_number(&kernel);
}

/* --- BLIS's ---------------------------------------------------------------------------------------------------------
 */

static void blis_is_the_plain_product(void **state) {
    (void)state;
    sb_microkernel kernel;
    if (!sb_microkernel_blis(&kernel))
        skip(); /* its vectors are no multiple of 8 */
    check_kernel(&kernel);
    check_not_a_number(&kernel);
}

/* Ranks on unlike processors agree on a sub-configuration, and so on what computes. */
static void ours_are_for_sub_configurations_with_avx2(void **state) {
    (void)state;
    static const char *const without[] = {"sandybridge", "penryn",    "bulldozer", "piledriver",
                                          "steamroller", "excavator", "generic"};
    sb_microkernel kernel;
    bool ours = sb_microkernel_avx2(&kernel);
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        ours = ours && strcmp(sb_blis_architecture(), without[i]) != 0;
    if (sb_microkernel_best(&kernel))
        assert_int_equal(kernel.has_epilogue, ours);
    else
        assert_false(ours);
}

static int check_blis(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blis_is_the_plain_product),
                                       cmocka_unit_test(ours_are_for_sub_configurations_with_avx2)};
    return cmocka_run_group_tests_name(sb_blis_architecture(), tests, NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(avx2_is_the_plain_product),
        cmocka_unit_test(avx512_is_the_plain_product),
    };
    int failed = sb_microkernel_knows_blis() ? check_sub_configurations(check_blis) : 0;
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
