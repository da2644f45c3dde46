#include "families.h"
#include "noise.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 }; /* samples computed in double precision at a time */

size_t sb_dataset_inputs(const sb_settings *settings) {
    return sb_encoding_of(settings)->inputs(settings, sb_dataset_coordinates(settings));
}

size_t sb_dataset_outputs(const sb_settings *settings) {
    return sb_target_of(settings)->outputs(settings);
}

size_t sb_dataset_samples(const sb_settings *settings) {
    return sb_training_samples(settings);
}

size_t sb_dataset_coordinates(const sb_settings *settings) {
    const sb_target_ops *target = sb_target_of(settings);
    return target->locate ? target->coordinates(settings) : sb_embedding_of(settings)->coordinates;
}

sb_lattice sb_dataset_lattice(const sb_settings *settings) {
    const sb_target_ops *target = sb_target_of(settings);
    size_t samples = sb_dataset_samples(settings);
    bool whole = samples == sb_total_samples(settings);
    if (target->lattice && settings->validation.kind == SB_VALIDATION_ALTERNATE) {
        const size_t side = ((size_t)settings->target.size + 1) / 2;
        return (sb_lattice){2, {side, side}};
    }
    if (target->lattice)
        return whole ? target->lattice(settings) : (sb_lattice){0};
    return !target->locate && whole ? (sb_lattice){1, {samples}} : (sb_lattice){0};
}

/* True if the validation samples have inputs of their own. */
static bool holds_out(const sb_settings *settings) {
    return settings->validation.kind != SB_VALIDATION_CLEAN && sb_validation_samples(settings) > 0;
}

size_t sb_dataset_bytes(const sb_settings *settings) {
    const sb_target_ops *target = sb_target_of(settings);
    const size_t samples = sb_dataset_samples(settings), outputs = sb_dataset_outputs(settings);
    const size_t rows = samples + (holds_out(settings) ? sb_validation_samples(settings) : 0);
    const size_t row = sb_dataset_inputs(settings) + outputs;
    const size_t block = BLOCK * (sb_dataset_coordinates(settings) + row) * sizeof(double);
    const size_t clean = settings->noise.kind == SB_NOISE_NONE ? 0 : samples * outputs * sizeof(float);
    return (target->bytes ? target->bytes(settings) : 0) + block + rows * row * sizeof(float) + clean +
           sb_noise_bytes(settings);
}

double sb_dataset_flops(const sb_settings *settings) {
    return sb_noise_flops(settings);
}

void sb_target_components(const sb_settings *settings, double *amplitudes, double *phases) {
    for (size_t i = 0; i < settings->target.frequencies.count; i++) {
        double amplitude, phase;
        sb_target_of(settings)->component(settings, i, &amplitude, &phase);
        if (amplitudes)
            amplitudes[i] = amplitude;
        if (phases)
            phases[i] = phase;
    }
}

/* --- Inputs and targets ---------------------------------------------------------------------------------------------
 */

static void round_to_float(const double *from, size_t count, float *to) {
    for (size_t i = 0; i < count; i++)
        to[i] = (float)from[i];
}

static void binarise(double threshold, size_t count, double *y) {
    for (size_t i = 0; i < count; i++)
        y[i] = y[i] > threshold;
}

void sb_embed(const sb_settings *settings, const double *z, size_t count, double *v) {
    const sb_embedding_ops *embedding = sb_embedding_of(settings);
    for (size_t n = 0; n < count; n++)
        embedding->embed(settings, z[n], v + n * embedding->coordinates);
}

/* count <= BLOCK; features[count][inputs] is workspace. */
static void encode(const sb_settings *settings, const double *v, size_t count, double *features, float *x) {
    sb_encoding_of(settings)->encode(settings, v, count, sb_dataset_coordinates(settings), features);
    round_to_float(features, count * sb_dataset_inputs(settings), x);
}

sb_code sb_encode(const sb_settings *settings, const double *v, size_t count, float *x, sb_status *status) {
    size_t coordinates = sb_dataset_coordinates(settings), inputs = sb_dataset_inputs(settings);
    double *features = sb_array(BLOCK * inputs, sizeof *features, "features", status);
    if (!features)
        return SB_MEMORY;
    for (size_t first = 0; first < count; first += BLOCK)
        encode(settings, v + first * coordinates, count - first < BLOCK ? count - first : BLOCK, features,
               x + first * inputs);
    free(features);
    return SB_OK;
}

/* Samples of one set, for training or validation, in their order. */
typedef struct set {
    size_t count;
    size_t (*number)(const sb_settings *settings, size_t i); /* of sample i among the target's */
    float *x, *y;
} set;

/* Coordinates of the samples number[count], count <= BLOCK. */
static void locate(const sb_settings *settings, const void *state, const size_t *number, size_t count, double *v) {
    const sb_target_ops *target = sb_target_of(settings);
    if (target->locate) {
        target->locate(settings, state, number, count, v);
        return;
    }
    double z[BLOCK];
    for (size_t i = 0; i < count; i++)
        z[i] = (double)number[i] / (double)sb_total_samples(settings);
    sb_embed(settings, z, count, v);
}

