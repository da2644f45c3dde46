/* What MPI-IO needs to be told, and asked, before a file is opened with it. */
#ifndef SPECBIAS_STORE_MPIIO_H
#define SPECBIAS_STORE_MPIIO_H

#include <mpi.h>
#include <specbias/base.h>

/* Not collective. Makes the hints with which every file is opened; to be released with MPI_Info_free. */
sb_code sb_mpiio_hints(MPI_Info *hints, sb_status *status);

/* Not collective. SB_IO if this rank, number @p rank, cannot open @p path for writing. Where only some ranks could open
 * a file with MPI, those could not close it: that is collective. So each tries alone first. */
sb_code sb_mpiio_reachable(const char *path, int rank, sb_status *status);

#endif
