/* The driver: declares what probes measure, finds out when each is due, and hands each the place of its results.
 *
 * A variable's block in a trial's payload is [combination of the probe's axes][moment][own dimensions], row-major. */
#include "moments.h"
#include "rows.h"
#include <stdlib.h>

const sb_probe *const sb_probe_table[] = {&sb_probe_loss, &sb_probe_spectrum, &sb_probe_spectral_norm,
                                          &sb_probe_perturbation, &sb_probe_parameters};
const size_t sb_probe_count = sizeof sb_probe_table / sizeof *sb_probe_table;

/* --- Declaring ------------------------------------------------------------------------------------------------------
 */

/* True if any combination of the probe's axes wants the variable. */
static bool wanted_anywhere(const sb_grid *grid, const sb_probe *probe, const sb_probe_variable *variable) {
    sb_product axes = sb_grid_probe_axes(grid, probe->name);
    bool wanted = !variable->wanted;
    for (uint64_t point = 0; !wanted && point < axes.count; point++) {
        sb_settings settings = grid->sweep->base;
        sb_product_apply(&axes, point, &settings);
        wanted = variable->wanted(&settings);
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

/* A probe at one combination of its axes. */
typedef struct station {
    const sb_probe *probe;
    sb_settings settings; /* of the trial, with the values of this combination */
    uint64_t point, points;
    void *state;
    const sb_variable *variables[SB_PROBE_VARIABLES_MAX]; /* NULL: not wanted here */
} station;

struct sb_probes {
    const sb_layout *layout;
    size_t count; /* of stations whose state has been created */
    station *stations;
};

static size_t count_stations(const sb_layout *layout, const sb_settings *settings) {
    size_t count = 0;
    for (size_t i = 0; i < sb_probe_count; i++)
        if (sb_probe_table[i]->settings(settings)->enabled)
            count += sb_grid_probe_axes(layout->grid, sb_probe_table[i]->name).count;
    return count;
}

/* The station of @p probe at combination @p point of its @p axes, without state. */
static station station_at(const sb_layout *layout, const sb_settings *settings, const sb_probe *probe,
                          const sb_product *axes, uint64_t point) {
    station made = {.probe = probe, .settings = *settings, .point = point, .points = axes->count};
    sb_product_apply(axes, point, &made.settings);
    for (size_t i = 0; probe->variables[i].name; i++)
        if (!probe->variables[i].wanted || probe->variables[i].wanted(&made.settings))
            made.variables[i] = sb_layout_find(layout, probe->variables[i].name);
    return made;
}

static sb_code create_stations(sb_probes *probes, const sb_settings *settings, const sb_probe *probe,
                               const sb_dataset *dataset, const sb_shape *shape, sb_status *status) {
    sb_product axes = sb_grid_probe_axes(probes->layout->grid, probe->name);
    sb_code code = SB_OK;
    for (uint64_t point = 0; code == SB_OK && point < axes.count; point++) {
        station *made = &probes->stations[probes->count];
        *made = station_at(probes->layout, settings, probe, &axes, point);
        if (probe->create)
            code = probe->create(&made->settings, dataset, shape, &made->state, status);
        if (code == SB_OK)
            probes->count++;
    }
    return code;
}

sb_code sb_probes_create(const sb_layout *layout, const sb_settings *settings, const sb_dataset *dataset,
                         const sb_shape *shape, sb_probes **probes, sb_status *status) {
    sb_probes *made = sb_array(1, sizeof *made, "the probes", status);
    *probes = NULL;
    if (!made)
        return SB_MEMORY;
    made->layout = layout;
    made->stations = sb_array(count_stations(layout, settings), sizeof *made->stations, "the probes", status);
    sb_code code = made->stations ? SB_OK : SB_MEMORY;
    for (size_t i = 0; code == SB_OK && i < sb_probe_count; i++)
        if (sb_probe_table[i]->settings(settings)->enabled)
            code = create_stations(made, settings, sb_probe_table[i], dataset, shape, status);
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
    for (size_t i = 0; i < probes->count; i++)
        if (probes->stations[i].probe->destroy)
            probes->stations[i].probe->destroy(probes->stations[i].state);
    free(probes->stations);
    free(probes);
}

bool sb_probes_due(const sb_probes *probes, int64_t step) {
    bool due = false;
    for (size_t i = 0; !due && i < probes->count; i++)
        due = sb_moments_find(probes->stations[i].probe, &probes->stations[i].settings, step) != SIZE_MAX;
    return due;
}

/* Where measurement number @p moment of @p variable, called @p described in the probe's row, goes. */
static sb_probe_output place(const station *at, const sb_layout *layout, const sb_probe_variable *described,
                             const sb_variable *variable, size_t moment, void *payload) {
    sb_probe_output output = {.type = described->type};
    if (!variable)
        return output;
    while (described->dimensions[output.dimension_count])
        output.dimension_count++;
    uint64_t size = 1;
    for (size_t i = 0; i < output.dimension_count; i++) {
        size_t dimension = variable->dimensions[variable->dimension_count - output.dimension_count + i];
        output.lengths[i] = layout->dimensions[dimension].length;
        size *= output.lengths[i];
    }
    uint64_t first = at->point * (variable->block_count / at->points) + (described->timeless ? 0 : moment) * size;
    output.values = (unsigned char *)payload + variable->offset + first * sb_type_size(variable->type);
    return output;
}

static sb_code measure_moment(const station *at, const sb_layout *layout, const sb_probe_view *view, size_t moment,
                              void *payload, sb_status *status) {
    sb_probe_output outputs[SB_PROBE_VARIABLES_MAX];
    sb_probe_view seen = *view;
    seen.settings = &at->settings;
    for (size_t i = 0; at->probe->variables[i].name; i++)
        outputs[i] = place(at, layout, &at->probe->variables[i], at->variables[i], moment, payload);
    return at->probe->measure(at->state, &seen, outputs, status);
}

sb_code sb_probes_measure(sb_probes *probes, const sb_probe_view *view, void *payload, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < probes->count; i++) {
        const station *at = &probes->stations[i];
        size_t moment = sb_moments_find(at->probe, &at->settings, view->step);
        if (moment != SIZE_MAX)
            code = measure_moment(at, probes->layout, view, moment, payload, status);
    }
    return code;
}

/* --- Cost -----------------------------------------------------------------------------------------------------------
 */

double sb_probes_flops(const sb_layout *layout, const sb_settings *settings) {
    double flops = 0;
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        sb_product axes = sb_grid_probe_axes(layout->grid, probe->name);
        for (uint64_t point = 0; probe->settings(settings)->enabled && point < axes.count; point++) {
            station at = station_at(layout, settings, probe, &axes, point);
            flops += (double)sb_moments_count(probe, &at.settings) * probe->flops(&at.settings);
        }
    }
    return flops;
}

size_t sb_probes_bytes(const sb_layout *layout, const sb_settings *settings) {
    size_t bytes = sizeof(sb_probes) + count_stations(layout, settings) * sizeof(station);
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        sb_product axes = sb_grid_probe_axes(layout->grid, probe->name);
        for (uint64_t point = 0; probe->bytes && probe->settings(settings)->enabled && point < axes.count; point++) {
            station at = station_at(layout, settings, probe, &axes, point);
            bytes += probe->bytes(&at.settings);
        }
    }
    return bytes;
}
