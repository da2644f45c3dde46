/** @file kernels.h
 * What an implementation of networks provides. network.c owns the memory and passes each call on; an implementation
 * lays out the memory as it likes, converts only in the set and get operations, and agrees with `plain` up to rounding.
 */
#ifndef SPECBIAS_NN_KERNELS_H
#define SPECBIAS_NN_KERNELS_H

#include <specbias/nn.h>

/** The head of every network; an implementation's own struct starts with it. */
struct sb_network {
    const sb_kernels *kernels;
    sb_shape shape;
    size_t batch;
    size_t passed;               /**< samples of the pass for probes that deltas and tangents may go on with; 0: none */
    uint64_t updates;            /**< that Adam has made */
    sb_code (*progress)(void *); /**< called after every block of a forward pass; NULL: nothing */
    void *progress_context;
    sb_profile *profile; /**< NULL: not measured */
};

/** Adds the time since the last mark to @p phase. */
static inline void sb_profile_mark(sb_network *network, sb_phase phase) {
    if (!network->profile)
        return;
    double now = sb_seconds();
    network->profile->seconds[phase] += now - network->profile->since;
    network->profile->since = now;
}

/** One implementation. All of a network's memory is one zeroed, SB_ALIGNMENT-aligned block of bytes(). */
struct sb_kernels {
    const char *name;
    bool (*is_available)(void); /**< on this processor, with this BLIS, which it does not call */
    const char *(*tiles)(void); /**< what they are written for */
    /** 0 if BLIS's sub-configuration does not suit. */
    size_t (*bytes)(const sb_shape *shape, size_t batch);
    /** Lays out the block, whose head is filled in. */
    void (*prepare)(sb_network *network);
    void (*set_parameters)(sb_network *network, const float *parameters);
    void (*get_parameters)(const sb_network *network, float *parameters);
    void (*set_moments)(sb_network *network, const float *first, const float *second);
    void (*get_moments)(const sb_network *network, float *first, float *second);
    /** As in nn.h, for samples <= batch. */
    void (*forward)(sb_network *network, const float *x, size_t samples, float *outputs);
    double (*gradient)(sb_network *network, sb_loss loss, const float *x, const float *y, size_t samples);
    void (*get_gradient)(const sb_network *network, float *gradient);
    /** One update; network->updates counts it already. */
    void (*adam)(sb_network *network, const sb_adam *adam);
    /** gradient and adam in one; network->updates counts the update already. */
    double (*step)(sb_network *network, const sb_adam *adam, sb_loss loss, const float *x, const float *y,
                   size_t samples);
    /** Passes for probes, as in nn.h, for samples <= batch: row-major [samples][widths[l]] under the layer's number,
     * NULL where not wanted. deltas and tangents follow preactivations of as many samples (network.c sees to it), and
     * leave behind what they need to be called again. */
    void (*preactivations)(sb_network *network, const float *x, size_t samples, float *const *z);
    void (*deltas)(sb_network *network, size_t samples, const float *seeds, float *const *delta);
    void (*tangents)(sb_network *network, size_t samples, const float *directions, float *const *t);
};

extern const sb_kernels sb_kernels_plain, sb_kernels_fused, sb_kernels_fused_blis;

#endif
