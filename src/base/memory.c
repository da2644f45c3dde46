#include <specbias/base.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sb_array(size_t count, size_t size, const char *what, sb_status *status) {
    size_t bytes;
    void *array = NULL;
    if (!__builtin_mul_overflow(count, size, &bytes) && bytes <= SIZE_MAX - SB_ALIGNMENT) {
        bytes = (bytes + SB_ALIGNMENT) / SB_ALIGNMENT * SB_ALIGNMENT;
        array = aligned_alloc(SB_ALIGNMENT, bytes);
    }
    if (!array) {
        sb_fail(status, SB_MEMORY, "no memory for %s: %zu elements of %zu bytes", what, count, size);
        return NULL;
    }
    memset(array, 0, bytes);
    return array;
}

/* An arena is a chain of blocks, the newest first; each allocation comes from the newest, or starts another. */
struct sb_arena_block {
    struct sb_arena_block *older;
    size_t used, size; /* bytes of data[] */
    alignas(max_align_t) unsigned char data[];
};

enum { BLOCK_BYTES = 16384 };

void *sb_arena_alloc(sb_arena *arena, size_t count, size_t size, sb_status *status) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        sb_fail(status, SB_MEMORY, "no memory for %zu elements of %zu bytes", count, size);
        return NULL;
    }
    bytes = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct sb_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        block = calloc(1, sizeof *block + room);
        if (!block) {
            sb_fail(status, SB_MEMORY, "no memory for %zu bytes", room);
            return NULL;
        }
        block->size = room;
        block->older = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

char *sb_arena_format(sb_arena *arena, sb_status *status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        sb_fail(status, SB_INTERNAL, "cannot format '%s'", format);
        return NULL;
    }
    char *text = sb_arena_alloc(arena, (size_t)length + 1, 1, status);
    if (text) {
        va_start(arguments, format);
        vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    return text;
}

void sb_arena_free(sb_arena *arena) {
    while (arena->blocks) {
        struct sb_arena_block *block = arena->blocks;
        arena->blocks = block->older;
        free(block);
    }
}
