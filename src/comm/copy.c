#include "internal.h"
#include <specbias/comm.h>

sb_code sb_comm_copy(MPI_Comm comm, MPI_Comm *copy, sb_status *status) {
    if (sb_mpi_check(MPI_Comm_dup(comm, copy), "MPI_Comm_dup", status))
        return SB_SYSTEM;
    return sb_mpi_check(MPI_Comm_set_errhandler(*copy, MPI_ERRORS_ARE_FATAL), "MPI_Comm_set_errhandler", status);
}
