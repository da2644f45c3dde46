/* Hamming distances between activation patterns: the number of hidden neurons of which one is active for one sample of
 * a pair and not for the other, for pairs of samples that are near each other (local) and far apart (global), drawn
 * anew at each record (Lazzari and Liu 2023, section 4.1, figures 5 and 6; by layer in their supplement). */
#include "dimensions.h"
#include "pairs.h"
#include "patterns.h"
#include "rows.h"
#include <stdlib.h>
#include <string.h>

enum { KINDS = 2 };

#define UNKNOWN UINT32_MAX

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.hamming.probe;
}

/* 250 pairs in a window of a curve (as published; gradient confusion takes 100). */
static sb_pair_numbers numbers_of(const sb_settings *settings) {
    return sb_pair_numbers_of(settings, &settings->probes.hamming.pairs, 250);
}

static size_t bin_middles(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t bins = (size_t)settings->probes.hamming.bins;
    for (size_t i = 0; values && i < bins; i++)
        values[i] = ((double)i + 0.5) / (double)bins;
    return bins;
}

static const char *const bin_fields[] = {"probes.hamming.bins", NULL};
static const sb_vector_rule hamming_bin = {.name = "hamming_bin",
                                           .unit = "1",
                                           .long_name =
                                               "middle of a bin of distances, as a share of all hidden neurons",
                                           .type = SB_TYPE_FLOAT64,
                                           .fields = bin_fields,
                                           .values = bin_middles};

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

typedef struct workspace {
    sb_pairs *pairs;
    sb_patterns *patterns;
    size_t words;
    size_t (*drawn[KINDS])[2]; /* [sb_pair_count] pairs of samples, by sb_pair_kind */
    size_t needed;             /* number of samples in any pair */
    uint32_t *samples;         /* [needed] */
    uint32_t *places;          /* [all samples] in samples[]; UNKNOWN */
    uint64_t *bits;            /* [needed][words] */
} workspace;

/* Most samples in the pairs of a record. */
static size_t most_needed(const sb_settings *settings) {
    sb_pair_numbers numbers = numbers_of(settings);
    size_t samples = sb_dataset_samples(settings);
    size_t drawn = 2 * (sb_pair_count(&numbers, SB_PAIRS_LOCAL) + sb_pair_count(&numbers, SB_PAIRS_GLOBAL));
    return samples < drawn ? samples : drawn;
}

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    sb_pair_numbers numbers = numbers_of(settings);
    size_t drawn = sb_pair_count(&numbers, SB_PAIRS_LOCAL) + sb_pair_count(&numbers, SB_PAIRS_GLOBAL);
    return sizeof(workspace) + sb_pairs_bytes(settings) + sb_patterns_bytes(&shape) + drawn * sizeof(size_t[2]) +
           sb_dataset_samples(settings) * sizeof(uint32_t) +
           most_needed(settings) * (sizeof(uint32_t) + sb_pattern_words(&shape) * sizeof(uint64_t));
}

static double flops(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    sb_pair_numbers numbers = numbers_of(settings);
    return (double)most_needed(settings) * sb_patterns_flops(&shape) + sb_pairs_flops(settings, &numbers);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->bits);
    free(work->places);
    free(work->samples);
    for (size_t kind = 0; kind < KINDS; kind++)
        free(work->drawn[kind]);
    sb_patterns_destroy(work->patterns);
    sb_pairs_destroy(work->pairs);
    free(work);
}

static sb_code allocate(workspace *work, const sb_settings *settings, const sb_dataset *dataset, sb_status *status) {
    static const char what[] = "the hamming probe";
    sb_pair_numbers numbers = numbers_of(settings);
    size_t needed = most_needed(settings);
    for (size_t kind = 0; kind < KINDS; kind++) {
        work->drawn[kind] = sb_array(sb_pair_count(&numbers, kind), sizeof *work->drawn[kind], what, status);
        if (!work->drawn[kind])
            return SB_MEMORY;
    }
    work->samples = sb_array(needed, sizeof *work->samples, what, status);
    work->places = sb_array(dataset->samples, sizeof *work->places, what, status);
    work->bits = sb_array(needed * work->words, sizeof *work->bits, what, status);
    return work->samples && work->places && work->bits ? SB_OK : SB_MEMORY;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    workspace *work = sb_array(1, sizeof *work, "the hamming probe", status);
    if (!work)
        return SB_MEMORY;
    work->words = sb_pattern_words(shape);
    sb_code code = sb_pairs_create(dataset, &work->pairs, status);
    if (code == SB_OK)
        code = sb_patterns_create(shape, &work->patterns, status);
    if (code == SB_OK)
        code = allocate(work, settings, dataset, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    *state = work;
    return SB_OK;
}

/* --- Patterns of the samples in pairs -------------------------------------------------------------------------------
 */

/* Lists each sample of the drawn pairs once. */
static void list_samples(workspace *work, const sb_dataset *dataset, const sb_pair_numbers *numbers) {
    memset(work->places, 0xff, dataset->samples * sizeof *work->places);
    work->needed = 0;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < 2 * sb_pair_count(numbers, kind); i++) {
            size_t sample = work->drawn[kind][i / 2][i % 2];
            if (work->places[sample] != UNKNOWN)
                continue;
            work->places[sample] = (uint32_t)work->needed;
            work->samples[work->needed++] = (uint32_t)sample;
        }
}

