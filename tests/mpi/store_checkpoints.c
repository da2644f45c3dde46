/* Trials in flight, saved and found again, in states of up to three pieces.
 *
 * Claims: what each rank saved and what nobody has taken up again is in every later checkpoint, byte for byte,
 * whichever ranks write it, also fewer than before; a trial saved anew or done is there once or not at all; the loss of
 * a file from which nothing is copied stops nothing, one that is needed is named on all ranks and leaves the other; a
 * damaged state is left out, the others are kept; with nothing in flight no file is left.
 */
#include "../../src/store/internal.h"
#include "check.h"
#include "store_cube.h"
#include <stdio.h>
#include <unistd.h>

enum { TRIALS = 64, FIRST = 10, SECOND = 30, LARGE = 50 };

static int rank, ranks, failures;
static results_cube the_cube;
static char path[256];
static uint8_t states[TRIALS];
static sb_status status;

#define MUST(condition) CHECK(&failures, condition)

/* Two whole pieces and a bit for one of them. */
static uint64_t bytes_of(uint64_t trial) {
    return trial == LARGE ? 2 * SB_CHECKPOINT_PIECE + 12345 : 999 + 16 * trial;
}

static unsigned char byte_of(uint64_t trial, int64_t steps, uint64_t i) {
    return (unsigned char)(trial + 3 * (uint64_t)steps + i + i / 251 + (i >> 20));
}

static sb_saved saved_of(uint64_t trial, int64_t steps) {
    unsigned char *state = malloc(bytes_of(trial));
    MUST(state != NULL);
    for (uint64_t i = 0; state && i < bytes_of(trial); ++i)
        state[i] = byte_of(trial, steps, i);
    return (sb_saved){.trial = trial, .bytes = bytes_of(trial), .steps = steps, .state = state};
}

static sb_checkpoints open_all(MPI_Comm comm) {
    sb_checkpoints checkpoints;
    MUST(sb_checkpoints_open(comm, path, the_cube.sweep, TRIALS, NULL, &checkpoints, &status) == SB_OK);
    return checkpoints;
}

/* Writes a checkpoint with this rank's @p trial; -1: it has none. */
static sb_code save(sb_checkpoints *checkpoints, int trial, int64_t steps) {
    const sb_saved saved = trial >= 0 ? saved_of((uint64_t)trial, steps) : (sb_saved){0};
    const sb_code code = sb_checkpoints_write(checkpoints, states, trial >= 0 ? &saved : NULL, &status);
    free((void *)(uintptr_t)saved.state);
    return code;
}

static bool holds(const sb_checkpoints *checkpoints, uint64_t trial, int64_t steps) {
    const sb_saved_slot *slot = sb_checkpoints_find(checkpoints, trial);
    unsigned char *state = slot && slot->bytes == bytes_of(trial) ? sb_checkpoints_read(checkpoints, slot) : NULL;
    bool equal = state && slot->steps == (uint64_t)steps;
    for (uint64_t i = 0; equal && i < slot->bytes; ++i)
        equal = state[i] == byte_of(trial, steps, i);
    free(state);
    return equal;
}

static int files(void) {
    char name[300];
    int count = 0;
    for (int i = 0; i < 2; ++i) {
        snprintf(name, sizeof name, "%s.checkpoint-%d", path, i);
        count += access(name, F_OK) == 0;
    }
    return count;
}

/* Two rounds in which each rank has another trial, then one in which nobody has. The last rank's first is large. */
static void carries_over(sb_checkpoints *checkpoints) {
    const int first = rank == ranks - 1 ? LARGE : FIRST + rank;
    MUST(save(checkpoints, first, 1) == SB_OK);
    MUST(save(checkpoints, SECOND + rank, 2) == SB_OK);
    MUST(save(checkpoints, -1, 0) == SB_OK);
    MUST(checkpoints->count == 2 * (size_t)ranks);
    for (int i = 0; i < ranks; ++i) {
        MUST(holds(checkpoints, (uint64_t)(i == ranks - 1 ? LARGE : FIRST + i), 1));
        MUST(holds(checkpoints, (uint64_t)(SECOND + i), 2));
    }
}

