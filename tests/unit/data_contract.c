/* What every target, embedding and encoding promises, and the published formula of each against a closed form that is
 * computed in another way. */
#include "../../src/data/families.h"
#include "check.h"
#include "digits.h"
#include <float.h>
#include <stdlib.h>
#include <string.h>

static const long double two_pi = 6.283185307179586476925286766559005768L;
/* One rounding from double to float. */
static const double rounding = 0.5001 * FLT_EPSILON;

static const double frequencies[] = {1, 5, 23}, amplitudes[] = {1, 0.5, 2}, phases[] = {0.25, 1, 2}, one[] = {1},
                    zero[] = {0}, random_phase[] = {NAN};

static const sb_source power_law = {.path = "power_law", .word = true};

static sb_settings defaults(void) {
    sb_settings settings = {.seed = 7};
    settings.target.samples = 300; /* more than one block of the computation, and no multiple of it */
    settings.target.frequencies = (sb_list){3, frequencies};
    settings.target.amplitudes = (sb_list){1, one};
    settings.target.phases = (sb_list){1, zero};
    settings.target.seed = SB_SEED_OF_TRIAL;
    settings.target.amplitude_exponent = -1;
    settings.target.image = &power_law;
    settings.target.size = 20;
    set_digits(&settings);
    settings.embedding.petals = 4;
    settings.encoding.low = -2;
    settings.encoding.high = 3;
    settings.encoding.octaves = 7;
    settings.encoding.features = 5;
    settings.encoding.sigma = 14;
    return settings;
}

static sb_dataset create(const sb_settings *settings) {
    sb_dataset dataset;
    sb_status status;
    assert_int_equal(sb_dataset_create(settings, &dataset, &status), SB_OK);
    return dataset;
}

/* --- The contract ---------------------------------------------------------------------------------------------------
 */

/* The largest absolute value that a kind may give, from its formula. */
static double embedding_bound(int64_t kind) {
    return kind == SB_EMBEDDING_PETALS ? 1.5 : 1;
}

static double encoding_bound(int64_t kind, double coordinate_bound) {
    if (kind == SB_ENCODING_NONE)
        return coordinate_bound;
    return kind == SB_ENCODING_INTERVAL ? 2 + 5 * coordinate_bound : 1;
}

static void assert_within(const float *values, size_t count, double bound) {
    for (size_t i = 0; i < count; i++)
        assert_true(fabs((double)values[i]) <= bound * (1 + rounding)); /* false for NaN */
}

static void assert_same_dataset(const sb_dataset *a, const sb_dataset *b) {
    assert_int_equal(a->inputs, b->inputs);
    assert_memory_equal(a->x, b->x, a->samples * a->inputs * sizeof *a->x);
    assert_memory_equal(a->y, b->y, a->samples * a->outputs * sizeof *a->y);
}

static void every_combination_is_finite_bounded_and_deterministic(void **state) {
    (void)state;
    sb_settings settings = defaults();
    for (settings.embedding.kind = 0; settings.embedding.kind < (int64_t)sb_embedding_kinds; settings.embedding.kind++)
        for (settings.encoding.kind = 0; settings.encoding.kind < (int64_t)sb_encoding_kinds;
             settings.encoding.kind++) {
            sb_dataset first = create(&settings), second = create(&settings);
            assert_int_equal(first.samples, sb_dataset_samples(&settings));
            assert_int_equal(first.inputs, sb_dataset_inputs(&settings));
            assert_int_equal(first.outputs, sb_dataset_outputs(&settings));
            double bound = encoding_bound(settings.encoding.kind, embedding_bound(settings.embedding.kind));
            assert_within(first.x, first.samples * first.inputs, bound);
            assert_within(first.y, first.samples * first.outputs, (double)settings.target.frequencies.count);
            assert_same_dataset(&first, &second);
            sb_dataset_destroy(&first);
            sb_dataset_destroy(&second);
            assert_null(first.x);
        }
}

static size_t words_of(const char *path) {
    const sb_field *field = sb_field_find(path);
    assert_non_null(field);
    size_t count = 0;
    while (field->words[count].text)
        count++;
    return count;
}

static void each_word_of_the_sweep_file_has_its_row(void **state) {
    (void)state;
    assert_int_equal(words_of("target.kind"), sb_target_kinds);
    assert_int_equal(words_of("embedding.kind"), sb_embedding_kinds);
    assert_int_equal(words_of("encoding.kind"), sb_encoding_kinds);
}

