/* Faults on purpose: how tests see what a full disk, a broken one or a killed rank does to a results file.
 *
 * The environment variable SPECBIAS_FAULT holds a list with commas of
 *
 *   CALL:N:ERROR      the N-th CALL of a rank (from 1) fails with ERROR, such as ENOSPC; CALL is one of open, write,
 *                     flush, readback, reserve for the results file, and checkpoint for any call that concerns
 *                     checkpoints
 *   skip:reserve      the space on disk is not reserved
 *   skip:fill         the slots are not filled, so that the disk may fill up at any round; what no round writes stays 0
 *   kill:POINT:N      the rank sends itself SIGKILL at its N-th passing of POINT
 *   pause:POINT:MS    it sleeps for MS milliseconds at every passing of POINT
 *   trace:FILE        it appends to FILE the line "<process id> <point>" at every passing of a point
 *
 * each of them on every rank or, with @RANK behind it, on that rank. Unset, it costs a test of a pointer. */
#ifndef SPECBIAS_STORE_FAULT_H
#define SPECBIAS_STORE_FAULT_H

#include <specbias/base.h>

typedef enum sb_fault_call {
    SB_CALL_OPEN,
    SB_CALL_WRITE, /* of raw data, also while the file is made */
    SB_CALL_FLUSH,
    SB_CALL_READBACK, /* of slots or states, also when a file is opened again */
    SB_CALL_RESERVE,
    SB_CALL_CHECKPOINT,
    SB_CALL_FILL, /* can be skipped only */
    SB_CALLS
} sb_fault_call;

typedef enum sb_fault_point {
    SB_POINT_NAMING, /* the new file is on disk under its temporary name */
    SB_POINT_NAMED,  /* it has its own */
    SB_POINT_FILLED, /* its slots are filled, but it does not say so yet */
    SB_POINT_OPENED,
    SB_POINT_BEFORE_PAYLOAD, /* a commit round begins */
    SB_POINT_AFTER_PAYLOAD,
    SB_POINT_AFTER_FLUSH,
    SB_POINT_AFTER_READBACK,
    SB_POINT_AFTER_STATES,
    SB_POINT_AFTER_LAST_FLUSH, /* a commit round has ended */
    SB_POINT_BEFORE_CHECKPOINT,
    SB_POINT_CHECKPOINT_OPENED,
    SB_POINT_CHECKPOINT_WRITTEN, /* but its head */
    SB_POINT_CHECKPOINT_SYNCED,
    SB_POINT_CHECKPOINT_HEADED,
    SB_POINT_AFTER_CHECKPOINT,
    SB_POINT_CHECKPOINT_REMOVED, /* one of both */
    SB_POINTS
} sb_fault_point;

typedef struct sb_fault sb_fault;

/* Not collective. Reads SPECBIAS_FAULT; *fault is NULL if there is nothing to do on rank @p rank. SB_INPUT if it cannot
 * be understood. */
sb_code sb_fault_create(int rank, sb_fault **fault, sb_status *status);
void sb_fault_free(sb_fault *fault);

/* All that follow take NULL. Counts a call; SB_IO if it is to fail. Where the call is collective it must be made all
 * the same. */
sb_code sb_fault_fails(sb_fault *fault, sb_fault_call call, const char *path, sb_status *status);

bool sb_fault_skips(const sb_fault *fault, sb_fault_call call);

void sb_fault_pass(sb_fault *fault, sb_fault_point point);

#endif
