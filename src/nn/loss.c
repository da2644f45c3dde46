#include "elementwise.h"
#include <math.h>

static double squared_error(double f, double y) {
    return (f - y) * (f - y);
}

/* log(1 + e^f) - y f, without overflow for any f. */
static double cross_entropy(double f, double y) {
    return fmax(f, 0) - y * f + log1p(exp(-fabs(f)));
}

double sb_loss_value(sb_loss loss, const float *outputs, const float *y, size_t samples, size_t width) {
    size_t count = samples * width;
    double sum = 0;
    if (loss == SB_LOSS_MSE)
        for (size_t i = 0; i < count; i++)
            sum += squared_error(outputs[i], y[i]);
    else
        for (size_t i = 0; i < count; i++)
            sum += cross_entropy(outputs[i], y[i]);
    return sum / (double)count;
}

static double sigmoid(double f) {
    return 1 / (1 + exp(-f));
}

void sb_loss_gradient(sb_loss loss, size_t count, const float *restrict outputs, const float *restrict y,
                      float *restrict gradient) {
    double scale = 1 / (double)count;
    if (loss == SB_LOSS_MSE)
        for (size_t i = 0; i < count; i++)
            gradient[i] = (float)(2 * scale * ((double)outputs[i] - (double)y[i]));
    else
        for (size_t i = 0; i < count; i++)
            gradient[i] = (float)(scale * (sigmoid(outputs[i]) - (double)y[i]));
}
