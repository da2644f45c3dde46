/* Claims: every trial has exactly one ticket; costs never rise and are those of the trial; only axes that change the
 * cost make entries; the simulation is list scheduling, by a published example, by brute force, and for a million
 * trials. */
#include "check.h"
#include "hand_sweep.h"
#include <specbias/sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

HAND_FIELD(seed_field, "seed", SB_FIELD_INTEGER, seed, "1");
HAND_FIELD(width_field, "model.width", SB_FIELD_INTEGER, model.width, "1");
HAND_FIELD(steps_field, "training.steps", SB_FIELD_INTEGER, training.steps, "1");
HAND_FIELD(rate_field, "training.learning_rate", SB_FIELD_REAL, training.learning_rate, "1");

static sb_grid grid_of(sb_sweep *sweep, const sb_axis *axes, size_t axis_count) {
    *sweep = (sb_sweep){.base = hand_settings(), .axis_count = axis_count, .axes = axes};
    sb_grid grid = {.sweep = sweep, .trials = {.axis_count = axis_count, .count = 1}};
    for (size_t i = 0; i < axis_count; i++) {
        grid.trials.axes[i] = &axes[i];
        grid.trials.count *= axes[i].length;
    }
    return grid;
}

static double count_evaluations(const void *context, const sb_settings *settings) {
    ++*(size_t *)context;
    return (double)(settings->model.width * settings->training.steps);
}

static double cost_is_steps(const void *context, const sb_settings *settings) {
    (void)context;
    return (double)settings->training.steps;
}

static double cost_is_nan(const void *context, const sb_settings *settings) {
    (void)context;
    (void)settings;
    return NAN;
}

/* Two axes change the cost, two do not and lie between them; 8 x 20 = 16 x 10 makes equal costs. */
static const sb_value widths[] = {{.integer = 8}, {.integer = 64}, {.integer = 16}};
static const sb_value seeds[] = {{.integer = 5}, {.integer = 6}, {.integer = 7}, {.integer = 8}};
static const sb_value steps[] = {{.integer = 20}, {.integer = 10}};
static const sb_value rates[] = {{.real = 1e-3}, {.real = 1e-4}};

static void each_trial_has_one_ticket(void **state) {
    (void)state;
    const sb_axis axes[] = {HAND_AXIS(seed_field, seeds, NULL), HAND_AXIS(width_field, widths, NULL),
                            HAND_AXIS(rate_field, rates, NULL), HAND_AXIS(steps_field, steps, NULL)};
    sb_sweep sweep;
    sb_grid grid = grid_of(&sweep, axes, 4);
    sb_order *order;
    size_t evaluations = 0;
    assert_int_equal(sb_order_create(&grid, count_evaluations, &evaluations, &order, NULL), SB_OK);
    assert_int_equal(evaluations, 3 * 2);
    assert_int_equal(sb_order_count(order), 48);

    unsigned seen[48] = {0};
    double total = 0;
    for (uint64_t ticket = 0; ticket < 48; ticket++) {
        const uint64_t trial = sb_order_trial(order, ticket);
        assert_in_range(trial, 0, 47);
        assert_int_equal(seen[trial]++, 0);
        const double cost = (double)(widths[trial / 4 % 3].integer * steps[trial % 2].integer);
        assert_near(sb_order_cost(order, ticket), cost, 0);
        assert_true(ticket == 0 || sb_order_cost(order, ticket - 1) >= cost);
        total += cost;
    }
    assert_near(sb_order_total(order), total, 0);
    sb_order_free(order);
}

static void bad_cost_is_refused(void **state) {
    (void)state;
    const sb_axis axes[] = {HAND_AXIS(seed_field, seeds, NULL)};
    sb_sweep sweep;
    sb_grid grid = grid_of(&sweep, axes, 1);
    sb_order *order;
    sb_status status;
    assert_int_equal(sb_order_create(&grid, cost_is_nan, NULL, &order, &status), SB_INTERNAL);
    assert_null(order);
}

