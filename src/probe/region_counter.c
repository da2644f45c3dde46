#include "region_counter.h"

#include "distinct.h"
#include <stdlib.h>

struct sb_region_counter {
    sb_patterns *patterns;
    sb_distinct *distinct;
    size_t words;
    double *map; /* of the count under way; NULL: none */
};

size_t sb_region_counter_bytes(const sb_shape *shape, size_t samples) {
    return sizeof(sb_region_counter) + sb_patterns_bytes(shape) + sb_distinct_bytes(samples, sb_pattern_words(shape));
}

double sb_region_counter_flops(const sb_shape *shape, size_t samples) {
    return (double)samples * sb_patterns_flops(shape);
}

sb_code sb_region_counter_create(const sb_shape *shape, size_t samples, sb_region_counter **counter,
                                 sb_status *status) {
    sb_region_counter *made = sb_array(1, sizeof *made, "regions", status);
    *counter = NULL;
    if (!made)
        return SB_MEMORY;
    made->words = sb_pattern_words(shape);
    sb_code code = sb_patterns_create(shape, &made->patterns, status);
    if (code == SB_OK)
        code = sb_distinct_create(samples, made->words, &made->distinct, status);
    if (code != SB_OK) {
        sb_region_counter_destroy(made);
        return code;
    }
    *counter = made;
    return SB_OK;
}

void sb_region_counter_destroy(sb_region_counter *counter) {
    if (!counter)
        return;
    sb_patterns_destroy(counter->patterns);
    sb_distinct_destroy(counter->distinct);
    free(counter);
}

static void add(void *context, size_t first, size_t count, const uint64_t *block) {
    const sb_region_counter *counter = context;
    for (size_t s = 0; s < count; s++, block += counter->words) {
        uint64_t hash = sb_checksum(block, counter->words * sizeof *block, 0);
        uint32_t number = sb_distinct_number(counter->distinct, block, hash);
        if (counter->map)
            counter->map[first + s] = number;
    }
}

sb_code sb_regions_count(sb_region_counter *counter, const sb_probe_view *view, const sb_pattern_source *source,
                         double *regions, double *map) {
    counter->map = map;
    sb_distinct_clear(counter->distinct);
    sb_code code = sb_patterns_visit(counter->patterns, view, source, add, counter);
    *regions = (double)sb_distinct_count(counter->distinct);
    return code;
}
