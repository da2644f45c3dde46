#include "distinct.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing with linear probing; at most half of the slots are taken. */
struct sb_distinct {
    size_t words, count;
    size_t slot_count;  /* a power of two */
    uint32_t *slots;    /* [slot_count] 1 + number of a pattern; 0: free */
    uint64_t *hashes;   /* [capacity] by number */
    uint64_t *patterns; /* [capacity][words] by number */
};

static size_t slots_for(size_t capacity) {
    size_t slots = 2;
    while (slots < 2 * capacity)
        slots *= 2;
    return slots;
}

size_t sb_distinct_bytes(size_t capacity, size_t words) {
    return sizeof(sb_distinct) + slots_for(capacity) * sizeof(uint32_t) + capacity * (1 + words) * sizeof(uint64_t);
}

sb_code sb_distinct_create(size_t capacity, size_t words, sb_distinct **distinct, sb_status *status) {
    static const char what[] = "different activation patterns";
    sb_distinct *made = sb_array(1, sizeof *made, what, status);
    *distinct = NULL;
    if (!made)
        return SB_MEMORY;
    made->words = words;
    made->slot_count = slots_for(capacity);
    made->slots = sb_array(made->slot_count, sizeof *made->slots, what, status);
    made->hashes = sb_array(capacity, sizeof *made->hashes, what, status);
    made->patterns = sb_array(capacity * words, sizeof *made->patterns, what, status);
    if (!made->slots || !made->hashes || !made->patterns) {
        sb_distinct_destroy(made);
        return SB_MEMORY;
    }
    *distinct = made;
    return SB_OK;
}

void sb_distinct_destroy(sb_distinct *distinct) {
    if (!distinct)
        return;
    free(distinct->patterns);
    free(distinct->hashes);
    free(distinct->slots);
    free(distinct);
}

void sb_distinct_clear(sb_distinct *distinct) {
    memset(distinct->slots, 0, distinct->slot_count * sizeof *distinct->slots);
    distinct->count = 0;
}

uint32_t sb_distinct_number(sb_distinct *distinct, const uint64_t *pattern, uint64_t hash) {
    size_t words = distinct->words, size = words * sizeof *pattern, slot = hash & (distinct->slot_count - 1);
    for (uint32_t taken; (taken = distinct->slots[slot]); slot = (slot + 1) & (distinct->slot_count - 1))
        if (distinct->hashes[taken - 1] == hash && memcmp(distinct->patterns + (taken - 1) * words, pattern, size) == 0)
            return taken - 1;
    uint32_t number = (uint32_t)distinct->count++;
    distinct->slots[slot] = number + 1;
    distinct->hashes[number] = hash;
    memcpy(distinct->patterns + number * words, pattern, size);
    return number;
}

size_t sb_distinct_count(const sb_distinct *distinct) {
    return distinct->count;
}
