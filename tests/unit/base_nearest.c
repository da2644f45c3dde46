/* The word that was meant is found for one slip of each kind, and none is offered for a word that is near to nothing.
 */
#include "check.h"
#include <specbias/base.h>
#include <string.h>

static const char *nearest(const char *word) {
    static const char *const words[] = {"run", "plan", "status", "verify", "schema", "learning_rate"};
    const char *best = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        sb_nearer(word, words[i], &best);
    return best;
}

static void a_slip_is_understood(void **state) {
    (void)state;
    static const char *const slips[][2] = {
        {"stats", "status"},   {"staatus", "status"}, {"stetus", "status"}, {"sattus", "status"},
        {"verfiy", "verify"},  {"rnu", "run"},        {"status", "status"}, {"leraning_raet", "learning_rate"},
        {"shcemas", "schema"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        assert_non_null(nearest(slips[i][0]));
        assert_string_equal(nearest(slips[i][0]), slips[i][1]);
    }
}

static void what_is_near_to_nothing_is_left_alone(void **state) {
    (void)state;
    static const char *const words[] = {"",
                                        "x",
                                        "abc",
                                        "train",
                                        "learning",
                                        "etar_gninrael",
                                        "a word so long that the table of distances on the stack does not hold it"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_null(nearest(words[i]));
}

/* A swap is one edit: with Levenshtein's distance, "ba" would be as near to "bc" as to "ab". */
static void the_nearest_wins_in_any_order(void **state) {
    (void)state;
    static const char *const words[] = {"formal", "format"};
    for (size_t first = 0; first < 2; first++) {
        const char *best = NULL;
        sb_nearer("fromat", words[first], &best);
        sb_nearer("fromat", words[1 - first], &best);
        assert_string_equal(best, "format");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_is_understood),
        cmocka_unit_test(what_is_near_to_nothing_is_left_alone),
        cmocka_unit_test(the_nearest_wins_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
