/* Trials: their results are a function of the settings, failures keep their records, callers can end them. */
#include "start_blis.h"
#include "swept.h"
#include <stdlib.h>

static const char small[] = "specbias: 1\n"
                            "target: {samples: 64, frequencies: [3, 7]}\n"
                            "model: {depth: 4, width: 16}\n"
                            "training: {learning_rate: 1e-2, steps: 25}\n"
                            "record: {every: 10}\n"
                            "probes:\n"
                            "  spectrum: {full: true}\n"
                            "  spectral_norm: {}\n"
                            "  perturbation: {magnitudes: [0, 1], directions: 3}\n"
                            "  parameters: {at: [0, 5, last]}\n"
                            "axes:\n"
                            "  - seed: [0, 1]\n"
                            "  - training.batch: [full, 24]\n"
                            "  - target.frequencies: [[3], [3, 7, 11]]\n";

static void trials_give_the_same_bits_in_any_order(void **state) {
    (void)state;
    enum { TRIALS = 8 };
    swept made;
    sb_result forwards[TRIALS];
    swept_create(small, &made);
    assert_int_equal(made.grid.trials.count, TRIALS);
    for (uint64_t i = 0; i < TRIALS; i++)
        forwards[i] = swept_run(&made, i);
    for (uint64_t i = TRIALS; i-- > 0;) {
        sb_result again = swept_run(&made, i);
        assert_int_equal(again.trial, i);
        assert_int_equal(again.state, SB_TRIAL_DONE);
        assert_int_equal(again.steps, 25);
        assert_true(again.checksum == forwards[i].checksum);
        assert_memory_equal(again.payload, forwards[i].payload, made.layout->payload_bytes);
        sb_result_free(&again);
        assert_null(again.payload);
    }
    for (uint64_t i = 0; i < TRIALS; i++)
        for (uint64_t j = 0; j < i; j++)
            assert_true(forwards[i].checksum != forwards[j].checksum);
    for (uint64_t i = 0; i < TRIALS; i++)
        sb_result_free(&forwards[i]);
    swept_destroy(&made);
}

/* Everything but where and when it was computed changes the checksum. */
static void a_checksum_covers_every_part_of_a_result(void **state) {
    (void)state;
    sb_hash one = {{1}}, two = {{2}};
    const char payload[] = "payload", other[] = "paYload";
    const uint64_t sums[] = {
        sb_result_checksum(one, SB_TRIAL_DONE, SB_FAILURE_NONE, 5, payload, sizeof payload),
        sb_result_checksum(two, SB_TRIAL_DONE, SB_FAILURE_NONE, 5, payload, sizeof payload),
        sb_result_checksum(one, SB_TRIAL_FAILED, SB_FAILURE_NONE, 5, payload, sizeof payload),
        sb_result_checksum(one, SB_TRIAL_DONE, SB_FAILURE_OUT_OF_MEMORY, 5, payload, sizeof payload),
        sb_result_checksum(one, SB_TRIAL_DONE, SB_FAILURE_NONE, 6, payload, sizeof payload),
        sb_result_checksum(one, SB_TRIAL_DONE, SB_FAILURE_NONE, 5, other, sizeof other),
    };
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(sums[i] != sums[j]);
}

static void a_diverging_trial_fails_and_keeps_its_records(void **state) {
    (void)state;
    swept made;
    swept_create("specbias: 1\n"
                 "target: {samples: 64, frequencies: [3]}\n"
                 "model: {depth: 12, width: 16}\n"
                 "training: {learning_rate: 100, steps: 200}\n"
                 "record: {every: 1}\n"
                 "probes: {spectrum: {}, spectral_norm: {}}\n",
                 &made);
    sb_result result = swept_run(&made, 0);
    assert_int_equal(result.state, SB_TRIAL_FAILED);
    assert_int_equal(result.failure, SB_FAILURE_LOSS_NOT_FINITE);
    assert_non_null(strstr(sb_failure_message(result.failure), "infinite or NaN"));
    assert_in_range(result.steps, 1, 199);
    for (size_t i = 0; i <= 200; i++) {
        bool measured = i < (size_t)result.steps;
        assert_int_equal(isfinite(swept_value(&made, &result, "loss", i)), measured);
        assert_int_equal(isfinite(swept_value(&made, &result, "spectrum", i)), measured);
        assert_int_equal(isfinite(swept_value(&made, &result, "spectral_norm", 12 * i + 11)), measured);
    }
    sb_result_free(&result);
    swept_destroy(&made);
}

/* The update that breaks the network is the last one: no further update could notice. */
static void a_loss_that_breaks_in_the_last_update_is_noticed(void **state) {
    (void)state;
    swept made;
    swept_create("specbias: 1\n"
                 "target: {samples: 64, frequencies: [3]}\n"
                 "model: {depth: 20, width: 16}\n"
                 "training: {learning_rate: 1000, steps: 1}\n"
                 "probes: {loss: {at: [0]}}\n",
                 &made);
    sb_result result = swept_run(&made, 0);
    assert_int_equal(result.failure, SB_FAILURE_LOSS_NOT_FINITE);
    assert_int_equal(result.steps, 1);
    assert_true(isfinite(swept_value(&made, &result, "loss", 0)));
    sb_result_free(&result);
    swept_destroy(&made);
}

