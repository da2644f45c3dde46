/* Gradient confusion (Sankararaman et al., "The Impact of Neural Network Overparameterization on Gradient Confusion and
 * Stochastic Gradient Descent", ICML 2020; Lazzari and Liu 2023, figures 5 and 6): for pairs of training
 * samples, local and global ones (pairs.h), the cosine
 *     cos(n, m) = g_n . g_m / (|g_n| |g_m|)
 * of the gradients of their losses by all weights and biases. Below 0 a step for one sample is a step against the
 * other. Recorded are the density of the cosines on [-1, 1], the share below 0, and the mean. A sample whose gradient
 * is 0 has no direction: pairs with it are left out, and those that are left are counted.
 *
 * Gradients are kept as factors (sb_gradients), of so many samples that they take some megabytes. Pairs are taken in
 * their order, as many at a time as those samples serve: where all samples fit, each is differentiated once for all
 * pairs of a kind; else once for the pairs of a window, which stand together. An image's 50 000 pairs of either kind,
 * with 4 hidden layers of 512, take as long as half an epoch of training. */
#include "cosines.h"
#include "dimensions.h"
#include "pairs.h"
#include "rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HISTOGRAM, SHARE, MEAN, COUNT, VARIABLES_OF_KIND };
enum { NUMBERS_MAX = 1 << 23, PAIRS_OF_WINDOW = 100 };
static const uint32_t nowhere = UINT32_MAX;

static const sb_probe_settings *settings_of(const sb_settings *settings) {
    return &settings->probes.confusion.probe;
}

static sb_pair_numbers numbers_of(const sb_settings *settings) {
    return sb_pair_numbers_of(settings, &settings->probes.confusion.pairs, PAIRS_OF_WINDOW);
}

static size_t most_pairs(const sb_settings *settings) {
    sb_pair_numbers numbers = numbers_of(settings);
    size_t local = sb_pair_count(&numbers, SB_PAIRS_LOCAL), global = sb_pair_count(&numbers, SB_PAIRS_GLOBAL);
    return local > global ? local : global;
}

/* Numbers that the factors of a gradient take. */
static size_t factors(const sb_shape *shape) {
    size_t sum = 0;
    for (size_t layer = 1; layer <= shape->depth; layer++)
        sum += shape->widths[layer - 1] + shape->widths[layer];
    return sum;
}

/* Samples whose gradients are kept at once: at least those of a pair. */
static size_t room_for(const sb_shape *shape, size_t samples) {
    size_t room = NUMBERS_MAX / factors(shape);
    room = room < 2 ? 2 : room;
    return room < samples ? room : samples;
}

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

/* What the measurements of a trial share. The numbers of pairs cannot be axes. */
typedef struct workspace {
    sb_pairs *pairs;
    size_t (*drawn)[2];      /* [most_pairs] samples; then their places in the room */
    double *products;        /* [most_pairs] */
    size_t room;             /* samples */
    sb_gradients *gradients; /* of as many; made at the first measurement, for they need a network */
    uint32_t *place;         /* [samples of the data] in the room, or nowhere */
    size_t *members;         /* [room] the sample at a place */
    size_t (*selves)[2];     /* [room] each place with itself */
    double *squares;         /* [room] */
    float *x, *y;            /* [room][inputs], [room][outputs] */
} workspace;

static size_t bytes(const sb_settings *settings) {
    sb_shape shape = sb_shape_for(settings);
    size_t samples = sb_dataset_samples(settings), room = room_for(&shape, samples);
    size_t of_pair = 2 * sizeof(size_t) + sizeof(double);
    size_t of_place =
        3 * sizeof(size_t) + sizeof(double) + (shape.widths[0] + shape.widths[shape.depth]) * sizeof(float);
    return sizeof(workspace) + sb_pairs_bytes(settings) + most_pairs(settings) * of_pair + room * of_place +
           samples * sizeof(uint32_t) + sb_gradients_bytes(&shape, room, room);
}

static void destroy(void *state) {
    workspace *work = state;
    free(work->y);
    free(work->x);
    free(work->squares);
    free(work->selves);
    free(work->members);
    free(work->place);
    sb_gradients_destroy(work->gradients);
    free(work->products);
    free(work->drawn);
    sb_pairs_destroy(work->pairs);
    free(work);
}

