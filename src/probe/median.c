#include "median.h"

#include <math.h>

static void swap(float *a, float *b) {
    float kept = *a;
    *a = *b;
    *b = kept;
}

/* Reorders values[count] so that number @p rank is where it would be if they were sorted, with none above it before and
 * none below it behind (Hoare 1961, algorithm 65). */
static void select_rank(float *values, size_t count, size_t rank) {
    size_t first = 0, last = count - 1;
    while (first < last) {
        float pivot = values[first + (last - first) / 2];
        size_t i = first, j = last;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&values[i++], &values[j--]);
        }
        if (rank <= j)
            last = j;
        else
            first = j + 1;
    }
}

double sb_median(float *values, size_t count) {
    if (count == 0)
        return (double)NAN;
    size_t middle = count / 2;
    select_rank(values, count, middle);
    double upper = (double)values[middle], lower = upper;
    if (count % 2 == 0) {
        lower = (double)values[0];
        for (size_t i = 1; i < middle; i++)
            lower = (double)values[i] > lower ? (double)values[i] : lower;
    }
    return (lower + upper) / 2;
}
