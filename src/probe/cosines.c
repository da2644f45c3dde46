#include "cosines.h"

static size_t middles(const void *context, const sb_settings *settings, double *values) {
    (void)context, (void)settings;
    for (int i = 0; values && i < SB_COSINE_BINS; i++)
        values[i] = (double)(2 * i + 1 - SB_COSINE_BINS) / SB_COSINE_BINS;
    return SB_COSINE_BINS;
}

static const char *const no_fields[] = {NULL};
const sb_vector_rule sb_dimension_cosine_bin = {.name = "cosine_bin",
                                                .unit = "1",
                                                .long_name = "middle of a bin of cosines",
                                                .type = SB_TYPE_FLOAT64,
                                                .fields = no_fields,
                                                .values = middles};

void sb_cosines_add(sb_cosines *cosines, double cosine) {
    double position = (cosine + 1) / 2 * SB_COSINE_BINS;
    size_t bin = position > 0 ? (size_t)position : 0;
    cosines->bins[bin < SB_COSINE_BINS ? bin : SB_COSINE_BINS - 1]++;
    cosines->below_zero += cosine < 0;
    cosines->sum += cosine;
    cosines->count++;
}

void sb_cosines_density(const sb_cosines *cosines, double *density) {
    for (size_t i = 0; i < SB_COSINE_BINS; i++)
        density[i] = (double)cosines->bins[i] * (SB_COSINE_BINS / 2.0) / (double)cosines->count;
}
