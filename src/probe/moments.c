#include "moments.h"

#include <stdio.h>

static bool is_every_record(const sb_list *at) {
    return at->values[0] == SB_AT_ALL;
}

static bool is_once(const sb_list *at) {
    return at->count == 1 && at->values[0] == SB_AT_LAST;
}

static int64_t listed_step(const sb_list *at, const sb_settings *settings, size_t moment) {
    return at->values[moment] == SB_AT_LAST ? settings->training.steps : (int64_t)at->values[moment];
}

static size_t record_steps(const void *context, const sb_settings *settings, double *values) {
    (void)context;
    size_t count = sb_record_count(settings);
    for (size_t i = 0; values && i < count; i++)
        values[i] = (double)sb_record_step(settings, i);
    return count;
}

static size_t listed_steps(const void *context, const sb_settings *settings, double *values) {
    const sb_probe *probe = context;
    const sb_list *at = &probe->settings(settings)->at;
    for (size_t i = 0; values && i < at->count; i++)
        values[i] = (double)listed_step(at, settings, i);
    return at->count;
}

static sb_code declare_records(sb_layout *layout, size_t *dimension, sb_status *status) {
    static const char *const fields[] = {"training.steps", "record.every", NULL};
    const sb_vector_rule rule = {.name = "step",
                                 .unit = "1",
                                 .long_name = "optimiser updates before the record",
                                 .type = SB_TYPE_INT64,
                                 .fields = fields,
                                 .values = record_steps};
    return sb_layout_dimension(layout, &rule, dimension, status);
}

static sb_code declare_list(const sb_probe *probe, sb_layout *layout, size_t *dimension, sb_status *status) {
    static const char *const fields[] = {"training.steps", NULL};
    char name[64];
    snprintf(name, sizeof name, "%s_step", probe->name);
    const sb_vector_rule rule = {.name = name,
                                 .unit = "1",
                                 .long_name = "optimiser updates before the measurement",
                                 .type = SB_TYPE_INT64,
                                 .fields = fields,
                                 .values = listed_steps,
                                 .context = probe};
    return sb_layout_dimension(layout, &rule, dimension, status);
}

sb_code sb_moments_declare(const sb_probe *probe, sb_layout *layout, size_t *dimension, size_t *count,
                           sb_status *status) {
    const sb_list *at = &probe->settings(&layout->grid->sweep->base)->at;
    *count = is_once(at) ? 0 : 1;
    if (is_once(at))
        return SB_OK;
    return is_every_record(at) ? declare_records(layout, dimension, status)
                               : declare_list(probe, layout, dimension, status);
}

size_t sb_moments_count(const sb_probe *probe, const sb_settings *settings) {
    const sb_list *at = &probe->settings(settings)->at;
    return is_every_record(at) ? sb_record_count(settings) : at->count;
}

size_t sb_moments_record(const sb_settings *settings, int64_t step) {
    bool is_last = step == settings->training.steps;
    size_t record = is_last ? sb_record_count(settings) - 1 : (size_t)(step / settings->record.every);
    return sb_record_step(settings, record) == step ? record : SIZE_MAX;
}

size_t sb_moments_find(const sb_probe *probe, const sb_settings *settings, int64_t step) {
    const sb_list *at = &probe->settings(settings)->at;
    if (is_every_record(at))
        return sb_moments_record(settings, step);
    for (size_t i = 0; i < at->count; i++)
        if (listed_step(at, settings, i) == step)
            return i;
    return SIZE_MAX;
}
