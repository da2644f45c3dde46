#include "cli.h"
#include <string.h>

enum { WORD_LENGTH_MAX = 63 };

static size_t least(size_t a, size_t b, size_t c) {
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's distance: insertions, deletions and replacements that turn one word into the other. */
static size_t distance(const char *left, const char *right) {
    size_t row[WORD_LENGTH_MAX + 1];
    const size_t n = strlen(right);
    for (size_t j = 0; j <= n; ++j)
        row[j] = j;
    for (size_t i = 0; left[i]; ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; ++j) {
            const size_t replaced = diagonal + (left[i] != right[j]);
            diagonal = row[j + 1];
            row[j + 1] = least(replaced, row[j] + 1, row[j + 1] + 1);
        }
    }
    return row[n];
}

const char *sb_nearest_word(const char *text, const char *const *words) {
    const char *nearest = NULL;
    size_t best = strlen(text) / 3 + 2; /* as many wrong letters would not be a slip */
    for (; *words; ++words) {
        if (strlen(*words) > WORD_LENGTH_MAX)
            continue;
        const size_t d = distance(text, *words);
        if (d < best) {
            best = d;
            nearest = *words;
        }
    }
    return nearest;
}