/* Fills values[count] with NaN and one more with a guard. */
static double *guarded(size_t count) {
    double *values = malloc((count + 1) * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    values[count] = 12345;
    return values;
}

static void assert_written(double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_true(isfinite(values[i]));
    assert_true(values[count] == 12345);
    free(values);
}

static void each_row_writes_as_much_as_its_width_says(void **state) {
    (void)state;
    sb_settings settings = defaults();
    enum { SAMPLES = 3, COORDINATES = 2 };
    const size_t number[SAMPLES] = {0, 100, 299};
    const double v[SAMPLES * COORDINATES] = {0, 0.1, 0.2, 0.5, 0.7, 0.9};
    for (size_t kind = 0; kind < sb_target_kinds; kind++) {
        size_t count = SAMPLES * sb_target_table[kind]->outputs(&settings);
        double *y = guarded(count);
        void *prepared = NULL;
        settings.target.kind = (int64_t)kind;
        if (sb_target_table[kind]->create)
            assert_int_equal(sb_target_table[kind]->create(&settings, &prepared, NULL), SB_OK);
        sb_target_table[kind]->evaluate(&settings, prepared, number, SAMPLES, y);
        assert_written(y, count);
        if (sb_target_table[kind]->locate) {
            double *located = guarded(SAMPLES * sb_target_table[kind]->coordinates(&settings));
            sb_target_table[kind]->locate(&settings, prepared, number, SAMPLES, located);
            assert_written(located, SAMPLES * sb_target_table[kind]->coordinates(&settings));
        }
        if (sb_target_table[kind]->destroy)
            sb_target_table[kind]->destroy(prepared);
    }
    for (size_t kind = 0; kind < sb_embedding_kinds; kind++) {
        double *x = guarded(sb_embedding_table[kind]->coordinates);
        sb_embedding_table[kind]->embed(&settings, 0.3, x);
        assert_written(x, sb_embedding_table[kind]->coordinates);
    }
    for (size_t kind = 0; kind < sb_encoding_kinds; kind++) {
        size_t count = SAMPLES * sb_encoding_table[kind]->inputs(&settings, COORDINATES);
        double *features = guarded(count);
        sb_encoding_table[kind]->encode(&settings, v, SAMPLES, COORDINATES, features);
        assert_written(features, count);
    }
}

/* --- Targets --------------------------------------------------------------------------------------------------------
 */

static void sinusoids_are_the_published_sum(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.target.amplitudes = (sb_list){3, amplitudes};
    settings.target.phases = (sb_list){3, phases};
    sb_dataset dataset = create(&settings);
    for (size_t n = 0; n < dataset.samples; n++) {
        long double sum = 0;
        for (size_t i = 0; i < 3; i++) {
            size_t turns = (size_t)frequencies[i] * n % dataset.samples; /* k n modulo N is exact */
            sum += amplitudes[i] * sinl(two_pi * turns / dataset.samples + phases[i]);
        }
        assert_true(fabsl(dataset.y[n] - sum) <= rounding * fabsl(sum) + 1e-12);
    }
    sb_dataset_destroy(&dataset);
}

/* The discrete Fourier transform of the data at the target's own frequencies is what the components say. */
static void assert_components_are_of(const sb_settings *settings, const sb_dataset *dataset) {
    double amplitude[3], phase[3];
    sb_target_components(settings, amplitude, phase);
    for (size_t i = 0; i < 3; i++) {
        long double sine = 0, cosine = 0; /* of A sin(2 pi k z + phi): A cos(phi), A sin(phi) */
        for (size_t n = 0; n < dataset->samples; n++) {
            size_t turns = (size_t)frequencies[i] * n % dataset->samples;
            sine += 2 * dataset->y[n] * sinl(two_pi * turns / dataset->samples) / dataset->samples;
            cosine += 2 * dataset->y[n] * cosl(two_pi * turns / dataset->samples) / dataset->samples;
        }
        assert_near(sine, amplitude[i] * cos(phase[i]), 1e-6);
        assert_near(cosine, amplitude[i] * sin(phase[i]), 1e-6);
    }
}

static void a_delta_is_one_peak_with_a_flat_spectrum(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.target.phases = (sb_list){3, phases};
    sb_dataset sinusoids = create(&settings);
    assert_components_are_of(&settings, &sinusoids);
    sb_dataset_destroy(&sinusoids);
    settings.target.kind = SB_TARGET_DELTA;
    settings.target.height = 150;
    const double positions[] = {0, 0.5, 0.7008, 1};
    const size_t peaks[] = {0, 150, 210, 0};
    for (size_t p = 0; p < 4; p++) {
        settings.target.position = positions[p];
        sb_dataset delta = create(&settings);
        for (size_t n = 0; n < 300; n++)
            assert_true(delta.y[n] == (n == peaks[p] ? 150 : 0));
        assert_components_are_of(&settings, &delta);
        double amplitude[3];
        sb_target_components(&settings, amplitude, NULL);
        assert_true(amplitude[0] == 1 && amplitude[2] == 1);
        sb_dataset_destroy(&delta);
    }
}

static void amplitudes_follow_the_law(void **state) {
    (void)state;
    sb_settings settings = defaults();
    const double rising[] = {1 / 3., 2 / 3., 1}, power[] = {1, 1 / 5., 1 / 23.};
    const struct {
        sb_amplitude_law law;
        const double *expected;
    } cases[] = {{SB_AMPLITUDE_RISING, rising}, {SB_AMPLITUDE_POWER, power}};
    for (size_t c = 0; c < 2; c++) {
        double found[3];
        settings.target.amplitude_law = cases[c].law;
        sb_target_components(&settings, found, NULL);
        for (size_t i = 0; i < 3; i++)
            assert_near(found[i], cases[c].expected[i], 1e-15);
    }
}

static void random_phases_belong_to_the_target_seed_or_the_trial(void **state) {
    (void)state;
    sb_settings settings = defaults();
    double of_trial[3], of_target[3], other[3];
    settings.target.phases = (sb_list){1, random_phase};
    sb_target_components(&settings, NULL, of_trial);
    settings.target.seed = settings.seed; /* the same seed by another way */
    sb_target_components(&settings, NULL, of_target);
    assert_memory_equal(of_trial, of_target, sizeof of_trial);
    settings.seed++; /* another trial, the same target */
    sb_target_components(&settings, NULL, other);
    assert_memory_equal(of_target, other, sizeof other);
    settings.target.seed = SB_SEED_OF_TRIAL;
    sb_target_components(&settings, NULL, other);
    for (size_t i = 0; i < 3; i++) {
        assert_true(of_trial[i] >= 0 && of_trial[i] < (double)two_pi);
        assert_true(other[i] != of_trial[i]);
    }
    assert_true(of_trial[0] != of_trial[1]);
}

static void random_phases_are_uniform_on_the_circle(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.target.phases = (sb_list){1, random_phase};
    enum { SEEDS = 2000 };
    double sum[3] = {0}, phase[3];
    for (settings.seed = 0; settings.seed < SEEDS; settings.seed++) {
        sb_target_components(&settings, NULL, phase);
        for (int moment = 1; moment <= 3; moment++) /* E cos(m phi) = 0, variance 1/2 */
            sum[moment - 1] += cos(moment * phase[0]);
    }
    for (int moment = 0; moment < 3; moment++)
        assert_true(fabs(sum[moment]) < 4 * sqrt(SEEDS / 2.));
}

static void a_binarised_target_is_1_above_the_threshold(void **state) {
    (void)state;
    sb_settings settings = defaults();
    sb_dataset plain = create(&settings);
    settings.target.binarise = 1;
    settings.target.threshold = 0.37;
    sb_dataset binary = create(&settings);
    size_t ones = 0;
    for (size_t n = 0; n < plain.samples; n++) {
        assert_true(binary.y[n] == (plain.y[n] > 0.37f));
        ones += binary.y[n] == 1;
    }
    assert_in_range(ones, 1, plain.samples - 1);
    sb_dataset_destroy(&plain);
    sb_dataset_destroy(&binary);
}

/* --- Training and validation ----------------------------------------------------------------------------------------
 */

static void a_split_holds_the_last_samples_out(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.embedding.kind = SB_EMBEDDING_PARABOLA;
    sb_dataset all = create(&settings);
    assert_int_equal(all.validation.samples, 0);
    assert_int_equal(all.lattice.dimensions, 1);
    assert_int_equal(all.lattice.lengths[0], 300);
    settings.validation.kind = SB_VALIDATION_SPLIT;
    settings.validation.share = 0.25;
    sb_dataset split = create(&settings);
    assert_int_equal(split.samples, 225);
    assert_int_equal(split.validation.samples, 75);
    assert_int_equal(split.lattice.dimensions, 0);
    assert_memory_equal(split.x, all.x, 450 * sizeof(float));
    assert_memory_equal(split.y, all.y, 225 * sizeof(float));
    assert_memory_equal(split.validation.x, all.x + 450, 150 * sizeof(float));
    assert_memory_equal(split.validation.y, all.y + 225, 75 * sizeof(float));
    sb_dataset_destroy(&split);
    settings.validation.kind = SB_VALIDATION_CLEAN;
    sb_dataset clean = create(&settings);
    assert_int_equal(clean.samples, 300);
    assert_int_equal(clean.validation.samples, 300);
    assert_memory_equal(clean.validation.y, all.y, 300 * sizeof(float));
    sb_dataset_destroy(&clean);
    sb_dataset_destroy(&all);
}

/* --- Embeddings -----------------------------------------------------------------------------------------------------
 */

static void petals_have_the_published_radius_and_angle(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.embedding.kind = SB_EMBEDDING_PETALS;
    settings.target.samples = 16; /* with 4 petals, radius 1, 1.5, 1, 0.5, and so on */
    const double radius[] = {1, 1.5, 1, 0.5};
    sb_dataset dataset = create(&settings);
    for (size_t n = 0; n < 16; n++) {
        double x = dataset.x[2 * n], y = dataset.x[2 * n + 1];
        assert_near(hypot(x, y), radius[n % 4], 2 * rounding);
        double angle = atan2(y, x), expected = (double)(two_pi * n / 16);
        assert_near(sin(angle - expected), 0, 4 * rounding);
        assert_true(cos(angle - expected) > 0);
    }
    sb_dataset_destroy(&dataset);
}

static void a_circle_is_petals_with_L_0(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.embedding.kind = SB_EMBEDDING_CIRCLE;
    sb_dataset circle = create(&settings);
    settings.embedding.kind = SB_EMBEDDING_PETALS;
    settings.embedding.petals = 0;
    sb_dataset petals = create(&settings);
    assert_same_dataset(&circle, &petals);
    sb_dataset_destroy(&circle);
    sb_dataset_destroy(&petals);
}

static void line_and_parabola_are_z_and_its_square(void **state) {
    (void)state;
    sb_settings settings = defaults();
    sb_dataset line = create(&settings);
    settings.embedding.kind = SB_EMBEDDING_PARABOLA;
    sb_dataset parabola = create(&settings);
    for (size_t n = 0; n < 300; n++) {
        assert_true(line.x[n] == (float)((double)n / 300));
        assert_true(parabola.x[2 * n] == line.x[n]);
        assert_near(parabola.x[2 * n + 1], (double)(n * n) / 90000, rounding);
    }
    sb_dataset_destroy(&line);
    sb_dataset_destroy(&parabola);
}

/* --- Encodings ------------------------------------------------------------------------------------------------------
 */

static void interval_moves_0_to_low_and_1_to_high(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.encoding.kind = SB_ENCODING_INTERVAL;
    sb_dataset dataset = create(&settings);
    assert_true(dataset.x[0] == -2);
    for (size_t n = 0; n < 300; n++)
        assert_near(dataset.x[n], (5. * (double)n - 600) / 300, 3 * rounding);
    sb_dataset_destroy(&dataset);
}

/* Octave j by j doublings of the angle pi v, in extended precision: sin 2a = 2 sin a cos a, cos 2a = 1 - 2 sin^2 a. */
static void assert_octaves(const float *features, size_t stride, size_t octaves, long double v) {
    long double sine = sinl(two_pi / 2 * v), cosine = cosl(two_pi / 2 * v);
    for (size_t j = 0; j < octaves; j++, features += stride) {
        assert_near(features[0], sine, rounding);
        assert_near(features[1], cosine, rounding);
        long double doubled = 2 * sine * cosine;
        cosine = 1 - 2 * sine * sine;
        sine = doubled;
    }
}

static void positional_encoding_doubles_the_angle_in_each_octave(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.encoding.kind = SB_ENCODING_POSITIONAL;
    settings.embedding.kind = SB_EMBEDDING_PARABOLA;
    sb_dataset dataset = create(&settings);
    assert_int_equal(dataset.inputs, 28);
    for (size_t n = 0; n < dataset.samples; n++) {
        double z = (double)n / 300;
        assert_octaves(dataset.x + 28 * n, 4, 7, z);
        assert_octaves(dataset.x + 28 * n + 2, 4, 7, z * z);
    }
    sb_dataset_destroy(&dataset);
}

static void fourier_features_are_sines_then_cosines_of_B_v(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.encoding.kind = SB_ENCODING_FOURIER;
    settings.embedding.kind = SB_EMBEDDING_PARABOLA;
    sb_dataset dataset = create(&settings);
    float normals[10];
    sb_random_normals((uint64_t)settings.seed, SB_PURPOSE_ENCODING, 0, 0, 10, normals);
    assert_int_equal(dataset.inputs, 10);
    for (size_t n = 0; n < dataset.samples; n++)
        for (size_t i = 0; i < 5; i++) {
            long double z = (double)n / 300, turns = 14 * (normals[2 * i] * z + normals[2 * i + 1] * z * z);
            turns -= floorl(turns);
            assert_near(dataset.x[10 * n + i], sinl(two_pi * turns), 1.1 * rounding);
            assert_near(dataset.x[10 * n + 5 + i], cosl(two_pi * turns), 1.1 * rounding);
        }
    sb_dataset_destroy(&dataset);
}

/* Rahimi and Recht 2007: the mean of cos(2 pi b d) over b ~ N(0, sigma^2) is the Gaussian exp(-2 pi^2 sigma^2 d^2). */
static void fourier_features_approximate_a_gaussian_kernel(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.encoding.kind = SB_ENCODING_FOURIER;
    enum { ROWS = 4096 };
    settings.encoding.features = ROWS;
    sb_dataset dataset = create(&settings);
    for (size_t n = 1; n < 8; n++) {
        double mean = 0, distance = 14. * (double)n / 300;
        for (size_t i = 0; i < ROWS; i++)
            mean += (double)dataset.x[n * 2 * ROWS + ROWS + i] / ROWS;
        double expected = exp(-0.5 * (double)(two_pi * two_pi) * distance * distance);
        assert_near(mean, expected, 4 / sqrt(2. * ROWS));
    }
    settings.seed++;
    sb_dataset other = create(&settings);
    assert_true(other.x[2 * ROWS] != dataset.x[2 * ROWS]);
    sb_dataset_destroy(&dataset);
    sb_dataset_destroy(&other);
}

static void an_image_is_a_lattice_of_pixels(void **state) {
    (void)state;
    sb_settings settings = defaults();
    settings.target.kind = SB_TARGET_IMAGE;
    settings.target.channels = SB_CHANNELS_RGB;
    sb_dataset whole = create(&settings);
    const size_t at = 5 * 20 + 3; /* row 5, column 3 */
    assert_int_equal(whole.samples, 400);
    assert_int_equal(whole.inputs, 2);
    assert_int_equal(whole.outputs, 3);
    assert_true(whole.x[2 * at] == 3 / 20.0F && whole.x[2 * at + 1] == 5 / 20.0F);
    assert_int_equal(whole.lattice.dimensions, 2);
    assert_true(whole.lattice.lengths[0] == 20 && whole.lattice.lengths[1] == 20);
    settings.validation.kind = SB_VALIDATION_SPLIT;
    settings.validation.share = 0.25;
    sb_dataset split = create(&settings);
    assert_int_equal(split.lattice.dimensions, 0);
    assert_memory_equal(split.y, whole.y, 300 * 3 * sizeof *split.y);
    assert_memory_equal(split.validation.y, whole.y + 300 * 3, 100 * 3 * sizeof *split.y);
    settings.target.seed = 8; /* another image than that of the trial's seed, 7 */
    sb_dataset other = create(&settings);
    assert_memory_not_equal(other.y, split.y, 300 * 3 * sizeof *split.y);
    sb_dataset_destroy(&other);
    sb_dataset_destroy(&split);
    sb_dataset_destroy(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_is_finite_bounded_and_deterministic),
        cmocka_unit_test(each_word_of_the_sweep_file_has_its_row),
        cmocka_unit_test(each_row_writes_as_much_as_its_width_says),
        cmocka_unit_test(sinusoids_are_the_published_sum),
        cmocka_unit_test(a_delta_is_one_peak_with_a_flat_spectrum),
        cmocka_unit_test(amplitudes_follow_the_law),
        cmocka_unit_test(random_phases_belong_to_the_target_seed_or_the_trial),
        cmocka_unit_test(random_phases_are_uniform_on_the_circle),
        cmocka_unit_test(a_binarised_target_is_1_above_the_threshold),
        cmocka_unit_test(a_split_holds_the_last_samples_out),
        cmocka_unit_test(an_image_is_a_lattice_of_pixels),
        cmocka_unit_test(petals_have_the_published_radius_and_angle),
        cmocka_unit_test(a_circle_is_petals_with_L_0),
        cmocka_unit_test(line_and_parabola_are_z_and_its_square),
        cmocka_unit_test(interval_moves_0_to_low_and_1_to_high),
        cmocka_unit_test(positional_encoding_doubles_the_angle_in_each_octave),
        cmocka_unit_test(fourier_features_are_sines_then_cosines_of_B_v),
        cmocka_unit_test(fourier_features_approximate_a_gaussian_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
