/* Digits and label noise: which samples are taken, and each noise against its formula. */
#include "check.h"
#include "digits.h"
#include <float.h>
#include <string.h>

enum { SAMPLES = 200, TRAINING = 150 };
static const double pi = 3.14159265358979323846;

static sb_settings digits(void) {
    sb_settings settings = {.seed = 5, .target = {.kind = SB_TARGET_DIGITS, .samples = SAMPLES}};
    settings.validation.kind = SB_VALIDATION_SPLIT;
    settings.validation.share = 0.25;
    settings.noise.amplitude = 0.5;
    settings.noise.frequency = 3;
    settings.noise.component = 2;
    settings.noise.sigma = 0.7;
    settings.noise.exponent = 2;
    set_digits(&settings);
    return settings;
}

static sb_dataset create(const sb_settings *settings) {
    sb_dataset dataset;
    sb_status status;
    assert_int_equal(sb_dataset_create(settings, &dataset, &status), SB_OK);
    return dataset;
}

/* Classes 3 and 1 are images 1, 3, 5, ..: sample n is image 2n + 1. */
static void the_first_samples_of_the_classes_in_the_order_of_the_files(void **state) {
    (void)state;
    const sb_settings settings = digits();
    sb_dataset dataset = create(&settings);
    assert_int_equal(dataset.samples, TRAINING);
    assert_int_equal(dataset.validation.samples, SAMPLES - TRAINING);
    assert_int_equal(dataset.inputs, DIGIT_PIXELS);
    assert_int_equal(dataset.outputs, 1);
    for (size_t n = 0; n < SAMPLES; n++) {
        const bool trained = n < TRAINING;
        const size_t row = trained ? n : n - TRAINING, image = 2 * n + 1;
        const float *x = (trained ? dataset.x : dataset.validation.x) + row * DIGIT_PIXELS;
        for (size_t pixel = 0; pixel < DIGIT_PIXELS; pixel++)
            assert_near(x[pixel], digit_pixel(image, pixel) / 255.0, FLT_EPSILON);
        assert_near((trained ? dataset.y : dataset.validation.y)[row], image % 4 == 3 ? -1 : 1, 0);
    }
    sb_dataset_destroy(&dataset);
}

static void more_classes_and_cross_entropy_are_one_hot(void **state) {
    (void)state;
    static const double three[] = {2, 0, 3};
    sb_settings settings = digits();
    settings.training.loss = SB_LOSS_CROSS_ENTROPY;
    sb_dataset two = create(&settings);
    settings.training.loss = SB_LOSS_MSE;
    settings.target.classes = (sb_list){3, three};
    sb_dataset all = create(&settings);
    assert_int_equal(two.outputs, 2);
    assert_int_equal(all.outputs, 3);
    static const float row_of_two[] = {0, 1, 1, 0};                 /* images 1, 3 */
    static const float rows_of_all[] = {0, 1, 0, 1, 0, 0, 0, 0, 1}; /* images 0, 2, 3 */
    assert_memory_equal(two.y, row_of_two, sizeof row_of_two);
    assert_memory_equal(all.y, rows_of_all, sizeof rows_of_all);
    sb_dataset_destroy(&two);
    sb_dataset_destroy(&all);
}

/* noise[n] of training samples, and that nothing else is changed. */
static void noise_of(sb_settings *settings, sb_noise_kind kind, sb_dataset *dataset, double *noise) {
    sb_settings none = *settings;
    settings->noise.kind = kind;
    none.noise.kind = SB_NOISE_NONE;
    *dataset = create(settings);
    sb_dataset clean = create(&none);
    assert_memory_equal(dataset->x, clean.x, TRAINING * DIGIT_PIXELS * sizeof(float));
    assert_memory_equal(dataset->clean, clean.y, TRAINING * sizeof(float));
    assert_memory_equal(dataset->validation.y, clean.validation.y, (SAMPLES - TRAINING) * sizeof(float));
    for (size_t n = 0; n < TRAINING; n++)
        noise[n] = (double)dataset->y[n] - (double)clean.y[n];
    sb_dataset_destroy(&clean);
}

