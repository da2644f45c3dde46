/* Mini-batches: every epoch is a permutation of the samples, a function of (seed, epoch) alone. */
#include "check.h"
#include <specbias/data.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 103, BATCH = 25, STEPS_PER_EPOCH = 5 };

static sb_settings settings_of(sb_shuffle shuffle, int64_t batch) {
    sb_settings settings = {.seed = 11};
    settings.training.batch = batch;
    settings.training.shuffle = shuffle;
    return settings;
}

/* The samples of step @p step, computed afresh. */
static size_t batch_of(const sb_settings *settings, uint64_t step, uint32_t *samples) {
    uint32_t order[SAMPLES];
    int64_t epoch = -1;
    size_t first, count;
    sb_batch_at(settings, SAMPLES, step, &epoch, order, &first, &count);
    memcpy(samples, order + first, count * sizeof *samples);
    return count;
}

/* All samples of an epoch in the order in which they are trained on. */
static void epoch_of(const sb_settings *settings, uint64_t epoch, uint32_t samples[SAMPLES]) {
    size_t filled = 0;
    for (uint64_t step = 0; step < STEPS_PER_EPOCH; step++) {
        size_t count = batch_of(settings, epoch * STEPS_PER_EPOCH + step, samples + filled);
        assert_int_equal(count, step < STEPS_PER_EPOCH - 1 ? BATCH : SAMPLES % BATCH);
        filled += count;
    }
    assert_int_equal(filled, SAMPLES);
}

static void every_epoch_is_a_permutation(void **state) {
    (void)state;
    const sb_shuffle kinds[] = {SB_SHUFFLE_ONCE, SB_SHUFFLE_EPOCH, SB_SHUFFLE_NONE};
    for (size_t kind = 0; kind < 3; kind++) {
        sb_settings settings = settings_of(kinds[kind], BATCH);
        for (uint64_t epoch = 0; epoch < 4; epoch++) {
            uint32_t samples[SAMPLES];
            int seen[SAMPLES] = {0};
            epoch_of(&settings, epoch, samples);
            for (size_t i = 0; i < SAMPLES; i++) {
                assert_in_range(samples[i], 0, SAMPLES - 1);
                assert_int_equal(seen[samples[i]]++, 0);
            }
        }
    }
}

static void once_repeats_and_epoch_does_not(void **state) {
    (void)state;
    sb_settings once = settings_of(SB_SHUFFLE_ONCE, BATCH), fresh = settings_of(SB_SHUFFLE_EPOCH, BATCH),
                none = settings_of(SB_SHUFFLE_NONE, BATCH);
    uint32_t first[SAMPLES], later[SAMPLES];
    epoch_of(&once, 0, first);
    epoch_of(&once, 3, later);
    assert_memory_equal(first, later, sizeof first);
    epoch_of(&fresh, 0, first);
    epoch_of(&fresh, 3, later);
    assert_memory_not_equal(first, later, sizeof first);
    epoch_of(&none, 2, later);
    for (uint32_t i = 0; i < SAMPLES; i++)
        assert_int_equal(later[i], i);
    assert_memory_not_equal(first, later, sizeof first);
}

static void another_seed_gives_another_order(void **state) {
    (void)state;
    sb_settings settings = settings_of(SB_SHUFFLE_ONCE, BATCH);
    uint32_t first[SAMPLES], other[SAMPLES];
    epoch_of(&settings, 0, first);
    settings.seed++;
    epoch_of(&settings, 0, other);
    assert_memory_not_equal(first, other, sizeof first);
}

/* A trial that goes on from a checkpoint asks for steps in another order than one that was never interrupted. */
static void batches_do_not_depend_on_the_order_of_the_steps(void **state) {
    (void)state;
    const uint64_t steps[] = {17, 3, 4, 5, 5, 0, 17, 1000003, 6};
    sb_settings settings = settings_of(SB_SHUFFLE_EPOCH, BATCH);
    uint32_t order[SAMPLES], alone[BATCH];
    int64_t epoch = -1;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        size_t first, count;
        sb_batch_at(&settings, SAMPLES, steps[i], &epoch, order, &first, &count);
        assert_int_equal(count, batch_of(&settings, steps[i], alone));
        assert_memory_equal(order + first, alone, count * sizeof *alone);
    }
}

static void a_full_batch_is_all_samples_in_their_order(void **state) {
    (void)state;
    const int64_t batches[] = {SB_BATCH_FULL, SAMPLES, SAMPLES + 1};
    for (size_t b = 0; b < 3; b++) {
        sb_settings settings = settings_of(SB_SHUFFLE_EPOCH, batches[b]);
        for (uint64_t step = 0; step < 3; step++) {
            uint32_t samples[SAMPLES];
            assert_int_equal(batch_of(&settings, step, samples), SAMPLES);
            for (uint32_t i = 0; i < SAMPLES; i++)
                assert_int_equal(samples[i], i);
        }
    }
}

/* Position 0 holds each of 4 samples equally often: chi-square with 3 degrees of freedom is below 16.3 with probability
 * 0.999; the numbers are fixed, so that the test either always passes or never. */
static void a_shuffle_is_uniform(void **state) {
    (void)state;
    enum { EPOCHS = 4000 };
    sb_settings settings = settings_of(SB_SHUFFLE_EPOCH, 1);
    uint32_t order[4];
    int64_t held = -1;
    double counts[4] = {0}, chi_square = 0;
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        size_t first, count;
        sb_batch_at(&settings, 4, epoch * 4, &held, order, &first, &count);
        counts[order[first]]++;
    }
    for (int i = 0; i < 4; i++)
        chi_square += (counts[i] - EPOCHS / 4.) * (counts[i] - EPOCHS / 4.) / (EPOCHS / 4.);
    assert_true(chi_square < 16.3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_epoch_is_a_permutation),
        cmocka_unit_test(once_repeats_and_epoch_does_not),
        cmocka_unit_test(another_seed_gives_another_order),
        cmocka_unit_test(batches_do_not_depend_on_the_order_of_the_steps),
        cmocka_unit_test(a_full_batch_is_all_samples_in_their_order),
        cmocka_unit_test(a_shuffle_is_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
