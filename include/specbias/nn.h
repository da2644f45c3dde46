/** @file nn.h
 * Networks in single precision: initialisation, forward and backward passes, losses and Adam.
 *
 * A network of depth D is D affine layers, an activation h, usually the ReLU, after every one but the last:
 *     h_0 = x,  z_l = h_{l-1} W_l^T + b_l,  h_l = h(z_l)  (l = 1 .. D-1),  f(x) = z_D.
 * Parameters travel as one flat vector, layer by layer: W_l[out][in] row-major, then b_l[out].
 *
 * What computes is a "kernels" table behind sb_network, which may keep any layout of its own between calls:
 *     fused       the default: everything in packed panels, tiles of our own for AVX2 and AVX-512 (src/nn/fused.h);
 *     fused-blis  the same code over BLIS's micro-kernels; what fused is on processors for which we have none, and with
 *                 a sub-configuration of BLIS without AVX2;
 *     plain       one BLIS call for each matrix product: the reference, with which the others agree up to rounding.
 *
 * All of them compute every activation (src/nn/activation.h). The ReLU is part of the fused kernels' products; the
 * others are loops of their own, and keep h'(z) of each hidden layer, half as much memory again.
 *
 * Not collective. A network belongs to one thread. Nothing is allocated after sb_network_create.
 */
#ifndef SPECBIAS_NN_H
#define SPECBIAS_NN_H

#include <specbias/spec.h>

/* --- Shape ----------------------------------------------------------------------------------------------------------
 */

enum { SB_DEPTH_MAX = 64 };

/** Widths of a network's layers. */
typedef struct sb_shape {
    size_t depth;                    /**< D, affine layers */
    size_t widths[SB_DEPTH_MAX + 1]; /**< widths[0] inputs, widths[l] outputs of layer l, widths[D] outputs */
    sb_activation activation;        /**< after every layer but the last */
    float slope;                     /**< of a leaky ReLU */
} sb_shape;

/** The shape that @p settings ask for, with the dataset's @p inputs and @p outputs. */
sb_shape sb_shape_of(const sb_settings *settings, size_t inputs, size_t outputs);

/** Number of weights and biases. */
size_t sb_shape_parameters(const sb_shape *shape);

/** Position in the flat vector of W_l and of b_l; layers are counted from 1. */
size_t sb_shape_weights(const sb_shape *shape, size_t layer);
size_t sb_shape_biases(const sb_shape *shape, size_t layer);

/** Floating-point operations of one forward pass per sample (2 per multiply-add; matrix products only). */
double sb_shape_flops(const sb_shape *shape);

/** The same of a training step, per sample: forward, weight gradients and data gradients are one such product each, but
 * the first layer needs no data gradient: 3 F - 2 w_0 w_1. Bias, activation, loss and Adam do not count. */
double sb_shape_step_flops(const sb_shape *shape);

/** Fills @p parameters [sb_shape_parameters]: weights and biases of a layer uniform on +-1/sqrt(fan_in). */
void sb_initialise(const sb_shape *shape, uint64_t seed, float *parameters);

/* --- Networks -------------------------------------------------------------------------------------------------------
 */

/** Adam (Kingma and Ba 2015), bias-corrected, epsilon outside the square root; and the projection onto
 * max |theta_i| <= weight_clip behind each update (Rahaman et al. 2019, appendix), which leaves the moments alone and
 * the initial parameters as they were drawn. */
typedef struct sb_adam {
    double learning_rate, beta1, beta2, epsilon;
    double weight_clip; /**< SB_CLIP_NONE: none */
} sb_adam;

sb_adam sb_adam_of(const sb_settings *settings);

typedef struct sb_network sb_network;
typedef struct sb_kernels sb_kernels;

/** The kernels called @p name, or NULL. */
const sb_kernels *sb_kernels_find(const char *name);

/** The kernels to use when nothing is said. */
const sb_kernels *sb_kernels_default(void);

/** What their tiles are written for: "AVX-512", "AVX2", or a sub-configuration of BLIS. */
const char *sb_kernels_tiles(const sb_kernels *kernels);

/** Kernels number @p index, those of sb_kernels_default first; NULL beyond the last. */
const sb_kernels *sb_kernels_at(size_t index);

const char *sb_kernels_name(const sb_kernels *kernels);

/** A network with zero parameters and zero moments.
 * @param batch most samples in one sb_network_step or _gradient; sb_network_forward takes any number in blocks of it.
 */
sb_code sb_network_create(const sb_kernels *kernels, const sb_shape *shape, size_t batch, sb_network **network,
                          sb_status *status);
void sb_network_destroy(sb_network *network);

/** Bytes that sb_network_create allocates. */
size_t sb_network_bytes(const sb_kernels *kernels, const sb_shape *shape, size_t batch);

