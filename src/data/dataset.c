#include "families.h"
#include <stdlib.h>

enum { BLOCK = 256 }; /* samples computed in double precision at a time */

static const sb_target_ops *target_of(const sb_settings *settings) {
    return sb_target_table[settings->target.kind];
}

static const sb_embedding_ops *embedding_of(const sb_settings *settings) {
    return sb_embedding_table[settings->embedding.kind];
}

static const sb_encoding_ops *encoding_of(const sb_settings *settings) {
    return sb_encoding_table[settings->encoding.kind];
}

size_t sb_dataset_inputs(const sb_settings *settings) {
    return encoding_of(settings)->inputs(settings, embedding_of(settings)->coordinates);
}

size_t sb_dataset_outputs(const sb_settings *settings) {
    return target_of(settings)->outputs(settings);
}

size_t sb_dataset_samples(const sb_settings *settings) {
    return (size_t)settings->target.samples;
}

void sb_target_components(const sb_settings *settings, double *amplitudes, double *phases) {
    for (size_t i = 0; i < settings->target.frequencies.count; i++) {
        double amplitude, phase;
        target_of(settings)->component(settings, i, &amplitude, &phase);
        if (amplitudes)
            amplitudes[i] = amplitude;
        if (phases)
            phases[i] = phase;
    }
}

static void round_to_float(const double *from, size_t count, float *to) {
    for (size_t i = 0; i < count; i++)
        to[i] = (float)from[i];
}

static void binarise(double threshold, size_t count, double *y) {
    for (size_t i = 0; i < count; i++)
        y[i] = y[i] > threshold;
}

/* Inputs of samples first .. first + count - 1, count <= BLOCK.
 * points[BLOCK][coordinates] and features[BLOCK][inputs] are workspace. */
static void compute_inputs(const sb_settings *settings, const sb_dataset *dataset, size_t first, size_t count,
                           double *points, double *features) {
    const sb_embedding_ops *embedding = embedding_of(settings);
    for (size_t n = 0; n < count; n++)
        embedding->embed(settings, dataset->z[first + n], points + n * embedding->coordinates);
    encoding_of(settings)->encode(settings, points, count, embedding->coordinates, features);
    round_to_float(features, count * dataset->inputs, dataset->x + first * dataset->inputs);
}

/* Targets of the same samples; values[BLOCK][outputs] is workspace. */
static void compute_targets(const sb_settings *settings, const sb_dataset *dataset, size_t first, size_t count,
                            double *values) {
    target_of(settings)->evaluate(settings, dataset->z + first, count, values);
    if (settings->target.binarise)
        binarise(settings->target.threshold, count * dataset->outputs, values);
    round_to_float(values, count * dataset->outputs, dataset->y + first * dataset->outputs);
}

sb_code sb_dataset_create(const sb_settings *settings, sb_dataset *dataset, sb_status *status) {
    sb_code code = SB_MEMORY;
    size_t samples = sb_dataset_samples(settings), coordinates = embedding_of(settings)->coordinates;
    *dataset = (sb_dataset){samples, sb_dataset_inputs(settings), sb_dataset_outputs(settings), NULL, NULL, NULL};
    double *points = sb_array(BLOCK * coordinates, sizeof *points, "coordinates", status);
    double *features = points ? sb_array(BLOCK * dataset->inputs, sizeof *features, "features", status) : NULL;
    double *values = features ? sb_array(BLOCK * dataset->outputs, sizeof *values, "target values", status) : NULL;
    if (!values || !(dataset->z = sb_array(samples, sizeof *dataset->z, "sample positions", status)) ||
        !(dataset->x = sb_array(samples * dataset->inputs, sizeof *dataset->x, "the network's inputs", status)) ||
        !(dataset->y = sb_array(samples * dataset->outputs, sizeof *dataset->y, "the targets", status)))
        goto done;
    for (size_t n = 0; n < samples; n++)
        dataset->z[n] = (double)n / (double)samples;
    for (size_t first = 0; first < samples; first += BLOCK) {
        size_t count = samples - first < BLOCK ? samples - first : BLOCK;
        compute_inputs(settings, dataset, first, count, points, features);
        compute_targets(settings, dataset, first, count, values);
    }
    code = SB_OK;
done:
    if (code != SB_OK)
        sb_dataset_destroy(dataset);
    free(values);
    free(features);
    free(points);
    return code;
}

void sb_dataset_destroy(sb_dataset *dataset) {
    free(dataset->y);
    free(dataset->x);
    free(dataset->z);
    *dataset = (sb_dataset){0};
}
