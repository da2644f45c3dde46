/* Identities: what a trial and a sweep are, whatever way they were written. */
#include "spec_sweep.h"
#include <stdlib.h>

#define HEAD "specbias: 1\n"
#define TEXT                                                                                                           \
    HEAD "name: one\n"                                                                                                 \
         "target: {samples: 128, frequencies: [3, 7]}\n"                                                               \
         "model: {depth: 4, width: 32}\n"                                                                              \
         "record: {every: 10}\n"                                                                                       \
         "axes:\n  - seed: [0, 1]\n  - embedding.kind: [line, circle]\n"

static bool same_hash(sb_hash a, sb_hash b) {
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

#define assert_same_sweep(a, ...)                                                                                      \
    assert_true(same_sweep((const char *const[]){a, NULL}, (const char *const[]){__VA_ARGS__, NULL}))
#define assert_other_sweep(a, ...)                                                                                     \
    assert_false(same_sweep((const char *const[]){a, NULL}, (const char *const[]){__VA_ARGS__, NULL}))

static bool same_sweep(const char *const *left, const char *const *right) {
    sb_sweep *a = sweep_from(left, __FILE__, __LINE__), *b = sweep_from(right, __FILE__, __LINE__);
    bool same = same_hash(sb_sweep_identity(a), sb_sweep_identity(b));
    sb_sweep_free(a);
    sb_sweep_free(b);
    return same;
}

static void a_sweep_is_what_it_says_and_not_how(void **state) {
    (void)state;
    assert_same_sweep(TEXT, "# the same in another order\n"
                            "axes: [seed: {from: 0, to: 1}, embedding.kind: [line, circle]]\n"
                            "record:\n  every: 1e1\nmodel:\n  width: 0x20\n  depth: 4\n"
                            "target:\n  frequencies: [3, 7]\n  samples: 128.0\nname: two\n" HEAD);
    assert_same_sweep(TEXT, TEXT "training: {learning_rate: 3e-4, batch: full}\nprobes: {loss: {at: all}}\n");
    assert_same_sweep(TEXT, TEXT "seed: 5\n"); /* an axis has its own seeds */
    assert_same_sweep(TEXT, TEXT, "axes.seed=[0, 1]");
    assert_same_sweep(HEAD, HEAD "axes:\n  - seed: [0]\n");
}

static void a_sweep_differs_in_whatever_its_results_depend_on(void **state) {
    (void)state;
    assert_other_sweep(TEXT, TEXT, "axes.seed=[1, 0]");
    assert_other_sweep(TEXT, TEXT, "axes=[embedding.kind: [line, circle], seed: [0, 1]]");
    assert_other_sweep(TEXT, TEXT, "axes.embedding.kind=[line]");
    assert_other_sweep(TEXT, TEXT, "axes=[seed: [0, 1], embedding: [{kind: line}, {kind: circle}]]");
    assert_other_sweep(TEXT, TEXT, "record.every=20");
    assert_other_sweep(TEXT, TEXT, "probes.spectrum={}");
    assert_other_sweep(TEXT, TEXT, "probes.loss.at=last");
    assert_other_sweep(TEXT, TEXT, "target.seed=3");
    assert_other_sweep(TEXT, TEXT, "training.learning_rate=3.0000000000000003e-4");
}

/* The canonical form of the sweep's first trial, released with free(). */
#define canonical_of(...) canonical((const char *const[]){__VA_ARGS__, NULL})

static char *canonical(const char *const *texts) {
    sb_sweep *sweep = sweep_from(texts, __FILE__, __LINE__);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    sb_settings_canonical(&sweep->base, out);
    fclose(out);
    sb_hash hash = sb_hash_bytes(text, size);
    assert_true(same_hash(hash, sb_settings_identity(&sweep->base)));
    sb_sweep_free(sweep);
    return text;
}

static void assert_canonical(char *text, const char *expected) {
    assert_string_equal(text, expected);
    free(text);
}

static void a_trial_is_what_differs_from_the_defaults_sorted(void **state) {
    (void)state;
    assert_canonical(canonical_of(HEAD), "algorithms=1\n");
    assert_canonical(canonical_of(HEAD "training: {steps: 50, learning_rate: 1e-3}\nmodel: {width: 32}\nseed: 9\n"
                                       "target: {phases: [0.5, 1], frequencies: [3, 7]}\n"
                                       "embedding: {kind: petals, petals: 4}\n"),
                     "algorithms=1\nembedding.kind=petals\nmodel.width=32\nseed=9\ntarget.frequencies=[3, 7]\n"
                     "target.phases=[0.5, 1]\ntraining.learning_rate=0.001\ntraining.steps=50\n");
    /* Large whole numbers keep the form that they have in released files. */
    assert_canonical(canonical_of(HEAD "seed: 999999999999999\n"), "algorithms=1\nseed=999999999999999\n");
    assert_canonical(canonical_of(HEAD "seed: 1000000000000000\n"), "algorithms=1\nseed=1e15\n");
    assert_canonical(canonical_of(HEAD "seed: 9007199254740991\n"), "algorithms=1\nseed=9007199254740991\n");
}

static void records_probes_names_and_defaults_are_no_part_of_a_trial(void **state) {
    (void)state;
    assert_canonical(canonical_of(HEAD
                                  "name: x\nrecord: {every: 7}\nseed: 0\n"
                                  "target: {frequencies: {from: 5, to: 50, by: 5}, amplitudes: [1], phases: random}\n"
                                  "probes: {spectrum: {full: true}, perturbation: {directions: 3}}\n"),
                     "algorithms=1\n");
}

/* The same trial as a point of a grid and alone; what does not apply to its kind is left out. */
static void a_trial_is_the_same_in_any_sweep(void **state) {
    (void)state;
    assert_canonical(canonical_of(HEAD "embedding: {petals: 9}\naxes:\n  - embedding.kind: [circle, petals]\n"),
                     "algorithms=1\nembedding.kind=circle\n");
    assert_canonical(canonical_of(HEAD "axes:\n  - embedding: [{kind: circle}, {kind: petals, petals: 9}]\n"),
                     "algorithms=1\nembedding.kind=circle\n");
    assert_canonical(canonical_of(HEAD "target: {threshold: 0}\naxes:\n  - target.binarise: [false, true]\n"),
                     "algorithms=1\n");
    assert_canonical(canonical_of(HEAD "target: {threshold: 0}\naxes:\n  - target.binarise: [true, false]\n"),
                     "algorithms=1\ntarget.binarise=true\ntarget.threshold=0\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_is_what_it_says_and_not_how),
        cmocka_unit_test(a_sweep_differs_in_whatever_its_results_depend_on),
        cmocka_unit_test(a_trial_is_what_differs_from_the_defaults_sorted),
        cmocka_unit_test(records_probes_names_and_defaults_are_no_part_of_a_trial),
        cmocka_unit_test(a_trial_is_the_same_in_any_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
