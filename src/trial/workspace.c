#include "workspace.h"

#include <stdlib.h>
#include <string.h>

/* Samples that are evaluated at once: all, or about equal parts, between which MPI has its turn. A core with no more
 * than 5 GFLOP/s takes 100 ms for one. */
static size_t evaluation_batch(const sb_shape *shape, size_t samples) {
    const double evaluation_flops = 5e8;
    double most = evaluation_flops / sb_shape_flops(shape);
    if (most >= (double)samples)
        return samples;
    size_t at_once = most > 1 ? (size_t)most : 1, parts = (samples + at_once - 1) / at_once;
    return (samples + parts - 1) / parts;
}

static sb_code allocate(sb_workspace *workspace, sb_status *status) {
    const sb_dataset *data = &workspace->dataset;
    workspace->parameters = sb_array(sb_shape_parameters(&workspace->shape), sizeof(float), "parameters", status);
    workspace->outputs = sb_array(data->samples * data->outputs, sizeof(float), "network outputs", status);
    if (!workspace->parameters || !workspace->outputs)
        return SB_MEMORY;
    if (workspace->batch == data->samples)
        return SB_OK;
    workspace->x = sb_array(workspace->batch * data->inputs, sizeof(float), "a mini-batch", status);
    workspace->y = sb_array(workspace->batch * data->outputs, sizeof(float), "a mini-batch", status);
    workspace->order = sb_array(data->samples, sizeof(uint32_t), "the order of the samples", status);
    return workspace->x && workspace->y && workspace->order ? SB_OK : SB_MEMORY;
}

static sb_code create_networks(const sb_kernels *kernels, sb_workspace *workspace, sb_training *training,
                               sb_status *status) {
    sb_code code = sb_network_create(kernels, &workspace->shape, workspace->batch, &training->network, status);
    if (code == SB_OK)
        code = sb_network_create(kernels, &workspace->shape,
                                 evaluation_batch(&workspace->shape, workspace->dataset.samples), &workspace->scratch,
                                 status);
    if (code != SB_OK)
        return code;
    sb_initialise(&workspace->shape, (uint64_t)workspace->settings.seed, workspace->parameters);
    sb_network_set_parameters(training->network, workspace->parameters);
    return SB_OK;
}

sb_code sb_workspace_create(const sb_layout *layout, const sb_kernels *kernels, const sb_settings *settings,
                            sb_workspace *workspace, sb_training *training, sb_status *status) {
    *workspace = (sb_workspace){.settings = *settings, .adam = sb_adam_of(settings), .epoch = -1};
    training->step = 0;
    training->network = NULL;
    sb_dataset *data = &workspace->dataset;
    sb_code code = sb_dataset_create(settings, data, status);
    if (code != SB_OK)
        goto done;
    workspace->shape = sb_shape_of(settings, data->inputs, data->outputs);
    workspace->batch = sb_batch_size(settings, data->samples);
    code = allocate(workspace, status);
    if (code == SB_OK)
        code = create_networks(kernels, workspace, training, status);
    if (code == SB_OK)
        code = sb_probes_create(layout, settings, data, &workspace->shape, &workspace->probes, status);
done:
    if (code != SB_OK)
        sb_workspace_destroy(workspace, training);
    return code;
}

void sb_workspace_destroy(sb_workspace *workspace, sb_training *training) {
    sb_probes_destroy(workspace->probes);
    sb_network_destroy(workspace->scratch);
    sb_network_destroy(training->network);
    free(workspace->order);
    free(workspace->y);
    free(workspace->x);
    free(workspace->outputs);
    free(workspace->parameters);
    sb_dataset_destroy(&workspace->dataset);
    *workspace = (sb_workspace){.epoch = -1};
    training->network = NULL;
}

size_t sb_workspace_bytes(const sb_kernels *kernels, const sb_settings *settings) {
    size_t samples = sb_dataset_samples(settings), inputs = sb_dataset_inputs(settings);
    size_t outputs = sb_dataset_outputs(settings), batch = sb_batch_size(settings, samples);
    sb_shape shape = sb_shape_of(settings, inputs, outputs);
    size_t mini_batch = batch == samples ? 0 : batch * (inputs + outputs) * sizeof(float) + samples * sizeof(uint32_t);
    size_t record = (sb_shape_parameters(&shape) + samples * outputs) * sizeof(float);
    size_t networks =
        sb_network_bytes(kernels, &shape, batch) + sb_network_bytes(kernels, &shape, evaluation_batch(&shape, samples));
    return sb_dataset_bytes(settings) + mini_batch + record + networks + sb_probes_bytes(settings);
}

/* Copies the rows of a mini-batch behind each other. */
static void gather(const float *rows, size_t width, const uint32_t *which, size_t count, float *gathered) {
    for (size_t i = 0; i < count; i++)
        memcpy(gathered + i * width, rows + which[i] * width, width * sizeof *rows);
}

double sb_workspace_step(sb_workspace *workspace, const sb_training *training) {
    const sb_dataset *data = &workspace->dataset;
    const float *x = data->x, *y = data->y;
    size_t first = 0, count = data->samples;
    if (workspace->batch < data->samples) {
        sb_batch_at(&workspace->settings, data->samples, (uint64_t)training->step, &workspace->epoch, workspace->order,
                    &first, &count);
        gather(data->x, data->inputs, workspace->order + first, count, workspace->x);
        gather(data->y, data->outputs, workspace->order + first, count, workspace->y);
        x = workspace->x;
        y = workspace->y;
    }
    return sb_network_step(training->network, &workspace->adam, (sb_loss)workspace->settings.training.loss, x, y,
                           count);
}

sb_code sb_workspace_evaluate(sb_workspace *workspace, const sb_training *training, double *loss) {
    const sb_dataset *data = &workspace->dataset;
    sb_network_get_parameters(training->network, workspace->parameters);
    sb_network_set_parameters(workspace->scratch, workspace->parameters);
    sb_code code = sb_network_forward(workspace->scratch, data->x, data->samples, workspace->outputs);
    if (code == SB_OK)
        *loss = sb_loss_value((sb_loss)workspace->settings.training.loss, workspace->outputs, data->y, data->samples,
                              data->outputs);
    return code;
}
