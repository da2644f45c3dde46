/* Conditions between fields of the data and of the training. */
#include "rules.h"
#include <math.h>
#include <stdio.h>

bool spec_rising(sb_list list, const char *what, char *message, size_t size) {
    for (size_t i = 1; i < list.count; i++)
        if (!(list.values[i] > list.values[i - 1])) {
            snprintf(message, size, "found %.15g after %.15g; allowed %s that rise", list.values[i], list.values[i - 1],
                     what);
            return false;
        }
    return true;
}

bool spec_frequencies_rise(const sb_settings *settings, char *message, size_t size) {
    return !sb_has_frequencies(settings) || spec_rising(settings->target.frequencies, "frequencies", message, size);
}

/* z_n = n/N carries frequencies below N/2; at N/2 a sinusoid's phase is lost. */
bool spec_frequencies_are_resolved(const sb_settings *settings, char *message, size_t size) {
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

bool spec_amplitudes_match(const sb_settings *settings, char *message, size_t size) {
    return one_or_each(settings->target.amplitudes, settings->target.frequencies.count, message, size);
}

bool spec_phases_match(const sb_settings *settings, char *message, size_t size) {
    sb_list phases = settings->target.phases;
    for (size_t i = 0; phases.count > 1 && i < phases.count; i++)
        if (isnan(phases.values[i])) {
            snprintf(message, size, "found 'random' in a list; allowed 'random' alone, or numbers");
            return false;
        }
    return one_or_each(phases, settings->target.frequencies.count, message, size);
}

bool spec_bce_is_binary(const sb_settings *settings, char *message, size_t size) {
    if (settings->training.loss != SB_LOSS_BCE || settings->target.binarise)
        return true;
    snprintf(message, size, "found bce with targets that are not 0 and 1; allowed with target.binarise: true%s",
             settings->target.kind == SB_TARGET_DIGITS ? ", and for digits there is cross_entropy" : "");
    return false;
}

bool spec_cross_entropy_has_classes(const sb_settings *settings, char *message, size_t size) {
    if (settings->training.loss != SB_LOSS_CROSS_ENTROPY || sb_is_one_hot(settings))
        return true;
    snprintf(message, size,
             "found cross_entropy with target.kind %s; allowed with targets that are one class of several",
             sb_field_find("target.kind")->words[settings->target.kind].text);
    return false;
}

bool spec_digits_have_files(const sb_settings *settings, char *message, size_t size) {
    if (settings->target.kind != SB_TARGET_DIGITS)
        return true;
    const bool has_images = !settings->target.images->word, has_labels = !settings->target.labels->word;
    if (has_images && has_labels)
        return true;
    snprintf(message, size, "found no file%s; allowed the paths of two IDX files, target.images and target.labels",
             has_images ? " of labels" : "");
    return false;
}

bool spec_classes_differ(const sb_settings *settings, char *message, size_t size) {
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

bool spec_noise_has_one_output(const sb_settings *settings, char *message, size_t size) {
    const bool several = sb_is_one_hot(settings) ||
                         (settings->target.kind == SB_TARGET_IMAGE && settings->target.channels == SB_CHANNELS_RGB);
    if (settings->noise.kind == SB_NOISE_NONE || !several)
        return true;
    snprintf(message, size,
             "found noise on a target with several outputs; allowed with one: two classes of digits, "
             "without training.loss cross_entropy, or a grey image");
    return false;
}

bool spec_kernel_noise_is_possible(const sb_settings *settings, char *message, size_t size) {
    const size_t samples = sb_training_samples(settings);
    if (settings->noise.kind != SB_NOISE_KERNEL || samples <= SB_KERNEL_SAMPLES_MAX)
        return true;
    snprintf(message, size,
             "found kernel with %zu training samples; allowed up to %d, whose eigenvectors take 20 seconds", samples,
             SB_KERNEL_SAMPLES_MAX);
    return false;
}

bool spec_noise_has_real_targets(const sb_settings *settings, char *message, size_t size) {
    if (settings->noise.kind == SB_NOISE_NONE || settings->training.loss != SB_LOSS_BCE)
        return true;
    snprintf(message, size, "found noise on the targets 0 and 1 of training.loss bce; allowed with mse");
    return false;
}

bool spec_alternate_has_image(const sb_settings *settings, char *message, size_t size) {
    if (settings->validation.kind != SB_VALIDATION_ALTERNATE || settings->target.kind == SB_TARGET_IMAGE)
        return true;
    snprintf(message, size, "found alternate without pixels; allowed with target.kind: image");
    return false;
}

bool spec_batch_fits(const sb_settings *settings, char *message, size_t size) {
    size_t samples = sb_training_samples(settings);
    if (settings->training.batch <= (int64_t)samples)
        return true;
    snprintf(message, size, "found %lld with %zu training samples; allowed up to their number, or full",
             (long long)settings->training.batch, samples);
    return false;
}

bool spec_embedding_is_of_curve(const sb_settings *settings, char *message, size_t size) {
    if (sb_has_frequencies(settings) || settings->embedding.kind == SB_EMBEDDING_LINE)
        return true;
    snprintf(message, size, "found a curve for samples that have places of their own; allowed line, the default");
    return false;
}

bool spec_split_leaves_both(const sb_settings *settings, char *message, size_t size) {
    size_t training = sb_training_samples(settings), validation = sb_validation_samples(settings);
    if (settings->validation.kind != SB_VALIDATION_SPLIT || (training > 0 && validation > 0))
        return true;
    snprintf(message, size,
             "found the share %.15g of %zu samples, which leaves %zu for training and %zu for validation; allowed a "
             "share that leaves some of both",
             settings->validation.share, sb_total_samples(settings), training, validation);
    return false;
}

bool spec_interval_is_open(const sb_settings *settings, char *message, size_t size) {
    if (settings->encoding.kind != SB_ENCODING_INTERVAL || settings->encoding.low < settings->encoding.high)
        return true;
    snprintf(message, size, "found the interval from %.15g to %.15g; allowed encoding.low below encoding.high",
             settings->encoding.low, settings->encoding.high);
    return false;
}
