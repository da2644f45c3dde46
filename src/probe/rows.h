/** @file rows.h
 * The rows of the table of probes, each defined in the file of its name. A new probe is one file, one line here and one
 * in probes.c.
 */
#ifndef SPECBIAS_PROBE_ROWS_H
#define SPECBIAS_PROBE_ROWS_H

#include <specbias/probe.h>

extern const sb_probe sb_probe_loss;
extern const sb_probe sb_probe_spectrum;
extern const sb_probe sb_probe_spectral_norm;
extern const sb_probe sb_probe_decay;
extern const sb_probe sb_probe_function_grid;
extern const sb_probe sb_probe_image_spectrum;
extern const sb_probe sb_probe_spectral_bias;
extern const sb_probe sb_probe_inradius;
extern const sb_probe sb_probe_boundary_distance;
extern const sb_probe sb_probe_ntk;
extern const sb_probe sb_probe_confusion;
extern const sb_probe sb_probe_dead_relu;
extern const sb_probe sb_probe_regions;
extern const sb_probe sb_probe_hamming;
extern const sb_probe sb_probe_hyperplane_cosine;
extern const sb_probe sb_probe_slice;
extern const sb_probe sb_probe_perturbation;
extern const sb_probe sb_probe_parameters;
extern const sb_probe sb_probe_predictions;
extern const sb_probe sb_probe_accuracy;
extern const sb_probe sb_probe_kernel_spectrum;
extern const sb_probe sb_probe_validation;

#endif
