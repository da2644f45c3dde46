#include "elementwise.h"
#include <math.h>

/* A loss is a sum of terms, of single outputs or of single samples. */

static double squared_error(double f, double y) {
    return (f - y) * (f - y);
}

/* log(1 + e^f) - y f, without overflow for any f. */
static double binary_cross_entropy(double f, double y) {
    return fmax(f, 0) - y * f + log1p(exp(-fabs(f)));
}

static double largest(const float *f, size_t width) {
    double most = f[0];
    for (size_t j = 1; j < width; j++)
        most = f[j] > most ? f[j] : most;
    return most;
}

/* sum_j e^{f_j - shift}: with the largest f_j as the shift, there is no overflow, and it is at least 1. */
static double sum_of_exponentials(const float *f, size_t width, double shift) {
    double sum = 0;
    for (size_t j = 0; j < width; j++)
        sum += exp(f[j] - shift);
    return sum;
}

/* log sum_j e^{f_j} - sum_j y_j f_j. */
static double cross_entropy(const float *f, const float *y, size_t width) {
    double shift = largest(f, width), value = log(sum_of_exponentials(f, width, shift));
    for (size_t j = 0; j < width; j++)
        value += (double)y[j] * (shift - (double)f[j]);
    return value;
}

double sb_loss_value(sb_loss loss, const float *outputs, const float *y, size_t samples, size_t width) {
    size_t count = samples * width, terms = loss == SB_LOSS_CROSS_ENTROPY ? samples : count;
    double sum = 0;
    if (loss == SB_LOSS_MSE)
        for (size_t i = 0; i < count; i++)
            sum += squared_error(outputs[i], y[i]);
    else if (loss == SB_LOSS_BCE)
        for (size_t i = 0; i < count; i++)
            sum += binary_cross_entropy(outputs[i], y[i]);
    else
        for (size_t i = 0; i < count; i += width)
            sum += cross_entropy(outputs + i, y + i, width);
    return sum / (double)terms;
}

static double sigmoid(double f) {
    return 1 / (1 + exp(-f));
}

/* softmax(f) - y. */
static void cross_entropy_gradient(double scale, const float *f, const float *y, size_t width, float *gradient) {
    double shift = largest(f, width), sum = sum_of_exponentials(f, width, shift);
    for (size_t j = 0; j < width; j++)
        gradient[j] = (float)(scale * (exp(f[j] - shift) / sum - (double)y[j]));
}

void sb_loss_gradient(sb_loss loss, size_t samples, size_t width, const float *restrict outputs,
                      const float *restrict y, float *restrict gradient) {
    size_t count = samples * width;
    double scale = 1 / (double)(loss == SB_LOSS_CROSS_ENTROPY ? samples : count);
    if (loss == SB_LOSS_MSE)
        for (size_t i = 0; i < count; i++)
            gradient[i] = (float)(2 * scale * ((double)outputs[i] - (double)y[i]));
    else if (loss == SB_LOSS_BCE)
        for (size_t i = 0; i < count; i++)
            gradient[i] = (float)(scale * (sigmoid(outputs[i]) - (double)y[i]));
    else
        for (size_t i = 0; i < count; i += width)
            cross_entropy_gradient(scale, outputs + i, y + i, width, gradient + i);
}
