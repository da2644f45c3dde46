/** @file noise.h
 * Label noise: what is added to the training targets y of a target with one output (Rahaman et al. 2019, section 5 and
 * figures 4 and 5), as a function of the training inputs x:
 *     radial      beta sin(2 pi k |x|);
 *     direction   beta sin(2 pi k v.x), v a random unit vector of the trial's seed;
 *     component   the same, v a principal component of the training inputs;
 *     white       uniform on [-beta, beta], by the trial's seed;
 *     kernel      sum_i beta (i/(N-1))^exponent v_i, v_i the eigenvectors of the Gaussian kernel of the inputs.
 */
#ifndef SPECBIAS_DATA_NOISE_H
#define SPECBIAS_DATA_NOISE_H

#include <specbias/data.h>

/** Adds the noise to dataset->y, whose dataset->x are there; keeps the kernel's eigenvectors in dataset->kernel. */
sb_code sb_noise_add(const sb_settings *settings, sb_dataset *dataset, sb_status *status);

/** Bytes that it allocates, with those that it releases again. */
size_t sb_noise_bytes(const sb_settings *settings);

/** What it costs, in operations of a training step that would take as long. */
double sb_noise_flops(const sb_settings *settings);

#endif