/* Counts calls, and returns @p code at step @p end. */
typedef struct watcher {
    int64_t next, end;
    sb_code code;
} watcher;

static sb_code watch(void *context, const sb_trial *trial) {
    watcher *seen = context;
    assert_int_equal(sb_trial_steps(trial), seen->next);
    return seen->next++ == seen->end ? seen->code : SB_OK;
}

static void the_caller_is_asked_at_every_step_and_can_end_a_trial(void **state) {
    (void)state;
    swept made;
    sb_result result;
    sb_status status;
    swept_create(small, &made);
    watcher seen = {.end = -1};
    const sb_trial_hooks hooks = {.context = &seen, .poll = watch};
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_OK);
    assert_int_equal(seen.next, 26);
    sb_result_free(&result);
    seen = (watcher){.end = 7, .code = SB_STOPPED};
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_STOPPED);
    assert_int_equal(seen.next, 8);
    assert_null(result.payload);
    seen = (watcher){.end = 0, .code = SB_MEMORY}; /* the caller's trouble is not the trial's */
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_MEMORY);
    assert_null(result.payload);
    swept_destroy(&made);
}

static sb_code refuse(void *context, const sb_trial *trial) {
    return sb_trial_steps(trial) < 3 ? SB_OK : sb_fail(context, SB_SYSTEM, "the caller's own reason");
}

static void a_caller_that_ends_a_trial_keeps_its_reason(void **state) {
    (void)state;
    swept made;
    sb_result result;
    sb_status status;
    swept_create(small, &made);
    const sb_trial_hooks hooks = {.context = &status, .poll = refuse};
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_SYSTEM);
    assert_string_equal(status.message, "the caller's own reason");
    swept_destroy(&made);
}

static sb_code count_progress(void *context) {
    ++*(size_t *)context;
    return SB_OK;
}

/* Evaluating 2^17 samples takes 128 (1 + 64 + 1) operations each, 1.1e9 in all: 100 ms where 1.1e10 are done in a
 * second. It happens twice, before the first update and after the last, and nothing else is measured. */
static void progress_is_reported_while_many_samples_are_evaluated(void **state) {
    (void)state;
    swept made;
    sb_result result;
    sb_status status;
    size_t calls = 0;
    swept_create("specbias: 1\n"
                 "target: {samples: 131072, frequencies: [3]}\n"
                 "model: {depth: 3, width: 64}\n"
                 "training: {batch: 16, steps: 1}\n",
                 &made);
    const sb_trial_hooks hooks = {.context = &calls, .progress = count_progress};
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_OK);
    assert_in_range(calls, 4, 1000);
    sb_result_free(&result);
    swept_destroy(&made);
}

/* Saves the trial in every poll; ends it at call number `end` of either hook, counted from 1. */
typedef struct visitor {
    void *saved; /* NULL: nowhere */
    size_t polls, calls, end_poll, end_call;
} visitor;

static sb_code save(void *context, const sb_trial *trial) {
    visitor *seen = context;
    if (seen->saved)
        sb_trial_save(trial, seen->saved);
    return ++seen->polls == seen->end_poll ? SB_STOPPED : SB_OK;
}

static sb_code visit(void *context) {
    visitor *seen = context;
    return ++seen->calls == seen->end_call ? SB_STOPPED : SB_OK;
}

static const char probed[] = "specbias: 1\n"
                             "target: {samples: 32, frequencies: [3]}\n"
                             "model: {depth: 3, width: 8}\n"
                             "training: {steps: 6, batch: 12}\n"
                             "record: {every: 3}\n"
                             "probes:\n"
                             "  spectrum: {}\n"
                             "  spectral_norm: {}\n"
                             "  parameters: {}\n"
                             "  boundary_distance: {}\n"
                             "  ntk: {at: last}\n"
                             "  confusion: {windows: 3, window_pairs: 4, global_pairs: 20}\n"
                             "  perturbation: {magnitudes: [1, 2], directions: 3, at: last}\n";

/* At every point where a measurement asks: a stop must not wait for a long probe. */
static void the_caller_can_end_a_trial_inside_a_measurement(void **state) {
    (void)state;
    swept made;
    sb_result result;
    sb_status status;
    visitor whole = {0};
    swept_create(probed, &made);
    sb_trial_hooks hooks = {.context = &whole, .progress = visit};
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_OK);
    sb_result_free(&result);
    assert_true(whole.calls > 6);
    for (size_t end = 1; end <= whole.calls; end++) {
        visitor seen = {.end_call = end};
        hooks.context = &seen;
        assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status),
                         SB_STOPPED);
        assert_int_equal(seen.calls, end);
        assert_null(result.payload);
    }
    swept_destroy(&made);
}

