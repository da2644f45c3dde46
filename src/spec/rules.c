/* Conditions between fields: the table. A message says what was found and what is allowed; the place comes from
 * sb_sweep_report. */
#include "rules.h"

#include <math.h>
#include <stdio.h>

/* {all}, {last}, or rising steps up to the last and at most one `last`, which is no listed step again. */
static bool moments_are_steps(sb_list at, int64_t steps, char *message, size_t size) {
    for (size_t i = 0; i < at.count; i++) {
        double step = at.values[i], before = i ? at.values[i - 1] : -INFINITY;
        if (step == SB_AT_ALL && at.count == 1)
            return true;
        if (step == SB_AT_ALL)
            snprintf(message, size, "found 'all' in a list; allowed 'all' alone, or steps and 'last'");
        else if (before == SB_AT_LAST)
            snprintf(message, size, "found a value after 'last'; allowed 'last' at the end");
        else if (step == SB_AT_LAST && before == (double)steps)
            snprintf(message, size, "found %.0f and 'last', which are the same step; allowed one of them", before);
        else if (step > (double)steps)
            snprintf(message, size, "found step %.0f with training.steps %lld; allowed steps up to the last", step,
                     (long long)steps);
        else if (step != SB_AT_LAST && step <= before)
            snprintf(message, size, "found %.0f after %.0f; allowed steps that rise", step, before);
        else
            continue;
        return false;
    }
    return true;
}

/* The probes, with the place of their settings in sb_settings.probes. */
#define PROBES(X)                                                                                                      \
    X(loss, loss)                                                                                                      \
    X(spectrum, spectrum.probe)                                                                                        \
    X(spectral_norm, spectral_norm.probe)                                                                              \
    X(spectral_bias, spectral_bias.probe)                                                                              \
    X(image_spectrum, image_spectrum.probe)                                                                            \
    X(function_grid, function_grid.probe)                                                                              \
    X(decay, decay.probe)                                                                                              \
    X(inradius, inradius.probe)                                                                                        \
    X(boundary_distance, boundary_distance.probe)                                                                      \
    X(ntk, ntk.probe)                                                                                                  \
    X(confusion, confusion.probe)                                                                                      \
    X(dead_relu, dead_relu.probe)                                                                                      \
    X(regions, regions.probe)                                                                                          \
    X(hamming, hamming.probe)                                                                                          \
    X(hyperplane_cosine, hyperplane_cosine.probe)                                                                      \
    X(slice, slice.probe)                                                                                              \
    X(perturbation, perturbation.probe)                                                                                \
    X(parameters, parameters.probe)                                                                                    \
    X(predictions, predictions.probe)                                                                                  \
    X(accuracy, accuracy.probe)                                                                                        \
    X(kernel_spectrum, kernel_spectrum.probe)                                                                          \
    X(validation, validation.probe)

#define MOMENTS_RULE(name, probe)                                                                                      \
    static bool name##_moments(const sb_settings *settings, char *message, size_t size) {                              \
        return !settings->probes.probe.enabled ||                                                                      \
               moments_are_steps(settings->probes.probe.at, settings->training.steps, message, size);                  \
    }
PROBES(MOMENTS_RULE)

#define MOMENTS_ROW(name, probe)                                                                                       \
    {READS("probes." #name ".at", "training.steps"), "probes." #name ".at", name##_moments},

#define READS(...)                                                                                                     \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }

const sb_rule sb_rules[] = {
    {READS("target.kind", "target.frequencies"), "target.frequencies", spec_frequencies_rise},
    {READS("target.kind", "target.frequencies", "target.samples"), "target.frequencies", spec_frequencies_are_resolved},
    {READS("target.amplitudes", "target.frequencies"), "target.amplitudes", spec_amplitudes_match},
    {READS("target.phases", "target.frequencies"), "target.phases", spec_phases_match},
    {READS("training.loss", "target.kind", "target.binarise"), "training.loss", spec_bce_is_binary},
    {READS("target.kind", "target.binarise", "probes.accuracy"), "probes.accuracy", spec_accuracy_has_classes},
    {READS("training.loss", "target.kind", "target.classes"), "training.loss", spec_cross_entropy_has_classes},
    {READS("target.kind", "target.images", "target.labels"), "target.images", spec_digits_have_files},
    {READS("target.kind", "target.classes"), "target.classes", spec_classes_differ},
    {READS("noise.kind", "target.kind", "target.classes", "target.channels", "training.loss"), "noise.kind",
     spec_noise_has_one_output},
    {READS("noise.kind", "training.loss"), "noise.kind", spec_noise_has_real_targets},
    {READS("noise.kind", "target", "validation"), "noise.kind", spec_kernel_noise_is_possible},
    {READS("validation.kind", "target.kind"), "validation.kind", spec_alternate_has_image},
    {READS("validation.kind", "probes.validation"), "probes.validation", spec_validation_has_samples},
    {READS("training.batch", "target.kind", "target.samples", "target.size", "validation.kind", "validation.share"),
     "training.batch", spec_batch_fits},
    {READS("validation.kind", "validation.share", "target.kind", "target.samples", "target.size"), "validation.share",
     spec_split_leaves_both},
    {READS("target.kind", "embedding.kind"), "embedding.kind", spec_embedding_is_of_curve},
    {READS("target.kind", "probes.spectrum"), "probes.spectrum", spec_spectrum_has_frequencies},
    {READS("target.kind", "probes.perturbation"), "probes.perturbation", spec_perturbation_has_frequencies},
    {READS("probes.kernel_spectrum", "target", "validation"), "probes.kernel_spectrum",
     spec_kernel_spectrum_is_possible},
    {READS("encoding.kind", "encoding.low", "encoding.high"), "encoding.low", spec_interval_is_open},
    {READS("model.activation"), "model.activation", spec_activation_has_regions},
    {READS("probes.perturbation.magnitudes"), "probes.perturbation.magnitudes", spec_magnitudes_rise},
    {READS("validation", "target"), "validation.kind", spec_grid_is_whole},
    {READS("target.kind"), "target.kind", spec_target_is_of_coordinates},
    {READS("target.kind", "probes.image_spectrum"), "probes.image_spectrum", spec_image_spectrum_is_of_image},
    {READS("target.kind", "target.samples", "target.size", "probes.spectral_bias.cutoff"),
     "probes.spectral_bias.cutoff", spec_cutoff_is_resolved},
    {READS("probes.function_grid.low", "probes.function_grid.high"), "probes.function_grid.low",
     spec_function_grid_is_open},
    {READS("probes.decay.low", "probes.decay.high"), "probes.decay.low", spec_decay_is_open},
    {READS("target.kind", "embedding.kind", "probes.decay"), "probes.decay.k_low", spec_decay_has_octave},
    {READS("probes.boundary_distance.low", "probes.boundary_distance.high"), "probes.boundary_distance.low",
     spec_distances_are_a_range},
    {READS("target.kind", "embedding.kind", "encoding.kind", "probes.slice"), "probes.slice", spec_slice_has_a_plane},
    {READS("model.depth"), "model.depth", spec_neurons_are_hidden},
    {READS("validation", "target"), "validation.kind", spec_pairs_have_places},
    {READS("probes.ntk", "target", "validation", "training.loss"), "probes.ntk.frequencies", spec_ntk_has_frequencies},
    {READS("probes.ntk", "target", "validation"), "probes.ntk.samples", spec_ntk_is_possible},
    PROBES(MOMENTS_ROW)};

const size_t sb_rule_count = sizeof sb_rules / sizeof *sb_rules;