/** Copies flat parameters in or out. */
void sb_network_set_parameters(sb_network *network, const float *parameters);
void sb_network_get_parameters(const sb_network *network, float *parameters);

/** Adam's state: first and second moments (flat, like the parameters) and the number of updates made. */
void sb_network_set_moments(sb_network *network, const float *first, const float *second, uint64_t updates);
void sb_network_get_moments(const sb_network *network, float *first, float *second, uint64_t *updates);

/** Calls @p progress(@p context) after every block of sb_network_forward from now on; NULL: nothing. Anything but SB_OK
 * that it returns ends the pass. */
void sb_network_on_block(sb_network *network, sb_code (*progress)(void *), void *context);

/** f(x) for x[samples][inputs] into outputs[samples][outputs]. Each sample's value does not depend on the block it is
 * computed in beyond rounding; the same call gives the same bits. Fails only with what the function of
 * sb_network_on_block returned; @p outputs are then incomplete. */
sb_code sb_network_forward(sb_network *network, const float *x, size_t samples, float *outputs);

/** Loss of f(x) against y[samples][outputs] (samples <= batch), before any update, and its gradient, kept in the
 * network. MSE: mean over samples and outputs of (f - y)^2. BCE: mean of log(1 + e^f) - y f, f being logits.
 * Cross-entropy: mean over samples of log sum_j e^{f_j} - sum_j y_j f_j, where sum_j y_j = 1. */
double sb_network_gradient(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples);

/** Copies the gradient, flat, of the last sb_network_gradient. A step keeps none. */
void sb_network_get_gradient(const sb_network *network, float *gradient);

/** Updates the parameters with the last gradient. */
void sb_network_adam(sb_network *network, const sb_adam *adam);

/** sb_network_gradient and sb_network_adam in one: the training step. Returns the loss before the update. */
double sb_network_step(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                       size_t samples);

/** What the time of a step is spent on. */
typedef enum sb_phase {
    SB_PHASE_GEMM,     /**< matrix products */
    SB_PHASE_EPILOGUE, /**< bias, activation and its derivative, bias gradients, packing and transposing, the loss */
    SB_PHASE_THIN,     /**< layers with few inputs or outputs, where they are not matrix products */
    SB_PHASE_ADAM,     /**< the update, with what it repacks */
    SB_PHASES,
} sb_phase;

/** Seconds that the operations of a network have spent in each phase. */
typedef struct sb_profile {
    double seconds[SB_PHASES];
    double since; /**< sb_seconds() at the last mark */
} sb_profile;

/** Adds to @p profile from now on, at the cost of reading the clock some hundred times in a step; NULL: nothing. */
void sb_network_profile(sb_network *network, sb_profile *profile);

/** Mean loss over @p samples of given network outputs, summed in double precision in a fixed order. */
double sb_loss_value(sb_loss loss, const float *outputs, const float *y, size_t samples, size_t width);

/* --- Passes for probes ----------------------------------------------------------------------------------------------
 *
 * A pass is sb_network_preactivations of some samples (at most sb_network_batch), then any number of sb_network_deltas
 * and _tangents of the same samples. Any other call that computes or sets parameters ends the pass. Deltas or tangents
 * without one, and more samples than a batch, abort the program. Parameters, moments and the last gradient stay as they
 * are.
 *
 * Arrays are the caller's: one for each layer, under the layer's number, row-major, NULL where it is not wanted.
 */

/** Most samples in one pass: the batch that the network was created with. */
size_t sb_network_batch(const sb_network *network);

const sb_shape *sb_network_shape(const sb_network *network);

/** Forward pass: z_l(x_n) into z[l][samples][widths[l]], l = 1 .. D; z[0] is not looked at. z_D is f(x). */
void sb_network_preactivations(sb_network *network, const float *x, size_t samples, float *const *z);

/** Reverse mode. Of each sample n, given the derivative of any function g_n of its outputs, seeds[samples][outputs] =
 * dg_n/df(x_n): dg_n/dz_l into delta[l][samples][widths[l]], l = 1 .. D, and dg_n/dx_n into delta[0][samples][inputs]:
 *     delta_D = seeds,  delta_l = (delta_{l+1} W_{l+1}) h'(z_l),  delta_0 = delta_1 W_1.
 * Nothing is summed over samples. Layers below the lowest wanted one are not computed. */
void sb_network_deltas(sb_network *network, size_t samples, const float *seeds, float *const *delta);

/** Forward mode. Derivatives of z_l(x_n) along directions[samples][inputs] into t[l][samples][widths[l]], l = 1 .. D:
 *     t_1 = W_1 direction,  t_l = W_l (t_{l-1} h'(z_{l-1})); the ReLU's h' is 1 where z > 0, else 0.
 * t[0] is not looked at. Layers above the highest wanted one are not computed. */
