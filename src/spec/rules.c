/* Conditions between fields. A message says what was found and what is allowed; the place comes from sb_sweep_report.
 */
#include "internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool rising(sb_list list, const char *what, char *message, size_t size) {
    for (size_t i = 1; i < list.count; i++)
        if (!(list.values[i] > list.values[i - 1])) {
            snprintf(message, size, "found %.15g after %.15g; allowed %s that rise", list.values[i], list.values[i - 1],
                     what);
            return false;
        }
    return true;
}

static bool frequencies_rise(const sb_settings *settings, char *message, size_t size) {
    return !sb_has_frequencies(settings) || rising(settings->target.frequencies, "frequencies", message, size);
}

/* z_n = n/N carries frequencies below N/2; at N/2 a sinusoid's phase is lost. */
static bool frequencies_are_resolved(const sb_settings *settings, char *message, size_t size) {
    sb_list list = settings->target.frequencies;
    for (size_t i = 0; sb_has_frequencies(settings) && i < list.count; i++)
        if (2 * list.values[i] >= (double)settings->target.samples) {
            snprintf(message, size,
                     "found the frequency %.0f with target.samples %lld; allowed frequencies below %.15g",
                     list.values[i], (long long)settings->target.samples, (double)settings->target.samples / 2);
            return false;
        }
    return true;
}

static bool one_or_each(sb_list list, size_t frequencies, char *message, size_t size) {
    if (list.count == 1 || list.count == frequencies)
        return true;
    snprintf(message, size, "found %zu values for %zu frequencies; allowed one for all, or one for each", list.count,
             frequencies);
    return false;
}

static bool amplitudes_match(const sb_settings *settings, char *message, size_t size) {
    return one_or_each(settings->target.amplitudes, settings->target.frequencies.count, message, size);
}

static bool phases_match(const sb_settings *settings, char *message, size_t size) {
    sb_list phases = settings->target.phases;
    for (size_t i = 0; phases.count > 1 && i < phases.count; i++)
        if (isnan(phases.values[i])) {
            snprintf(message, size, "found 'random' in a list; allowed 'random' alone, or numbers");
            return false;
        }
    return one_or_each(phases, settings->target.frequencies.count, message, size);
}

static bool bce_is_binary(const sb_settings *settings, char *message, size_t size) {
    if (settings->training.loss != SB_LOSS_BCE || settings->target.binarise)
        return true;
    snprintf(message, size, "found bce with targets that are not 0 and 1; allowed with target.binarise: true%s",
             settings->target.kind == SB_TARGET_DIGITS ? ", and for digits there is cross_entropy" : "");
    return false;
}

static bool accuracy_has_classes(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.accuracy.probe.enabled || sb_has_classes(settings))
        return true;
    snprintf(message, size,
             "found accuracy of targets that are no classes; allowed with target.kind: digits or "
             "target.binarise: true");
    return false;
}

static bool cross_entropy_has_classes(const sb_settings *settings, char *message, size_t size) {
    if (settings->training.loss != SB_LOSS_CROSS_ENTROPY || sb_is_one_hot(settings))
        return true;
    snprintf(message, size,
             "found cross_entropy with target.kind %s; allowed with targets that are one class of several",
             sb_field_find("target.kind")->words[settings->target.kind].text);
    return false;
}

