#include "workspace.h"
#include <math.h>
#include <stdlib.h>

struct sb_trial {
    const sb_layout *layout;
    const sb_trial_hooks *hooks;
    sb_settings settings;
    sb_workspace workspace;
    sb_training training;
    sb_failure failure;
    double seconds; /* spent up to the last poll, in all runs; not in polls: commit rounds are no training time */
    double since;   /* sb_seconds at its end */
};

int64_t sb_trial_steps(const sb_trial *trial) {
    return trial->training.step;
}

void sb_trial_save(const sb_trial *trial, void *saved) {
    sb_training_save(&trial->training, trial->layout, &trial->workspace.shape, trial->seconds, saved);
}

static sb_code poll(sb_trial *trial) {
    if (!trial->hooks->poll)
        return SB_OK;
    trial->seconds += sb_seconds() - trial->since;
    sb_code code = trial->hooks->poll(trial->hooks->context, trial);
    trial->since = sb_seconds();
    return code;
}

/* Takes what is due at this step. A loss that is not finite ends the trial before anything is measured, so that all
 * records of a failed trial are numbers. The last step is always looked at: no later update would find the fault. */
static sb_code record(sb_trial *trial, sb_status *status) {
    sb_workspace *workspace = &trial->workspace;
    const sb_training *training = &trial->training;
    bool is_last = training->step == trial->settings.training.steps;
    bool is_due = sb_probes_due(workspace->probes, training->step);
    if (!is_due && !is_last)
        return SB_OK;
    double loss;
    const double since = sb_seconds();
    sb_code code = sb_workspace_evaluate(workspace, training, &loss);
    if (trial->hooks->seconds)
        trial->hooks->seconds[SB_MEASURING_EVALUATION] += sb_seconds() - since;
    if (code != SB_OK)
        return code;
    if (!isfinite(loss)) {
        trial->failure = SB_FAILURE_LOSS_NOT_FINITE;
        return SB_OK;
    }
    sb_probe_view view = {.settings = &trial->settings,
                          .dataset = &workspace->dataset,
                          .shape = &workspace->shape,
                          .parameters = workspace->parameters,
                          .outputs = workspace->outputs,
                          .scratch = workspace->scratch,
                          .step = training->step,
                          .progress = trial->hooks->progress,
                          .progress_context = trial->hooks->context};
    code = sb_probes_measure(workspace->probes, &view, training->payload, status);
    if (code != SB_MEMORY)
        return code;
    trial->failure = SB_FAILURE_OUT_OF_MEMORY;
    return SB_OK;
}

/* Goes on from training.step to the end, or until the trial fails or its caller wants it to end. A record that was left
 * in its middle is taken anew by the run that goes on. */
static sb_code train(sb_trial *trial, sb_status *status) {
    for (;;) {
        sb_code code = poll(trial);
        if (code != SB_OK)
            return code;
        code = record(trial, status);
        if (code != SB_OK)
            poll(trial);
        if (code != SB_OK || trial->failure != SB_FAILURE_NONE ||
            trial->training.step == trial->settings.training.steps)
            return code;
        if (!isfinite(sb_workspace_step(&trial->workspace, &trial->training))) {
            trial->failure = SB_FAILURE_LOSS_NOT_FINITE;
            return SB_OK;
        }
        trial->training.step++;
    }
}

static void restore(sb_trial *trial, const sb_saved_head *saved) {
    const sb_shape *shape = &trial->workspace.shape;
    if (saved && saved->bytes == sb_training_saved_bytes(trial->layout, shape) && saved->step >= 0 &&
        saved->step <= trial->settings.training.steps)
        trial->seconds = sb_training_restore(&trial->training, trial->layout, shape, saved);
}

/* Makes the workspace and trains. No memory is a failure of the trial, not of the run; what a caller returns is passed
 * up as it is. */
static sb_code attempt(sb_trial *trial, const sb_kernels *kernels, const void *saved, sb_status *status) {
    const sb_trial_hooks *hooks = trial->hooks;
    sb_workspace *workspace = &trial->workspace;
    sb_code code = sb_workspace_create(trial->layout, kernels, &trial->settings, workspace, &trial->training, status);
    if (code == SB_MEMORY) {
        trial->failure = SB_FAILURE_OUT_OF_MEMORY;
        return SB_OK;
    }
    if (code != SB_OK)
        return code;
    restore(trial, saved);
    sb_network_on_block(workspace->scratch, hooks->progress, hooks->context);
    sb_probes_profile(workspace->probes, hooks->seconds);
    code = train(trial, status);
    sb_workspace_destroy(workspace, &trial->training);
    return code;
}

sb_code sb_trial_run(const sb_layout *layout, const sb_kernels *kernels, uint64_t number, const void *saved,
                     const sb_trial_hooks *hooks, sb_result *result, sb_status *status) {
    static const sb_trial_hooks none = {0};
    sb_trial trial = {.layout = layout, .hooks = hooks ? hooks : &none, .since = sb_seconds()};
    *result = (sb_result){0};
    sb_flush_denormals();
    sb_grid_settings(layout->grid, number, &trial.settings);
    void *payload = sb_array(layout->payload_bytes, 1, "the results of a trial", status);
    if (!payload)
        return SB_MEMORY;
    sb_payload_clear(layout, payload);
    trial.training.payload = payload;
    sb_code code = attempt(&trial, kernels, saved, status);
    if (code != SB_OK) {
        free(payload);
        return code;
    }
    if (trial.failure == SB_FAILURE_OUT_OF_MEMORY)
        sb_payload_clear(layout, payload);
    sb_trial_state state = trial.failure == SB_FAILURE_NONE ? SB_TRIAL_DONE : SB_TRIAL_FAILED;
    const int64_t steps = trial.training.step;
    *result = (sb_result){.trial = number,
                          .state = state,
                          .failure = trial.failure,
                          .steps = steps,
                          .seconds = trial.seconds + sb_seconds() - trial.since,
                          .checksum = sb_result_checksum(sb_settings_identity(&trial.settings), state, trial.failure,
                                                         steps, payload, layout->payload_bytes),
                          .payload = payload};
    return SB_OK;
}