/* Workspace for a block of samples, in double precision. */
typedef struct block {
    double *v, *y, *features; /* [BLOCK][coordinates], [BLOCK][outputs], [BLOCK][inputs] */
} block;

static void fill_block(const sb_settings *settings, const void *state, const set *wanted, size_t first, size_t count,
                       const block *work) {
    size_t number[BLOCK], outputs = sb_dataset_outputs(settings);
    for (size_t i = 0; i < count; i++)
        number[i] = wanted->number(settings, first + i);
    sb_target_of(settings)->evaluate(settings, state, number, count, work->y);
    if (settings->target.binarise)
        binarise(settings->target.threshold, count * outputs, work->y);
    round_to_float(work->y, count * outputs, wanted->y + first * outputs);
    locate(settings, state, number, count, work->v);
    encode(settings, work->v, count, work->features, wanted->x + first * sb_dataset_inputs(settings));
}

static void fill(const sb_settings *settings, const void *state, const set *wanted, const block *work) {
    for (size_t first = 0; first < wanted->count; first += BLOCK)
        fill_block(settings, state, wanted, first, wanted->count - first < BLOCK ? wanted->count - first : BLOCK, work);
}

static sb_code allocate(const sb_dataset *dataset, const char *what, size_t samples, float **x, float **y,
                        sb_status *status) {
    *x = sb_array(samples * dataset->inputs, sizeof **x, what, status);
    *y = *x ? sb_array(samples * dataset->outputs, sizeof **y, what, status) : NULL;
    return *y ? SB_OK : SB_MEMORY;
}

/* The training set, and a validation set of samples that are not trained on. */
static sb_code fill_sets(const sb_settings *settings, const void *state, sb_dataset *dataset, sb_status *status) {
    const size_t held_out = holds_out(settings) ? dataset->validation.samples : 0;
    float **x = &dataset->validation.x, **y = &dataset->validation.y;
    sb_code code = allocate(dataset, "the training set", dataset->samples, &dataset->x, &dataset->y, status);
    if (code == SB_OK && held_out)
        code = allocate(dataset, "the validation set", held_out, x, y, status);
    block work = {0};
    if (code == SB_OK &&
        !((work.v = sb_array(BLOCK * sb_dataset_coordinates(settings), sizeof *work.v, "coordinates", status)) &&
          (work.y = sb_array(BLOCK * dataset->outputs, sizeof *work.y, "target values", status)) &&
          (work.features = sb_array(BLOCK * dataset->inputs, sizeof *work.features, "features", status))))
        code = SB_MEMORY;
    if (code == SB_OK) {
        fill(settings, state, &(set){dataset->samples, sb_training_sample, dataset->x, dataset->y}, &work);
        fill(settings, state, &(set){held_out, sb_validation_sample, *x, *y}, &work);
    }
    free(work.features);
    free(work.y);
    free(work.v);
    return code;
}

/* Adds label noise to the training targets and keeps those without. */
static sb_code disturb(const sb_settings *settings, sb_dataset *dataset, sb_status *status) {
    dataset->clean = dataset->y;
    if (settings->noise.kind == SB_NOISE_NONE)
        return SB_OK;
    const size_t values = dataset->samples * dataset->outputs;
    float *clean = sb_array(values, sizeof *clean, "the targets without noise", status);
    if (!clean)
        return SB_MEMORY;
    memcpy(clean, dataset->y, values * sizeof *clean);
    dataset->clean = clean;
    return sb_noise_add(settings, dataset, status);
}

sb_code sb_dataset_create(const sb_settings *settings, sb_dataset *dataset, sb_status *status) {
    const sb_target_ops *target = sb_target_of(settings);
    void *state = NULL;
    *dataset = (sb_dataset){.samples = sb_dataset_samples(settings),
                            .inputs = sb_dataset_inputs(settings),
                            .outputs = sb_dataset_outputs(settings),
                            .lattice = sb_dataset_lattice(settings),
                            .validation = {.samples = sb_validation_samples(settings)}};
    sb_code code = target->create ? target->create(settings, &state, status) : SB_OK;
    if (code == SB_OK)
        code = fill_sets(settings, state, dataset, status);
    if (target->destroy && state)
        target->destroy(state);
    if (code == SB_OK)
        code = disturb(settings, dataset, status);
    if (settings->validation.kind == SB_VALIDATION_CLEAN) {
        dataset->validation.x = dataset->x;
        dataset->validation.y = dataset->clean;
    }
    if (code != SB_OK)
        sb_dataset_destroy(dataset);
    return code;
}

void sb_dataset_destroy(sb_dataset *dataset) {
    if (dataset->validation.x != dataset->x) {
        free(dataset->validation.y);
        free(dataset->validation.x);
    }
    if (dataset->clean != dataset->y)
        free(dataset->clean);
    sb_kernel_basis_destroy(&dataset->kernel);
    free(dataset->y);
    free(dataset->x);
    *dataset = (sb_dataset){0};
}
