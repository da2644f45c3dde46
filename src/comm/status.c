#include <specbias/comm.h>
#include <stdio.h>
#include <time.h>

sb_code sb_mpi_check(int code, const char *call, sb_status *status) {
    if (code == MPI_SUCCESS)
        return SB_OK;
    char reason[MPI_MAX_ERROR_STRING] = "unknown error";
    int length;
    if (MPI_Error_string(code, reason, &length) != MPI_SUCCESS)
        return sb_fail(status, SB_SYSTEM, "%s failed with MPI error %d", call, code);
    return sb_fail(status, SB_SYSTEM, "%s failed: %s", call, reason);
}

/* A rank that cannot agree cannot tell the others either: it ends them all. */
static void must(MPI_Comm comm, int code, const char *call) {
    sb_status failure = {.code = SB_OK};
    if (sb_mpi_check(code, call, &failure) == SB_OK)
        return;
    fprintf(stderr, "specbias: %s, while the ranks agreed on an outcome\n", failure.message);
    MPI_Abort(comm, sb_exit_code(SB_SYSTEM));
}

sb_code sb_agree(MPI_Comm comm, sb_status *status) {
    int rank, ranks, failed;
    must(comm, MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    must(comm, MPI_Comm_size(comm, &ranks), "MPI_Comm_size");
    const int mine = status->code == SB_OK ? ranks : rank;
    must(comm, MPI_Allreduce(&mine, &failed, 1, MPI_INT, MPI_MIN, comm), "MPI_Allreduce");
    if (failed < ranks)
        must(comm, MPI_Bcast(status, sizeof *status, MPI_BYTE, failed, comm), "MPI_Bcast");
    return status->code;
}

void sb_nap(void) {
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL); /* a signal may end it early, all the better */
}

sb_code sb_meet(MPI_Comm comm, void (*meanwhile)(void *), void *context, sb_status *status) {
    MPI_Request request;
    int met = 0;
    sb_code code = sb_mpi_check(MPI_Ibarrier(comm, &request), "MPI_Ibarrier", status);
    while (code == SB_OK && !met) {
        code = sb_mpi_check(MPI_Test(&request, &met, MPI_STATUS_IGNORE), "MPI_Test", status);
        if (!met && meanwhile)
            meanwhile(context);
        if (!met)
            sb_nap();
    }
    return code;
}