static bool kernel_spectrum_is_possible(const sb_settings *settings, char *message, size_t size) {
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

static bool digits_have_files(const sb_settings *settings, char *message, size_t size) {
    if (settings->target.kind != SB_TARGET_DIGITS)
        return true;
    const bool has_images = !settings->target.images->word, has_labels = !settings->target.labels->word;
    if (has_images && has_labels)
        return true;
    snprintf(message, size, "found no file%s; allowed the paths of two IDX files, target.images and target.labels",
             has_images ? " of labels" : "");
    return false;
}

static bool classes_differ(const sb_settings *settings, char *message, size_t size) {
    const sb_list classes = settings->target.classes;
    if (settings->target.kind != SB_TARGET_DIGITS)
        return true;
    if (classes.count < 2)
        snprintf(message, size, "found one class; allowed two or more");
    for (size_t i = 0; i < classes.count; i++)
        for (size_t j = 0; j < i; j++)
            if (classes.values[i] == classes.values[j]) {
                snprintf(message, size, "found %.0f twice; allowed classes that differ", classes.values[i]);
                return false;
            }
    return classes.count >= 2;
}

static bool noise_has_one_output(const sb_settings *settings, char *message, size_t size) {
    const bool several = sb_is_one_hot(settings) ||
                         (settings->target.kind == SB_TARGET_IMAGE && settings->target.channels == SB_CHANNELS_RGB);
    if (settings->noise.kind == SB_NOISE_NONE || !several)
        return true;
    snprintf(message, size,
             "found noise on a target with several outputs; allowed with one: two classes of digits, "
             "without training.loss cross_entropy, or a grey image");
    return false;
}

static bool kernel_noise_is_possible(const sb_settings *settings, char *message, size_t size) {
    const size_t samples = sb_training_samples(settings);
    if (settings->noise.kind != SB_NOISE_KERNEL || samples <= SB_KERNEL_SAMPLES_MAX)
        return true;
    snprintf(message, size,
             "found kernel with %zu training samples; allowed up to %d, whose eigenvectors take 20 seconds", samples,
             SB_KERNEL_SAMPLES_MAX);
    return false;
}

static bool noise_has_real_targets(const sb_settings *settings, char *message, size_t size) {
    if (settings->noise.kind == SB_NOISE_NONE || settings->training.loss != SB_LOSS_BCE)
        return true;
    snprintf(message, size, "found noise on the targets 0 and 1 of training.loss bce; allowed with mse");
    return false;
}

static bool alternate_has_image(const sb_settings *settings, char *message, size_t size) {
    if (settings->validation.kind != SB_VALIDATION_ALTERNATE || settings->target.kind == SB_TARGET_IMAGE)
        return true;
    snprintf(message, size, "found alternate without pixels; allowed with target.kind: image");
    return false;
}

static bool validation_has_samples(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.validation.probe.enabled || settings->validation.kind != SB_VALIDATION_NONE)
        return true;
    snprintf(message, size, "found without a validation set; allowed with validation.kind: clean, split or alternate");
    return false;
}

static bool batch_fits(const sb_settings *settings, char *message, size_t size) {
    size_t samples = sb_training_samples(settings);
    if (settings->training.batch <= (int64_t)samples)
        return true;
    snprintf(message, size, "found %lld with %zu training samples; allowed up to their number, or full",
             (long long)settings->training.batch, samples);
    return false;
}

static bool embedding_is_of_curve(const sb_settings *settings, char *message, size_t size) {
    if (sb_has_frequencies(settings) || settings->embedding.kind == SB_EMBEDDING_LINE)
        return true;
    snprintf(message, size, "found a curve for samples that have places of their own; allowed line, the default");
    return false;
}

/* These probes look at the target's own frequencies. */
static bool target_has_frequencies(const sb_settings *settings, bool looked_at, char *message, size_t size) {
    if (!looked_at || sb_has_frequencies(settings))
        return true;
    snprintf(message, size, "found with a target that is no curve; allowed with target.kind: sinusoids or delta");
    return false;
}

static bool spectrum_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    return target_has_frequencies(settings, settings->probes.spectrum.probe.enabled, message, size);
}

static bool perturbation_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    return target_has_frequencies(settings, settings->probes.perturbation.probe.enabled, message, size);
}

static bool split_leaves_both(const sb_settings *settings, char *message, size_t size) {
    size_t training = sb_training_samples(settings), validation = sb_validation_samples(settings);
    if (settings->validation.kind != SB_VALIDATION_SPLIT || (training > 0 && validation > 0))
        return true;
    snprintf(message, size,
             "found the share %.15g of %zu samples, which leaves %zu for training and %zu for validation; allowed a "
             "share that leaves some of both",
             settings->validation.share, sb_total_samples(settings), training, validation);
    return false;
}

