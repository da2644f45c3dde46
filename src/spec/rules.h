/** @file rules.h
 * The rules of sb_rules (spec.h), by what they are about: rules_data.c, rules_probes.c.
 */
#ifndef SPECBIAS_SPEC_RULES_H
#define SPECBIAS_SPEC_RULES_H

#include "internal.h"

/** sb_rule.holds */
typedef bool spec_rule(const sb_settings *settings, char *message, size_t size);

spec_rule spec_frequencies_rise, spec_frequencies_are_resolved, spec_amplitudes_match, spec_phases_match,
    spec_bce_is_binary, spec_cross_entropy_has_classes, spec_digits_have_files, spec_classes_differ,
    spec_noise_has_one_output, spec_kernel_noise_is_possible, spec_noise_has_real_targets, spec_alternate_has_image,
    spec_batch_fits, spec_embedding_is_of_curve, spec_split_leaves_both, spec_interval_is_open;

spec_rule spec_accuracy_has_classes, spec_kernel_spectrum_is_possible, spec_validation_has_samples,
    spec_spectrum_has_frequencies, spec_perturbation_has_frequencies, spec_magnitudes_rise, spec_distances_are_a_range,
    spec_activation_has_regions, spec_ntk_has_frequencies, spec_ntk_is_possible, spec_neurons_are_hidden,
    spec_slice_has_a_plane, spec_pairs_have_places, spec_grid_is_whole, spec_target_is_of_coordinates,
    spec_image_spectrum_is_of_image, spec_cutoff_is_resolved, spec_function_grid_is_open, spec_decay_is_open,
    spec_decay_has_octave;

/** True if the values of @p list, called @p what in the message, rise. */
bool spec_rising(sb_list list, const char *what, char *message, size_t size);

#endif
