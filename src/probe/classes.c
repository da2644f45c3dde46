#include "classes.h"

static size_t largest(const float *row, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

static bool all_on_their_side(const float *f, float boundary, const float *y, float half_way, size_t count) {
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = all && (f[i] > boundary) == (y[i] > half_way);
    return all;
}

double sb_accuracy(const sb_settings *settings, const float *f, const float *y, size_t samples, size_t outputs) {
    const float half_way = settings->target.binarise ? 0.5F : 0; /* of 0 and 1, or of -1 and 1 */
    const float boundary = settings->training.loss == SB_LOSS_BCE ? 0 : half_way;
    const bool one_of_several = sb_is_one_hot(settings);
    size_t right = 0;
    for (size_t n = 0; n < samples; n++, f += outputs, y += outputs)
        right += one_of_several ? largest(f, outputs) == largest(y, outputs)
                                : all_on_their_side(f, boundary, y, half_way, outputs);
    return (double)right / (double)samples;
}
