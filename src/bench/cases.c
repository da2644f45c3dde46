#include <math.h>
#include <specbias/bench.h>
#include <specbias/data.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* D affine layers of width W, as the papers count them. */
static const struct {
    const char *name;
    size_t inputs, depth, width, outputs, batch;
} table[] = {
    {"a", 1, 6, 256, 1, 200},   {"b", 2, 6, 256, 1, 1000},  {"c", 1, 5, 128, 1, 2048},
    {"d", 32, 5, 512, 3, 1024}, {"tiny", 1, 4, 64, 1, 256},
};
enum { CASES = sizeof table / sizeof *table };

size_t sb_case_count(void) {
    return CASES;
}

const char *sb_case_name(size_t index) {
    return table[index].name;
}

static sb_code allocate(sb_case *made, sb_status *status) {
    const sb_shape *shape = &made->shape;
    made->x = sb_array(made->batch * shape->widths[0], sizeof(float), "the inputs of a batch", status);
    made->y = sb_array(made->batch * shape->widths[shape->depth], sizeof(float), "the targets of a batch", status);
    return made->x && made->y ? SB_OK : SB_MEMORY;
}

/* On z_n = n/N: one input is z itself, several are cosines and sines of rising frequency; each output is a sum of
 * sines. It can be learned, so that gradients die away as in real training. */
static void fill(sb_case *made) {
    static const double frequencies[] = {1, 2, 3, 5, 8};
    enum { FREQUENCIES = sizeof frequencies / sizeof *frequencies };
    const size_t inputs = made->shape.widths[0], outputs = made->shape.widths[made->shape.depth];
    const double circle = 2 * acos(-1);
    for (size_t n = 0; n < made->batch; n++) {
        const double z = (double)n / (double)made->batch;
        for (size_t i = 0; i < inputs; i++) {
            const double angle = circle * (double)(i / 2 + 1) * z;
            made->x[n * inputs + i] = (float)(inputs == 1 ? z : i % 2 ? sin(angle) : cos(angle));
        }
        for (size_t o = 0; o < outputs; o++) {
            double sum = 0;
            for (size_t k = 0; k < FREQUENCIES; k++)
                sum += sin(circle * frequencies[k] * z + (double)o);
            made->y[n * outputs + o] = (float)(sum / FREQUENCIES);
        }
    }
}

static sb_code unknown_case(const char *name, sb_status *status) {
    char known[128] = "";
    for (size_t i = 0, used = 0; i < CASES && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", table[i].name);
    return sb_fail(status, SB_INPUT, "--case '%s': give one of %s", name, known);
}

sb_code sb_case_create(const char *name, sb_case *made, sb_status *status) {
    size_t i = 0;
    while (i < CASES && strcmp(name, table[i].name) != 0)
        i++;
    *made = (sb_case){0};
    if (i == CASES)
        return unknown_case(name, status);
    *made = (sb_case){.shape = {.depth = table[i].depth},
                      .batch = table[i].batch,
                      .loss = SB_LOSS_MSE,
                      .adam = {.learning_rate = 3e-4, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}};
    snprintf(made->name, sizeof made->name, "%s", name);
    made->shape.widths[0] = table[i].inputs;
    for (size_t layer = 1; layer < table[i].depth; layer++)
        made->shape.widths[layer] = table[i].width;
    made->shape.widths[table[i].depth] = table[i].outputs;
    const sb_code code = allocate(made, status);
    if (code == SB_OK)
        fill(made);
    else
        sb_case_destroy(made);
    return code;
}

void sb_case_destroy(sb_case *made) {
    free(made->x);
    free(made->y);
    *made = (sb_case){0};
}

/* --- Of a sweep --- */

/* The case of one trial, still without data. */
static sb_case outline(const sb_settings *settings) {
    return (sb_case){
        .shape = sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings)),
        .batch = sb_batch_size(settings, sb_dataset_samples(settings)),
        .loss = (sb_loss)settings->training.loss,
        .adam = sb_adam_of(settings),
    };
}

static bool takes_the_same_step(const sb_case *one, const sb_case *other) {
    bool same = one->batch == other->batch && one->loss == other->loss && one->shape.depth == other->shape.depth;
    for (size_t layer = 0; same && layer <= one->shape.depth; layer++)
        same = one->shape.widths[layer] == other->shape.widths[layer];
    return same;
}

static bool is_among(const sb_case *cases, size_t count, const sb_case *other) {
    for (size_t i = 0; i < count; i++)
        if (takes_the_same_step(&cases[i], other))
            return true;
    return false;
}

static sb_code copy_data(const sb_settings *settings, sb_case *made, sb_status *status) {
    sb_dataset data = {0};
    sb_code code = sb_dataset_create(settings, &data, status);
    if (code == SB_OK && (code = allocate(made, status)) == SB_OK) {
        memcpy(made->x, data.x, made->batch * data.inputs * sizeof *data.x);
        memcpy(made->y, data.y, made->batch * data.outputs * sizeof *data.y);
    }
    sb_dataset_destroy(&data);
    return code;
}

static void name_cases(const char *sweep, sb_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (count == 1)
            snprintf(cases[i].name, sizeof cases[i].name, "%.60s", sweep);
        else
            snprintf(cases[i].name, sizeof cases[i].name, "%.40s.%zu", sweep, i + 1);
}

sb_code sb_case_sweep(const sb_grid *grid, sb_case cases[SB_CASES_MAX], size_t *count, sb_status *status) {
    static const char *const paths[] = {"target",         "embedding",     "encoding", "model",
                                        "training.batch", "training.loss", NULL};
    const sb_product product = sb_grid_axes_touching(grid, paths);
    sb_code code = SB_OK;
    *count = 0;
    for (uint64_t point = 0; code == SB_OK && point < product.count; point++) {
        sb_settings settings = grid->sweep->base;
        sb_product_apply(&product, point, &settings);
        const sb_case made = outline(&settings);
        if (is_among(cases, *count, &made))
            continue;
        if (*count == SB_CASES_MAX) {
            code = sb_fail(status, SB_INPUT,
                           "%s has networks of more than %d shapes and batch sizes, too many to measure side by side; "
                           "choose some with --set",
                           grid->sweep->name, SB_CASES_MAX);
            break;
        }
        cases[*count] = made;
        code = copy_data(&settings, &cases[(*count)++], status);
    }
    if (code == SB_OK)
        name_cases(grid->sweep->name, cases, *count);
    for (; code != SB_OK && *count > 0; --*count)
        sb_case_destroy(&cases[*count - 1]);
    return code;
}
