#include "neighbours.h"

#include "dot.h"
#include "products.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Samples whose neighbours are looked for at once, and those that they are compared with at once: some ms for 784
 * inputs. */
enum { ROWS = 64, COLUMNS = 1024 };

#define UNKNOWN UINT32_MAX

struct sb_neighbours {
    size_t samples, inputs;
    uint32_t *classes;  /* [samples] */
    uint32_t *found[2]; /* [samples] nearest and farthest sample of another class; UNKNOWN */
    float *squares;     /* [samples] |x|^2 */
    float *rows;        /* [ROWS][inputs] */
    float *products;    /* [ROWS][COLUMNS] */
};

size_t sb_neighbours_bytes(const sb_settings *settings) {
    size_t samples = sb_dataset_samples(settings);
    return sizeof(sb_neighbours) + samples * (3 * sizeof(uint32_t) + sizeof(float)) +
           ROWS * (sb_dataset_inputs(settings) + COLUMNS) * sizeof(float);
}

/* Numbers the classes in the order of their first samples and returns how many there are. @p firsts[samples] is
 * workspace. */
static size_t set_classes(const sb_dataset *dataset, uint32_t *classes, uint32_t *firsts) {
    const size_t width = dataset->outputs, size = width * sizeof *dataset->clean;
    size_t count = 0;
    for (uint32_t n = 0; n < dataset->samples; n++) {
        const float *target = dataset->clean + n * width;
        uint32_t class = 0;
        while (class < count && memcmp(dataset->clean + firsts[class] * width, target, size) != 0)
            class ++;
        if (class == count)
            firsts[count++] = n;
        classes[n] = class;
    }
    return count;
}

static sb_code prepare(sb_neighbours *made, const sb_dataset *dataset, sb_status *status) {
    if (set_classes(dataset, made->classes, made->found[0]) < 2)
        return sb_fail(status, SB_INPUT, "all %zu training samples are of one class: there are no pairs to compare",
                       made->samples);
    for (size_t n = 0; n < made->samples; n++) {
        const float *x = dataset->x + n * made->inputs;
        made->squares[n] = (float)sb_dot_floats(x, x, made->inputs);
        made->found[0][n] = made->found[1][n] = UNKNOWN;
    }
    return SB_OK;
}

sb_code sb_neighbours_create(const sb_dataset *dataset, sb_neighbours **neighbours, sb_status *status) {
    static const char what[] = "neighbours of samples";
    sb_neighbours *made = sb_array(1, sizeof *made, what, status);
    sb_code code = SB_MEMORY;
    *neighbours = NULL;
    if (!made)
        return SB_MEMORY;
    made->samples = dataset->samples;
    made->inputs = dataset->inputs;
    made->classes = sb_array(made->samples, sizeof *made->classes, what, status);
    made->found[0] = sb_array(made->samples, sizeof *made->found[0], what, status);
    made->found[1] = sb_array(made->samples, sizeof *made->found[1], what, status);
    made->squares = sb_array(made->samples, sizeof *made->squares, what, status);
    made->rows = sb_array(ROWS * made->inputs, sizeof *made->rows, what, status);
    made->products = sb_array((size_t)ROWS * COLUMNS, sizeof *made->products, what, status);
    if (made->classes && made->found[0] && made->found[1] && made->squares && made->rows && made->products)
        code = prepare(made, dataset, status);
    if (code != SB_OK) {
        sb_neighbours_destroy(made);
        return code;
    }
    *neighbours = made;
    return SB_OK;
}

void sb_neighbours_destroy(sb_neighbours *neighbours) {
    if (!neighbours)
        return;
    free(neighbours->products);
    free(neighbours->rows);
    free(neighbours->squares);
    free(neighbours->found[1]);
    free(neighbours->found[0]);
    free(neighbours->classes);
    free(neighbours);
}

/* Of one sample, what was found among the first samples. */
typedef struct search {
    uint32_t sample;
    float distances[2]; /* squared, to the nearest and farthest, without the sample's own |x|^2 */
} search;

/* Goes on with the search @p of a sample over samples first .. first + count - 1, with the inner products[count] of
 * their inputs. */
static void look_through(sb_neighbours *neighbours, search *of, size_t first, size_t count, const float *products) {
    const uint32_t class = neighbours->classes[of->sample];
    for (size_t i = 0; i < count; i++) {
        float distance = neighbours->squares[first + i] - 2 * products[i];
        if (neighbours->classes[first + i] == class)
            continue;
        for (int far = 0; far < 2; far++)
            if (far ? distance > of->distances[far] : distance < of->distances[far]) {
                of->distances[far] = distance;
                neighbours->found[far][of->sample] = (uint32_t)(first + i);
            }
    }
}

/* Finds both neighbours of the samples of searches[count], count <= ROWS. */
static sb_code find_block(sb_neighbours *neighbours, const sb_probe_view *view, search *searches, size_t count) {
    const float *x = view->dataset->x;
    const size_t inputs = neighbours->inputs, samples = neighbours->samples;
    sb_code code = SB_OK;
    for (size_t i = 0; i < count; i++)
        memcpy(neighbours->rows + i * inputs, x + searches[i].sample * inputs, inputs * sizeof *x);
    for (size_t first = 0; code == SB_OK && first < samples; first += COLUMNS) {
        size_t columns = samples - first < COLUMNS ? samples - first : COLUMNS;
        sb_row_products(neighbours->rows, count, x + first * inputs, columns, inputs, neighbours->products);
        for (size_t i = 0; i < count; i++)
            look_through(neighbours, &searches[i], first, columns, neighbours->products + i * columns);
        code = sb_probe_progress(view);
    }
    for (size_t i = 0; code != SB_OK && i < count; i++) /* half a search is none */
        neighbours->found[0][searches[i].sample] = UNKNOWN;
    return code;
}

sb_code sb_neighbours_find(sb_neighbours *neighbours, const sb_probe_view *view, bool farthest, size_t count,
                           size_t (*pairs)[2]) {
    search searches[ROWS];
    size_t waiting = 0;
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i <= count; i++) {
        if (i < count && neighbours->found[0][pairs[i][0]] == UNKNOWN) {
            searches[waiting++] = (search){(uint32_t)pairs[i][0], {INFINITY, -INFINITY}};
            neighbours->found[0][pairs[i][0]] = 0; /* is being looked for */
        }
        if (waiting == ROWS || (i == count && waiting > 0)) {
            code = find_block(neighbours, view, searches, waiting);
            waiting = 0;
        }
    }
    for (size_t i = 0; code == SB_OK && i < count; i++)
        pairs[i][1] = neighbours->found[farthest][pairs[i][0]];
    return code;
}

/* Each sample is looked for once in a trial. */
double sb_neighbours_flops(const sb_settings *settings, size_t samples) {
    double all = (double)sb_dataset_samples(settings), fresh = all / (double)sb_record_count(settings);
    return 2 * ((double)samples < fresh ? (double)samples : fresh) * all * (double)sb_dataset_inputs(settings);
}
