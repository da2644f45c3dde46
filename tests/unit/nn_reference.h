/* A second implementation of the network in double precision, written for clarity alone, to test the first against. */
#ifndef SPECBIAS_TESTS_UNIT_NN_REFERENCE_H
#define SPECBIAS_TESTS_UNIT_NN_REFERENCE_H

#include <math.h>
#include <specbias/nn.h>

enum { REFERENCE_WIDTH = 64, REFERENCE_DEPTH = 8 }; /* the largest */

/* A number added to one input (layer 0) or one pre-activation of a network, to see what follows from it. */
typedef struct reference_shift {
    size_t layer, index;
    double by;
} reference_shift;

/* The activation as it is written in textbooks. */
static inline double reference_activation(const sb_shape *shape, double z) {
    switch (shape->activation) {
    case SB_ACTIVATION_RELU:
        return fmax(z, 0);
    case SB_ACTIVATION_LEAKY_RELU:
        return fmax(z, 0) + (double)shape->slope * fmin(z, 0);
    case SB_ACTIVATION_TANH:
        return tanh(z);
    default:
        return sin(z);
    }
}

/* One sample, x[widths[0]]: z[l][j], l = 1 .. depth, and in z[0] the inputs, with the shift made (NULL: none). */
static inline void reference_layers(const sb_shape *shape, const double *parameters, const double *x,
                                    const reference_shift *shift, double z[][REFERENCE_WIDTH]) {
    for (size_t layer = 0; layer <= shape->depth; layer++) {
        size_t in = layer > 0 ? shape->widths[layer - 1] : 0, out = shape->widths[layer];
        for (size_t j = 0; j < out; j++) {
            z[layer][j] = layer > 0 ? parameters[out * in + j] : x[j];
            for (size_t i = 0; i < in; i++) {
                double h = layer > 1 ? reference_activation(shape, z[layer - 1][i]) : z[layer - 1][i];
                z[layer][j] += parameters[j * in + i] * h;
            }
        }
        if (shift && shift->layer == layer)
            z[layer][shift->index] += shift->by;
        if (layer > 0)
            parameters += out * (in + 1);
    }
}

/* f(x) for one sample: x[widths[0]] into outputs[widths[depth]]. */
static inline void reference_forward(const sb_shape *shape, const double *parameters, const float *x, double *outputs) {
    double inputs[REFERENCE_WIDTH], z[REFERENCE_DEPTH + 1][REFERENCE_WIDTH];
    for (size_t i = 0; i < shape->widths[0]; i++)
        inputs[i] = x[i];
    reference_layers(shape, parameters, inputs, NULL, z);
    for (size_t j = 0; j < shape->widths[shape->depth]; j++)
        outputs[j] = z[shape->depth][j];
}

/* The losses of one sample as they are written in textbooks. */
static inline double reference_loss(sb_loss loss, size_t width, const double *f, const float *y) {
    double sum = 0, exponentials = 0;
    for (size_t j = 0; j < width; j++)
        exponentials += exp(f[j]);
    for (size_t j = 0; j < width; j++) {
        double p = 1 / (1 + exp(-f[j]));
        if (loss == SB_LOSS_MSE)
            sum += pow(f[j] - y[j], 2) / (double)width;
        else if (loss == SB_LOSS_BCE)
            sum += (-y[j] * log(p) - (1 - y[j]) * log(1 - p)) / (double)width;
        else
            sum += -y[j] * log(exp(f[j]) / exponentials);
    }
    return sum;
}

/* Mean loss over samples. */
static inline double reference_mean_loss(const sb_shape *shape, const double *parameters, sb_loss loss, const float *x,
                                         const float *y, size_t samples) {
    size_t inputs = shape->widths[0], width = shape->widths[shape->depth];
    double sum = 0, outputs[REFERENCE_WIDTH];
    for (size_t n = 0; n < samples; n++) {
        reference_forward(shape, parameters, x + n * inputs, outputs);
        sum += reference_loss(loss, width, outputs, y + n * width);
    }
    return sum / (double)samples;
}

#endif
