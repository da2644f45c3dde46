#include "mpiio.h"

#include <errno.h>
#include <fcntl.h>
#include <specbias/comm.h>
#include <string.h>
#include <unistd.h>

/* Hints to ROMIO. Independent writes with holes would otherwise read, change and write back under fcntl locks, which
 * not every file system has. And collective writes would be made by each rank for itself where blocks do not
 * interleave; then only some ranks learn that the disk is full, HDF5 (1.10.8) leaves out a collective MPI_File_set_view
 * on those alone, and the others wait in it for ever. Two phases tell all ranks. */
sb_code sb_mpiio_hints(MPI_Info *hints, sb_status *status) {
    *hints = MPI_INFO_NULL;
    if (sb_mpi_check(MPI_Info_create(hints), "MPI_Info_create", status) != SB_OK ||
        sb_mpi_check(MPI_Info_set(*hints, "romio_ds_write", "disable"), "MPI_Info_set", status) != SB_OK)
        return status->code;
    return sb_mpi_check(MPI_Info_set(*hints, "romio_cb_write", "enable"), "MPI_Info_set", status);
}

sb_code sb_mpiio_reachable(const char *path, int rank, sb_status *status) {
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return sb_fail(status, SB_IO, "cannot open '%s' on rank %d: %s (all nodes must see the same folder)", path,
                       rank, strerror(errno));
    close(descriptor); /* nothing has been written */
    return SB_OK;
}