/* Graham 1969: longest first on three machines takes 11 for these, where 9 is possible. */
static void simulation_of_published_example(void **state) {
    (void)state;
    const sb_value lengths[] = {{.integer = 3}, {.integer = 5}, {.integer = 4}, {.integer = 3},
                                {.integer = 4}, {.integer = 5}, {.integer = 3}};
    const sb_axis axes[] = {HAND_AXIS(steps_field, lengths, NULL)};
    sb_sweep sweep;
    sb_grid grid = grid_of(&sweep, axes, 1);
    sb_order *order;
    double makespan, efficiency;
    assert_int_equal(sb_order_create(&grid, cost_is_steps, NULL, &order, NULL), SB_OK);
    assert_int_equal(sb_order_simulate(order, 3, &makespan, &efficiency, NULL), SB_OK);
    assert_near(makespan, 11, 0);
    assert_near(efficiency, 27. / 33., 1e-15);
    sb_order_free(order);
}

/* Each ticket goes to the rank that is free first, found by looking at all of them. */
static double brute_force_makespan(const sb_order *order, size_t ranks) {
    double *free_at = calloc(ranks, sizeof *free_at), makespan = 0;
    assert_non_null(free_at);
    for (uint64_t ticket = 0; ticket < sb_order_count(order); ticket++) {
        size_t first = 0;
        for (size_t rank = 1; rank < ranks; rank++)
            if (free_at[rank] < free_at[first])
                first = rank;
        free_at[first] += sb_order_cost(order, ticket);
        makespan = fmax(makespan, free_at[first]);
    }
    free(free_at);
    return makespan;
}

static void simulation_agrees_with_brute_force(void **state) {
    (void)state;
    sb_value lengths[200];
    for (size_t i = 0; i < 200; i++)
        lengths[i].integer = 1 + (int64_t)(1e4 * sb_random_uniform(1, SB_PURPOSE_SHUFFLE, i));
    const sb_axis axes[] = {HAND_AXIS(seed_field, seeds, NULL), HAND_AXIS(steps_field, lengths, NULL)};
    sb_sweep sweep;
    sb_grid grid = grid_of(&sweep, axes, 2);
    sb_order *order;
    assert_int_equal(sb_order_create(&grid, cost_is_steps, NULL, &order, NULL), SB_OK);
    const size_t ranks[] = {1, 2, 3, 7, 64, 1000};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        double makespan, efficiency;
        assert_int_equal(sb_order_simulate(order, ranks[i], &makespan, &efficiency, NULL), SB_OK);
        const double expected = brute_force_makespan(order, ranks[i]);
        assert_near(makespan, expected, 0);
        assert_near(efficiency, sb_order_total(order) / ((double)ranks[i] * expected), 1e-12);
    }
    sb_order_free(order);
}

static long peak_kilobytes(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void million_trials_are_quick_and_small(void **state) {
    (void)state;
    enum { SEEDS = 166667 };
    sb_value *many = malloc(SEEDS * sizeof *many);
    assert_non_null(many);
    for (size_t i = 0; i < SEEDS; i++)
        many[i].integer = (int64_t)i;
    const sb_axis_member member = {&seed_field, many};
    const sb_axis axes[] = {
        HAND_AXIS(width_field, widths, NULL),
        {.kind = SB_AXIS_FIELD, .path = "seed", .unit = "1", .length = SEEDS, .member_count = 1, .members = &member},
        HAND_AXIS(steps_field, steps, NULL)};
    sb_sweep sweep;
    sb_grid grid = grid_of(&sweep, axes, 3);
    sb_order *order;
    size_t evaluations = 0;
    double makespan, efficiency;
    const long peak = peak_kilobytes();
    const clock_t start = clock();
    assert_int_equal(sb_order_create(&grid, count_evaluations, &evaluations, &order, NULL), SB_OK);
    assert_int_equal(sb_order_count(order), 6 * SEEDS);
    assert_int_equal(sb_order_simulate(order, 1000, &makespan, &efficiency, NULL), SB_OK);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("a million trials on 1000 ranks: %.3f s, %ld KiB\n", seconds, peak_kilobytes() - peak);
    assert_int_equal(evaluations, 6);
    assert_true(seconds < 2);
    assert_true(peak_kilobytes() - peak < 1024); /* a sorted array of all trials would take 8 MiB */
    /* the costs of tickets fit thousands of times into a rank's share */
    assert_near(efficiency, 1, 1e-3);
    sb_order_free(order);
    free(many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trial_has_one_ticket),          cmocka_unit_test(bad_cost_is_refused),
        cmocka_unit_test(simulation_of_published_example),    cmocka_unit_test(simulation_agrees_with_brute_force),
        cmocka_unit_test(million_trials_are_quick_and_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
