/* The driver: declares what probes measure, finds out when each is due, and hands each the place of its results.
 *
 * A variable's block in a trial's payload is [combination of the probe's axes][moment][own dimensions], row-major. */
#include "moments.h"
#include "rows.h"
#include <stdlib.h>

/* clang-format off */
const sb_probe *const sb_probe_table[] = {
    &sb_probe_loss,
    &sb_probe_spectrum,
    &sb_probe_spectral_norm,
    &sb_probe_spectral_bias,
    &sb_probe_image_spectrum,
    &sb_probe_function_grid,
    &sb_probe_decay,
    &sb_probe_inradius,
    &sb_probe_boundary_distance,
    &sb_probe_ntk,
    &sb_probe_confusion,
    &sb_probe_dead_relu,
    &sb_probe_regions,
    &sb_probe_hamming,
    &sb_probe_hyperplane_cosine,
    &sb_probe_slice,
    &sb_probe_perturbation,
    &sb_probe_parameters,
    &sb_probe_predictions,
    &sb_probe_accuracy,
    &sb_probe_kernel_spectrum,
    &sb_probe_validation,
};
/* clang-format on */
enum { PROBES = sizeof sb_probe_table / sizeof *sb_probe_table };
const size_t sb_probe_count = PROBES;
_Static_assert(sizeof sb_probe_table / sizeof *sb_probe_table <= SB_PROBES_MAX, "raise SB_PROBES_MAX");

/* --- Declaring ------------------------------------------------------------------------------------------------------
 */

/* True if any combination of the probe's axes and of what it is trained on wants the variable. */
static bool wanted_anywhere(const sb_grid *grid, const sb_probe *probe, const sb_probe_variable *variable) {
    static const char *const fields[] = {"target", "training.loss", "validation", NULL};
    const sb_product targets = sb_grid_axes_touching(grid, fields), axes = sb_grid_probe_axes(grid, probe->name);
    sb_settings settings = grid->sweep->base;
    bool wanted = !variable->wanted;
    for (uint64_t target = 0; !wanted && target < targets.count; target++) {
        sb_product_apply(&targets, target, &settings);
        for (uint64_t point = 0; !wanted && point < axes.count; point++) {
            sb_product_apply(&axes, point, &settings);
            wanted = variable->wanted(&settings);
        }
    }
    return wanted;
}

static sb_code declare_variable(sb_layout *layout, const sb_probe *probe, const sb_probe_variable *variable,
                                size_t moment, size_t moments, sb_status *status) {
    size_t dimensions[SB_RANK_MAX], count = 0, index;
    sb_code code = SB_OK;
    if (moments > 0 && !variable->timeless)
        dimensions[count++] = moment;
    for (size_t i = 0; code == SB_OK && variable->dimensions[i]; i++)
        code = sb_layout_dimension(layout, variable->dimensions[i], &dimensions[count++], status);
    if (code != SB_OK)
        return code;
    return sb_layout_variable(layout, probe->name, variable->name, variable->unit, variable->long_name, variable->type,
                              dimensions, count, &index, status);
}

static sb_code declare_companion(sb_layout *layout, const sb_probe_companion *companion, sb_status *status) {
    size_t along;
    sb_code code = sb_layout_dimension(layout, companion->along, &along, status);
    return code == SB_OK ? sb_layout_table(layout, companion->rule, along, status) : code;
}

static sb_code declare_probe(sb_layout *layout, const sb_probe *probe, sb_status *status) {
    size_t moment = 0, moments;
    sb_code code = sb_moments_declare(probe, layout, &moment, &moments, status);
    for (const sb_probe_variable *variable = probe->variables; code == SB_OK && variable->name; variable++)
        if (wanted_anywhere(layout->grid, probe, variable))
            code = declare_variable(layout, probe, variable, moment, moments, status);
    for (const sb_probe_companion *companion = probe->companions; code == SB_OK && companion->rule; companion++)
        code = declare_companion(layout, companion, status);
    return code;
}

sb_code sb_probes_declare(sb_layout *layout, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < sb_probe_count; i++)
        if (sb_probe_table[i]->settings(&layout->grid->sweep->base)->enabled)
            code = declare_probe(layout, sb_probe_table[i], status);
    return code;
}

/* --- Measuring ------------------------------------------------------------------------------------------------------
 */

struct sb_probes {
    const sb_layout *layout;
    sb_settings settings;   /* of the trial */
    void *states[PROBES];   /* in the table's order; NULL: none */
    double created[PROBES]; /* seconds that each took to be made */
    double *seconds;        /* [PROBES] spent so far; NULL: not measured */
};

static bool is_enabled(const sb_probe *probe, const sb_settings *settings) {
    return probe->settings(settings)->enabled;
}

sb_code sb_probes_create(const sb_layout *layout, const sb_settings *settings, const sb_dataset *dataset,
                         const sb_shape *shape, sb_probes **probes, sb_status *status) {
    sb_probes *made = sb_array(1, sizeof *made, "the probes", status);
    *probes = NULL;
    if (!made)
        return SB_MEMORY;
    made->layout = layout;
    made->settings = *settings;
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < PROBES; i++)
        if (is_enabled(sb_probe_table[i], settings) && sb_probe_table[i]->create) {
            const double since = sb_seconds();
            code = sb_probe_table[i]->create(settings, dataset, shape, &made->states[i], status);
            made->created[i] = sb_seconds() - since;
        }
    if (code != SB_OK) {
        sb_probes_destroy(made);
        return code;
    }
    *probes = made;
    return SB_OK;
}

