/* Pairs of samples against their definition: the published places and numbers, every place reached, no sample with
 * itself, and draws that depend on seed and step alone. */
#include "../../src/probe/pairs.h"
#include "check.h"
#include "hand_sweep.h"
#include "start_blis.h"
#include <stdlib.h>
#include <string.h>

/* Pairs of the samples of @p dataset, drawn anew. */
typedef struct pairs {
    size_t count, (*drawn)[2];
} pairs;

static const sb_pair_numbers numbers = {.windows = 400, .of_window = 50, .global = 20000};

static pairs draw(const sb_dataset *dataset, sb_pair_kind kind, int64_t seed, int64_t step) {
    sb_settings settings = {.seed = seed};
    sb_probe_view view = {.settings = &settings, .dataset = dataset, .step = step};
    sb_status status;
    sb_pairs *made;
    pairs result = {.count = sb_pair_count(&numbers, kind)};
    result.drawn = sb_array(result.count, sizeof *result.drawn, "pairs", &status);
    assert_non_null(result.drawn);
    assert_int_equal(sb_pairs_create(dataset, &made, &status), SB_OK);
    assert_int_equal(sb_pairs_draw(made, &view, &numbers, kind, result.drawn), SB_OK);
    sb_pairs_destroy(made);
    for (size_t i = 0; i < result.count; i++)
        assert_true(result.drawn[i][0] < dataset->samples && result.drawn[i][1] < dataset->samples &&
                    result.drawn[i][0] != result.drawn[i][1]);
    return result;
}

static sb_dataset curve(size_t samples) {
    return (sb_dataset){.samples = samples, .lattice = {1, {samples}}};
}

static sb_dataset image(size_t size) {
    return (sb_dataset){.samples = size * size, .lattice = {2, {size, size}}};
}

/* Smallest and largest of a set of numbers. */
typedef struct extent {
    size_t low, high;
} extent;

static void include(extent *of, size_t value) {
    of->low = value < of->low ? value : of->low;
    of->high = value > of->high ? value : of->high;
}

/* What the pairs of each window span along one direction (sample / divisor % length) must be no longer than @p window;
 * all together must span @p whole. Windows of the published size hold their whole span with probability near 1, so the
 * longest is as long as a window. */
static void assert_windows(const pairs *local, size_t divisor, size_t length, size_t window, extent whole) {
    extent all = {SIZE_MAX, 0};
    size_t longest = 0;
    for (size_t w = 0; w < numbers.windows; w++) {
        extent own = {SIZE_MAX, 0};
        for (size_t i = w * numbers.of_window; i < (w + 1) * numbers.of_window; i++)
            for (size_t j = 0; j < 2; j++)
                include(&own, local->drawn[i][j] / divisor % length);
        assert_true(own.high - own.low < window);
        longest = own.high - own.low + 1 > longest ? own.high - own.low + 1 : longest;
        include(&all, own.low);
        include(&all, own.high);
    }
    assert_int_equal(longest, window);
    /* 400 windows of 50 start within 2% of either end with probability 1 - 3e-4 */
    assert_in_range(all.low, whole.low, whole.low + length / 50);
    assert_in_range(all.high, whole.high - length / 50, whole.high);
}

static void local_pairs_lie_in_windows_of_the_papers_size(void **state) {
    (void)state;
    static const struct {
        size_t samples, window;
        extent whole;
    } curves[] = {{2048, 50, {1, 2043}}, {4096, 100, {2, 4087}}, {512, 13, {0, 511}}, {40, 2, {0, 39}}};
    static const struct { size_t size, window; } images[] = {{512, 50}, {256, 25}, {64, 6}, {2, 2}};
    for (size_t i = 0; i < 4; i++) {
        sb_dataset dataset = curve(curves[i].samples);
        pairs drawn = draw(&dataset, SB_PAIRS_LOCAL, 1, 100);
        assert_windows(&drawn, 1, curves[i].samples, curves[i].window, curves[i].whole);
        free(drawn.drawn);
        dataset = image(images[i].size);
        drawn = draw(&dataset, SB_PAIRS_LOCAL, 1, 100);
        for (size_t d = 0; d < 2; d++)
            assert_windows(&drawn, d ? 1 : images[i].size, images[i].size, images[i].window,
                           (extent){0, images[i].size - 1});
        free(drawn.drawn);
    }
}

static void global_pairs_of_a_curve_are_from_its_ends(void **state) {
    (void)state;
    sb_dataset dataset = curve(2048);
    pairs drawn = draw(&dataset, SB_PAIRS_GLOBAL, 1, 100);
    extent low = {SIZE_MAX, 0}, high = {SIZE_MAX, 0};
    for (size_t i = 0; i < drawn.count; i++) {
        include(&low, drawn.drawn[i][0]);
        include(&high, drawn.drawn[i][1]);
    }
    /* each number is met but with probability (1 - 1/848)^20000 = 6e-11 */
    assert_true(low.low == 0 && low.high == 799 && high.low == 1200 && high.high == 2047);
    free(drawn.drawn);
}

