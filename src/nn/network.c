#include "kernels.h"
#include <stdlib.h>
#include <string.h>

static const sb_kernels *const implementations[] = {&sb_kernels_fused, &sb_kernels_fused_blis, &sb_kernels_plain};

const sb_kernels *sb_kernels_at(size_t index) {
    for (size_t i = 0; i < sizeof implementations / sizeof *implementations; i++)
        if (implementations[i]->is_available() && index-- == 0)
            return implementations[i];
    return NULL;
}

const sb_kernels *sb_kernels_find(const char *name) {
    const sb_kernels *kernels;
    for (size_t i = 0; (kernels = sb_kernels_at(i)); i++)
        if (strcmp(kernels->name, name) == 0)
            return kernels;
    return NULL;
}

const sb_kernels *sb_kernels_default(void) {
    return sb_kernels_at(0);
}

const char *sb_kernels_name(const sb_kernels *kernels) {
    return kernels->name;
}

const char *sb_kernels_tiles(const sb_kernels *kernels) {
    return kernels->tiles();
}

size_t sb_network_bytes(const sb_kernels *kernels, const sb_shape *shape, size_t batch) {
    return kernels->bytes(shape, batch);
}

sb_code sb_network_create(const sb_kernels *kernels, const sb_shape *shape, size_t batch, sb_network **network,
                          sb_status *status) {
    size_t bytes = kernels->bytes(shape, batch);
    *network = NULL;
    if (bytes == 0)
        return sb_fail(status, SB_INPUT,
                       "kernels '%s' cannot use the tiles of BLIS's sub-configuration %s; use --kernels plain",
                       kernels->name, sb_blis_architecture());
    *network = sb_array(1, bytes, "a network", status);
    if (!*network)
        return SB_MEMORY;
    **network = (sb_network){.kernels = kernels, .shape = *shape, .batch = batch};
    kernels->prepare(*network);
    return SB_OK;
}

void sb_network_destroy(sb_network *network) {
    free(network);
}

void sb_network_set_parameters(sb_network *network, const float *parameters) {
    network->passed = 0;
    network->kernels->set_parameters(network, parameters);
}

void sb_network_get_parameters(const sb_network *network, float *parameters) {
    network->kernels->get_parameters(network, parameters);
}

void sb_network_set_moments(sb_network *network, const float *first, const float *second, uint64_t updates) {
    network->kernels->set_moments(network, first, second);
    network->updates = updates;
}

void sb_network_get_moments(const sb_network *network, float *first, float *second, uint64_t *updates) {
    network->kernels->get_moments(network, first, second);
    *updates = network->updates;
}

void sb_network_on_block(sb_network *network, sb_code (*progress)(void *), void *context) {
    network->progress = progress;
    network->progress_context = context;
}

static void start_profile(sb_network *network) {
    if (network->profile)
        network->profile->since = sb_seconds();
}

sb_code sb_network_forward(sb_network *network, const float *x, size_t samples, float *outputs) {
    sb_code code = SB_OK;
    network->passed = 0;
    size_t inputs = network->shape.widths[0], width = network->shape.widths[network->shape.depth];
    for (size_t first = 0; code == SB_OK && first < samples; first += network->batch) {
        size_t count = samples - first < network->batch ? samples - first : network->batch;
        start_profile(network);
        network->kernels->forward(network, x + first * inputs, count, outputs + first * width);
        if (network->progress)
            code = network->progress(network->progress_context);
    }
    return code;
}

void sb_network_profile(sb_network *network, sb_profile *profile) {
    network->profile = profile;
}

double sb_network_gradient(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples) {
    network->passed = 0;
    start_profile(network);
    return network->kernels->gradient(network, loss, x, y, samples);
}

void sb_network_get_gradient(const sb_network *network, float *gradient) {
    network->kernels->get_gradient(network, gradient);
}

void sb_network_adam(sb_network *network, const sb_adam *adam) {
    network->passed = 0;
    start_profile(network);
    network->updates++;
    network->kernels->adam(network, adam);
}

double sb_network_step(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                       size_t samples) {
    network->passed = 0;
    start_profile(network);
    network->updates++;
    return network->kernels->step(network, adam, loss, x, y, samples);
}

size_t sb_network_batch(const sb_network *network) {
    return network->batch;
}

const sb_shape *sb_network_shape(const sb_network *network) {
    return &network->shape;
}

void sb_network_preactivations(sb_network *network, const float *x, size_t samples, float *const *z) {
    if (samples > network->batch)
        abort();
    start_profile(network);
    network->kernels->preactivations(network, x, samples, z);
    network->passed = samples;
}

void sb_network_deltas(sb_network *network, size_t samples, const float *seeds, float *const *delta) {
    if (samples != network->passed)
        abort();
    start_profile(network);
    network->kernels->deltas(network, samples, seeds, delta);
}

void sb_network_tangents(sb_network *network, size_t samples, const float *directions, float *const *t) {
    if (samples != network->passed)
        abort();
    start_profile(network);
    network->kernels->tangents(network, samples, directions, t);
}
