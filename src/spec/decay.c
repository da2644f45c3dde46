#include <specbias/spec.h>

enum { LINE_RESOLUTION = 16384, PLANE_RESOLUTION = 512 };

size_t sb_decay_resolution(const sb_settings *settings) {
    bool line = sb_has_frequencies(settings) && settings->embedding.kind == SB_EMBEDDING_LINE;
    if (settings->probes.decay.resolution != SB_RESOLUTION_AUTO)
        return (size_t)settings->probes.decay.resolution;
    return line ? LINE_RESOLUTION : PLANE_RESOLUTION;
}

sb_wavenumbers sb_decay_wavenumbers(const sb_settings *settings) {
    int64_t low = settings->probes.decay.k_low, high = settings->probes.decay.k_high;
    double largest = (double)(sb_decay_resolution(settings) / 2), end = (double)high;
    if (high == SB_K_AUTO)
        end = largest / 4;
    else if (end > largest)
        end = largest;
    return (sb_wavenumbers){low == SB_K_AUTO ? end / 8 : (double)low, end};
}