void sb_network_tangents(sb_network *network, size_t samples, const float *directions, float *const *t);

/** Squared norms of the gradients of pre-activations by the inputs, of the samples of a pass: the sum over i of
 * (dz_{l,j}/dx_i)^2 at x_n into squares[l][samples][widths[l]], l = 1 .. D; squares[0] is not looked at.
 * Tangents along each input in turn: costs @p inputs forward passes up to the highest wanted layer (reverse mode would
 * take one backward pass for each neuron). Calls the function of sb_network_on_block after each of them, and fails only
 * with what it returned.
 * @param workspace sb_input_gradients_workspace numbers.
 */
sb_code sb_network_input_gradients(sb_network *network, size_t samples, float *const *squares, float *workspace);

/** Numbers of float that sb_network_input_gradients needs: batch x (inputs + all neurons). */
size_t sb_input_gradients_workspace(const sb_shape *shape, size_t batch);

/* --- Gradients of single samples ------------------------------------------------------------------------------------
 *
 * Of a function g_n of the outputs of sample n, the gradient by W_l and b_l is the outer product of delta_l = dg_n/dz_l
 * and (h_{l-1}, 1). It is kept as these two factors, and inner products of gradients are taken from theirs:
 *     <n, m>_l = (delta_l^n . delta_l^m) (h_{l-1}^n . h_{l-1}^m + 1).
 * With w = widths, a layer of a sample takes w_l + w_{l-1} numbers, and an inner product 2 (w_l + w_{l-1}) operations,
 * where explicit gradients take w_l (w_{l-1} + 1) numbers and twice as many operations: 128 times more at 256 x 256.
 */

typedef struct sb_gradients sb_gradients;

/** Room for the gradients of @p samples samples, computed on @p network, which must outlive it. */
sb_code sb_gradients_create(sb_network *network, size_t samples, sb_gradients **gradients, sb_status *status);
void sb_gradients_destroy(sb_gradients *gradients);

/** Bytes that sb_gradients_create allocates; nothing is allocated afterwards. */
size_t sb_gradients_bytes(const sb_shape *shape, size_t batch, size_t samples);

/** Takes the gradients of each sample's own loss (sb_loss_value of it alone) for x[samples][inputs],
 * y[samples][outputs] at the network's present parameters, or of one of its outputs, counted from 0. More samples than
 * there is room for abort the program. They are taken in passes of the network, with the function of
 * sb_network_on_block called after each; fails only with what it returned, and there are no gradients then. */
sb_code sb_gradients_of_loss(sb_gradients *gradients, sb_loss loss, const float *x, const float *y, size_t samples);
sb_code sb_gradients_of_output(sb_gradients *gradients, size_t output, const float *x, size_t samples);

/** Gram matrix gram[samples of a][samples of b] of the gradients by one layer's parameters, or, for @p layer 0, by all.
 * The inner products of the factors are matrix products in single precision. @p a and @p b are of networks of one
 * shape; where they are the same, half of the matrix is computed, and it is symmetric to the bit. Calls the function of
 * sb_network_on_block (of a's network) some hundred times a second, and fails only with what it returned. */
sb_code sb_gradients_gram(const sb_gradients *a, const sb_gradients *b, size_t layer, double *gram);

/** Inner products of the gradients of samples pairs[i][0] of @p a and pairs[i][1] of @p b, otherwise as in
 * sb_gradients_gram, summed in double precision: for a few pairs of many samples, and for squared norms. */
sb_code sb_gradients_products(const sb_gradients *a, const sb_gradients *b, size_t layer, size_t count,
                              const size_t (*pairs)[2], double *products);

/** The gradient of sample @p n itself, flat like the parameters. */
void sb_gradients_flat(const sb_gradients *gradients, size_t n, float *gradient);

/* --- BLIS -----------------------------------------------------------------------------------------------------------
 */

/** The BLIS sub-configuration that suits this machine, as a number of BLIS's arch_t; -1: leave it to BLIS. BLIS misses
 * AVX-512 on many (virtual) machines. Reads BLIS_ARCH_TYPE if the user set it, and refuses anything but a number that
 * this BLIS knows (BLIS itself takes any other text as 0). Call before any other BLIS function. */
sb_code sb_blis_preferred(int *architecture, sb_status *status);

/** Makes BLIS use sub-configuration @p architecture (as agreed by all ranks; -1: its own choice) and one thread, and
 * checks that it does. Once per process, before any network is created. */
sb_code sb_blis_start(int architecture, sb_status *status);

/** Name of the sub-configuration in use ("skx") and BLIS's version ("0.9.0"). */
const char *sb_blis_architecture(void);
const char *sb_blis_version(void);

#endif
