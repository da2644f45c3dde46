/* Claim: whichever allocation fails, parsing a sweep says so with SB_MEMORY and leaves nothing behind (the latter under
 * AddressSanitizer), for good sweeps and for bad ones. */
#include "check.h"
#include <specbias/spec.h>
#include <stdlib.h>
#include <string.h>

static size_t allocations_left = SIZE_MAX;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size) {
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    return __real_calloc(count, size);
}

/* Parses @p text with room for @p allocations only; its code. */
static sb_code parse_within(const char *text, size_t allocations) {
    static const char *const overrides[] = {"model.width=3", "axes.model.depth=[2, 3]"};
    sb_diagnostics diagnostics = {0};
    sb_status status = {0};
    sb_sweep *sweep;
    allocations_left = allocations;
    sb_code code = sb_sweep_parse(text, strlen(text), "test.yaml", overrides, 2, &diagnostics, &sweep, &status);
    allocations_left = SIZE_MAX;
    assert_int_equal(status.code, code);
    assert_true((code == SB_OK) == (sweep != NULL));
    sb_sweep_free(sweep);
    sb_diagnostics_free(&diagnostics);
    return code;
}

static void check_every_allocation(const char *text, sb_code expected) {
    size_t allocations = 0;
    sb_code code;
    while ((code = parse_within(text, allocations)) == SB_MEMORY)
        allocations++;
    assert_int_equal(code, expected);
    assert_true(allocations >= 4);
}

static void a_good_sweep_without_memory(void **state) {
    (void)state;
    check_every_allocation("specbias: 1\n"
                           "axes:\n"
                           "  - seed: {from: 0, to: 2000}\n"
                           "  - embedding: [{kind: line}, {kind: petals, petals: 3}]\n"
                           "  - zip: {name: z, training.steps: [1, 2], training.beta1: [0.1, 0.2]}\n",
                           SB_OK);
}

static void a_bad_sweep_without_memory(void **state) {
    char text[20000] = "specbias: 1\nmodel: {widht: 3, depth: 0}\ntarget: {frequencies: [1, x";
    (void)state;
    for (size_t end = strlen(text); end + 4 < sizeof text; end += 3)
        memcpy(text + end, ", 1", 4);
    strcpy(text + strlen(text) - 4, "]}\n");
    check_every_allocation(text, SB_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_sweep_without_memory),
        cmocka_unit_test(a_bad_sweep_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