static double dot(const float *x, const double *v) {
    double sum = 0;
    for (size_t i = 0; i < DIGIT_PIXELS; i++)
        sum += (double)x[i] * v[i];
    return sum;
}

static void radial_noise_is_a_wave_of_the_norm(void **state) {
    (void)state;
    sb_settings settings = digits();
    sb_dataset dataset;
    double noise[TRAINING];
    noise_of(&settings, SB_NOISE_RADIAL, &dataset, noise);
    for (size_t n = 0; n < TRAINING; n++) {
        const float *x = dataset.x + n * DIGIT_PIXELS;
        double x_double[DIGIT_PIXELS];
        for (size_t i = 0; i < DIGIT_PIXELS; i++)
            x_double[i] = (double)x[i];
        assert_near(noise[n], 0.5 * sin(2 * pi * 3 * sqrt(dot(x, x_double))), 2e-7);
    }
    sb_dataset_destroy(&dataset);
}

static void noise_along_a_direction_is_a_wave_of_one_coordinate(void **state) {
    (void)state;
    sb_settings settings = digits();
    sb_dataset dataset;
    double noise[TRAINING], squares = 0, v[DIGIT_PIXELS];
    float normals[DIGIT_PIXELS];
    noise_of(&settings, SB_NOISE_DIRECTION, &dataset, noise);
    sb_random_normals(5, SB_PURPOSE_NOISE, 0, 0, DIGIT_PIXELS, normals);
    for (size_t i = 0; i < DIGIT_PIXELS; i++)
        squares += (double)normals[i] * (double)normals[i];
    for (size_t i = 0; i < DIGIT_PIXELS; i++)
        v[i] = (double)normals[i] / sqrt(squares);
    for (size_t n = 0; n < TRAINING; n++)
        assert_near(noise[n], 0.5 * sin(6 * pi * dot(dataset.x + n * DIGIT_PIXELS, v)), 2e-7);
    sb_dataset_destroy(&dataset);
}

/* The second component of the training inputs by power iteration, twice, the first taken out. */
static void leading_vector(const sb_dataset *dataset, const double *mean, const double *without, double *v) {
    for (size_t i = 0; i < DIGIT_PIXELS; i++)
        v[i] = 1 + (double)i / 7;
    for (int turn = 0; turn < 20000; turn++) {
        double image[DIGIT_PIXELS] = {0}, overlap = 0, norm = 0;
        for (size_t i = 0; without && i < DIGIT_PIXELS; i++)
            overlap += without[i] * v[i];
        for (size_t i = 0; without && i < DIGIT_PIXELS; i++)
            v[i] -= overlap * without[i];
        for (size_t n = 0; n < TRAINING; n++) {
            const float *x = dataset->x + n * DIGIT_PIXELS;
            double product = dot(x, v);
            for (size_t i = 0; i < DIGIT_PIXELS; i++)
                product -= mean[i] * v[i];
            for (size_t i = 0; i < DIGIT_PIXELS; i++)
                image[i] += product * ((double)x[i] - mean[i]);
        }
        for (size_t i = 0; i < DIGIT_PIXELS; i++)
            norm += image[i] * image[i];
        for (size_t i = 0; i < DIGIT_PIXELS; i++)
            v[i] = image[i] / sqrt(norm);
    }
}

static void noise_along_a_component_is_a_wave_of_it(void **state) {
    (void)state;
    sb_settings settings = digits();
    sb_dataset dataset;
    double noise[TRAINING], mean[DIGIT_PIXELS] = {0}, first[DIGIT_PIXELS], second[DIGIT_PIXELS];
    size_t largest = 0;
    noise_of(&settings, SB_NOISE_COMPONENT, &dataset, noise);
    for (size_t n = 0; n < TRAINING; n++)
        for (size_t i = 0; i < DIGIT_PIXELS; i++)
            mean[i] += (double)dataset.x[n * DIGIT_PIXELS + i] / TRAINING;
    leading_vector(&dataset, mean, NULL, first);
    leading_vector(&dataset, mean, first, second);
    for (size_t i = 0; i < DIGIT_PIXELS; i++)
        largest = fabs(second[i]) > fabs(second[largest]) ? i : largest;
    const double sign = second[largest] > 0 ? 1 : -1;
    for (size_t n = 0; n < TRAINING; n++)
        assert_near(noise[n], 0.5 * sin(6 * pi * sign * dot(dataset.x + n * DIGIT_PIXELS, second)), 1e-5);
    sb_dataset_destroy(&dataset);
}

