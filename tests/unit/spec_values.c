/* Fields take the numbers, words, lists and ranges that the schema promises, and nothing near them. */
#include "spec_sweep.h"

#define HEAD "specbias: 1\n"

static void what_is_left_out_has_the_papers_values(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD);
    const sb_settings *base = &sweep->base;
    assert_string_equal(sweep->name, "test.sweep");
    assert_int_equal(base->target.samples, 200);
    assert_list(base->target.frequencies, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50);
    assert_list(base->target.amplitudes, 1);
    assert_true(base->target.phases.count == 1 && isnan(base->target.phases.values[0]));
    assert_int_equal(base->target.seed, SB_SEED_OF_TRIAL);
    assert_int_equal(base->embedding.kind, SB_EMBEDDING_LINE);
    assert_int_equal(base->encoding.kind, SB_ENCODING_NONE);
    assert_int_equal(base->model.depth, 6);
    assert_int_equal(base->model.width, 256);
    assert_true(base->training.learning_rate == 3e-4 && base->training.beta1 == 0.9 && base->training.beta2 == 0.999);
    assert_true(base->training.epsilon == 1e-8);
    assert_int_equal(base->training.batch, SB_BATCH_FULL);
    assert_int_equal(base->training.loss, SB_LOSS_MSE);
    assert_int_equal(base->record.every, 100);
    assert_list(base->probes.loss.at, SB_AT_ALL);
    assert_list(base->probes.perturbation.probe.at, SB_AT_LAST);
    assert_list(base->probes.parameters.probe.at, 0, SB_AT_LAST);
    assert_int_equal(base->probes.perturbation.magnitudes.count, 100);
    sb_sweep_free(sweep);
}

static void a_probe_is_on_where_its_section_stands(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "probes:\n  spectrum: {}\n  parameters:\n"
                                    "axes:\n  - probes.perturbation.directions: [1, 2]\n");
    assert_int_equal(sweep->base.probes.loss.enabled, 1);
    assert_int_equal(sweep->base.probes.spectrum.probe.enabled, 1);
    assert_int_equal(sweep->base.probes.parameters.probe.enabled, 1);
    assert_int_equal(sweep->base.probes.perturbation.probe.enabled, 1);
    assert_int_equal(sweep->base.probes.spectral_norm.probe.enabled, 0);
    sb_sweep_free(sweep);
}

static double learning_rate(const char *number) {
    char text[128];
    snprintf(text, sizeof text, HEAD "training: {learning_rate: %s}\n", number);
    sb_sweep *sweep = sweep_of(text);
    double value = sweep->base.training.learning_rate;
    sb_sweep_free(sweep);
    return value;
}

static void numbers_are_those_of_yaml_1_2(void **state) {
    (void)state;
    assert_true(learning_rate("3e-4") == 3e-4);
    assert_true(learning_rate("+.5E+1") == 5.0);
    assert_true(learning_rate("12.") == 12.0);
    assert_true(learning_rate("010") == 10.0); /* no octal, as in 1.2 */
    assert_true(learning_rate("0o10") == 8.0);
    assert_true(learning_rate("0x1F") == 31.0);
    assert_false(signbit(learning_rate("-0.0")));
    static const char *const bad[] = {"1e",  "e1",    ".",     "1_000", "0x", "1.2.3",   "--1", "nan",  ".NAN",
                                      "inf", "-.inf", "1e999", "0b1",   "1f", "'0.001'", "1 2", "0x1p3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[128];
        snprintf(text, sizeof text, HEAD "training: {learning_rate: %s}\n", bad[i]);
        assert_refused("training.learning_rate: found", text);
    }
}

static void whole_numbers_may_be_written_as_reals_if_exact(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "training: {steps: 1e3}\nmodel: {width: 64.0}\nseed: 9007199254740991\n");
    assert_int_equal(sweep->base.training.steps, 1000);
    assert_int_equal(sweep->base.model.width, 64);
    assert_int_equal(sweep->base.seed, 9007199254740991);
    sb_sweep_free(sweep);
    assert_refused("model.width: found '64.000001'", HEAD "model: {width: 64.000001}\n");
    assert_refused("seed: found '9007199254740992'", HEAD "seed: 9007199254740992\n");
    assert_refused("seed: found '-1'", HEAD "seed: -1\n"); /* -1 stands for a word elsewhere */
    assert_refused("target.seed: found '-1'", HEAD "target: {seed: -1}\n");
    assert_refused("training.batch: found '0'", HEAD "training: {batch: 0}\n");
    assert_refused("probes.loss.at: found '-2'", HEAD "probes: {loss: {at: -2}}\n");
}