static bool interval_is_open(const sb_settings *settings, char *message, size_t size) {
    if (settings->encoding.kind != SB_ENCODING_INTERVAL || settings->encoding.low < settings->encoding.high)
        return true;
    snprintf(message, size, "found the interval from %.15g to %.15g; allowed encoding.low below encoding.high",
             settings->encoding.low, settings->encoding.high);
    return false;
}

static bool magnitudes_rise(const sb_settings *settings, char *message, size_t size) {
    return rising(settings->probes.perturbation.magnitudes, "magnitudes", message, size);
}

static bool distances_are_a_range(const sb_settings *settings, char *message, size_t size) {
    double low = settings->probes.boundary_distance.low, high = settings->probes.boundary_distance.high;
    if (!settings->probes.boundary_distance.probe.enabled || low < high)
        return true;
    snprintf(message, size, "found bins from %.15g to %.15g; allowed low below high", low, high);
    return false;
}

/* They measure the regions in which a network is linear, or on which side of its kink a neuron is. */
static const char *const probes_of_regions[] = {"probes.boundary_distance", "probes.dead_relu", "probes.hamming",
                                                "probes.inradius",          "probes.regions",   "probes.slice"};

static bool is_enabled(const sb_settings *settings, const char *probe) {
    const char *section;
    size_t offset;
    int64_t enabled = 0;
    if (spec_probe_of(probe, &section, &offset))
        memcpy(&enabled, (const char *)settings + offset, sizeof enabled);
    return enabled;
}

static bool activation_has_regions(const sb_settings *settings, char *message, size_t size) {
    const int64_t activation = settings->model.activation;
    if (activation == SB_ACTIVATION_RELU || activation == SB_ACTIVATION_LEAKY_RELU)
        return true;
    for (size_t i = 0; i < sizeof probes_of_regions / sizeof *probes_of_regions; i++)
        if (is_enabled(settings, probes_of_regions[i])) {
            snprintf(message, size, "found %s, which is not piecewise linear, with %s; allowed relu and leaky_relu",
                     sb_field_find("model.activation")->words[activation].text, probes_of_regions[i]);
            return false;
        }
    return true;
}

/* Gradient flow is linear in the outputs for the mean squared error alone. */
static bool ntk_has_frequencies(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.ntk.probe.enabled || !settings->probes.ntk.frequencies)
        return true;
    if (settings->training.loss == SB_LOSS_MSE && sb_has_frequencies(settings) && !settings->target.binarise &&
        sb_training_samples(settings) == sb_total_samples(settings))
        return true;
    snprintf(message, size,
             "found true where no steps can be predicted; allowed with training.loss mse and a target that has "
             "frequencies, is not binarised and is trained on all of its samples; else false");
    return false;
}

static bool ntk_is_possible(const sb_settings *settings, char *message, size_t size) {
    const size_t samples = sb_training_samples(settings);
    if (!settings->probes.ntk.probe.enabled || settings->probes.ntk.samples != SB_SAMPLES_ALL ||
        samples <= SB_KERNEL_SAMPLES_MAX)
        return true;
    snprintf(message, size, "found all of %zu training samples; allowed up to %d, whose eigenvectors take 15 seconds",
             samples, SB_KERNEL_SAMPLES_MAX);
    return false;
}

static bool ntk_resolves_frequencies(const sb_settings *settings, char *message, size_t size) {
    sb_list list = settings->target.frequencies;
    int64_t samples = settings->probes.ntk.samples;
    double highest = list.values[list.count - 1];
    bool wanted = settings->probes.ntk.probe.enabled && settings->probes.ntk.frequencies;
    if (!wanted || samples == SB_SAMPLES_ALL || samples >= (int64_t)sb_training_samples(settings) ||
        2 * highest < (double)samples)
        return true;
    snprintf(message, size, "found %lld with the frequency %.0f; allowed more than %.0f, or all", (long long)samples,
             highest, 2 * highest);
    return false;
}

