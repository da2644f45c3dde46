/** @file internal.h
 * What the files of this module share.
 */
#ifndef SPECBIAS_COMM_INTERNAL_H
#define SPECBIAS_COMM_INTERNAL_H

#include <mpi.h>
#include <specbias/base.h>

/** Collective. A copy of @p comm whose messages meet no others, with fatal errors. Not agreed. */
sb_code sb_comm_copy(MPI_Comm comm, MPI_Comm *copy, sb_status *status);

#endif