/* Rank 0 saves a trial anew, alone, in a run of its own; another is done. */
static void goes_on_alone(void) {
    states[SECOND + ranks - 1] = SB_TRIAL_DONE;
    if (rank == 0) {
        sb_checkpoints alone = open_all(MPI_COMM_SELF);
        MUST(save(&alone, LARGE, 3) == SB_OK);
        sb_checkpoints_close(&alone);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    sb_checkpoints checkpoints = open_all(MPI_COMM_WORLD);
    MUST(checkpoints.count == 2 * (size_t)ranks - 1 && holds(&checkpoints, LARGE, 3));
    MUST(!sb_checkpoints_find(&checkpoints, (uint64_t)(SECOND + ranks - 1)));
    for (int i = 0; i + 1 < ranks; ++i)
        MUST(holds(&checkpoints, (uint64_t)(FIRST + i), 1) && holds(&checkpoints, (uint64_t)(SECOND + i), 2));
    sb_checkpoints_close(&checkpoints);
}

/* Changes byte number @p at of @p name. */
static void damage(const char *name, uint64_t at) {
    FILE *file = fopen(name, "r+b");
    MUST(file && fseek(file, (long)at, SEEK_SET) == 0);
    const int byte = file ? fgetc(file) : EOF;
    MUST(byte != EOF && fseek(file, -1, SEEK_CUR) == 0 && fputc(byte ^ 1, file) != EOF && fclose(file) == 0);
}

static void leaves_out_what_is_damaged(void) {
    sb_checkpoints checkpoints = open_all(MPI_COMM_WORLD);
    const size_t count = checkpoints.count;
    const sb_saved_slot *slot = sb_checkpoints_find(&checkpoints, LARGE);
    if (rank == 0 && slot)
        damage(checkpoints.paths[checkpoints.latest], slot->offset + slot->bytes - 1);
    MPI_Barrier(MPI_COMM_WORLD);
    sb_checkpoints_close(&checkpoints);
    checkpoints = open_all(MPI_COMM_WORLD);
    MUST(checkpoints.count == count - 1 && !sb_checkpoints_find(&checkpoints, LARGE));
    MUST(ranks == 1 || holds(&checkpoints, FIRST, 1));
    sb_checkpoints_close(&checkpoints);
}

/* Somebody tidies up while it runs. */
static void misses_a_file(void) {
    sb_checkpoints checkpoints = open_all(MPI_COMM_WORLD);
    states[SECOND + ranks - 1] = SB_TRIAL_MISSING;
    MUST(save(&checkpoints, SECOND + rank, 4) == SB_OK);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        MUST(unlink(checkpoints.paths[checkpoints.latest]) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    MUST(save(&checkpoints, -1, 0) == SB_IO && strstr(status.message, "cannot read checkpoint"));
    memset(states + FIRST, SB_TRIAL_DONE, (size_t)ranks); /* what is left is in hand */
    status = (sb_status){0};
    MUST(save(&checkpoints, SECOND + rank, 5) == SB_OK && checkpoints.count == (size_t)ranks);
    for (int i = 0; i < ranks; ++i)
        MUST(holds(&checkpoints, (uint64_t)(SECOND + i), 5));
    memset(states, SB_TRIAL_DONE, TRIALS);
    MUST(save(&checkpoints, -1, 0) == SB_OK && checkpoints.count == 0 && files() == 0);
    sb_checkpoints_close(&checkpoints);
}

int main(int argc, char **argv) {
    char folder[256] = "";
    const char *temporary = getenv("TMPDIR");
    if (sb_store_environment(&status) != SB_OK || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (rank == 0) {
        snprintf(folder, 200, "%s/specbias-saved-XXXXXX", temporary ? temporary : "/tmp");
        MUST(mkdtemp(folder) != NULL);
    }
    MPI_Bcast(folder, 256, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "%.200s/cube.h5", folder);
    MUST(cube_create(CUBE_SWEEP("1e-3"), &the_cube, &status) == SB_OK);
    if (failures == 0) {
        sb_checkpoints checkpoints = open_all(MPI_COMM_WORLD);
        MUST(checkpoints.latest == -1 && checkpoints.count == 0);
        carries_over(&checkpoints);
        sb_checkpoints_close(&checkpoints);
        goes_on_alone();
        leaves_out_what_is_damaged();
        misses_a_file();
    }
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        MUST(rmdir(folder) == 0); /* so that no other file was left either */
    cube_free(&the_cube);
    return check_finish(failures);
}