void sb_probes_destroy(sb_probes *probes) {
    if (!probes)
        return;
    for (size_t i = 0; i < PROBES; i++)
        if (probes->states[i])
            sb_probe_table[i]->destroy(probes->states[i]);
    free(probes);
}

void sb_probes_profile(sb_probes *probes, double *seconds) {
    for (size_t i = 0; seconds && i < PROBES; i++)
        seconds[i] += probes->created[i];
    probes->seconds = seconds;
}

/* The moment of probe number @p i that lies at @p step; SIZE_MAX if there is none. */
static size_t moment_at(const sb_probes *probes, size_t i, int64_t step) {
    bool enabled = is_enabled(sb_probe_table[i], &probes->settings);
    return enabled ? sb_moments_find(sb_probe_table[i], &probes->settings, step) : SIZE_MAX;
}

/* True if probe number @p i watches the network at @p step. */
static bool watches_at(const sb_probes *probes, size_t i, int64_t step) {
    const sb_probe *probe = sb_probe_table[i];
    const sb_settings *settings = &probes->settings;
    bool wanted = false;
    for (const sb_probe_variable *variable = probe->variables; variable->name; variable++)
        wanted = wanted || (variable->watched && (!variable->wanted || variable->wanted(settings)));
    return wanted && is_enabled(probe, settings) && sb_moments_record(settings, step) != SIZE_MAX;
}

bool sb_probes_due(const sb_probes *probes, int64_t step) {
    bool due = false;
    for (size_t i = 0; !due && i < PROBES; i++)
        due = moment_at(probes, i, step) != SIZE_MAX || watches_at(probes, i, step);
    return due;
}

/* One combination of a probe's axes, at one moment. */
typedef struct station {
    sb_settings settings; /* of the trial, with the values of the combination */
    uint64_t point, points;
    size_t moment; /* SIZE_MAX: not due */
} station;

/* Where the measurement of @p variable goes, if anywhere. */
static sb_probe_output place(const sb_layout *layout, const sb_probe_variable *variable, const station *at,
                             void *payload) {
    sb_probe_output output = {.type = variable->type};
    bool due = at->moment != SIZE_MAX || variable->watched;
    if (!due || (variable->wanted && !variable->wanted(&at->settings)))
        return output;
    const sb_variable *found = sb_layout_find(layout, variable->name);
    while (variable->dimensions[output.dimension_count])
        output.dimension_count++;
    uint64_t size = 1;
    for (size_t i = 0; i < output.dimension_count; i++) {
        size_t dimension = found->dimensions[found->dimension_count - output.dimension_count + i];
        output.lengths[i] = layout->dimensions[dimension].length;
        size *= output.lengths[i];
    }
    uint64_t first = at->point * (found->block_count / at->points) + (variable->timeless ? 0 : at->moment) * size;
    output.values = (unsigned char *)payload + found->offset + first * sb_type_size(found->type);
    return output;
}

/* What probe number @p i has to do at this step, for all combinations of its axes. */
static sb_code measure_moment(const sb_probes *probes, size_t i, const sb_probe_view *view, void *payload,
                              sb_status *status) {
    const sb_probe *probe = sb_probe_table[i];
    size_t moment = moment_at(probes, i, view->step);
    bool watches = watches_at(probes, i, view->step);
    sb_product axes = sb_grid_probe_axes(probes->layout->grid, probe->name);
    station at = {.settings = probes->settings, .points = axes.count, .moment = moment};
    sb_probe_view seen = *view;
    seen.settings = &at.settings;
    sb_code code = SB_OK;
    for (; code == SB_OK && (watches || moment != SIZE_MAX) && at.point < axes.count; at.point++) {
        sb_probe_output outputs[SB_PROBE_VARIABLES_MAX];
        sb_product_apply(&axes, at.point, &at.settings);
        for (size_t j = 0; probe->variables[j].name; j++)
            outputs[j] = place(probes->layout, &probe->variables[j], &at, payload);
        if (watches)
            probe->watch(probes->states[i], &seen, outputs);
        if (moment != SIZE_MAX)
            code = probe->measure(probes->states[i], &seen, outputs, status);
    }
    return code;
}

sb_code sb_probes_measure(sb_probes *probes, const sb_probe_view *view, void *payload, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < PROBES; i++) {
        const double since = sb_seconds();
        code = measure_moment(probes, i, view, payload, status);
        if (probes->seconds && is_enabled(sb_probe_table[i], &probes->settings))
            probes->seconds[i] += sb_seconds() - since;
    }
    return code;
}

/* --- Cost -----------------------------------------------------------------------------------------------------------
 */

double sb_probes_flops(const sb_layout *layout, const sb_settings *settings) {
    double flops = 0;
    for (size_t i = 0; i < PROBES; i++) {
        const sb_probe *probe = sb_probe_table[i];
        sb_product axes = sb_grid_probe_axes(layout->grid, probe->name);
        sb_settings at = *settings;
        for (uint64_t point = 0; is_enabled(probe, settings) && point < axes.count; point++) {
            sb_product_apply(&axes, point, &at);
            flops += (double)sb_moments_count(probe, settings) * probe->flops(&at);
        }
    }
    return flops;
}

size_t sb_probes_bytes(const sb_settings *settings) {
    size_t bytes = sizeof(sb_probes);
    for (size_t i = 0; i < PROBES; i++)
        if (is_enabled(sb_probe_table[i], settings) && sb_probe_table[i]->bytes)
            bytes += sb_probe_table[i]->bytes(settings);
    return bytes;
}
