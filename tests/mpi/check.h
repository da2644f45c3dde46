/** @file check.h
 * Claims that an MPI test checks on every rank. check_finish makes one exit code of all ranks' failures.
 */
#ifndef SPECBIAS_TESTS_CHECK_H
#define SPECBIAS_TESTS_CHECK_H

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>

/** Counts in @p failures, and prints, a claim that does not hold. */
static inline void check_claim(int *failures, bool holds, const char *file, int line, const char *claim) {
    if (holds)
        return;
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fprintf(stderr, "%s:%d: rank %d: not true: %s\n", file, line, rank, claim);
    ++*failures;
}

#define CHECK(failures, claim) check_claim(failures, claim, __FILE__, __LINE__, #claim)

/** Collective. 0 if nothing failed on any rank, after MPI_Finalize. */
static inline int check_finish(int failures) {
    MPI_Allreduce(MPI_IN_PLACE, &failures, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    return failures ? 1 : 0;
}

#endif
