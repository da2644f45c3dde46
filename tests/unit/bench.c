/* What `bench` computes from its measurements, and what it measures: known numbers, known shapes. No time is judged. */
#include "start_blis.h"
#include "swept.h"
#include <specbias/bench.h>
#include <stdlib.h>

/* --- Numbers --- */

/* Quantile p of n numbers lies at position p (n - 1) of the sorted ones, as in numpy.quantile: numpy.quantile([1, 2, 4,
 * 8], [.25, .5, .75]) = [1.75, 3, 5]. */
static void quartiles_are_interpolated_between_order_statistics(void **state) {
    (void)state;
    sb_quartiles even = sb_quartiles_of((double[]){8, 1, 4, 2}, 4);
    assert_near(even.q1, 1.75, 0);
    assert_near(even.median, 3, 0);
    assert_near(even.q3, 5, 0);
    sb_quartiles odd = sb_quartiles_of((double[]){5, 3, 1, 2, 4}, 5);
    assert_near(odd.q1, 2, 0);
    assert_near(odd.median, 3, 0);
    assert_near(odd.q3, 4, 0);
    sb_quartiles single = sb_quartiles_of((double[]){7}, 1);
    assert_near(single.q1, 7, 0);
    assert_near(single.median, 7, 0);
    assert_near(single.q3, 7, 0);
}

/* Twice as fast in every round, on a machine that slows down tenfold: a ratio of medians would say anything. */
static void ratios_are_taken_pair_by_pair(void **state) {
    (void)state;
    const double slow[] = {2, 20, 200, 4}, fast[] = {1, 10, 100, 2};
    double workspace[4];
    sb_quartiles even = sb_paired_ratios(slow, fast, 4, workspace);
    assert_near(even.q1, 2, 0);
    assert_near(even.median, 2, 0);
    assert_near(even.q3, 2, 0);
    const double numerators[] = {1, 10, 6}, denominators[] = {1, 2, 2}; /* 1, 5, 3 */
    assert_near(sb_paired_ratios(numerators, denominators, 3, workspace).median, 3, 0);
    assert_near(sb_paired_ratios(numerators, denominators, 3, workspace).q3, 4, 0);
    assert_near(slow[1], 20, 0);
}

/* 2-3-1 on 10 samples: forward 2 (6 + 3) a sample, weight gradients the same, data gradients only 2 x 3 of layer 2. */
static void a_step_has_three_products_but_for_the_first_layer(void **state) {
    (void)state;
    const sb_shape shape = {.depth = 2, .widths = {2, 3, 1}}, line = {.depth = 1, .widths = {4, 5}};
    assert_near(sb_bench_flops(&shape, 10), 10 * (18 + 18 + 6), 0);
    assert_near(sb_bench_flops(&line, 7), 7 * (40 + 40), 0);
    assert_near(sb_bench_bound(&shape, 10), 4 * (4 * (9 + 4) + 10 * (3 + 1)), 0);
}

static void a_long_training_is_judged_by_its_ends(void **state) {
    (void)state;
    sb_bench_long_result result = {.ms = {[0] = 4, [9] = 5}, .share = {[0] = 0.8, [9] = 0.5}};
    assert_near(sb_long_ratio(&result), 1.25, 0);
    assert_near(sb_long_peak_ratio(&result), 1.6, 1e-15);
}

/* --- Cases --- */

static sb_case built_in(const char *name) {
    sb_case made;
    sb_status status;
    assert_int_equal(sb_case_create(name, &made, &status), SB_OK);
    return made;
}

/* As the papers' networks are counted: D affine layers of width W. */
static void built_in_cases_are_those_of_the_papers(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t inputs, depth, width, outputs, batch;
    } wanted[] = {{"a", 1, 6, 256, 1, 200},
                  {"b", 2, 6, 256, 1, 1000},
                  {"c", 1, 5, 128, 1, 2048},
                  {"d", 32, 5, 512, 3, 1024},
                  {"tiny", 1, 4, 64, 1, 256}};
    assert_int_equal(sb_case_count(), sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < sb_case_count(); i++) {
        sb_case made = built_in(wanted[i].name);
        assert_string_equal(sb_case_name(i), wanted[i].name);
        assert_string_equal(made.name, wanted[i].name);
        assert_int_equal(made.shape.depth, wanted[i].depth);
        assert_int_equal(made.shape.widths[0], wanted[i].inputs);
        for (size_t layer = 1; layer < made.shape.depth; layer++)
            assert_int_equal(made.shape.widths[layer], wanted[i].width);
        assert_int_equal(made.shape.widths[made.shape.depth], wanted[i].outputs);
        assert_int_equal(made.batch, wanted[i].batch);
        sb_case_destroy(&made);
    }
}

/* The memory of a trial's network stays within twice what no implementation can do without. */
static void networks_take_at_most_twice_the_memory_they_need(void **state) {
    (void)state;
    for (size_t i = 0; i < sb_case_count(); i++) {
        sb_case made = built_in(sb_case_name(i));
        const double bound = sb_bench_bound(&made.shape, made.batch);
        for (size_t k = 0; sb_kernels_at(k); k++) {
            const double bytes = (double)sb_network_bytes(sb_kernels_at(k), &made.shape, made.batch);
            if (bytes > 2 * bound)
                fail_msg("case %s, kernels %s: %.0f bytes, needed %.0f", made.name, sb_kernels_name(sb_kernels_at(k)),
                         bytes, bound);
        }
        sb_case_destroy(&made);
    }
}

static void an_unknown_case_is_refused_with_those_there_are(void **state) {
    (void)state;
    sb_case made;
    sb_status status = {.code = SB_OK};
    assert_int_equal(sb_case_create("huge", &made, &status), SB_INPUT);
    assert_non_null(strstr(status.message, "'huge'"));
    for (size_t i = 0; i < sb_case_count(); i++)
        assert_non_null(strstr(status.message, sb_case_name(i)));
    assert_null(made.x);
}

