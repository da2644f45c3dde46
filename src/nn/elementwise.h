/** @file elementwise.h
 * Loops over activations, gradients and parameters, for all implementations.
 *
 * They are compiled once per instruction set and chosen when the program is loaded (SB_CLONES, see
 * src/cmake/clones.cmake): a baseline build of Adam and the ReLU halves the speed of a step. Multiplications and
 * additions are never contracted (-ffp-contract=off), and sums are taken in a fixed order, so that the results are the
 * same on each.
 */
#ifndef SPECBIAS_NN_ELEMENTWISE_H
#define SPECBIAS_NN_ELEMENTWISE_H

#include <specbias/nn.h>

/** values[samples][width] += bias[width]. */
void sb_add_bias(size_t samples, size_t width, const float *restrict bias, float *restrict values);

/** values[samples][width] = max(values + bias[width], 0); NaN stays NaN, so that a broken network shows. */
void sb_add_bias_relu(size_t samples, size_t width, const float *restrict bias, float *restrict values);

/** values = max(values, 0), in the same way. */
void sb_relu(size_t count, float *values);

/** Backward pass of the ReLU: gradient[i] = 0 where activations[i] is 0. */
void sb_relu_mask(size_t count, const float *restrict activations, float *restrict gradient);

/** values *= factors. */
void sb_multiply(size_t count, const float *restrict factors, float *restrict values);

/** sums[width] over the rows of values[samples][width]. */
void sb_column_sums(size_t samples, size_t width, const float *restrict values, float *restrict sums);

/** sums[count] += values^2. */
void sb_add_squares(size_t count, const float *restrict values, float *restrict sums);

/** sum of a[i] b[i], in double precision. */
double sb_dot(size_t count, const float *a, const float *b);

/** gram[count] += deltas (inputs + 1): inner products of gradients from those of their factors. */
void sb_add_gram(size_t count, const float *restrict deltas, const float *restrict inputs, double *restrict gram);

/** gradient[samples][width] of sb_loss_value with respect to outputs[samples][width]. */
void sb_loss_gradient(sb_loss loss, size_t samples, size_t width, const float *restrict outputs,
                      const float *restrict y, float *restrict gradient);

/** Adam's constants in one update. */
typedef struct sb_adam_update {
    float decay1, decay2;   /**< beta1, beta2 */
    float weight1, weight2; /**< 1 - beta1, 1 - beta2 */
    float step_size;        /**< learning rate / (1 - beta1^t) */
    float correction;       /**< sqrt(1 - beta2^t) */
    float epsilon;
    float weight_clip; /**< SB_CLIP_NONE: none */
} sb_adam_update;

/** The constants of update number @p t, from 1: computed in double precision, rounded once. */
sb_adam_update sb_adam_update_at(const sb_adam *adam, uint64_t t);

/** m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,  p -= step_size m / (sqrt(v) / correction + epsilon),
 * and then p into [-weight_clip, weight_clip].
 */
void sb_adam_apply(const sb_adam_update *update, size_t count, const float *restrict gradient,
                   float *restrict parameters, float *restrict first, float *restrict second);

#endif