static void words_stand_for_special_values(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "target: {seed: trial, phases: 'random', binarise: true}\n"
                                    "training: {batch: full, loss: bce}\nprobes: {spectrum: {at: [0, 7, last]}}\n");
    assert_int_equal(sweep->base.target.seed, SB_SEED_OF_TRIAL);
    assert_true(isnan(sweep->base.target.phases.values[0]));
    assert_int_equal(sweep->base.target.binarise, 1);
    assert_int_equal(sweep->base.training.loss, SB_LOSS_BCE);
    assert_list(sweep->base.probes.spectrum.probe.at, 0, 7, SB_AT_LAST);
    sb_sweep_free(sweep);
}

static sb_list magnitudes(const char *range, sb_sweep **sweep) {
    char text[256];
    snprintf(text, sizeof text, HEAD "probes: {perturbation: {magnitudes: %s}}\n", range);
    *sweep = sweep_of(text);
    return (*sweep)->base.probes.perturbation.magnitudes;
}

/* A range means the same numbers as typing them, to the last bit; its end belongs to it if a step comes there. */
static void ranges_are_the_numbers_as_typed(void **state) {
    (void)state;
    sb_sweep *sweep;
    assert_list(magnitudes("{from: 0, to: 1, by: 0.1}", &sweep), 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 0, to: 10, by: 4}", &sweep), 0, 4, 8);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 3, to: 1, by: -1}", &sweep), 3, 2, 1);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 2, to: 4}", &sweep), 2, 3, 4);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 2, to: 2}", &sweep), 2);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 0, to: 1, count: 5}", &sweep), 0, 0.25, 0.5, 0.75, 1);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 1e-4, to: 10, count: 6, spacing: log}", &sweep), 1e-4, 1e-3, 1e-2, 0.1, 1, 10);
    sb_sweep_free(sweep);
    assert_list(magnitudes("{from: 1, to: 2, count: 3, spacing: linear}", &sweep), 1, 1.5, 2);
    sb_sweep_free(sweep);
    assert_list(magnitudes("7", &sweep), 7);
    sb_sweep_free(sweep);
}

static void ranges_are_bounded(void **state) {
    (void)state;
    sb_sweep *sweep;
    assert_int_equal(magnitudes("{from: 1, to: 1e6, by: 1}", &sweep).count, 1000000);
    sb_sweep_free(sweep);
    assert_refused("too many", HEAD "probes: {perturbation: {magnitudes: {from: 0, to: 1e6, by: 1}}}\n");
    assert_refused("'count'", HEAD "probes: {perturbation: {magnitudes: {from: 0, to: 1, count: 1}}}\n");
    assert_refused("'count'", HEAD "probes: {perturbation: {magnitudes: {from: 0, to: 1, count: 1e7}}}\n");
    assert_refused("'spacing'", HEAD "probes: {perturbation: {magnitudes: {from: 0, to: 1, by: 1, spacing: log}}}\n");
    assert_refused("magnitudes: found",
                   HEAD "probes: {perturbation: {magnitudes: {from: 1e300, to: 1e308, by: 1e305}}}\n");
    assert_refused("number", HEAD "probes: {perturbation: {magnitudes: {from: a, to: 1}}}\n");
}

static void fields_read_back_what_they_print(void **state) {
    static const double numbers[] = {3e-4, 0.1, 1.0 / 3, 1e-8, 602.214076, 1e-22, 0.30000000000000004, 999.999999};
    const sb_field *field = sb_field_find("training.learning_rate");
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[64] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        sb_field_print(field, (sb_value){.real = numbers[i]}, out);
        fclose(out);
        double read = learning_rate(text);
        assert_true(read == numbers[i]);
    }
}

static void aliases_are_copies(void **state) {
    (void)state;
    sb_sweep *sweep = sweep_of(HEAD "probes:\n  loss: {at: &a [1, 2]}\n  spectrum: {at: *a}\n", "probes.loss.at=[3]");
    assert_list(sweep->base.probes.loss.at, 3);
    assert_list(sweep->base.probes.spectrum.probe.at, 1, 2);
    sb_sweep_free(sweep);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_the_papers_values),
        cmocka_unit_test(a_probe_is_on_where_its_section_stands),
        cmocka_unit_test(numbers_are_those_of_yaml_1_2),
        cmocka_unit_test(whole_numbers_may_be_written_as_reals_if_exact),
        cmocka_unit_test(words_stand_for_special_values),
        cmocka_unit_test(ranges_are_the_numbers_as_typed),
        cmocka_unit_test(ranges_are_bounded),
        cmocka_unit_test(fields_read_back_what_they_print),
        cmocka_unit_test(aliases_are_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