/* Of 3 seeds, 2 rates, 2 widths and 2 batches, seeds and rates change no step; a batch of all samples is a full one. */
static void a_sweep_gives_each_unlike_step_once(void **state) {
    (void)state;
    static const char text[] = "specbias: 1\n"
                               "name: small\n"
                               "target: {samples: 20, frequencies: [1, 3], phases: 0}\n"
                               "embedding: {kind: circle}\n"
                               "model: {depth: 3}\n"
                               "axes:\n"
                               "  - seed: [1, 2, 3]\n"
                               "  - training.learning_rate: [1e-3, 1e-2]\n"
                               "  - model.width: [4, 8]\n"
                               "  - training.batch: [full, 20, 5]\n";
    swept made;
    sb_case cases[SB_CASES_MAX];
    sb_status status;
    size_t count = 0;
    swept_create(text, &made);
    assert_int_equal(sb_case_sweep(&made.grid, cases, &count, &status), SB_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(cases[i].shape.widths[0], 2);
        assert_int_equal(cases[i].shape.widths[1], i < 2 ? 4 : 8);
        assert_int_equal(cases[i].shape.widths[3], 1);
        assert_int_equal(cases[i].batch, i % 2 ? 5 : 20);
        assert_near(cases[i].x[0], 1, 0); /* cos 0 */
        assert_near(cases[i].x[2], cos(0.1 * acos(-1)), 1e-6);
        assert_near(cases[i].y[1], sin(0.1 * acos(-1)) + sin(0.3 * acos(-1)), 1e-6);
    }
    assert_string_equal(cases[0].name, "small.1");
    assert_string_equal(cases[3].name, "small.4");
    while (count > 0)
        sb_case_destroy(&cases[--count]);
    swept_destroy(&made);
}

static void a_sweep_of_too_many_shapes_is_refused(void **state) {
    (void)state;
    swept made;
    sb_case cases[SB_CASES_MAX];
    sb_status status = {.code = SB_OK};
    size_t count = 0;
    swept_create("specbias: 1\naxes:\n  - model.width: {from: 1, to: 17}\n", &made);
    assert_int_equal(sb_case_sweep(&made.grid, cases, &count, &status), SB_INPUT);
    assert_non_null(strstr(status.message, "--set"));
    assert_int_equal(count, 0);
    swept_destroy(&made);
}

/* --- Measurement --- */

/* The order of results, and how their parts hang together. */
static void results_come_case_by_case(void **state) {
    (void)state;
    sb_case cases[] = {built_in("tiny"), built_in("tiny")};
    const sb_kernels *const kernels[] = {sb_kernels_default()};
    const size_t networks[] = {1, 2};
    const sb_bench bench = {.cases = cases,
                            .case_count = 2,
                            .kernels = kernels,
                            .kernels_count = 1,
                            .networks = networks,
                            .networks_count = 2,
                            .rounds = 2,
                            .steps = 1};
    sb_bench_result results[4];
    sb_quartiles peak;
    assert_int_equal(sb_bench_count(&bench), 4);
    assert_int_equal(sb_bench_measure(&bench, sb_peak_best(), results, &peak, NULL), SB_OK);
    for (size_t i = 0; i < 4; i++) {
        const sb_bench_result *r = &results[i];
        double all = 0;
        assert_ptr_equal(r->measured, &cases[i / 2]);
        assert_int_equal(r->networks, networks[i % 2]);
        assert_int_equal(r->steps % r->networks, 0);
        assert_true(0 < r->ms.q1 && r->ms.q1 <= r->ms.median && r->ms.median <= r->ms.q3);
        assert_near(r->gflops, 1e-6 * sb_bench_flops(&cases[0].shape, 256) / r->ms.median, 1e-9 * r->gflops);
        for (int phase = 0; phase < SB_PHASES; phase++)
            all += r->split[phase];
        assert_near(all, 1, 1e-12);
        if (i % 2 == 0)
            assert_near(r->speedup.median, 1, 0);
    }
    assert_true(0 < peak.q1 && peak.q1 <= peak.median && peak.median <= peak.q3);
    sb_case_destroy(&cases[0]);
    sb_case_destroy(&cases[1]);
}

static void a_long_training_learns(void **state) {
    (void)state;
    sb_case tiny = built_in("tiny");
    sb_bench_long_result result;
    assert_int_equal(sb_bench_long(&tiny, sb_kernels_default(), sb_peak_best(), 205, &result, NULL), SB_OK);
    assert_true(result.loss[SB_LONG_PARTS - 1] < 0.8 * result.loss[0]);
    for (size_t part = 0; part < SB_LONG_PARTS; part++)
        assert_true(result.ms[part] > 0 && result.share[part] > 0);
    sb_case_destroy(&tiny);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quartiles_are_interpolated_between_order_statistics),
        cmocka_unit_test(ratios_are_taken_pair_by_pair),
        cmocka_unit_test(a_step_has_three_products_but_for_the_first_layer),
        cmocka_unit_test(a_long_training_is_judged_by_its_ends),
        cmocka_unit_test(built_in_cases_are_those_of_the_papers),
        cmocka_unit_test(networks_take_at_most_twice_the_memory_they_need),
        cmocka_unit_test(an_unknown_case_is_refused_with_those_there_are),
        cmocka_unit_test(a_sweep_gives_each_unlike_step_once),
        cmocka_unit_test(a_sweep_of_too_many_shapes_is_refused),
        cmocka_unit_test(results_come_case_by_case),
        cmocka_unit_test(a_long_training_learns),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
