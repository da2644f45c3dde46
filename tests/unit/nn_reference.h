/* A second implementation of the network in double precision, written for clarity alone, to test the first against. */
#ifndef SPECBIAS_TESTS_UNIT_NN_REFERENCE_H
#define SPECBIAS_TESTS_UNIT_NN_REFERENCE_H

#include <math.h>
#include <specbias/nn.h>

enum { REFERENCE_WIDTH = 64 }; /* widest layer */

/* f(x) for one sample: x[widths[0]] into outputs[widths[depth]]. */
static inline void reference_forward(const sb_shape *shape, const double *parameters, const float *x, double *outputs) {
    double h[REFERENCE_WIDTH], z[REFERENCE_WIDTH];
    for (size_t i = 0; i < shape->widths[0]; i++)
        h[i] = x[i];
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        for (size_t j = 0; j < out; j++) {
            z[j] = parameters[out * in + j];
            for (size_t i = 0; i < in; i++)
                z[j] += parameters[j * in + i] * h[i];
        }
        for (size_t j = 0; j < out; j++)
            h[j] = layer < shape->depth && z[j] < 0 ? 0 : z[j];
        parameters += out * (in + 1);
    }
    for (size_t j = 0; j < shape->widths[shape->depth]; j++)
        outputs[j] = h[j];
}

/* The definitions of the losses as they are written in textbooks. */
static inline double reference_loss(sb_loss loss, double f, double y) {
    double p = 1 / (1 + exp(-f));
    return loss == SB_LOSS_MSE ? pow(f - y, 2) : -y * log(p) - (1 - y) * log(1 - p);
}

/* Mean loss over samples and outputs. */
static inline double reference_mean_loss(const sb_shape *shape, const double *parameters, sb_loss loss, const float *x,
                                         const float *y, size_t samples) {
    size_t inputs = shape->widths[0], width = shape->widths[shape->depth];
    double sum = 0, outputs[REFERENCE_WIDTH];
    for (size_t n = 0; n < samples; n++) {
        reference_forward(shape, parameters, x + n * inputs, outputs);
        for (size_t j = 0; j < width; j++)
            sum += reference_loss(loss, outputs[j], y[n * width + j]);
    }
    return sum / (double)(samples * width);
}

#endif
