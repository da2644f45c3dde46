#include "pairs.h"

#include "neighbours.h"
#include <stdlib.h>

/* --- How many -------------------------------------------------------------------------------------------------------
 */

static size_t number(int64_t wanted, size_t published) {
    return wanted == SB_PAIRS_PAPER ? published : (size_t)wanted;
}

sb_pair_numbers sb_pair_numbers_of(const sb_settings *settings, const sb_pair_settings *wanted, size_t of_window) {
    const size_t dimensions = sb_dataset_lattice(settings).dimensions;
    const sb_pair_numbers published = dimensions == 2   ? (sb_pair_numbers){100, 500, 50000}
                                      : dimensions == 1 ? (sb_pair_numbers){25, of_window, 5000}
                                                        : (sb_pair_numbers){25, 200, 5000};
    return (sb_pair_numbers){.windows = number(wanted->windows, published.windows),
                             .of_window = number(wanted->of_window, published.of_window),
                             .global = number(wanted->global, published.global)};
}

size_t sb_pair_count(const sb_pair_numbers *numbers, sb_pair_kind kind) {
    return kind == SB_PAIRS_LOCAL ? numbers->windows * numbers->of_window : numbers->global;
}

/* --- Where ----------------------------------------------------------------------------------------------------------
 */

/* Whole numbers first .. first + count - 1. */
typedef struct range {
    size_t first, count;
} range;

/* @p published, a number of a lattice of @p whole, on one of @p length. */
static size_t scaled(size_t published, size_t whole, size_t length) {
    return (2 * published * length + whole) / (2 * whole);
}

static size_t at_least(size_t low, size_t value) {
    return value > low ? value : low;
}

static size_t at_most(size_t high, size_t value) {
    return value < high ? value : high;
}

/* Sizes along one direction of a lattice. */
typedef struct places {
    size_t window;   /* length of a window */
    range starts;    /* where a window may start */
    range low, high; /* the ends from which the samples of global pairs are */
} places;

/* A curve: windows from c - 25 to c + 24, c in 26 .. 2019. */
static places places_on_curve(size_t length) {
    size_t window = at_least(2, scaled(50, 2048, length));
    size_t first = scaled(1, 2048, length), last = at_most(length - window, scaled(1994, 2048, length));
    size_t low = at_least(1, scaled(800, 2048, length)), high = at_most(length - 1, scaled(1200, 2048, length));
    first = at_most(last, first);
    return (places){window, {first, last - first + 1}, {0, low}, {high, length - high}};
}

static places places_in_image(size_t length) {
    size_t window = at_most(length, at_least(2, scaled(50, 512, length)));
    size_t low = at_least(1, scaled(225, 512, length)), high = at_most(length - 1, scaled(275, 512, length));
    size_t end = at_least(high + 1, scaled(511, 512, length));
    return (places){window, {0, length - window + 1}, {0, low}, {high, end - high}};
}

/* --- Drawing --------------------------------------------------------------------------------------------------------
 */

struct sb_pairs {
    size_t dimensions;             /* of the lattice; 0: classes */
    size_t columns;                /* of the lattice; a curve is one row */
    places places[SB_LATTICE_MAX]; /* in the direction of rows, of columns */
    sb_neighbours *neighbours;     /* of classes; NULL: there is a lattice */
};

size_t sb_pairs_bytes(const sb_settings *settings) {
    const bool classes = sb_dataset_lattice(settings).dimensions == 0;
    return sizeof(sb_pairs) + (classes ? sb_neighbours_bytes(settings) : 0);
}

sb_code sb_pairs_create(const sb_dataset *dataset, sb_pairs **pairs, sb_status *status) {
    const sb_lattice *lattice = &dataset->lattice;
    sb_pairs *made = sb_array(1, sizeof *made, "pairs of samples", status);
    *pairs = made;
    if (!made)
        return SB_MEMORY;
    made->dimensions = lattice->dimensions;
    if (lattice->dimensions == 0) {
        sb_code code = sb_neighbours_create(dataset, &made->neighbours, status);
        if (code != SB_OK) {
            free(made);
            *pairs = NULL;
        }
        return code;
    }
    made->columns = lattice->lengths[lattice->dimensions - 1];
    made->places[0] = (places){1, {0, 1}, {0, 1}, {0, 1}};
    if (lattice->dimensions == 2)
        made->places[0] = places_in_image(lattice->lengths[0]);
    made->places[1] = lattice->dimensions == 2 ? places_in_image(made->columns) : places_on_curve(made->columns);
    return SB_OK;
}

void sb_pairs_destroy(sb_pairs *pairs) {
    if (!pairs)
        return;
    sb_neighbours_destroy(pairs->neighbours);
    free(pairs);
}

