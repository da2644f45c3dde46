/* Status, exit codes, clock, denormals. */
#include <float.h>
#include <setjmp.h>
#include <specbias/base.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The table in the design: scripts and batch systems act on these numbers. */
static void exit_codes_are_those_that_scripts_know(void **state) {
    (void)state;
    assert_int_equal(sb_exit_code(SB_OK), 0);
    assert_int_equal(sb_exit_code(SB_TRIALS_FAILED), 1);
    assert_int_equal(sb_exit_code(SB_INPUT), 2);
    assert_int_equal(sb_exit_code(SB_INTERNAL), 70);
    assert_int_equal(sb_exit_code(SB_MEMORY), 70);
    assert_int_equal(sb_exit_code(SB_SYSTEM), 70);
    assert_int_equal(sb_exit_code(SB_IO), 74);
    assert_int_equal(sb_exit_code(SB_STOPPED), 75);
}

static void failing_stores_code_and_message_and_returns_the_code(void **state) {
    sb_status status = {0};
    (void)state;
    assert_int_equal(sb_fail(&status, SB_IO, "cannot open %s: %d", "a.h5", 13), SB_IO);
    assert_int_equal(status.code, SB_IO);
    assert_string_equal(status.message, "cannot open a.h5: 13");
    assert_int_equal(sb_fail(NULL, SB_INPUT, "nobody listens"), SB_INPUT);
}

static void long_messages_are_cut_and_terminated(void **state) {
    sb_status status = {0};
    (void)state;
    sb_fail(&status, SB_INPUT, "%5000d", 1);
    assert_int_equal(strlen(status.message), SB_MESSAGE_LENGTH - 1);
}

static void time_does_not_run_backwards(void **state) {
    double before = sb_seconds();
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double now = sb_seconds();
        assert_true(now >= before);
        before = now;
    }
}

#if defined(__x86_64__) || defined(__aarch64__)
static void denormals_are_flushed_to_zero(void **state) {
    volatile float smallest = FLT_MIN, half = 0.5f;
    (void)state;
    assert_true(smallest * half > 0);
    sb_flush_denormals();
    assert_true(smallest * half == 0);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_codes_are_those_that_scripts_know),
        cmocka_unit_test(failing_stores_code_and_message_and_returns_the_code),
        cmocka_unit_test(long_messages_are_cut_and_terminated),
        cmocka_unit_test(time_does_not_run_backwards),
#if defined(__x86_64__) || defined(__aarch64__)
        cmocka_unit_test(denormals_are_flushed_to_zero),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
