#include "activation.h"
#include "block.h"
#include "elementwise.h"
#include "kernels.h"
#include <blis.h>
#include <stdlib.h>
#include <string.h>

enum {
    TILE = 256,   /* samples of a Gram matrix that are taken at once, in each direction */
    PAIRS = 1024, /* pairs between two calls of progress */
};

struct sb_gradients {
    sb_network *network;
    size_t room, samples;
    float *inputs[SB_DEPTH_MAX];     /* h_l[room][widths[l]], 0 <= l < depth */
    float *deltas[SB_DEPTH_MAX + 1]; /* delta_l[room][widths[l]], 1 <= l <= depth */
    float *outputs;                  /* f[samples of a pass][outputs] */
    float *products[2];              /* [TILE][TILE] of deltas and of inputs */
};

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

/* Sets the pointers of @p gradients, or only counts. Returns the bytes of the whole. */
static size_t lay_out(sb_gradients *gradients, const sb_shape *shape, size_t batch, size_t samples, void *memory) {
    sb_block block = sb_block_behind(memory, sizeof *gradients);
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        gradients->inputs[layer - 1] = sb_block_take(&block, samples * shape->widths[layer - 1], 0);
        gradients->deltas[layer] = sb_block_take(&block, samples * shape->widths[layer], 0);
    }
    size_t pass = batch < samples ? batch : samples;
    gradients->outputs = sb_block_take(&block, pass * shape->widths[shape->depth], 0);
    gradients->products[0] = sb_block_take(&block, TILE * TILE, 0);
    gradients->products[1] = sb_block_take(&block, TILE * TILE, 0);
    return block.used;
}

size_t sb_gradients_bytes(const sb_shape *shape, size_t batch, size_t samples) {
    sb_gradients counted;
    return lay_out(&counted, shape, batch, samples, NULL);
}

sb_code sb_gradients_create(sb_network *network, size_t samples, sb_gradients **gradients, sb_status *status) {
    const sb_shape *shape = &network->shape;
    sb_gradients *made =
        sb_array(1, sb_gradients_bytes(shape, network->batch, samples), "gradients of samples", status);
    *gradients = made;
    if (!made)
        return SB_MEMORY;
    lay_out(made, shape, network->batch, samples, made);
    made->network = network;
    made->room = samples;
    return SB_OK;
}

void sb_gradients_destroy(sb_gradients *gradients) {
    free(gradients);
}

static sb_code call_progress(const sb_network *network) {
    return network->progress ? network->progress(network->progress_context) : SB_OK;
}

/* --- Taking gradients -----------------------------------------------------------------------------------------------
 */

/* A function of the outputs: the loss against y, or, where y is NULL, one output. */
typedef struct objective {
    sb_loss loss;
    const float *y;
    size_t output;
} objective;

/* seeds[samples][width]: its derivatives by the outputs of samples from number @p first on. */
static void differentiate(const objective *g, size_t first, size_t samples, size_t width, const float *outputs,
                          float *seeds) {
    for (size_t n = 0; n < samples; n++, outputs += width, seeds += width)
        if (g->y)
            sb_loss_gradient(g->loss, 1, width, outputs, g->y + (first + n) * width, seeds);
        else
            for (size_t k = 0; k < width; k++)
                seeds[k] = k == g->output;
}

/* Samples from number @p first on, at most a batch. */
static void take_pass(sb_gradients *gradients, const objective *g, const float *x, size_t first, size_t samples) {
    sb_network *network = gradients->network;
    const sb_shape *shape = &network->shape;
    size_t depth = shape->depth, width = shape->widths[depth];
    float *z[SB_DEPTH_MAX + 1] = {NULL}, *delta[SB_DEPTH_MAX + 1] = {NULL};
    float *seeds = gradients->deltas[depth] + first * width; /* delta_D */
    for (size_t layer = 1; layer < depth; layer++) {
        z[layer] = gradients->inputs[layer] + first * shape->widths[layer];
        delta[layer] = gradients->deltas[layer] + first * shape->widths[layer];
    }
    z[depth] = gradients->outputs;
    memcpy(gradients->inputs[0] + first * shape->widths[0], x + first * shape->widths[0],
           samples * shape->widths[0] * sizeof *x);
    sb_network_preactivations(network, x + first * shape->widths[0], samples, z);
    differentiate(g, first, samples, width, gradients->outputs, seeds);
    sb_network_deltas(network, samples, seeds, delta);
    for (size_t layer = 1; layer < depth; layer++)
        sb_activate(shape, samples * shape->widths[layer], z[layer], NULL);
}

static sb_code take_gradients(sb_gradients *gradients, const objective *g, const float *x, size_t samples) {
    size_t batch = gradients->network->batch;
    sb_code code = SB_OK;
    if (samples > gradients->room)
        abort();
    gradients->samples = 0;
    for (size_t first = 0; code == SB_OK && first < samples; first += batch) {
        take_pass(gradients, g, x, first, samples - first < batch ? samples - first : batch);
        code = call_progress(gradients->network);
    }
    if (code == SB_OK)
        gradients->samples = samples;
    return code;
}

