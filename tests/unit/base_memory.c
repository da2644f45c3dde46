/* Arrays and arenas: aligned, zeroed, and refused where the size overflows. */
#include <setjmp.h>
#include <specbias/base.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void arrays_are_aligned_and_zeroed(void **state) {
    static const size_t counts[] = {0, 1, 63, 64, 65, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        unsigned char *array = sb_array(counts[i], 3, "test", NULL);
        assert_non_null(array);
        assert_int_equal((uintptr_t)array % SB_ALIGNMENT, 0);
        for (size_t b = 0; b < 3 * counts[i]; b++)
            assert_int_equal(array[b], 0);
        free(array);
    }
}

static void arrays_whose_size_overflows_are_refused_by_name(void **state) {
    static const size_t sizes[][2] = {{SIZE_MAX / 2, 3}, {SIZE_MAX, SIZE_MAX}, {SIZE_MAX, 1}, {SIZE_MAX - 32, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        sb_status status = {0};
        assert_null(sb_array(sizes[i][0], sizes[i][1], "the activations", &status));
        assert_int_equal(status.code, SB_MEMORY);
        assert_non_null(strstr(status.message, "the activations"));
    }
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state) {
    enum { ALLOCATIONS = 500 };
    static const size_t sizes[] = {0, 1, 7, 16, 1000, 20000};
    sb_arena arena = {0};
    unsigned char *memory[ALLOCATIONS];
    (void)state;
    for (size_t i = 0; i < ALLOCATIONS; i++) {
        size_t size = sizes[i % (sizeof sizes / sizeof *sizes)];
        memory[i] = sb_arena_alloc(&arena, size, 1, NULL);
        assert_non_null(memory[i]);
        assert_int_equal((uintptr_t)memory[i] % alignof(max_align_t), 0);
        for (size_t b = 0; b < size; b++)
            assert_int_equal(memory[i][b], 0);
        memset(memory[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < ALLOCATIONS; i++)
        for (size_t b = 0; b < sizes[i % (sizeof sizes / sizeof *sizes)]; b++)
            assert_int_equal(memory[i][b], i % 255 + 1);
    sb_arena_free(&arena);
    assert_null(arena.blocks);
}

static void arena_refuses_what_overflows(void **state) {
    sb_arena arena = {0};
    sb_status status = {0};
    (void)state;
    assert_null(sb_arena_alloc(&arena, SIZE_MAX / 4, 8, &status));
    assert_int_equal(status.code, SB_MEMORY);
    status.code = SB_OK;
    assert_null(sb_arena_alloc(&arena, SIZE_MAX, 1, &status));
    assert_int_equal(status.code, SB_MEMORY);
    sb_arena_free(&arena);
}

static void arena_formats_text_of_any_length(void **state) {
    sb_arena arena = {0};
    (void)state;
    assert_string_equal(sb_arena_format(&arena, NULL, "%s[%d]", "axis", 3), "axis[3]");
    char *padded = sb_arena_format(&arena, NULL, "%30000d", 7);
    assert_non_null(padded);
    assert_int_equal(strlen(padded), 30000);
    assert_int_equal(padded[29999], '7');
    sb_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_aligned_and_zeroed),
        cmocka_unit_test(arrays_whose_size_overflows_are_refused_by_name),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_refuses_what_overflows),
        cmocka_unit_test(arena_formats_text_of_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
