/* Claims, about fields that name files: a path is one source however often it is named, and only those that trials need
 * are listed; an axis's labels leave out the folders that all of its files share, and nothing else; identities are made
 * of what the files hold, not of where they lie. */
#include "spec_sweep.h"
#include <stdlib.h>

#define HEAD  "specbias: 1\n"
#define IMAGE HEAD "target: {kind: image, image: data/a.png}\n"

static void listed(const sb_sweep *sweep, const char *paths) {
    char found[256] = "";
    for (size_t i = 0; i < sweep->source_count; i++) {
        const sb_source *source = sweep->sources[i];
        assert_ptr_equal(source->field, sb_field_find("target.image"));
        assert_false(source->word || source->known || source->content);
        strcat(strcat(found, i ? " " : ""), source->path);
    }
    assert_string_equal(found, paths);
}

#define assert_listed(paths, ...)                                                                                      \
    do {                                                                                                               \
        sb_sweep *sweep_ = sweep_of(__VA_ARGS__);                                                                      \
        listed(sweep_, paths);                                                                                         \
        sb_sweep_free(sweep_);                                                                                         \
    } while (0)

static void what_trials_need_is_listed_once(void **state) {
    (void)state;
    assert_listed("", HEAD);
    assert_listed("data/a.png", IMAGE);
    assert_listed("", HEAD "target: {kind: image}\n");
    assert_listed("./power_law", HEAD "target: {kind: image, image: ./power_law}\n");
    assert_listed("12", HEAD "target: {kind: image, image: 12}\n");
    assert_listed("b c.png", IMAGE, "target.image=b c.png");
    assert_listed("x y", IMAGE, "axes.target.image=[x, power_law, y]"); /* the axis goes first */
    assert_listed("x y", IMAGE "axes: [zip: {name: z, target.image: [x, y, x], seed: [0, 1, 2]}]\n");
    assert_listed("x y", IMAGE "axes: [target: [{kind: sinusoids}, {kind: image, image: x}, {kind: image, image: y}]]");
    assert_listed("data/a.png", IMAGE "axes: [target.kind: [image, sinusoids]]\n");
    assert_refused("target.image: found a value, but it has no effect here", HEAD "target: {image: a.png}\n");
    char path[600] = "target.image=";
    memset(path + strlen(path), 'a', 513);
    assert_refused("found a path of 513 bytes; allowed up to 512", IMAGE, path);
    path[strlen(path) - 1] = 0;
    sb_sweep_free(sweep_of(IMAGE, path));
    assert_refused("found a.png a second time", IMAGE "axes: [target.image: [a.png, a.png]]\n");
}

/* Labels of the first axis, with a bar between them. */
static void labelled(const char *labels, const char *axes) {
    sb_sweep *sweep = sweep_of(IMAGE, axes);
    char found[256] = "";
    for (size_t i = 0; i < sweep->axes[0].length; i++)
        strcat(strcat(found, i ? "|" : ""), sweep->axes[0].labels[i]);
    assert_string_equal(found, labels);
    sb_sweep_free(sweep);
}

static void labels_leave_out_shared_folders(void **state) {
    (void)state;
    labelled("a.png|b.png", "axes=[target.image: [/long/way/a.png, /long/way/b.png]]");
    labelled("one/a.png|two/a.png", "axes=[target.image: [way/one/a.png, way/two/a.png]]");
    labelled("way1/a|way2/a", "axes=[target.image: [way1/a, way2/a]]");
    labelled("a.png|power_law|b/a.png", "axes=[target.image: [d/a.png, power_law, d/b/a.png]]");
    labelled("a.png", "axes=[target.image: [d/a.png]]");
    labelled("/a|b", "axes=[target.image: [/a, b]]");
    labelled("image=a, seed=0|image=b, seed=1", "axes=[zip: {name: z, target.image: [d/a, d/b], seed: [0, 1]}]");
    labelled("image, image=a|image|image, image=b",
             "axes=[target: [{kind: image, image: d/a}, {kind: image}, {kind: image, image: d/b}]]");
}

/* Identities of the sweep and of its first trial once file number i is known to hold contents[i]. */
typedef struct identities {
    sb_hash sweep, trial;
} identities;

static identities identify(const char *contents, const char *override) {
    sb_sweep *sweep = sweep_of(IMAGE, override);
    assert_int_equal(sweep->source_count, strlen(contents));
    for (size_t i = 0; i < sweep->source_count; i++) {
        sweep->sources[i]->digest = sb_hash_bytes(contents + i, 1);
        sweep->sources[i]->known = true;
    }
    const identities found = {sb_sweep_identity(sweep), sb_settings_identity(&sweep->base)};
    sb_sweep_free(sweep);
    return found;
}

static bool same(sb_hash a, sb_hash b) {
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static void identities_are_of_contents(void **state) {
    (void)state;
    const identities plain = identify("x", "target.image=a"), moved = identify("x", "target.image=d/b");
    const identities changed = identify("y", "target.image=a"), word = identify("", "target.image=power_law");
    assert_true(same(plain.sweep, moved.sweep) && same(plain.trial, moved.trial));
    assert_false(same(plain.sweep, changed.sweep) || same(plain.trial, changed.trial));
    assert_false(same(plain.sweep, word.sweep) || same(plain.trial, word.trial));
    const identities axis = identify("xy", "axes.target.image=[a, b]");
    const identities elsewhere = identify("xy", "axes.target.image=[d/a, d/b]");
    const identities renamed = identify("xy", "axes.target.image=[a, c]"); /* another label, the same trials */
    const identities swapped = identify("yx", "axes.target.image=[a, b]");
    assert_true(same(axis.sweep, elsewhere.sweep) && same(axis.trial, elsewhere.trial));
    assert_true(same(axis.trial, plain.trial) && same(axis.trial, renamed.trial));
    assert_false(same(axis.sweep, renamed.sweep) || same(axis.sweep, swapped.sweep));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_trials_need_is_listed_once),
        cmocka_unit_test(labels_leave_out_shared_folders),
        cmocka_unit_test(identities_are_of_contents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
