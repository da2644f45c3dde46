/* Slots: what the file holds about trials, and whether it is what was written. */
#ifndef SPECBIAS_STORE_SLOTS_H
#define SPECBIAS_STORE_SLOTS_H

#include "columns.h"
#include <specbias/trial.h>

/* A slot and what it claims. Only 64-bit words, so that MPI sends it as such. */
typedef struct sb_slot {
    uint64_t trial;
    uint64_t state;    /* sb_trial_state that it is said to have */
    uint64_t checksum; /* as the file says */
    uint64_t sound;    /* 1 if identity, failure, steps and results give that checksum */
} sb_slot;

enum { SB_SLOT_WORDS = sizeof(sb_slot) / sizeof(uint64_t) };

/* Not collective. Reads the slots of @p slots (in rising order of trial) and sets checksum and sound of each. Holds at
 * most SB_SLOT_BYTES or one slot at a time, twice. */
sb_code sb_slots_check(const sb_file *file, sb_slot *slots, size_t count, sb_status *status);

/* The same, and calls @p visit for each sound slot in turn with all that it holds. The payload is there for that long
 * only. */
sb_code sb_slots_visit(const sb_file *file, sb_slot *slots, size_t count,
                       void (*visit)(void *context, const sb_result *result), void *context, sb_status *status);

#define SB_SLOT_BYTES ((uint64_t)32 << 20)

/* Not collective. Reads the states of all trials into @p states. */
sb_code sb_slots_read_states(const sb_file *file, uint8_t *states, sb_status *status);

/* A trial's identity from its settings, and in the file's form. */
sb_hash sb_slot_identity(const sb_layout *layout, uint64_t trial);

#endif
