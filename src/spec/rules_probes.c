/* Conditions between a probe and what it is to measure. */
#include "rules.h"
#include <stdio.h>
#include <string.h>

bool spec_accuracy_has_classes(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.accuracy.probe.enabled || sb_has_classes(settings))
        return true;
    snprintf(message, size,
             "found accuracy of targets that are no classes; allowed with target.kind: digits or "
             "target.binarise: true");
    return false;
}

bool spec_kernel_spectrum_is_possible(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.kernel_spectrum.probe.enabled)
        return true;
    const size_t samples = sb_training_samples(settings), bins = (size_t)settings->probes.kernel_spectrum.bins;
    if (samples > SB_KERNEL_SAMPLES_MAX)
        snprintf(message, size, "found %zu training samples; allowed up to %d, whose eigenvectors take 20 seconds",
                 samples, SB_KERNEL_SAMPLES_MAX);
    else if (bins > samples)
        snprintf(message, size, "found %zu bins for %zu training samples; allowed up to one bin for each, or 'each'",
                 bins, samples);
    else
        return true;
    return false;
}

bool spec_validation_has_samples(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.validation.probe.enabled || settings->validation.kind != SB_VALIDATION_NONE)
        return true;
    snprintf(message, size, "found without a validation set; allowed with validation.kind: clean, split or alternate");
    return false;
}

/* These probes look at the target's own frequencies. */
static bool target_has_frequencies(const sb_settings *settings, bool looked_at, char *message, size_t size) {
    if (!looked_at || sb_has_frequencies(settings))
        return true;
    snprintf(message, size, "found with a target that is no curve; allowed with target.kind: sinusoids or delta");
    return false;
}

bool spec_spectrum_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    return target_has_frequencies(settings, settings->probes.spectrum.probe.enabled, message, size);
}

bool spec_perturbation_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    return target_has_frequencies(settings, settings->probes.perturbation.probe.enabled, message, size);
}

bool spec_magnitudes_rise(const sb_settings *settings, char *message, size_t size) {
    return spec_rising(settings->probes.perturbation.magnitudes, "magnitudes", message, size);
}

bool spec_distances_are_a_range(const sb_settings *settings, char *message, size_t size) {
    double low = settings->probes.boundary_distance.low, high = settings->probes.boundary_distance.high;
    if (!settings->probes.boundary_distance.probe.enabled || low < high)
        return true;
    snprintf(message, size, "found bins from %.15g to %.15g; allowed low below high", low, high);
    return false;
}

static bool is_enabled(const sb_settings *settings, const char *probe) {
    const char *section;
    size_t offset;
    int64_t enabled = 0;
    if (spec_probe_of(probe, &section, &offset))
        memcpy(&enabled, (const char *)settings + offset, sizeof enabled);
    return enabled;
}

enum { NAMES_LENGTH = 256 };

/* True if any of @p probes (NULL at the end) is enabled; names[] then lists all that are. */
static bool any_enabled(const sb_settings *settings, const char *const *probes, char names[NAMES_LENGTH]) {
    size_t length = 0;
    for (; *probes && length < NAMES_LENGTH; probes++)
        if (is_enabled(settings, *probes))
            length += (size_t)snprintf(names + length, NAMES_LENGTH - length, "%s%s", length ? ", " : "", *probes);
    return length > 0;
}

/* They measure the regions in which a network is linear, or on which side of its kink a neuron is. */
static const char *const probes_of_regions[] = {"probes.boundary_distance",
                                                "probes.dead_relu",
                                                "probes.hamming",
                                                "probes.inradius",
                                                "probes.regions",
                                                "probes.slice",
                                                NULL};

bool spec_activation_has_regions(const sb_settings *settings, char *message, size_t size) {
    const int64_t activation = settings->model.activation;
    char names[NAMES_LENGTH];
    if (activation == SB_ACTIVATION_RELU || activation == SB_ACTIVATION_LEAKY_RELU ||
        !any_enabled(settings, probes_of_regions, names))
        return true;
    snprintf(message, size, "found %s, which is not piecewise linear, with %s; allowed relu and leaky_relu",
             sb_field_find("model.activation")->words[activation].text, names);
    return false;
}

bool spec_ntk_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    bool demanded = settings->probes.ntk.probe.enabled && settings->probes.ntk.frequencies == SB_PREDICTION_TRUE;
    if (!demanded || sb_ntk_has_predictions(settings))
        return true;
    snprintf(message, size,
             "found true where no steps can be predicted; allowed with training.loss mse and a target that has "
             "frequencies below half of the kernel's %zu samples, is not binarised and is trained on all of its "
             "samples; else auto or false",
             sb_ntk_samples(settings));
    return false;
}

bool spec_ntk_is_possible(const sb_settings *settings, char *message, size_t size) {
    const size_t samples = sb_training_samples(settings);
    if (!settings->probes.ntk.probe.enabled || settings->probes.ntk.samples != SB_SAMPLES_ALL ||
        samples <= SB_KERNEL_SAMPLES_MAX)
        return true;
    snprintf(message, size, "found all of %zu training samples; allowed up to %d, whose eigenvectors take 15 seconds",
             samples, SB_KERNEL_SAMPLES_MAX);
    return false;
}

