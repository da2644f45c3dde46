/** @file workspace.h
 * What training one trial needs, in two parts: sb_training is all that a checkpoint has to hold; sb_workspace follows
 * from the settings and can be made anew.
 */
#ifndef SPECBIAS_TRIAL_WORKSPACE_H
#define SPECBIAS_TRIAL_WORKSPACE_H

#include <specbias/trial.h>

/** How far a trial has come. Training that goes on from here gives the bits of one that never stopped. */
typedef struct sb_training {
    int64_t step;        /**< updates made */
    sb_network *network; /**< parameters and Adam's moments */
    void *payload;       /**< [layout->payload_bytes] records so far */
} sb_training;

typedef struct sb_workspace {
    sb_settings settings;
    sb_shape shape;
    sb_adam adam;
    sb_dataset dataset;
    sb_probes *probes;
    sb_network *scratch; /**< evaluates f, in blocks; for the probes' own use */
    float *parameters;   /**< [sb_shape_parameters] at the last record */
    float *outputs;      /**< [samples][outputs] at the last record */
    size_t batch;        /**< most samples of an update */
    float *x, *y;        /**< [batch][inputs], [batch][outputs] rows of a mini-batch; NULL for full batches */
    uint32_t *order;     /**< [samples] order of the samples in epoch `epoch`; NULL for full batches */
    int64_t epoch;
} sb_workspace;

/** Makes the data, the probes and @p training's network at step 0; training->payload is left alone. On failure both are
 * empty. */
sb_code sb_workspace_create(const sb_layout *layout, const sb_kernels *kernels, const sb_settings *settings,
                            sb_workspace *workspace, sb_training *training, sb_status *status);

/** Releases the workspace and training->network. */
void sb_workspace_destroy(sb_workspace *workspace, sb_training *training);

/** Bytes that sb_workspace_create allocates. */
size_t sb_workspace_bytes(const sb_kernels *kernels, const sb_settings *settings);

/** Makes update number training->step (from 0) of the network. Returns the loss on its samples before it. */
double sb_workspace_step(sb_workspace *workspace, const sb_training *training);

/** Computes f on all samples and the mean loss over them; fills workspace->parameters and ->outputs. Fails as
 * sb_network_forward does. */
sb_code sb_workspace_evaluate(sb_workspace *workspace, const sb_training *training, double *loss);

/* --- saved.c --- */

/** What a saved trial is: this, then parameters, first and second moments, then the payload. */
typedef struct sb_saved_head {
    uint64_t bytes; /**< of the whole */
    int64_t step;
    uint64_t updates; /**< as Adam counts them */
    double seconds;   /**< spent so far */
} sb_saved_head;

size_t sb_training_saved_bytes(const sb_layout *layout, const sb_shape *shape);

/** Copies @p training to or from @p saved [sb_training_saved_bytes]. Restoring returns the seconds. */
void sb_training_save(const sb_training *training, const sb_layout *layout, const sb_shape *shape, double seconds,
                      void *saved);
double sb_training_restore(sb_training *training, const sb_layout *layout, const sb_shape *shape, const void *saved);

#endif
