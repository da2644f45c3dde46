/** @file distinct.h
 * Numbers for patterns: equal ones get the same, different ones different numbers, 0, 1, 2, ... in the order in which
 * they first appear.
 */
#ifndef SPECBIAS_PROBE_DISTINCT_H
#define SPECBIAS_PROBE_DISTINCT_H

#include <specbias/base.h>

/** The different patterns met so far, in a hash table. */
typedef struct sb_distinct sb_distinct;

/** Room for @p capacity (below 2^32) different patterns of @p words words each. */
sb_code sb_distinct_create(size_t capacity, size_t words, sb_distinct **distinct, sb_status *status);
void sb_distinct_destroy(sb_distinct *distinct);

/** Bytes that sb_distinct_create allocates. */
size_t sb_distinct_bytes(size_t capacity, size_t words);

/** Forgets all patterns. */
void sb_distinct_clear(sb_distinct *distinct);

/** The number of @p pattern[words]. Its @p hash only finds it: different patterns of one hash are compared and told
 * apart. */
uint32_t sb_distinct_number(sb_distinct *distinct, const uint64_t *pattern, uint64_t hash);

/** How many different patterns there were. */
size_t sb_distinct_count(const sb_distinct *distinct);

#endif