/* What random numbers are for: lanes of the counter (step, index). */
enum { LANE_WINDOW, LANE_LOCAL, LANE_GLOBAL, LANE_DIAGONAL = LANE_GLOBAL + SB_LATTICE_MAX, LANE_CLASSES };

/* A random number below @p end (below 2^32) of 64 bits, high and low: its bias is less than 2^-32. */
static size_t below(uint32_t high, uint32_t low, size_t end) {
    return (size_t)((high * (uint64_t)end + (low * (uint64_t)end >> 32)) >> 32);
}

/* Two independent numbers below ends[0] and ends[1]. */
static void two_below(const sb_probe_view *view, size_t index, uint32_t lane, const size_t ends[2], size_t drawn[2]) {
    uint32_t words[4];
    sb_random_words((uint64_t)view->settings->seed, SB_PURPOSE_PAIRS, (uint64_t)view->step << 32 | index, lane, words);
    drawn[0] = below(words[0], words[1], ends[0]);
    drawn[1] = below(words[2], words[3], ends[1]);
}

/* Two different samples of window number @p window. */
static void draw_window(const sb_pairs *pairs, const sb_probe_view *view, size_t window, size_t first, size_t count,
                        size_t (*drawn)[2]) {
    const places *rows = &pairs->places[0], *columns = &pairs->places[1];
    const size_t samples = rows->window * columns->window;
    size_t start[2], pair[2];
    two_below(view, window, LANE_WINDOW, (const size_t[]){rows->starts.count, columns->starts.count}, start);
    for (size_t i = first; i < first + count; i++) {
        two_below(view, i, LANE_LOCAL, (const size_t[]){samples, samples - 1}, pair);
        pair[1] += pair[1] >= pair[0];
        for (size_t j = 0; j < 2; j++)
            drawn[i][j] = (rows->starts.first + start[0] + pair[j] / columns->window) * pairs->columns +
                          columns->starts.first + start[1] + pair[j] % columns->window;
    }
}

/* One sample of each of two regions far apart. */
static void draw_apart(const sb_pairs *pairs, const sb_probe_view *view, size_t i, size_t (*drawn)[2]) {
    size_t at[SB_LATTICE_MAX][2], flip[2] = {0, 0};
    for (uint32_t d = 0; d < SB_LATTICE_MAX; d++) {
        const places *along = &pairs->places[d];
        two_below(view, i, LANE_GLOBAL + d, (const size_t[]){along->low.count, along->high.count}, at[d]);
        at[d][0] += along->low.first;
        at[d][1] += along->high.first;
    }
    if (pairs->dimensions == 2)
        two_below(view, i, LANE_DIAGONAL, (const size_t[]){2, 1}, flip);
    for (size_t j = 0; j < 2; j++)
        drawn[i][j] = at[0][j] * pairs->columns + at[1][j ^ flip[0]];
}

static sb_code draw_classes(sb_pairs *pairs, const sb_probe_view *view, size_t count, sb_pair_kind kind,
                            size_t (*drawn)[2]) {
    for (size_t i = 0; i < count; i++)
        two_below(view, i, LANE_CLASSES + (uint32_t)kind, (const size_t[]){view->dataset->samples, 1}, drawn[i]);
    return sb_neighbours_find(pairs->neighbours, view, kind == SB_PAIRS_GLOBAL, count, drawn);
}

sb_code sb_pairs_draw(sb_pairs *pairs, const sb_probe_view *view, const sb_pair_numbers *numbers, sb_pair_kind kind,
                      size_t (*drawn)[2]) {
    enum { AT_ONCE = 65536 }; /* pairs between two calls of progress: some ms */
    const size_t count = sb_pair_count(numbers, kind);
    sb_code code = SB_OK;
    if (pairs->neighbours)
        return draw_classes(pairs, view, count, kind, drawn);
    if (kind == SB_PAIRS_LOCAL)
        for (size_t window = 0; code == SB_OK && window < numbers->windows; window++) {
            draw_window(pairs, view, window, window * numbers->of_window, numbers->of_window, drawn);
            code = sb_probe_progress(view);
        }
    else
        for (size_t i = 0; code == SB_OK && i < count; i++) {
            draw_apart(pairs, view, i, drawn);
            code = i % AT_ONCE == AT_ONCE - 1 ? sb_probe_progress(view) : SB_OK;
        }
    return code;
}

double sb_pairs_flops(const sb_settings *settings, const sb_pair_numbers *numbers) {
    if (sb_dataset_lattice(settings).dimensions > 0)
        return 0;
    return sb_neighbours_flops(settings, sb_pair_count(numbers, SB_PAIRS_LOCAL) + numbers->global);
}