static void global_pairs_of_an_image_are_from_opposite_corners(void **state) {
    (void)state;
    sb_dataset dataset = image(512);
    pairs drawn = draw(&dataset, SB_PAIRS_GLOBAL, 1, 100);
    extent top = {SIZE_MAX, 0}, bottom = {SIZE_MAX, 0}, left = {SIZE_MAX, 0}, right = {SIZE_MAX, 0};
    size_t falling = 0;
    for (size_t i = 0; i < drawn.count; i++) {
        size_t columns[2] = {drawn.drawn[i][0] % 512, drawn.drawn[i][1] % 512};
        include(&top, drawn.drawn[i][0] / 512);
        include(&bottom, drawn.drawn[i][1] / 512);
        size_t falls = columns[0] < columns[1];
        include(&left, columns[!falls]);
        include(&right, columns[falls]);
        falling += falls;
    }
    assert_true(top.low == 0 && top.high == 224 && bottom.low == 275 && bottom.high == 510);
    assert_true(left.low == 0 && left.high == 224 && right.low == 275 && right.high == 510);
    /* half of 20000, within five standard deviations of 70.7 */
    assert_in_range(falling, 9646, 10354);
    free(drawn.drawn);
}

/* Mean and mean square of uniform numbers, within five standard errors. */
static void draws_are_uniform(void **state) {
    (void)state;
    sb_dataset dataset = curve(2048);
    pairs drawn = draw(&dataset, SB_PAIRS_GLOBAL, 3, 0);
    double sum = 0, squares = 0, product = 0, count = (double)drawn.count;
    for (size_t i = 0; i < drawn.count; i++) {
        double a = ((double)drawn.drawn[i][0] + 0.5) / 800, b = ((double)drawn.drawn[i][1] - 1199.5) / 848;
        sum += a;
        squares += a * a;
        product += (a - 0.5) * (b - 0.5);
    }
    assert_near(sum / count, 0.5, 5 * sqrt(1 / 12.0 / count));
    assert_near(squares / count, 1 / 3.0, 5 * sqrt(4 / 45.0 / count));
    assert_near(product / count, 0, 5 / 12.0 / sqrt(count));
    free(drawn.drawn);
}

static void draws_depend_on_seed_and_step_alone(void **state) {
    (void)state;
    sb_dataset datasets[] = {curve(2048), image(64)};
    for (size_t d = 0; d < 2; d++)
        for (sb_pair_kind kind = SB_PAIRS_LOCAL; kind <= SB_PAIRS_GLOBAL; kind++) {
            static const int64_t keys[][2] = {{1, 100}, {1, 100}, {1, 101}, {2, 100}};
            pairs drawn[4];
            for (size_t i = 0; i < 4; i++)
                drawn[i] = draw(&datasets[d], kind, keys[i][0], keys[i][1]);
            for (size_t i = 1; i < 4; i++) {
                size_t equal = 0;
                for (size_t n = 0; n < drawn[0].count; n++)
                    equal += memcmp(drawn[0].drawn[n], drawn[i].drawn[n], sizeof *drawn[0].drawn) == 0;
                assert_int_equal(equal == drawn[0].count, i == 1);
                assert_true(i == 1 || equal < drawn[0].count / 100);
            }
            for (size_t i = 0; i < 4; i++)
                free(drawn[i].drawn);
        }
}

/* The smallest data that can have a pair. */
static void small_data_has_pairs(void **state) {
    (void)state;
    for (size_t size = 2; size < 30; size++)
        for (sb_pair_kind kind = SB_PAIRS_LOCAL; kind <= SB_PAIRS_GLOBAL; kind++) {
            sb_dataset datasets[] = {curve(size), image(size)};
            for (size_t d = 0; d < 2; d++)
                free(draw(&datasets[d], kind, 1, 0).drawn); /* checks them */
        }
}

static void numbers_are_the_papers_or_those_asked_for(void **state) {
    (void)state;
    sb_settings settings = hand_settings();
    sb_pair_numbers paper = sb_pair_numbers_of(&settings, &(sb_pair_settings){0}, 250);
    assert_true(paper.windows == 25 && paper.of_window == 250 && paper.global == 5000);
    sb_pair_numbers own = sb_pair_numbers_of(&settings, &(sb_pair_settings){3, 4, 5}, 250);
    assert_true(own.windows == 3 && own.of_window == 4 && own.global == 5);
    assert_true(sb_pair_count(&own, SB_PAIRS_LOCAL) == 12 && sb_pair_count(&own, SB_PAIRS_GLOBAL) == 5);
}

/* --- Classes --------------------------------------------------------------------------------------------------------
 */

enum { CLASS_SAMPLES = 2100, CLASS_INPUTS = 7, CLASSES = 3 };

