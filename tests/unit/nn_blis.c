/* The choice of BLIS's sub-configuration: what the user may ask for, and that BLIS does what was chosen. */
#include "check.h"
#include <specbias/nn.h>
#include <stdlib.h>
#include <string.h>

enum { SKX = 0, HASWELL = 3, BULLDOZER = 12 }; /* BLIS 0.9's arch_t */

static sb_code preferred_with(const char *variable, int *architecture, sb_status *status) {
    if (variable)
        assert_int_equal(setenv("BLIS_ARCH_TYPE", variable, 1), 0);
    else
        assert_int_equal(unsetenv("BLIS_ARCH_TYPE"), 0);
    sb_code code = sb_blis_preferred(architecture, status);
    assert_int_equal(unsetenv("BLIS_ARCH_TYPE"), 0);
    return code;
}

/* BLIS itself would take a name as 0 and end the process for a number that it does not know (2, knc, was never
 * written). */
static void what_is_no_known_number_is_refused(void **state) {
    (void)state;
    const char *const wrong[] = {"haswell", "skx", "", " ", "3x", "3.0", "-1", "2", "99", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int architecture = 12345;
        sb_status status;
        assert_int_equal(preferred_with(wrong[i], &architecture, &status), SB_INPUT);
        assert_int_equal(architecture, 12345);
        assert_non_null(strstr(status.message, "BLIS_ARCH_TYPE"));
        assert_non_null(strstr(status.message, wrong[i]));
        assert_non_null(strstr(status.message, "3 (haswell)"));
    }
}

static void a_known_number_is_taken(void **state) {
    (void)state;
    int architecture = -1;
    sb_status status;
    assert_int_equal(preferred_with("3", &architecture, &status), SB_OK);
    assert_int_equal(architecture, HASWELL);
    assert_int_equal(preferred_with("0", &architecture, &status), SB_OK);
    assert_int_equal(architecture, SKX);
}

static void the_choice_fits_the_processor(void **state) {
    (void)state;
    int architecture = 12345;
    sb_status status;
    assert_int_equal(preferred_with(NULL, &architecture, &status), SB_OK);
    if (!__builtin_cpu_supports("avx2"))
        assert_int_equal(architecture, -1);
    else if (__builtin_cpu_supports("avx512f") && __builtin_cpu_is("intel"))
        assert_int_equal(architecture, SKX);
    else
        assert_int_equal(architecture, HASWELL);
}

/* In this order: BLIS chooses once in a process, when it is first called. */
static void blis_does_what_was_chosen_and_cannot_change(void **state) {
    (void)state;
    sb_status status;
    assert_int_equal(sb_blis_start(2, &status), SB_INPUT);
    assert_int_equal(sb_blis_start(99, &status), SB_INPUT);
    if (!__builtin_cpu_supports("fma4")) { /* it would end in an illegal instruction */
        assert_int_equal(sb_blis_start(BULLDOZER, &status), SB_INPUT);
        assert_non_null(strstr(status.message, "bulldozer"));
    }
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        assert_int_equal(sb_blis_start(HASWELL, &status), SB_INPUT);
        skip(); /* this processor runs none of the sub-configurations that the rest chooses between */
    }
    assert_int_equal(sb_blis_start(HASWELL, &status), SB_OK);
    assert_string_equal(sb_blis_architecture(), "haswell");
    assert_int_equal(sb_blis_start(HASWELL, &status), SB_OK);
    assert_int_equal(sb_blis_start(-1, &status), SB_OK);
    if (__builtin_cpu_supports("avx512bw")) {
        assert_int_equal(sb_blis_start(SKX, &status), SB_SYSTEM);
        assert_non_null(strstr(status.message, "haswell"));
    } else
        assert_int_equal(sb_blis_start(SKX, &status), SB_INPUT);
    assert_true(sb_blis_version()[0] >= '0' && sb_blis_version()[0] <= '9');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_known_number_is_refused),
        cmocka_unit_test(a_known_number_is_taken),
        cmocka_unit_test(the_choice_fits_the_processor),
        cmocka_unit_test(blis_does_what_was_chosen_and_cannot_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
