#include "internal.h"
#include <math.h>
#include <stdlib.h>

static const double seconds_of_measurement = 0.5;

/* What the costs of a trial follow from. Its time is taken as what a step costs apart from its arithmetic, and the
 * arithmetic. */
typedef struct model {
    const sb_layout *layout;
    const sb_kernels *kernels;
    double per_step; /* seconds */
    double per_flop; /* seconds */
} model;

static double trial_seconds(const void *context, const sb_settings *settings) {
    const model *m = context;
    return (double)settings->training.steps * m->per_step + sb_trial_flops(m->layout, settings) * m->per_flop;
}

static double trial_bytes(const void *context, const sb_settings *settings) {
    const model *m = context;
    return (double)(sb_trial_bytes(m->layout, m->kernels, settings) + sb_trial_saved_bytes(m->layout, settings));
}

/* Arithmetic of one training step as the cost model counts it: what twice the steps add, with records and probes alike.
 */
static double step_flops(const void *layout, const sb_settings *settings) {
    const int64_t many = (int64_t)1 << 40;
    sb_settings once = *settings;
    once.training.steps = many;
    once.record.every = 4 * many;
    sb_settings twice = once;
    twice.training.steps = 2 * many;
    return (sb_trial_flops(layout, &twice) - sb_trial_flops(layout, &once)) / (double)many;
}

/* The data of a trial without label noise: a step takes as long, but the noise may take longer than all of these. */
static sb_code make_data(const sb_settings *settings, sb_dataset *data, sb_status *status) {
    sb_settings plain = *settings;
    plain.noise.kind = SB_NOISE_NONE;
    return sb_dataset_create(&plain, data, status);
}

/* Seconds of one step, over as many steps as fit into the measurement. The first step counts only if it is that long.
 */
static double time_steps(sb_network *network, const sb_settings *settings, const sb_dataset *data, size_t batch) {
    const sb_adam adam = sb_adam_of(settings);
    double start = sb_seconds(), elapsed = 0;
    int64_t steps = 0;
    for (bool warm = false; steps == 0 || elapsed < seconds_of_measurement; warm = true) {
        sb_network_step(network, &adam, (sb_loss)settings->training.loss, data->x, data->y, batch);
        ++steps;
        elapsed = sb_seconds() - start;
        if (!warm && elapsed < seconds_of_measurement) {
            start = sb_seconds();
            steps = 0;
        }
    }
    return elapsed / (double)steps;
}

static sb_code measure_step(const sb_kernels *kernels, const sb_settings *settings, double *seconds,
                            sb_status *status) {
    const size_t batch = sb_batch_size(settings, sb_dataset_samples(settings));
    const sb_shape shape = sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings));
    sb_dataset data = {0};
    sb_network *network = NULL;
    float *parameters = NULL;
    sb_code code = make_data(settings, &data, status);
    if (code != SB_OK)
        return code;
    code = sb_network_create(kernels, &shape, batch, &network, status);
    if (code != SB_OK)
        goto done;
    parameters = sb_array(sb_shape_parameters(&shape), sizeof *parameters, "the parameters of a network", status);
    if (!parameters) {
        code = SB_MEMORY;
        goto done;
    }
    sb_initialise(&shape, (uint64_t)settings->seed, parameters);
    sb_network_set_parameters(network, parameters);
    *seconds = time_steps(network, settings, &data, batch);
done:
    free(parameters);
    sb_network_destroy(network);
    sb_dataset_destroy(&data);
    return code;
}

/* The straight line through the costliest and the cheapest step. Where they are alike, or noise gives it a slope or an
 * offset that is not positive, all time counts as arithmetic. */