static const char *const probes_of_neurons[] = {
    "probes.boundary_distance", "probes.dead_relu", "probes.hamming", "probes.hyperplane_cosine",
    "probes.inradius",          "probes.regions",   "probes.slice"};

static bool neurons_are_hidden(const sb_settings *settings, char *message, size_t size) {
    for (size_t i = 0; settings->model.depth < 2 && i < sizeof probes_of_neurons / sizeof *probes_of_neurons; i++)
        if (is_enabled(settings, probes_of_neurons[i])) {
            snprintf(message, size, "found %lld, a network without hidden neurons, with %s; allowed from 2",
                     (long long)settings->model.depth, probes_of_neurons[i]);
            return false;
        }
    return true;
}

/* Only a line without an encoding of several features gives a single input. */
static bool slice_has_a_plane(const sb_settings *settings, char *message, size_t size) {
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
static const char *const probes_of_pairs[] = {"probes.confusion", "probes.hamming"};

static bool pairs_have_places(const sb_settings *settings, char *message, size_t size) {
    if (settings->target.kind == SB_TARGET_DIGITS || sb_training_samples(settings) == sb_total_samples(settings))
        return true;
    for (size_t i = 0; i < sizeof probes_of_pairs / sizeof *probes_of_pairs; i++)
        if (is_enabled(settings, probes_of_pairs[i])) {
            snprintf(message, size,
                     "found samples that are held out with %s, which compares neighbours; allowed none "
                     "and clean",
                     probes_of_pairs[i]);
            return false;
        }
    return true;
}

/* These probes transform all training samples, which must therefore be all points of a grid. */
static bool grid_is_whole(const sb_settings *settings, char *message, size_t size) {
    static const char *const probes[] = {"probes.spectrum", "probes.perturbation", "probes.spectral_bias",
                                         "probes.image_spectrum"};
    if (sb_training_samples(settings) == sb_total_samples(settings))
        return true;
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (is_enabled(settings, probes[i])) {
            snprintf(message, size, "found %s, which takes samples out of the grid that %s transforms; allowed %s",
                     sb_field_find("validation.kind")->words[settings->validation.kind].text, probes[i],
                     "none and clean");
            return false;
        }
    return true;
}

/* They look at functions of one or two coordinates. */
static bool target_is_of_coordinates(const sb_settings *settings, char *message, size_t size) {
    static const char *const probes[] = {"probes.spectral_bias", "probes.function_grid", "probes.decay"};
    for (size_t i = 0; settings->target.kind == SB_TARGET_DIGITS && i < sizeof probes / sizeof *probes; i++)
        if (is_enabled(settings, probes[i])) {
            snprintf(message, size, "found digits, which have no coordinates, with %s; allowed curves and images",
                     probes[i]);
            return false;
        }
    return true;
}

static bool image_spectrum_is_of_image(const sb_settings *settings, char *message, size_t size) {
    if (!settings->probes.image_spectrum.probe.enabled || settings->target.kind == SB_TARGET_IMAGE)
        return true;
    snprintf(message, size, "found with a target that is no image; allowed with target.kind: image");
    return false;
}

/* The lower half of the frequencies along a side: above them, an image has modes only towards its corners. */
static bool cutoff_is_resolved(const sb_settings *settings, char *message, size_t size) {
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

static bool function_grid_is_open(const sb_settings *settings, char *message, size_t size) {
    return box_is_open(settings->probes.function_grid.low, settings->probes.function_grid.high, message, size);
}

static bool decay_is_open(const sb_settings *settings, char *message, size_t size) {
    return box_is_open(settings->probes.decay.low, settings->probes.decay.high, message, size);
}

static bool decay_has_octave(const sb_settings *settings, char *message, size_t size) {
    const sb_wavenumbers fitted = sb_decay_wavenumbers(settings);
    if (!settings->probes.decay.probe.enabled || fitted.high >= 2 * fitted.low)
        return true;
    snprintf(message, size,
             "found frequencies from %.15g to %.15g, with %zu points along a coordinate; allowed an octave or more",
             fitted.low, fitted.high, sb_decay_resolution(settings));
    return false;
}

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

#define MOMENTS_RULE(name, probe)                                                                                      \
    static bool name##_moments(const sb_settings *settings, char *message, size_t size) {                              \
        return !settings->probes.probe.enabled ||                                                                      \
               moments_are_steps(settings->probes.probe.at, settings->training.steps, message, size);                  \
    }
MOMENTS_RULE(loss, loss)
MOMENTS_RULE(spectrum, spectrum.probe)
MOMENTS_RULE(spectral_norm, spectral_norm.probe)
MOMENTS_RULE(spectral_bias, spectral_bias.probe)
MOMENTS_RULE(image_spectrum, image_spectrum.probe)
MOMENTS_RULE(function_grid, function_grid.probe)
MOMENTS_RULE(decay, decay.probe)
MOMENTS_RULE(inradius, inradius.probe)
MOMENTS_RULE(boundary_distance, boundary_distance.probe)
MOMENTS_RULE(ntk, ntk.probe)
MOMENTS_RULE(confusion, confusion.probe)
MOMENTS_RULE(dead_relu, dead_relu.probe)
MOMENTS_RULE(regions, regions.probe)
MOMENTS_RULE(hamming, hamming.probe)
MOMENTS_RULE(hyperplane_cosine, hyperplane_cosine.probe)
MOMENTS_RULE(slice, slice.probe)
MOMENTS_RULE(perturbation, perturbation.probe)
MOMENTS_RULE(parameters, parameters.probe)
MOMENTS_RULE(predictions, predictions.probe)
MOMENTS_RULE(accuracy, accuracy.probe)
MOMENTS_RULE(kernel_spectrum, kernel_spectrum.probe)
MOMENTS_RULE(validation, validation.probe)

#define READS(...)                                                                                                     \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }

const sb_rule sb_rules[] = {
    {READS("target.kind", "target.frequencies"), "target.frequencies", frequencies_rise},
    {READS("target.kind", "target.frequencies", "target.samples"), "target.frequencies", frequencies_are_resolved},
    {READS("target.amplitudes", "target.frequencies"), "target.amplitudes", amplitudes_match},
    {READS("target.phases", "target.frequencies"), "target.phases", phases_match},
    {READS("training.loss", "target.kind", "target.binarise"), "training.loss", bce_is_binary},
    {READS("target.kind", "target.binarise", "probes.accuracy"), "probes.accuracy", accuracy_has_classes},
    {READS("training.loss", "target.kind", "target.classes"), "training.loss", cross_entropy_has_classes},
    {READS("target.kind", "target.images", "target.labels"), "target.images", digits_have_files},
    {READS("target.kind", "target.classes"), "target.classes", classes_differ},
    {READS("noise.kind", "target.kind", "target.classes", "target.channels", "training.loss"), "noise.kind",
     noise_has_one_output},
    {READS("noise.kind", "training.loss"), "noise.kind", noise_has_real_targets},
    {READS("noise.kind", "target", "validation"), "noise.kind", kernel_noise_is_possible},
    {READS("validation.kind", "target.kind"), "validation.kind", alternate_has_image},
    {READS("validation.kind", "probes.validation"), "probes.validation", validation_has_samples},
    {READS("training.batch", "target.kind", "target.samples", "target.size", "validation.kind", "validation.share"),
     "training.batch", batch_fits},
    {READS("validation.kind", "validation.share", "target.kind", "target.samples", "target.size"), "validation.share",
     split_leaves_both},
    {READS("target.kind", "embedding.kind"), "embedding.kind", embedding_is_of_curve},
    {READS("target.kind", "probes.spectrum"), "probes.spectrum", spectrum_has_frequencies},
    {READS("target.kind", "probes.perturbation"), "probes.perturbation", perturbation_has_frequencies},
    {READS("probes.kernel_spectrum", "target", "validation"), "probes.kernel_spectrum", kernel_spectrum_is_possible},
    {READS("encoding.kind", "encoding.low", "encoding.high"), "encoding.low", interval_is_open},
    {READS("model.activation"), "model.activation", activation_has_regions},
    {READS("probes.perturbation.magnitudes"), "probes.perturbation.magnitudes", magnitudes_rise},
    {READS("probes.loss.at", "training.steps"), "probes.loss.at", loss_moments},
    {READS("probes.spectrum.at", "training.steps"), "probes.spectrum.at", spectrum_moments},
    {READS("probes.spectral_norm.at", "training.steps"), "probes.spectral_norm.at", spectral_norm_moments},
    {READS("validation", "target"), "validation.kind", grid_is_whole},
    {READS("target.kind"), "target.kind", target_is_of_coordinates},
    {READS("target.kind", "probes.image_spectrum"), "probes.image_spectrum", image_spectrum_is_of_image},
    {READS("target.kind", "target.samples", "target.size", "probes.spectral_bias.cutoff"),
     "probes.spectral_bias.cutoff", cutoff_is_resolved},
    {READS("probes.function_grid.low", "probes.function_grid.high"), "probes.function_grid.low", function_grid_is_open},
    {READS("probes.decay.low", "probes.decay.high"), "probes.decay.low", decay_is_open},
    {READS("target.kind", "embedding.kind", "probes.decay"), "probes.decay.k_low", decay_has_octave},
    {READS("probes.decay.at", "training.steps"), "probes.decay.at", decay_moments},
    {READS("probes.function_grid.at", "training.steps"), "probes.function_grid.at", function_grid_moments},
    {READS("probes.image_spectrum.at", "training.steps"), "probes.image_spectrum.at", image_spectrum_moments},
    {READS("probes.spectral_bias.at", "training.steps"), "probes.spectral_bias.at", spectral_bias_moments},
    {READS("probes.inradius.at", "training.steps"), "probes.inradius.at", inradius_moments},
    {READS("probes.boundary_distance.at", "training.steps"), "probes.boundary_distance.at", boundary_distance_moments},
    {READS("probes.boundary_distance.low", "probes.boundary_distance.high"), "probes.boundary_distance.low",
     distances_are_a_range},
    {READS("probes.dead_relu.at", "training.steps"), "probes.dead_relu.at", dead_relu_moments},
    {READS("probes.regions.at", "training.steps"), "probes.regions.at", regions_moments},
    {READS("probes.hamming.at", "training.steps"), "probes.hamming.at", hamming_moments},
    {READS("probes.hyperplane_cosine.at", "training.steps"), "probes.hyperplane_cosine.at", hyperplane_cosine_moments},
    {READS("probes.slice.at", "training.steps"), "probes.slice.at", slice_moments},
    {READS("target.kind", "embedding.kind", "encoding.kind", "probes.slice"), "probes.slice", slice_has_a_plane},
    {READS("model.depth"), "model.depth", neurons_are_hidden},
    {READS("validation", "target"), "validation.kind", pairs_have_places},
    {READS("probes.ntk.at", "training.steps"), "probes.ntk.at", ntk_moments},
    {READS("probes.confusion.at", "training.steps"), "probes.confusion.at", confusion_moments},
    {READS("probes.ntk", "target", "validation", "training.loss"), "probes.ntk.frequencies", ntk_has_frequencies},
    {READS("probes.ntk", "target", "validation"), "probes.ntk.samples", ntk_is_possible},
    {READS("probes.ntk", "target", "validation"), "probes.ntk.samples", ntk_resolves_frequencies},
    {READS("probes.perturbation.at", "training.steps"), "probes.perturbation.at", perturbation_moments},
    {READS("probes.parameters.at", "training.steps"), "probes.parameters.at", parameters_moments},
    {READS("probes.predictions.at", "training.steps"), "probes.predictions.at", predictions_moments},
    {READS("probes.accuracy.at", "training.steps"), "probes.accuracy.at", accuracy_moments},
    {READS("probes.kernel_spectrum.at", "training.steps"), "probes.kernel_spectrum.at", kernel_spectrum_moments},
    {READS("probes.validation.at", "training.steps"), "probes.validation.at", validation_moments},
};

const size_t sb_rule_count = sizeof sb_rules / sizeof *sb_rules;
