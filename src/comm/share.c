#include <limits.h>
#include <specbias/comm.h>
#include <stdlib.h>

/* Tells every rank the length, and makes room on all but rank 0. */
static sb_code prepare(MPI_Comm comm, int rank, char **text, uint64_t *length, sb_status *status) {
    sb_status verdict = {.code = SB_OK};
    if (!sb_mpi_check(MPI_Bcast(length, 1, MPI_UINT64_T, 0, comm), "MPI_Bcast", &verdict)) {
        if (*length > INT_MAX)
            sb_fail(&verdict, SB_INPUT, "a text of %llu bytes is too long to share; the limit is %d",
                    (unsigned long long)*length, INT_MAX);
        else if (rank != 0)
            *text = sb_array(*length + 1, 1, "the shared text", &verdict);
    }
    if (sb_agree(comm, &verdict))
        *status = verdict;
    return verdict.code;
}

sb_code sb_share_text(MPI_Comm comm, char **text, size_t *length, sb_status *status) {
    int rank;
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status))
        return SB_SYSTEM;
    if (rank != 0)
        *text = NULL;
    uint64_t bytes = rank == 0 ? *length : 0;
    sb_code code = prepare(comm, rank, text, &bytes, status);
    if (!code) {
        sb_status verdict = {.code = SB_OK};
        sb_mpi_check(MPI_Bcast(*text, (int)bytes, MPI_CHAR, 0, comm), "MPI_Bcast", &verdict);
        code = sb_agree(comm, &verdict);
        if (code)
            *status = verdict;
    }
    if (code && rank != 0) {
        free(*text);
        *text = NULL;
    }
    if (!code)
        *length = bytes;
    return code;
}
