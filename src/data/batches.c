#include <specbias/data.h>

/* Fisher-Yates shuffle of 0 .. samples-1. Number epoch * samples + i of the stream decides with whom i changes places,
 * so that the order is a function of (seed, epoch) alone. u < 1 has 53 bits, so that u (i + 1) < i + 1 also when
 * rounded. */
static void shuffle(uint64_t seed, uint64_t epoch, size_t samples, uint32_t *order) {
    for (size_t i = samples - 1; i > 0; i--) {
        double u = sb_random_uniform(seed, SB_PURPOSE_SHUFFLE, epoch * samples + i);
        size_t j = (size_t)(u * (double)(i + 1));
        uint32_t swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
}

size_t sb_batch_size(const sb_settings *settings, size_t samples) {
    size_t batch = (size_t)settings->training.batch;
    return settings->training.batch == SB_BATCH_FULL || batch > samples ? samples : batch;
}

void sb_batch_at(const sb_settings *settings, size_t samples, uint64_t step, int64_t *epoch, uint32_t *order,
                 size_t *first, size_t *count) {
    size_t batch = sb_batch_size(settings, samples);
    uint64_t steps_per_epoch = (samples + batch - 1) / batch;
    /* A batch of everything is not shuffled: the order of its samples would only change how sums are rounded. */
    sb_shuffle kind = batch == samples ? SB_SHUFFLE_NONE : (sb_shuffle)settings->training.shuffle;
    int64_t wanted = kind == SB_SHUFFLE_EPOCH ? (int64_t)(step / steps_per_epoch) : 0;
    if (*epoch != wanted) {
        for (size_t i = 0; i < samples; i++)
            order[i] = (uint32_t)i;
        if (kind != SB_SHUFFLE_NONE)
            shuffle((uint64_t)settings->seed, (uint64_t)wanted, samples, order);
        *epoch = wanted;
    }
    *first = (size_t)(step % steps_per_epoch) * batch;
    *count = samples - *first < batch ? samples - *first : batch;
}
