#include "workspace.h"
#include <math.h>
#include <stdlib.h>

/* The caller's side of a trial. */
typedef struct caller {
    sb_trial_poll poll;
    sb_code (*progress)(void *);
    void *context;
    double seconds; /* spent in poll: commit rounds are no training time */
} caller;

static sb_code ask(caller *from, int64_t step) {
    if (!from->poll)
        return SB_OK;
    double start = sb_seconds();
    sb_code code = from->poll(from->context, step);
    from->seconds += sb_seconds() - start;
    return code;
}

/* Takes what is due at this step. A loss that is not finite ends the trial before anything is measured, so that all
 * records of a failed trial are numbers. The last step is always looked at: no later update would find the fault. */
static sb_failure record(sb_workspace *workspace, const sb_training *training, const caller *from, sb_code *code,
                         sb_status *status) {
    bool is_last = training->step == workspace->settings.training.steps;
    bool is_due = sb_probes_due(workspace->probes, training->step);
    if (!is_due && !is_last)
        return SB_FAILURE_NONE;
    double loss;
    *code = sb_workspace_evaluate(workspace, training, &loss);
    if (*code != SB_OK)
        return SB_FAILURE_NONE;
    if (!isfinite(loss))
        return SB_FAILURE_LOSS_NOT_FINITE;
    sb_probe_view view = {.settings = &workspace->settings,
                          .dataset = &workspace->dataset,
                          .shape = &workspace->shape,
                          .parameters = workspace->parameters,
                          .outputs = workspace->outputs,
                          .scratch = workspace->scratch,
                          .step = training->step,
                          .progress = from->progress,
                          .progress_context = from->context};
    *code = sb_probes_measure(workspace->probes, &view, training->payload, status);
    return *code == SB_MEMORY ? SB_FAILURE_OUT_OF_MEMORY : SB_FAILURE_NONE;
}

/* Goes on from training->step to the end, or until the trial fails or its caller wants it to end. */
static sb_code train(sb_workspace *workspace, sb_training *training, caller *from, sb_failure *failure,
                     sb_status *status) {
    int64_t steps = workspace->settings.training.steps;
    for (;;) {
        sb_code code = ask(from, training->step);
        if (code != SB_OK)
            return code;
        *failure = record(workspace, training, from, &code, status);
        if (*failure != SB_FAILURE_NONE)
            return SB_OK;
        if (code != SB_OK || training->step == steps)
            return code;
        if (!isfinite(sb_workspace_step(workspace, training))) {
            *failure = SB_FAILURE_LOSS_NOT_FINITE;
            return SB_OK;
        }
        training->step++;
    }
}

/* Makes the workspace and trains. No memory is a failure of the trial, not of the run; what a caller returns is passed
 * up as it is. */
static sb_code attempt(const sb_layout *layout, const sb_settings *settings, sb_training *training, caller *from,
                       sb_failure *failure, sb_status *status) {
    sb_workspace workspace;
    sb_code code = sb_workspace_create(layout, settings, &workspace, training, status);
    if (code == SB_MEMORY) {
        *failure = SB_FAILURE_OUT_OF_MEMORY;
        return SB_OK;
    }
    if (code != SB_OK)
        return code;
    sb_network_on_block(workspace.scratch, from->progress, from->context);
    code = train(&workspace, training, from, failure, status);
    sb_workspace_destroy(&workspace, training);
    return code;
}

sb_code sb_trial_run(const sb_layout *layout, uint64_t trial, sb_trial_poll poll, sb_code (*progress)(void *),
                     void *context, sb_result *result, sb_status *status) {
    double start = sb_seconds();
    caller from = {.poll = poll, .progress = progress, .context = context};
    sb_settings settings;
    *result = (sb_result){0};
    sb_flush_denormals();
    sb_grid_settings(layout->grid, trial, &settings);
    sb_training training = {.payload = sb_array(layout->payload_bytes, 1, "the results of a trial", status)};
    if (!training.payload)
        return SB_MEMORY;
    sb_payload_clear(layout, training.payload);
    sb_failure failure = SB_FAILURE_NONE;
    sb_code code = attempt(layout, &settings, &training, &from, &failure, status);
    if (code != SB_OK) {
        free(training.payload);
        return code;
    }
    if (failure == SB_FAILURE_OUT_OF_MEMORY)
        sb_payload_clear(layout, training.payload);
    sb_trial_state state = failure == SB_FAILURE_NONE ? SB_TRIAL_DONE : SB_TRIAL_FAILED;
    *result = (sb_result){.trial = trial,
                          .state = state,
                          .failure = failure,
                          .steps = training.step,
                          .seconds = sb_seconds() - start - from.seconds,
                          .checksum = sb_result_checksum(sb_settings_identity(&settings), state, failure, training.step,
                                                         training.payload, layout->payload_bytes),
                          .payload = training.payload};
    return SB_OK;
}
