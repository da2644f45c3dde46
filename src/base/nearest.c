#include <specbias/base.h>
#include <string.h>

enum { WORD_MAX = 32 }; /* longer words are no slips of ours */

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's distance with swapped neighbours; three rows of its table. */
static size_t distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b), rows[3][WORD_MAX + 1];
    if (n > WORD_MAX || m > WORD_MAX)
        return n > m ? n : m;
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[m];
}

void sb_nearer(const char *word, const char *candidate, const char **best) {
    size_t edits = distance(word, candidate);
    size_t limit = 1 + strlen(candidate) / 4; /* one slip in four letters, and one more */
    if (edits <= limit && edits < strlen(candidate) && (!*best || edits < distance(word, *best)))
        *best = candidate;
}
