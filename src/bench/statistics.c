#include <specbias/bench.h>
#include <stdlib.h>

static int rising(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double quantile(const double *sorted, size_t count, double p) {
    const double position = p * (double)(count - 1);
    const size_t below = (size_t)position;
    if (below + 1 == count)
        return sorted[below];
    return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

sb_quartiles sb_quartiles_of(double *values, size_t count) {
    qsort(values, count, sizeof *values, rising);
    return (sb_quartiles){quantile(values, count, 0.5), quantile(values, count, 0.25), quantile(values, count, 0.75)};
}

sb_quartiles sb_paired_ratios(const double *numerators, const double *denominators, size_t count, double *ratios) {
    for (size_t i = 0; i < count; i++)
        ratios[i] = numerators[i] / denominators[i];
    return sb_quartiles_of(ratios, count);
}

double sb_bench_flops(const sb_shape *shape, size_t batch) {
    return (double)batch * sb_shape_step_flops(shape);
}

double sb_bench_bound(const sb_shape *shape, size_t batch) {
    double activations = 0;
    for (size_t layer = 1; layer <= shape->depth; layer++)
        activations += (double)batch * (double)shape->widths[layer];
    return (double)sizeof(float) * (4 * (double)sb_shape_parameters(shape) + activations);
}