sb_code sb_gradients_of_loss(sb_gradients *gradients, sb_loss loss, const float *x, const float *y, size_t samples) {
    return take_gradients(gradients, &(objective){.loss = loss, .y = y}, x, samples);
}

sb_code sb_gradients_of_output(sb_gradients *gradients, size_t output, const float *x, size_t samples) {
    return take_gradients(gradients, &(objective){.output = output}, x, samples);
}

void sb_gradients_flat(const sb_gradients *gradients, size_t n, float *gradient) {
    const sb_shape *shape = &gradients->network->shape;
    for (size_t layer = 1; layer <= shape->depth; layer++) {
        size_t in = shape->widths[layer - 1], out = shape->widths[layer];
        const float *input = gradients->inputs[layer - 1] + n * in, *delta = gradients->deltas[layer] + n * out;
        for (size_t j = 0; j < out; j++)
            for (size_t i = 0; i < in; i++)
                *gradient++ = delta[j] * input[i];
        memcpy(gradient, delta, out * sizeof *gradient);
        gradient += out;
    }
}

/* --- Inner products -------------------------------------------------------------------------------------------------
 */

/* The layers that the public argument means. */
typedef struct layer_range {
    size_t first, last;
} layer_range;

static layer_range layers_of(const sb_gradients *gradients, size_t layer) {
    return layer > 0 ? (layer_range){layer, layer} : (layer_range){1, gradients->network->shape.depth};
}

/* Rows (of a) and columns (of b) of a Gram matrix. */
typedef struct tile {
    size_t row, rows, column, columns;
} tile;

/* c[rows][TILE] = the inner products of rows of a[][width] and of b[][width]. BLIS does not write to a and b. */
static void multiply_rows(const tile *t, size_t width, const float *a, const float *b, float *c) {
    float one = 1, zero = 0;
    bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, (dim_t)t->rows, (dim_t)t->columns, (dim_t)width, &one,
              (float *)a + t->row * width, (inc_t)width, 1, (float *)b + t->column * width, 1, (inc_t)width, &zero, c,
              TILE, 1);
}

static void fill_tile(const sb_gradients *a, const sb_gradients *b, layer_range layers, const tile *t, double *gram) {
    const size_t *widths = a->network->shape.widths;
    for (size_t row = 0; row < t->rows; row++)
        memset(gram + (t->row + row) * b->samples + t->column, 0, t->columns * sizeof *gram);
    for (size_t layer = layers.first; layer <= layers.last; layer++) {
        multiply_rows(t, widths[layer], a->deltas[layer], b->deltas[layer], a->products[0]);
        multiply_rows(t, widths[layer - 1], a->inputs[layer - 1], b->inputs[layer - 1], a->products[1]);
        for (size_t row = 0; row < t->rows; row++)
            sb_add_gram(t->columns, a->products[0] + row * TILE, a->products[1] + row * TILE,
                        gram + (t->row + row) * b->samples + t->column);
    }
}

/* Copies a tile from below the diagonal of gram[samples][samples], or the lower half of one on it, to above. */
static void mirror(const tile *t, size_t samples, double *gram) {
    for (size_t row = t->row; row < t->row + t->rows; row++)
        for (size_t column = t->column; column < t->column + t->columns && column < row; column++)
            gram[column * samples + row] = gram[row * samples + column];
}

static size_t tile_length(size_t first, size_t samples) {
    return samples - first < TILE ? samples - first : TILE;
}

sb_code sb_gradients_gram(const sb_gradients *a, const sb_gradients *b, size_t layer, double *gram) {
    layer_range layers = layers_of(a, layer);
    sb_code code = SB_OK;
    for (size_t row = 0; code == SB_OK && row < a->samples; row += TILE)
        for (size_t column = 0; code == SB_OK && column < b->samples && (a != b || column <= row); column += TILE) {
            tile t = {row, tile_length(row, a->samples), column, tile_length(column, b->samples)};
            fill_tile(a, b, layers, &t, gram);
            if (a == b)
                mirror(&t, a->samples, gram);
            code = call_progress(a->network);
        }
    return code;
}

static double inner_product(const sb_gradients *a, const sb_gradients *b, layer_range layers, const size_t *pair) {
    const size_t *widths = a->network->shape.widths;
    double sum = 0;
    for (size_t layer = layers.first; layer <= layers.last; layer++) {
        size_t in = widths[layer - 1], out = widths[layer];
        sum += sb_dot(out, a->deltas[layer] + pair[0] * out, b->deltas[layer] + pair[1] * out) *
               (sb_dot(in, a->inputs[layer - 1] + pair[0] * in, b->inputs[layer - 1] + pair[1] * in) + 1);
    }
    return sum;
}

sb_code sb_gradients_products(const sb_gradients *a, const sb_gradients *b, size_t layer, size_t count,
                              const size_t (*pairs)[2], double *products) {
    layer_range layers = layers_of(a, layer);
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < count; i++) {
        products[i] = inner_product(a, b, layers, pairs[i]);
        if (i % PAIRS == PAIRS - 1)
            code = call_progress(a->network);
    }
    return code;
}
