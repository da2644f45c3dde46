/* Claims: every rank hears every ring once and in order, however slow it listens; nothing is rung after the last ring;
 * a bell can be destroyed at any point of its life without a rank waiting for ever. */
#include "check.h"
#include <specbias/comm.h>
#include <time.h>

enum { RINGS = 40 };

static void pause_for(long microseconds) {
    const struct timespec pause = {.tv_nsec = 1000 * microseconds};
    nanosleep(&pause, NULL);
}

static sb_ring wait_for_ring(sb_bell *bell, long pause) {
    sb_ring ring;
    while ((ring = sb_bell_heard(bell)) == SB_RING_NONE)
        if (pause)
            pause_for(pause);
    return ring;
}

static sb_bell *create(int *failures) {
    sb_bell *bell;
    sb_status status;
    CHECK(failures, sb_bell_create(MPI_COMM_WORLD, &bell, &status) == SB_OK);
    return bell;
}

/* Rank 0 rings as soon as it has heard its last ring itself; the others are slower the higher they are. */
static void check_order(int *failures, int rank, sb_ring last) {
    sb_bell *bell = create(failures);
    for (int ring = 0; ring <= RINGS; ring++) {
        const sb_ring expected = ring < RINGS ? SB_RING_ROUND : last;
        if (rank == 0) {
            sb_bell_ring(bell, expected);
            sb_bell_ring(bell, SB_RING_STOP); /* not heard yet: must be left out */
        }
        CHECK(failures, wait_for_ring(bell, 300 * rank) == expected);
    }
    if (rank == 0)
        sb_bell_ring(bell, SB_RING_ROUND);
    for (int i = 0; i < 100; i++)
        CHECK(failures, sb_bell_heard(bell) == SB_RING_NONE);
    sb_bell_destroy(bell);
}

/* Rank 0 has rung and heard @p rings times; the others destroy the bell without ever having listened. */
static void check_destroy(int *failures, int rank, int rings, bool hear_last) {
    sb_bell *bell = create(failures);
    for (int ring = 0; rank == 0 && ring < rings; ring++) {
        sb_bell_ring(bell, SB_RING_ROUND);
        if (ring + 1 < rings || hear_last)
            CHECK(failures, wait_for_ring(bell, 0) == SB_RING_ROUND);
    }
    sb_bell_destroy(bell);
}

/* No rank hears a ring before rank 0 rings. */
static void check_silence(int *failures, int rank) {
    sb_bell *bell = create(failures);
    for (int i = 0; i < 1000; i++)
        CHECK(failures, sb_bell_heard(bell) == SB_RING_NONE);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        sb_bell_ring(bell, SB_RING_END);
    CHECK(failures, wait_for_ring(bell, 0) == SB_RING_END);
    sb_bell_destroy(bell);
}

int main(int argc, char **argv) {
    int rank, failures = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    check_silence(&failures, rank);
    check_order(&failures, rank, SB_RING_STOP);
    check_order(&failures, rank, SB_RING_END);
    check_destroy(&failures, rank, 0, true);
    check_destroy(&failures, rank, 1, false);
    check_destroy(&failures, rank, 5, false);
    check_destroy(&failures, rank, 5, true);
    return check_finish(failures);
}
