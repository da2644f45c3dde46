#include "patterns.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 }; /* most samples that are evaluated at once */

struct sb_patterns {
    float *x;               /* [BLOCK][widths[0]] */
    float *z[SB_DEPTH_MAX]; /* [BLOCK][widths[l]] of hidden layers */
    uint64_t *bits;         /* [BLOCK][sb_pattern_words] */
};

/* --- What a pattern looks like --------------------------------------------------------------------------------------
 */

static size_t words_of(size_t neurons) {
    return (neurons + 63) / 64;
}

size_t sb_pattern_words_of(const sb_shape *shape, size_t layer) {
    return words_of(shape->widths[layer]);
}

size_t sb_pattern_words(const sb_shape *shape) {
    size_t words = 0;
    for (size_t layer = 1; layer < shape->depth; layer++)
        words += sb_pattern_words_of(shape, layer);
    return words;
}

size_t sb_hidden_neurons(const sb_shape *shape) {
    size_t sum = 0;
    for (size_t layer = 1; layer < shape->depth; layer++)
        sum += shape->widths[layer];
    return sum;
}

size_t sb_pattern_count(const uint64_t *words, size_t count) {
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (size_t)__builtin_popcountll(words[i]);
    return sum;
}

/* Only static functions are cloned (dot.c). */
SB_CLONES static size_t distance(const uint64_t *a, const uint64_t *b, size_t count) {
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (size_t)__builtin_popcountll(a[i] ^ b[i]);
    return sum;
}

size_t sb_pattern_distance(const uint64_t *a, const uint64_t *b, size_t count) {
    return distance(a, b, count);
}

/* bits[words_of(neurons)] of z[neurons]. */
SB_CLONES static void set_bits(const float *z, size_t neurons, uint64_t *bits) {
    for (size_t first = 0; first < neurons; first += 64) {
        size_t count = neurons - first < 64 ? neurons - first : 64;
        uint64_t word = 0;
        for (size_t j = 0; j < count; j++)
            word |= (uint64_t)(z[first + j] > 0) << j;
        bits[first / 64] = word;
    }
}

/* --- Blocks of samples ----------------------------------------------------------------------------------------------
 */

size_t sb_patterns_bytes(const sb_shape *shape) {
    size_t numbers = shape->widths[0] + sb_hidden_neurons(shape);
    return sizeof(sb_patterns) + BLOCK * (numbers * sizeof(float) + sb_pattern_words(shape) * sizeof(uint64_t));
}

sb_code sb_patterns_create(const sb_shape *shape, sb_patterns **patterns, sb_status *status) {
    static const char what[] = "activation patterns";
    sb_patterns *made = sb_array(1, sizeof *made, what, status);
    *patterns = NULL;
    if (!made)
        return SB_MEMORY;
    made->x = sb_array(BLOCK * shape->widths[0], sizeof(float), what, status);
    made->bits = sb_array(BLOCK * sb_pattern_words(shape), sizeof *made->bits, what, status);
    bool whole = made->x && made->bits;
    for (size_t layer = 1; whole && layer < shape->depth; layer++) {
        made->z[layer] = sb_array(BLOCK * shape->widths[layer], sizeof(float), what, status);
        whole = made->z[layer];
    }
    if (!whole) {
        sb_patterns_destroy(made);
        return SB_MEMORY;
    }
    *patterns = made;
    return SB_OK;
}

void sb_patterns_destroy(sb_patterns *patterns) {
    if (!patterns)
        return;
    for (size_t layer = 0; layer < SB_DEPTH_MAX; layer++)
        free(patterns->z[layer]);
    free(patterns->bits);
    free(patterns->x);
    free(patterns);
}

static void fill_training(const void *context, size_t first, size_t count, float *x) {
    const sb_dataset *data = context;
    memcpy(x, data->x + first * data->inputs, count * data->inputs * sizeof *x);
}

sb_pattern_source sb_pattern_training(const sb_dataset *dataset) {
    return (sb_pattern_source){.samples = dataset->samples, .fill = fill_training, .context = dataset};
}

/* From z to bits, [samples][words]. */
static void set_block(sb_patterns *patterns, const sb_shape *shape, size_t samples) {
    size_t words = sb_pattern_words(shape);
    uint64_t *first = patterns->bits;
    for (size_t layer = 1; layer < shape->depth; layer++) {
        size_t width = shape->widths[layer];
        for (size_t s = 0; s < samples; s++)
            set_bits(patterns->z[layer] + s * width, width, first + s * words);
        first += words_of(width);
    }
}

sb_code sb_patterns_visit(sb_patterns *patterns, const sb_probe_view *view, const sb_pattern_source *source,
                          void (*visit)(void *context, size_t first, size_t count, const uint64_t *block),
                          void *context) {
    size_t batch = sb_network_batch(view->scratch), at_once = batch < BLOCK ? batch : BLOCK;
    float *z[SB_DEPTH_MAX + 1] = {NULL};
    memcpy(z, patterns->z, sizeof patterns->z);
    sb_code code = SB_OK;
    sb_network_set_parameters(view->scratch, view->parameters);
    for (size_t first = 0; code == SB_OK && first < source->samples; first += at_once) {
        size_t count = source->samples - first < at_once ? source->samples - first : at_once;
        source->fill(source->context, first, count, patterns->x);
        sb_network_preactivations(view->scratch, patterns->x, count, z);
        set_block(patterns, view->shape, count);
        visit(context, first, count, patterns->bits);
        code = sb_probe_progress(view);
    }
    return code;
}

double sb_patterns_flops(const sb_shape *shape) {
    return sb_shape_flops(shape);
}