static const char *const probes_of_neurons[] = {
    "probes.boundary_distance", "probes.dead_relu", "probes.hamming", "probes.hyperplane_cosine",
    "probes.inradius",          "probes.regions",   "probes.slice",   NULL};

bool spec_neurons_are_hidden(const sb_settings *settings, char *message, size_t size) {
    char names[NAMES_LENGTH];
    if (settings->model.depth > 1 || !any_enabled(settings, probes_of_neurons, names))
        return true;
    snprintf(message, size, "found %lld, a network without hidden neurons, with %s; allowed from 2",
             (long long)settings->model.depth, names);
    return false;
}

/* Only a line without an encoding of several features gives a single input. */
bool spec_slice_has_a_plane(const sb_settings *settings, char *message, size_t size) {
    bool line = sb_has_frequencies(settings) && settings->embedding.kind == SB_EMBEDDING_LINE;
    bool alone = settings->encoding.kind == SB_ENCODING_NONE || settings->encoding.kind == SB_ENCODING_INTERVAL;
    if (!settings->probes.slice.probe.enabled || !line || !alone)
        return true;
    snprintf(message, size,
             "found slices of a network with one input; allowed with two or more, from an embedding in "
             "the plane, an encoding of several features, or an image");
    return false;
}

/* They compare samples by their places on a curve or in an image; digits, which have none, by their classes. */
static const char *const probes_of_pairs[] = {"probes.confusion", "probes.hamming", NULL};

bool spec_pairs_have_places(const sb_settings *settings, char *message, size_t size) {
    char names[NAMES_LENGTH];
    if (settings->target.kind == SB_TARGET_DIGITS || sb_training_samples(settings) == sb_total_samples(settings) ||
        !any_enabled(settings, probes_of_pairs, names))
        return true;
    snprintf(message, size, "found samples that are held out with %s, for neighbours; allowed none and clean", names);
    return false;
}

/* These probes transform all training samples, which must therefore be all points of a grid. */
static const char *const probes_of_grid[] = {"probes.spectrum", "probes.perturbation", "probes.spectral_bias",
                                             "probes.image_spectrum", NULL};

bool spec_grid_is_whole(const sb_settings *settings, char *message, size_t size) {
    char names[NAMES_LENGTH];
    if (sb_training_samples(settings) == sb_total_samples(settings) || !any_enabled(settings, probes_of_grid, names))
        return true;
    snprintf(message, size, "found %s, which takes samples out of the grid that is transformed by %s; allowed %s",
             sb_field_find("validation.kind")->words[settings->validation.kind].text, names, "none and clean");
    return false;
}

/* They look at functions of one or two coordinates. */
static const char *const probes_of_functions[] = {"probes.spectral_bias", "probes.function_grid", "probes.decay", NULL};

bool spec_target_is_of_coordinates(const sb_settings *settings, char *message, size_t size) {
    char names[NAMES_LENGTH];
    if (settings->target.kind != SB_TARGET_DIGITS || !any_enabled(settings, probes_of_functions, names))
        return true;
    snprintf(message, size, "found digits, which have no coordinates, with %s; allowed curves and images", names);
    return false;
}

bool spec_image_spectrum_is_of_image(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.image_spectrum.probe.enabled || settings->target.kind == SB_TARGET_IMAGE)
        return true;
    snprintf(message, size, "found with a target that is no image; allowed with target.kind: image");
    return false;
}

/* The lower half of the frequencies along a side: above them, an image has modes only towards its corners. */
bool spec_cutoff_is_resolved(const sb_settings *settings, char *message, size_t size) {
    bool image = settings->target.kind == SB_TARGET_IMAGE;
    int64_t side = image ? settings->target.size : settings->target.samples,
            cutoff = settings->probes.spectral_bias.cutoff;
    if (2 * cutoff < side)
        return true;
    snprintf(message, size, "found %lld with %lld samples%s; allowed below half of them", (long long)cutoff,
             (long long)side, image ? " a side" : "");
    return false;
}

static bool box_is_open(double low, double high, char *message, size_t size) {
    if (low < high)
        return true;
    snprintf(message, size, "found a box from %.15g to %.15g; allowed low below high", low, high);
    return false;
}

bool spec_function_grid_is_open(const sb_settings *settings, char *message, size_t size) {
    return box_is_open(settings->probes.function_grid.low, settings->probes.function_grid.high, message, size);
}

bool spec_decay_is_open(const sb_settings *settings, char *message, size_t size) {
    return box_is_open(settings->probes.decay.low, settings->probes.decay.high, message, size);
}

bool spec_decay_has_octave(const sb_settings *settings, char *message, size_t size) {
    const sb_wavenumbers fitted = sb_decay_wavenumbers(settings);
    if (!settings->probes.decay.probe.enabled || fitted.high >= 2 * fitted.low)
        return true;
    snprintf(message, size,
             "found frequencies from %.15g to %.15g, with %zu points along a coordinate; allowed an octave or more",
             fitted.low, fitted.high, sb_decay_resolution(settings));
    return false;
}