static bool allocate(workspace *work, const sb_settings *settings, const sb_dataset *data, sb_status *status) {
    static const char what[] = "the confusion probe";
    size_t pairs = most_pairs(settings), room = work->room;
    work->drawn = sb_array(pairs, sizeof *work->drawn, what, status);
    work->products = sb_array(pairs, sizeof *work->products, what, status);
    work->place = sb_array(data->samples, sizeof *work->place, what, status);
    work->members = sb_array(room, sizeof *work->members, what, status);
    work->selves = sb_array(room, sizeof *work->selves, what, status);
    work->squares = sb_array(room, sizeof *work->squares, what, status);
    work->x = sb_array(room * data->inputs, sizeof *work->x, what, status);
    work->y = sb_array(room * data->outputs, sizeof *work->y, what, status);
    return work->drawn && work->products && work->place && work->members && work->selves && work->squares && work->x &&
           work->y;
}

static sb_code create(const sb_settings *settings, const sb_dataset *dataset, const sb_shape *shape, void **state,
                      sb_status *status) {
    workspace *work = sb_array(1, sizeof *work, "the confusion probe", status);
    if (!work)
        return SB_MEMORY;
    work->room = room_for(shape, dataset->samples);
    sb_code code = allocate(work, settings, dataset, status) ? SB_OK : SB_MEMORY;
    if (code == SB_OK)
        code = sb_pairs_create(dataset, &work->pairs, status);
    if (code != SB_OK) {
        destroy(work);
        return code;
    }
    for (size_t n = 0; n < dataset->samples; n++)
        work->place[n] = nowhere;
    for (size_t i = 0; i < work->room; i++)
        work->selves[i][0] = work->selves[i][1] = i;
    *state = work;
    return SB_OK;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------
 */

/* Pairs that are measured together, and the samples that they are of. */
typedef struct batch {
    size_t first, pairs, members;
} batch;

/* Gives @p sample a place, unless it has one. */
static size_t admit(const workspace *work, batch *at, size_t sample) {
    if (work->place[sample] == nowhere) {
        work->place[sample] = (uint32_t)at->members;
        work->members[at->members++] = sample;
    }
    return work->place[sample];
}

/* The longest batch from pair number @p first on whose samples fit. Its pairs are then pairs of places. */
static batch gather(workspace *work, const sb_dataset *data, size_t first, size_t pairs) {
    batch at = {.first = first};
    for (size_t(*pair)[2] = work->drawn + first; first + at.pairs < pairs; at.pairs++, pair++) {
        size_t fresh = (work->place[(*pair)[0]] == nowhere) + (work->place[(*pair)[1]] == nowhere);
        if (at.members + fresh > work->room)
            break;
        for (size_t i = 0; i < 2; i++)
            (*pair)[i] = admit(work, &at, (*pair)[i]);
    }
    for (size_t i = 0; i < at.members; i++) {
        size_t sample = work->members[i];
        memcpy(work->x + i * data->inputs, data->x + sample * data->inputs, data->inputs * sizeof *data->x);
        memcpy(work->y + i * data->outputs, data->y + sample * data->outputs, data->outputs * sizeof *data->y);
        work->place[sample] = nowhere;
    }
    return at;
}

/* Adds the cosines of a batch. */
static sb_code measure_batch(workspace *work, const sb_probe_view *view, const batch *at, sb_cosines *cosines) {
    const size_t(*pairs)[2] = (const size_t(*)[2])(work->drawn + at->first);
    sb_loss loss = (sb_loss)view->settings->training.loss;
    sb_code code = sb_gradients_of_loss(work->gradients, loss, work->x, work->y, at->members);
    if (code == SB_OK)
        code = sb_gradients_products(work->gradients, work->gradients, 0, at->members, (const size_t(*)[2])work->selves,
                                     work->squares);
    if (code == SB_OK)
        code = sb_gradients_products(work->gradients, work->gradients, 0, at->pairs, pairs, work->products);
    for (size_t i = 0; code == SB_OK && i < at->pairs; i++) {
        double norms = sqrt(work->squares[pairs[i][0]]) * sqrt(work->squares[pairs[i][1]]);
        if (norms > 0)
            sb_cosines_add(cosines, work->products[i] / norms);
    }
    return code;
}

static sb_code measure_kind(workspace *work, const sb_probe_view *view, sb_pair_kind kind, sb_cosines *cosines) {
    sb_pair_numbers numbers = numbers_of(view->settings);
    size_t pairs = sb_pair_count(&numbers, kind), first = 0;
    sb_code code = sb_pairs_draw(work->pairs, view, &numbers, kind, work->drawn);
    while (code == SB_OK && first < pairs) {
        batch at = gather(work, view->dataset, first, pairs);
        code = measure_batch(work, view, &at, cosines);
        first += at.pairs;
    }
    return code;
}

static void write_results(const sb_cosines *cosines, const sb_probe_output *outputs) {
    *(double *)outputs[COUNT].values = (double)cosines->count;
    if (cosines->count == 0) /* the rest stays missing */
        return;
    sb_cosines_density(cosines, outputs[HISTOGRAM].values);
    *(double *)outputs[SHARE].values = (double)cosines->below_zero / (double)cosines->count;
    *(double *)outputs[MEAN].values = cosines->sum / (double)cosines->count;
}

static sb_code measure(void *state, const sb_probe_view *view, const sb_probe_output *outputs, sb_status *status) {
    workspace *work = state;
    sb_code code = SB_OK;
    sb_network_set_parameters(view->scratch, view->parameters);
    if (!work->gradients)
        code = sb_gradients_create(view->scratch, work->room, &work->gradients, status);
    for (sb_pair_kind kind = SB_PAIRS_LOCAL; code == SB_OK && kind <= SB_PAIRS_GLOBAL; kind++) {
        sb_cosines cosines = {0};
        code = measure_kind(work, view, kind, &cosines);
        if (code == SB_OK)
            write_results(&cosines, outputs + kind * VARIABLES_OF_KIND);
    }
    return code;
}

/* Each pair asks for two gradients of 2 forward passes each, of which those of all samples of the data are the most
 * that a batch takes; and for a product of their factors, which is bound by memory: with
 * layers of 512 its operations took 30 times as long as those of a forward pass. */
static double flops(const sb_settings *settings) {
    enum { SLOWNESS = 30 };
    sb_shape shape = sb_shape_for(settings);
    sb_pair_numbers numbers = numbers_of(settings);
    double samples = (double)sb_dataset_samples(settings), sum = sb_pairs_flops(settings, &numbers);
    bool all_fit = room_for(&shape, (size_t)samples) == (size_t)samples;
    for (sb_pair_kind kind = SB_PAIRS_LOCAL; kind <= SB_PAIRS_GLOBAL; kind++) {
        double pairs = (double)sb_pair_count(&numbers, kind);
        double gradients = all_fit && 2 * pairs > samples ? samples : 2 * pairs;
        sum += 2 * gradients * sb_shape_flops(&shape) + SLOWNESS * 2 * (pairs + gradients) * (double)factors(&shape);
    }
    return sum;
}

#define VARIABLES(kind)                                                                                                \
    {.name = "confusion_" kind "_histogram",                                                                           \
     .unit = "1",                                                                                                      \
     .long_name = "density of the cosines of " kind " pairs' gradients",                                               \
     .type = SB_TYPE_FLOAT64,                                                                                          \
     .dimensions = {&sb_dimension_cosine_bin}},                                                                        \
        {.name = "confusion_" kind "_share",                                                                           \
         .unit = "1",                                                                                                  \
         .long_name = "share of " kind " pairs whose gradients' cosine is below 0",                                    \
         .type = SB_TYPE_FLOAT64},                                                                                     \
        {.name = "confusion_" kind "_mean",                                                                            \
         .unit = "1",                                                                                                  \
         .long_name = "mean cosine of " kind " pairs' gradients",                                                      \
         .type = SB_TYPE_FLOAT64},                                                                                     \
    {                                                                                                                  \
        .name = "confusion_" kind "_pairs", .unit = "1",                                                               \
        .long_name = kind " pairs, but for those with a gradient of 0", .type = SB_TYPE_FLOAT64                        \
    }

const sb_probe sb_probe_confusion = {
    .name = "confusion",
    .variables = {VARIABLES("local"), VARIABLES("global")},
    .settings = settings_of,
    .flops = flops,
    .bytes = bytes,
    .create = create,
    .measure = measure,
    .destroy = destroy,
};