static sb_code measure_speed(const sb_plan *plan, model *m, sb_status *status) {
    sb_order *order = NULL;
    double flops[2] = {0}, seconds[2] = {0};
    sb_code code = sb_order_create(&plan->grid, step_flops, plan->layout, &order, status);
    if (code != SB_OK)
        return code;
    for (int i = 0; i < 2 && code == SB_OK; ++i) {
        sb_settings settings;
        sb_grid_settings(&plan->grid, sb_order_trial(order, i ? plan->grid.trials.count - 1 : 0), &settings);
        flops[i] = step_flops(plan->layout, &settings);
        if (i == 0 || flops[1] < flops[0])
            code = measure_step(m->kernels, &settings, &seconds[i], status);
    }
    sb_order_free(order);
    const double slope = flops[0] > flops[1] ? (seconds[0] - seconds[1]) / (flops[0] - flops[1]) : 0;
    const double offset = seconds[0] - slope * flops[0];
    const bool line = slope > 0 && offset > 0;
    m->per_flop = line ? slope : seconds[0] / flops[0];
    m->per_step = line ? offset : 0;
    return code;
}

static uint64_t count_records(const sb_grid *grid) {
    static const char *const fields[] = {"record", "training.steps", NULL};
    const sb_product product = sb_grid_axes_touching(grid, fields);
    uint64_t records = 0;
    for (uint64_t point = 0; point < product.count; ++point) {
        sb_settings settings = grid->sweep->base;
        sb_product_apply(&product, point, &settings);
        records += sb_record_count(&settings);
    }
    return records * (grid->trials.count / product.count);
}

/* The first cost of an order and the sum of all: the extreme trial and the whole sweep. */
static sb_code largest_and_total(const sb_plan *plan, double (*cost)(const void *, const sb_settings *),
                                 const void *context, double *largest, double *total, sb_status *status) {
    sb_order *order = NULL;
    const sb_code code = sb_order_create(&plan->grid, cost, context, &order, status);
    if (code == SB_OK) {
        *largest = sb_order_cost(order, 0);
        *total = sb_order_total(order);
        sb_order_free(order);
    }
    return code;
}

static uint64_t waiting_bytes(const sb_plan *plan, size_t ranks) {
    const uint64_t payload = plan->layout->payload_bytes;
    const uint64_t most = SB_WAITING_BYTES_MAX / payload + 1;
    const uint64_t results = (plan->grid.trials.count + ranks - 1) / ranks;
    return payload * (results < most ? results : most);
}

/* What the files hold that all trials share. */
static uint64_t source_bytes(const sb_sweep *sweep) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < sweep->source_count; ++i)
        bytes += sb_source_bytes(sweep->sources[i]);
    return bytes;
}

sb_code sb_plan_estimate(const sb_plan *plan, const sb_kernels *kernels, size_t ranks, sb_estimate *estimate,
                         sb_status *status) {
    model m = {.layout = plan->layout, .kernels = kernels};
    sb_order *order = NULL;
    double bytes = 0, all_bytes = 0, longest_flops = 0;
    *estimate = (sb_estimate){.trials = plan->grid.trials.count,
                              .records = count_records(&plan->grid),
                              .file_bytes = sb_store_bytes(plan->layout)};
    sb_code code = largest_and_total(plan, trial_bytes, &m, &bytes, &all_bytes, status);
    if (code == SB_OK)
        code = largest_and_total(plan, sb_work_flops, plan->layout, &longest_flops, &estimate->flops, status);
    if (code == SB_OK)
        code = measure_speed(plan, &m, status);
    if (code == SB_OK)
        code = sb_order_create(&plan->grid, trial_seconds, &m, &order, status);
    if (code != SB_OK)
        return code;
    estimate->memory_per_rank = (uint64_t)bytes + waiting_bytes(plan, ranks) + source_bytes(plan->sweep);
    estimate->longest = sb_order_cost(order, 0);
    estimate->rate = estimate->flops / sb_order_total(order);
    code = sb_order_simulate(order, ranks, &estimate->seconds, &estimate->efficiency, status);
    sb_order_free(order);
    return code;
}