/* Ends the trial as @p seen says, goes on from what was saved, and expects the result of a trial that never ended. */
static void end_and_go_on(const swept *made, visitor *seen, const sb_result *whole) {
    sb_result result;
    sb_status status;
    const sb_trial_hooks hooks = {.context = seen, .poll = save, .progress = visit};
    assert_int_equal(sb_trial_run(made->layout, sb_kernels_default(), 0, NULL, &hooks, &result, &status), SB_STOPPED);
    watcher after = {.next = sb_trial_saved_steps(seen->saved), .end = -1};
    const sb_trial_hooks watching = {.context = &after, .poll = watch};
    assert_int_equal(sb_trial_run(made->layout, sb_kernels_default(), 0, seen->saved, &watching, &result, &status),
                     SB_OK);
    assert_int_equal(after.next, 7);
    assert_true(result.checksum == whole->checksum);
    assert_memory_equal(result.payload, whole->payload, made->layout->payload_bytes);
    assert_true(result.seconds > 0);
    sb_result_free(&result);
}

static void a_trial_goes_on_from_where_it_was_saved_with_the_same_bits(void **state) {
    (void)state;
    swept made;
    sb_settings settings;
    sb_status status;
    swept_create(probed, &made);
    sb_result whole = swept_run(&made, 0);
    sb_grid_settings(&made.grid, 0, &settings);
    const size_t bytes = sb_trial_saved_bytes(made.layout, &settings);
    visitor seen = {.saved = sb_array(bytes, 1, "a saved trial", &status)};
    for (size_t end = 1; end <= 7; end++) {
        seen = (visitor){.saved = seen.saved, .end_poll = end};
        end_and_go_on(&made, &seen, &whole);
        assert_int_equal(sb_trial_saved_steps(seen.saved), end - 1);
    }
    for (size_t end = 1; end <= 20; end++) {
        seen = (visitor){.saved = seen.saved, .end_call = end};
        end_and_go_on(&made, &seen, &whole);
        assert_int_equal(sb_trial_saved_steps(seen.saved) % 3, 0); /* the step of a record */
    }
    sb_result_free(&whole);
    free(seen.saved);
    swept_destroy(&made);
}

/* Another network's state, as a version with other probes might leave it. */
static void what_is_no_state_of_the_trial_is_not_used(void **state) {
    (void)state;
    static const uint64_t wrong[16] = {sizeof wrong, 3};
    swept made;
    sb_result result;
    sb_status status;
    swept_create(probed, &made);
    sb_result whole = swept_run(&made, 0);
    assert_int_equal(sb_trial_run(made.layout, sb_kernels_default(), 0, wrong, NULL, &result, &status), SB_OK);
    assert_true(result.checksum == whole.checksum);
    sb_result_free(&result);
    sb_result_free(&whole);
    swept_destroy(&made);
}

static void training_reduces_the_loss_in_full_and_mini_batches(void **state) {
    (void)state;
    swept made;
    swept_create("specbias: 1\n"
                 "target: {samples: 100, frequencies: [1, 2]}\n"
                 "model: {depth: 4, width: 32}\n"
                 "training: {learning_rate: 3e-3, steps: 400}\n"
                 "record: {every: 400}\n"
                 "axes:\n"
                 "  - training.batch: [full, 32, 100]\n"
                 "  - training.shuffle: [once, epoch, none]\n",
                 &made);
    double full = 0;
    for (uint64_t trial = 0; trial < made.grid.trials.count; trial++) {
        sb_result result = swept_run(&made, trial);
        double first = swept_value(&made, &result, "loss", 0), last = swept_value(&made, &result, "loss", 1);
        bool is_mini_batch = trial / 3 == 1;
        full = trial == 0 ? last : full;
        assert_true(last < first / 4);
        assert_int_equal(last == full, !is_mini_batch); /* a batch of all samples is a full batch, to the bit */
        sb_result_free(&result);
    }
    swept_destroy(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trials_give_the_same_bits_in_any_order),
        cmocka_unit_test(a_checksum_covers_every_part_of_a_result),
        cmocka_unit_test(a_diverging_trial_fails_and_keeps_its_records),
        cmocka_unit_test(a_loss_that_breaks_in_the_last_update_is_noticed),
        cmocka_unit_test(the_caller_is_asked_at_every_step_and_can_end_a_trial),
        cmocka_unit_test(a_caller_that_ends_a_trial_keeps_its_reason),
        cmocka_unit_test(progress_is_reported_while_many_samples_are_evaluated),
        cmocka_unit_test(the_caller_can_end_a_trial_inside_a_measurement),
        cmocka_unit_test(a_trial_goes_on_from_where_it_was_saved_with_the_same_bits),
        cmocka_unit_test(what_is_no_state_of_the_trial_is_not_used),
        cmocka_unit_test(training_reduces_the_loss_in_full_and_mini_batches),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
