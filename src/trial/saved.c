#include "workspace.h"
#include <string.h>

/* The parts of a saved trial, for a network of @p shape. */
typedef struct parts {
    size_t parameters; /* number of them */
    size_t first, second, payload, end;
} parts;

static parts parts_of(const sb_layout *layout, const sb_shape *shape) {
    const size_t parameters = sb_shape_parameters(shape), bytes = parameters * sizeof(float);
    const size_t start = sizeof(sb_saved_head), alignment = SB_ALIGNMENT;
    const size_t payload = (start + 3 * bytes + alignment - 1) / alignment * alignment;
    return (parts){.parameters = parameters,
                   .first = start + bytes,
                   .second = start + 2 * bytes,
                   .payload = payload,
                   .end = payload + layout->payload_bytes};
}

size_t sb_training_saved_bytes(const sb_layout *layout, const sb_shape *shape) {
    return parts_of(layout, shape).end;
}

size_t sb_trial_saved_bytes(const sb_layout *layout, const sb_settings *settings) {
    const sb_shape shape = sb_shape_of(settings, sb_dataset_inputs(settings), sb_dataset_outputs(settings));
    return sb_training_saved_bytes(layout, &shape);
}

int64_t sb_trial_saved_steps(const void *saved) {
    return ((const sb_saved_head *)saved)->step;
}

static float *floats(const void *saved, size_t offset) {
    return (float *)((char *)(uintptr_t)saved + offset);
}

void sb_training_save(const sb_training *training, const sb_layout *layout, const sb_shape *shape, double seconds,
                      void *saved) {
    const parts at = parts_of(layout, shape);
    sb_saved_head *head = saved;
    memset(saved, 0, at.end);
    *head = (sb_saved_head){.bytes = at.end, .step = training->step, .seconds = seconds};
    sb_network_get_parameters(training->network, floats(saved, sizeof *head));
    sb_network_get_moments(training->network, floats(saved, at.first), floats(saved, at.second), &head->updates);
    memcpy((char *)saved + at.payload, training->payload, layout->payload_bytes);
}

double sb_training_restore(sb_training *training, const sb_layout *layout, const sb_shape *shape, const void *saved) {
    const parts at = parts_of(layout, shape);
    const sb_saved_head *head = saved;
    training->step = head->step;
    sb_network_set_parameters(training->network, floats(saved, sizeof *head));
    sb_network_set_moments(training->network, floats(saved, at.first), floats(saved, at.second), head->updates);
    memcpy(training->payload, (const char *)saved + at.payload, layout->payload_bytes);
    return head->seconds;
}
