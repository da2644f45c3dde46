#include "internal.h"
#include <specbias/comm.h>
#include <stdlib.h>

/* Every rank but 0 always has the broadcast of the next ring posted, and so forwards it while it computes; rank 0
 * starts that broadcast when it rings. The communicator's errors are fatal, hence no return code of MPI is looked at
 * but those that make it. */
struct sb_bell {
    MPI_Comm comm;
    MPI_Request request; /* MPI_REQUEST_NULL: not posted */
    int rank;
    int ring;   /* sb_ring that the posted broadcast carries */
    bool ended; /* the last ring has been heard */
};

static void post(sb_bell *bell) {
    MPI_Ibcast(&bell->ring, 1, MPI_INT, 0, bell->comm, &bell->request);
}

/* What the completed broadcast carried. */
static sb_ring take(sb_bell *bell) {
    sb_ring ring = (sb_ring)bell->ring;
    if (ring != SB_RING_ROUND)
        bell->ended = true;
    else if (bell->rank != 0)
        post(bell);
    return ring;
}

sb_code sb_bell_create(MPI_Comm comm, sb_bell **bell, sb_status *status) {
    sb_status verdict = {.code = SB_OK};
    *bell = sb_array(1, sizeof **bell, "the bell", &verdict);
    if (!sb_agree(comm, &verdict)) {
        **bell = (sb_bell){.comm = MPI_COMM_NULL, .request = MPI_REQUEST_NULL};
        if (sb_comm_copy(comm, &(*bell)->comm, &verdict) == SB_OK)
            sb_mpi_check(MPI_Comm_rank(comm, &(*bell)->rank), "MPI_Comm_rank", &verdict);
        sb_agree(comm, &verdict);
    }
    if (verdict.code) {
        free(*bell); /* a communicator that only some ranks got cannot be freed */
        *bell = NULL;
        *status = verdict;
        return verdict.code;
    }
    if ((*bell)->rank != 0)
        post(*bell);
    return SB_OK;
}

void sb_bell_ring(sb_bell *bell, sb_ring ring) {
    if (bell->request != MPI_REQUEST_NULL || bell->ended)
        return;
    bell->ring = ring;
    post(bell);
}

sb_ring sb_bell_heard(sb_bell *bell) {
    int flag;
    if (bell->request != MPI_REQUEST_NULL) {
        MPI_Test(&bell->request, &flag, MPI_STATUS_IGNORE);
        return flag ? take(bell) : SB_RING_NONE;
    }
    /* A test of no request gives MPI no turn; a probe does. */
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, bell->comm, &flag, MPI_STATUS_IGNORE);
    return SB_RING_NONE;
}

void sb_bell_destroy(sb_bell *bell) {
    if (!bell)
        return;
    while (!bell->ended) {
        if (bell->rank == 0)
            sb_bell_ring(bell, SB_RING_END);
        MPI_Wait(&bell->request, MPI_STATUS_IGNORE);
        take(bell);
    }
    MPI_Comm_free(&bell->comm);
    free(bell);
}