/* The listed samples of a dataset, as a source of inputs. */
typedef struct listed {
    const sb_dataset *dataset;
    const uint32_t *samples;
} listed;

static void fill(const void *context, size_t first, size_t count, float *x) {
    const listed *from = context;
    const size_t inputs = from->dataset->inputs;
    for (size_t i = 0; i < count; i++)
        memcpy(x + i * inputs, from->dataset->x + from->samples[first + i] * inputs, inputs * sizeof *x);
}

static void keep(void *context, size_t first, size_t count, const uint64_t *block) {
    const workspace *work = context;
    memcpy(work->bits + first * work->words, block, count * work->words * sizeof *block);
}

static sb_code draw_and_evaluate(workspace *work, const sb_probe_view *view, const sb_pair_numbers *numbers) {
    sb_code code = SB_OK;
    for (size_t kind = 0; code == SB_OK && kind < KINDS; kind++)
        code = sb_pairs_draw(work->pairs, view, numbers, kind, work->drawn[kind]);
    if (code != SB_OK)
        return code;
    list_samples(work, view->dataset, numbers);
    const listed context = {view->dataset, work->samples};
    const sb_pattern_source source = {.samples = work->needed, .fill = fill, .context = &context};
    return sb_patterns_visit(work->patterns, view, &source, keep, work);
}

/* --- Distances ------------------------------------------------------------------------------------------------------
 */

/* Where the distances of one kind go. */
typedef struct result {
    double *mean, *layers, *histogram;
} result;

/* Adds a pair's distance in each layer to sums[depth - 1], and returns that in all. */
static size_t add_distances(const workspace *work, const sb_shape *shape, const size_t pair[2], uint64_t *sums) {
    const uint64_t *a = work->bits + work->places[pair[0]] * work->words;
    const uint64_t *b = work->bits + work->places[pair[1]] * work->words;
    size_t all = 0;
    for (size_t layer = 1; layer < shape->depth; layer++) {
        size_t words = sb_pattern_words_of(shape, layer), distance = sb_pattern_distance(a, b, words);
        sums[layer - 1] += distance;
        all += distance;
        a += words;
        b += words;
    }
    return all;
}

static sb_code reduce(const workspace *work, const sb_probe_view *view, const size_t (*drawn)[2], size_t count,
                      const result *to) {
    enum { AT_ONCE = 65536 }; /* pairs between two calls of progress: some ms */
    uint64_t sums[SB_DEPTH_MAX] = {0}, all = 0;
    const size_t bins = (size_t)view->settings->probes.hamming.bins, neurons = sb_hidden_neurons(view->shape);
    sb_code code = SB_OK;
    memset(to->histogram, 0, bins * sizeof *to->histogram);
    for (size_t i = 0; code == SB_OK && i < count; i++) {
        size_t distance = add_distances(work, view->shape, drawn[i], sums), bin = distance * bins / neurons;
        to->histogram[bin < bins ? bin : bins - 1]++;
        all += distance;
        if (i % AT_ONCE == AT_ONCE - 1)
            code = sb_probe_progress(view);
    }
    *to->mean = (double)all / (double)count;
    for (size_t layer = 1; layer < view->shape->depth; layer++)
        to->layers[layer - 1] = (double)sums[layer - 1] / (double)count;
    for (size_t bin = 0; bin < bins; bin++)
        to->histogram[bin] /= (double)count;
    return code;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    (void)status;
    workspace *work = state;
    const sb_pair_numbers numbers = numbers_of(view->settings);
    sb_code code = draw_and_evaluate(work, view, &numbers);
    for (size_t kind = 0; code == SB_OK && kind < KINDS; kind++) {
        const result to = {outputs[kind].values, outputs[KINDS + kind].values, outputs[2 * KINDS + kind].values};
        code = reduce(work, view, work->drawn[kind], sb_pair_count(&numbers, kind), &to);
    }
    return code;
}

#define VARIABLE(text, meaning, ...)                                                                                   \
    {                                                                                                                  \
        .name = text, .unit = "1", .long_name = meaning, .type = SB_TYPE_FLOAT64, .dimensions = { __VA_ARGS__ }        \
    }
const sb_probe sb_probe_hamming = {
    .name = "hamming",
    .variables = {VARIABLE("hamming_local", "neurons that differ between samples near each other, mean over pairs",
                           NULL),
                  VARIABLE("hamming_global", "neurons that differ between samples far apart, mean over pairs", NULL),
                  VARIABLE("hamming_local_layer",
                           "neurons of the layer that differ between samples near each other, mean over pairs",
                           &sb_dimension_hidden_layer),
                  VARIABLE("hamming_global_layer",
                           "neurons of the layer that differ between samples far apart, mean over pairs",
                           &sb_dimension_hidden_layer),
                  VARIABLE("hamming_local_histogram", "share of pairs near each other in each bin", &hamming_bin),
                  VARIABLE("hamming_global_histogram", "share of pairs far apart in each bin", &hamming_bin)},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
#undef VARIABLE
