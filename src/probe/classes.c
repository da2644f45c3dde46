#include "classes.h"

static size_t largest(const float *row, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

double sb_accuracy(const sb_settings *settings, const float *f, const float *y, size_t samples, size_t outputs) {
    const float half_way = settings->target.binarise ? 0.5F : 0; /* of 0 and 1, or of -1 and 1 */
    const float boundary = settings->training.loss == SB_LOSS_BCE ? 0 : half_way;
    size_t right = 0;
    for (size_t n = 0; n < samples; n++)
        right += outputs == 1 ? (f[n] > boundary) == (y[n] > half_way)
                              : largest(f + n * outputs, outputs) == largest(y + n * outputs, outputs);
    return (double)right / (double)samples;
}