static void white_noise_is_uniform_and_of_the_seed(void **state) {
    (void)state;
    sb_settings settings = digits(), other = digits();
    sb_dataset dataset, second;
    double noise[TRAINING], others[TRAINING], mean = 0, squares = 0;
    noise_of(&settings, SB_NOISE_WHITE, &dataset, noise);
    other.seed = 6;
    noise_of(&other, SB_NOISE_WHITE, &second, others);
    for (size_t n = 0; n < TRAINING; n++) {
        assert_true(fabs(noise[n]) <= 0.5 + 1e-7 && noise[n] != others[n]);
        mean += noise[n] / TRAINING;
        squares += noise[n] * noise[n] / TRAINING;
    }
    assert_near(mean, 0, 5 * 0.5 / sqrt(3.0 * TRAINING));                 /* five standard errors */
    assert_near(squares, 0.25 / 3, 5 * 0.25 * sqrt(4.0 / 45 / TRAINING)); /* the same, of the variance */
    sb_dataset_destroy(&dataset);
    sb_dataset_destroy(&second);
}

static void kernel_noise_has_the_coefficients_that_it_says(void **state) {
    (void)state;
    sb_settings settings = digits();
    sb_dataset dataset;
    double noise[TRAINING];
    noise_of(&settings, SB_NOISE_KERNEL, &dataset, noise);
    assert_int_equal(dataset.kernel.size, TRAINING);
    for (size_t i = 0; i < TRAINING; i++) {
        const double *v = dataset.kernel.vectors + i * TRAINING, place = (double)i / (TRAINING - 1);
        double coefficient = 0;
        for (size_t n = 0; n < TRAINING; n++)
            coefficient += v[n] * noise[n];
        assert_near(coefficient, 0.5 * place * place, 2e-6); /* y is rounded to 6e-8 */
    }
    sb_dataset_destroy(&dataset);
}

/* Every other pixel: those with even row and column, and those with odd ones. */
static void alternate_pixels_are_held_out(void **state) {
    (void)state;
    static const sb_source power_law = {.path = "power_law", .word = true};
    sb_settings settings = {.target = {.kind = SB_TARGET_IMAGE, .image = &power_law, .size = 5}};
    settings.validation.kind = SB_VALIDATION_ALTERNATE;
    sb_dataset dataset = create(&settings);
    assert_int_equal(dataset.samples, 9);
    assert_int_equal(dataset.validation.samples, 4);
    assert_int_equal(dataset.lattice.dimensions, 2);
    assert_int_equal(dataset.lattice.lengths[0], 3);
    for (size_t n = 0; n < 9; n++) {
        assert_near(dataset.x[2 * n], (double)(n % 3) * 2 / 5, FLT_EPSILON);
        assert_near(dataset.x[2 * n + 1], (double)(n / 3) * 2 / 5, FLT_EPSILON);
    }
    for (size_t n = 0; n < 4; n++) {
        assert_near(dataset.validation.x[2 * n], (double)(2 * (n % 2) + 1) / 5, FLT_EPSILON);
        assert_near(dataset.validation.x[2 * n + 1], (double)(2 * (n / 2) + 1) / 5, FLT_EPSILON);
    }
    sb_dataset_destroy(&dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_samples_of_the_classes_in_the_order_of_the_files),
        cmocka_unit_test(more_classes_and_cross_entropy_are_one_hot),
        cmocka_unit_test(radial_noise_is_a_wave_of_the_norm),
        cmocka_unit_test(noise_along_a_direction_is_a_wave_of_one_coordinate),
        cmocka_unit_test(noise_along_a_component_is_a_wave_of_it),
        cmocka_unit_test(white_noise_is_uniform_and_of_the_seed),
        cmocka_unit_test(kernel_noise_has_the_coefficients_that_it_says),
        cmocka_unit_test(alternate_pixels_are_held_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