/* One-hot targets that take turns, and inputs at random. */
static sb_dataset classes(float *x, float *y) {
    sb_random_normals(1, SB_PURPOSE_INITIALISATION, 0, 0, (size_t)CLASS_SAMPLES * CLASS_INPUTS, x);
    for (size_t n = 0; n < CLASS_SAMPLES; n++)
        y[n * CLASSES + n % CLASSES] = 1;
    return (sb_dataset){.samples = CLASS_SAMPLES,
                        .inputs = CLASS_INPUTS,
                        .outputs = CLASSES,
                        .x = x,
                        .y = y,
                        .clean = y,
                        .lattice = {0}};
}

static double distance(const float *x, size_t a, size_t b) {
    double sum = 0;
    for (size_t i = 0; i < CLASS_INPUTS; i++)
        sum += pow((double)x[a * CLASS_INPUTS + i] - (double)x[b * CLASS_INPUTS + i], 2);
    return sqrt(sum);
}

static void pairs_of_classes_are_the_nearest_and_farthest_of_another(void **state) {
    (void)state;
    static float x[CLASS_SAMPLES * CLASS_INPUTS], y[CLASS_SAMPLES * CLASSES];
    sb_dataset dataset = classes(x, y);
    for (sb_pair_kind kind = SB_PAIRS_LOCAL; kind <= SB_PAIRS_GLOBAL; kind++) {
        pairs drawn = draw(&dataset, kind, 1, 0);
        const double sign = kind == SB_PAIRS_LOCAL ? 1 : -1;
        double furthest[CLASS_SAMPLES] = {0};
        for (size_t a = 0; a < CLASS_SAMPLES; a++) {
            furthest[a] = INFINITY;
            for (size_t b = 0; b < CLASS_SAMPLES; b++)
                if (a % CLASSES != b % CLASSES && sign * distance(x, a, b) < furthest[a])
                    furthest[a] = sign * distance(x, a, b);
        }
        for (size_t i = 0; i < drawn.count; i++) {
            size_t a = drawn.drawn[i][0], b = drawn.drawn[i][1];
            assert_true(a % CLASSES != b % CLASSES);
            assert_near(sign * distance(x, a, b), furthest[a], 1e-4); /* of squares up to 60 in float32 */
        }
        free(drawn.drawn);
    }
}

static sb_code stop(void *context) {
    return --*(int *)context > 0 ? SB_OK : SB_STOPPED;
}

/* A stop in the middle of a search, and then again from there: what is found does not depend on it. */
static void an_interrupted_search_is_made_again(void **state) {
    (void)state;
    static float x[CLASS_SAMPLES * CLASS_INPUTS], y[CLASS_SAMPLES * CLASSES];
    sb_dataset dataset = classes(x, y);
    sb_settings settings = {.seed = 1};
    int blocks = 5;
    sb_probe_view view = {.settings = &settings, .dataset = &dataset, .progress = stop, .progress_context = &blocks};
    sb_status status;
    sb_pairs *made;
    pairs expected = draw(&dataset, SB_PAIRS_LOCAL, 1, 0), found = {.count = expected.count};
    found.drawn = sb_array(found.count, sizeof *found.drawn, "pairs", &status);
    assert_int_equal(sb_pairs_create(&dataset, &made, &status), SB_OK);
    assert_int_equal(sb_pairs_draw(made, &view, &numbers, SB_PAIRS_LOCAL, found.drawn), SB_STOPPED);
    blocks = 1 << 20;
    assert_int_equal(sb_pairs_draw(made, &view, &numbers, SB_PAIRS_LOCAL, found.drawn), SB_OK);
    assert_memory_equal(found.drawn, expected.drawn, found.count * sizeof *found.drawn);
    sb_pairs_destroy(made);
    free(found.drawn);
    free(expected.drawn);
}

static void one_class_is_refused(void **state) {
    (void)state;
    static float x[CLASS_SAMPLES * CLASS_INPUTS], y[CLASS_SAMPLES * CLASSES];
    sb_dataset dataset = classes(x, y);
    memset(y, 0, sizeof y);
    sb_status status;
    sb_pairs *made;
    assert_int_equal(sb_pairs_create(&dataset, &made, &status), SB_INPUT);
    assert_null(made);
    assert_non_null(strstr(status.message, "one class"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_pairs_lie_in_windows_of_the_papers_size),
        cmocka_unit_test(global_pairs_of_a_curve_are_from_its_ends),
        cmocka_unit_test(global_pairs_of_an_image_are_from_opposite_corners),
        cmocka_unit_test(draws_are_uniform),
        cmocka_unit_test(draws_depend_on_seed_and_step_alone),
        cmocka_unit_test(small_data_has_pairs),
        cmocka_unit_test(numbers_are_the_papers_or_those_asked_for),
        cmocka_unit_test(pairs_of_classes_are_the_nearest_and_farthest_of_another),
        cmocka_unit_test(an_interrupted_search_is_made_again),
        cmocka_unit_test(one_class_is_refused),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
