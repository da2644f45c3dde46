#include <math.h>
#include <specbias/sched.h>
#include <stdlib.h>
#include <string.h>

/* One combination of the axes that change the cost. 8 bytes: a grid has fewer than 2^32 trials. */
typedef struct entry {
    float cost;
    uint32_t combination;
} entry;

struct sb_order {
    sb_product costly;                   /* the axes that change the cost */
    sb_product others;                   /* the other training axes: each combination has others.count trials */
    uint64_t costly_stride[SB_AXES_MAX]; /* by how much a step along the axis changes the trial's number */
    uint64_t others_stride[SB_AXES_MAX];
    double total;
    entry *entries; /* [costly.count] longest first */
};

/* Longest first; equal ones in the order of the grid, so that every rank arrives at the same order. */
static int compare(const void *left, const void *right) {
    const entry *a = left, *b = right;
    if (a->cost != b->cost)
        return a->cost > b->cost ? -1 : 1;
    return a->combination < b->combination ? -1 : a->combination > b->combination;
}

static void append(sb_product *product, uint64_t *strides, const sb_axis *axis, uint64_t stride) {
    strides[product->axis_count] = stride;
    product->axes[product->axis_count++] = axis;
    product->count *= axis->length;
}

/* Settings that change numbers and not the amount of work. A field that is missing here costs entries, nothing else. */
static bool changes_cost(const sb_field *field) {
    static const char *const indifferent[] = {
        "seed",           "target.amplitudes", "target.amplitude_law", "target.amplitude_exponent",
        "target.phases",  "target.seed",       "target.threshold",     "embedding.petals",
        "encoding.low",   "encoding.high",     "encoding.sigma",       "training.learning_rate",
        "training.beta1", "training.beta2",    "training.epsilon",
    };
    for (size_t i = 0; i < sizeof indifferent / sizeof *indifferent; i++)
        if (strcmp(field->path, indifferent[i]) == 0)
            return false;
    return true;
}

static bool is_costly(const sb_axis *axis) {
    for (size_t i = 0; i < axis->member_count; i++)
        if (changes_cost(axis->members[i].field))
            return true;
    return false;
}

static void part_axes(sb_order *order, const sb_grid *grid) {
    order->costly = order->others = (sb_product){.count = 1};
    uint64_t stride = grid->trials.count;
    for (size_t i = 0; i < grid->trials.axis_count; i++) {
        const sb_axis *axis = grid->trials.axes[i];
        stride /= axis->length;
        if (is_costly(axis))
            append(&order->costly, order->costly_stride, axis, stride);
        else
            append(&order->others, order->others_stride, axis, stride);
    }
}

static sb_code evaluate(sb_order *order, const sb_grid *grid,
                        double (*cost)(const void *context, const sb_settings *settings), const void *context,
                        sb_status *status) {
    sb_settings settings = grid->sweep->base;
    for (uint64_t combination = 0; combination < order->costly.count; combination++) {
        sb_product_apply(&order->costly, combination, &settings);
        const double value = cost(context, &settings);
        if (!(value >= 0) || !isfinite((float)value))
            return sb_fail(status, SB_INTERNAL, "the cost model gives %g for a trial", value);
        order->entries[combination] = (entry){(float)value, (uint32_t)combination};
        order->total += (float)value * (double)order->others.count;
    }
    return SB_OK;
}

sb_code sb_order_create(const sb_grid *grid, double (*cost)(const void *context, const sb_settings *settings),
                        const void *context, sb_order **order, sb_status *status) {
    *order = sb_array(1, sizeof **order, "the order of trials", status);
    if (!*order)
        return SB_MEMORY;
    part_axes(*order, grid);
    sb_code code = SB_MEMORY;
    (*order)->entries = sb_array((*order)->costly.count, sizeof(entry), "the order of trials", status);
    if ((*order)->entries)
        code = evaluate(*order, grid, cost, context, status);
    if (code) {
        sb_order_free(*order);
        *order = NULL;
        return code;
    }
    qsort((*order)->entries, (*order)->costly.count, sizeof(entry), compare);
    return SB_OK;
}

void sb_order_free(sb_order *order) {
    if (!order)
        return;
    free(order->entries);
    free(order);
}

/* The part of a trial's number that @p point of @p product makes up. */
static uint64_t offset(const sb_product *product, const uint64_t *strides, uint64_t point) {
    size_t index[SB_AXES_MAX];
    sb_product_unravel(product, point, index);
    uint64_t sum = 0;
    for (size_t i = 0; i < product->axis_count; i++)
        sum += index[i] * strides[i];
    return sum;
}

uint64_t sb_order_trial(const sb_order *order, uint64_t ticket) {
    const entry *found = &order->entries[ticket / order->others.count];
    return offset(&order->costly, order->costly_stride, found->combination) +
           offset(&order->others, order->others_stride, ticket % order->others.count);
}

double sb_order_cost(const sb_order *order, uint64_t ticket) {
    return order->entries[ticket / order->others.count].cost;
}

double sb_order_total(const sb_order *order) {
    return order->total;
}

uint64_t sb_order_count(const sb_order *order) {
    return order->costly.count * order->others.count;
}
