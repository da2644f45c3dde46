#include <specbias/comm.h>

sb_code sb_mpi_check(int code, const char *call, sb_status *status) {
    if (code == MPI_SUCCESS)
        return SB_OK;
    char reason[MPI_MAX_ERROR_STRING] = "unknown error";
    int length;
    if (MPI_Error_string(code, reason, &length) != MPI_SUCCESS)
        return sb_fail(status, SB_SYSTEM, "%s failed with MPI error %d", call, code);
    return sb_fail(status, SB_SYSTEM, "%s failed: %s", call, reason);
}

sb_code sb_agree(MPI_Comm comm, sb_status *status) {
    int rank, ranks, failed;
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status) ||
        sb_mpi_check(MPI_Comm_size(comm, &ranks), "MPI_Comm_size", status))
        return SB_SYSTEM;
    int mine = status->code == SB_OK ? ranks : rank;
    if (sb_mpi_check(MPI_Allreduce(&mine, &failed, 1, MPI_INT, MPI_MIN, comm), "MPI_Allreduce", status))
        return SB_SYSTEM;
    if (failed == ranks)
        return SB_OK;
    if (sb_mpi_check(MPI_Bcast(status, sizeof *status, MPI_BYTE, failed, comm), "MPI_Bcast", status))
        return SB_SYSTEM;
    return status->code;
}
