/* Claims: all ranks leave sb_agree with the code and message of the lowest rank that failed; sb_share_text gives every
 * rank the same bytes, up to the size of the largest sweep file, and fails on all ranks alike; MPI's errors get its
 * words; no rank leaves sb_meet before all have come. */
#include "check.h"
#include <limits.h>
#include <specbias/comm.h>
#include <specbias/spec.h>
#include <stdlib.h>
#include <string.h>

/* Ranks @p first and above fail, each with a message of its own. */
static void check_agree(int *failures, int rank, int ranks, int first) {
    sb_status status = {.code = SB_OK};
    char expected[64];
    snprintf(expected, sizeof expected, "rank %d of %d has failed", first, ranks);
    if (rank >= first)
        sb_fail(&status, rank == first ? SB_IO : SB_SYSTEM, "rank %d of %d has failed", rank, ranks);
    sb_code code = sb_agree(MPI_COMM_WORLD, &status);
    CHECK(failures, code == (first < ranks ? SB_IO : SB_OK));
    CHECK(failures, status.code == code);
    if (first < ranks)
        CHECK(failures, strcmp(status.message, expected) == 0);
}

static void check_share(int *failures, int rank, size_t size) {
    char *text = NULL, *expected = malloc(size + 1);
    size_t length = rank == 0 ? size : 12345;
    sb_status status = {.code = SB_OK};
    for (size_t i = 0; i < size; i++)
        expected[i] = (char)('!' + i * 7 % 90);
    expected[size] = '\0';
    if (rank == 0)
        text = strdup(expected);
    CHECK(failures, sb_share_text(MPI_COMM_WORLD, &text, &length, &status) == SB_OK);
    CHECK(failures, length == size);
    CHECK(failures, text && memcmp(text, expected, size + 1) == 0);
    free(text);
    free(expected);
}

static void check_share_refuses(int *failures, int rank) {
    char word[] = "never read", *text = rank == 0 ? word : NULL;
    size_t length = (size_t)INT_MAX + 1;
    sb_status status = {.code = SB_OK};
    CHECK(failures, sb_share_text(MPI_COMM_WORLD, &text, &length, &status) == SB_INPUT);
    CHECK(failures, strstr(status.message, "2147483648") != NULL);
    CHECK(failures, text == (rank == 0 ? word : NULL));
}

/* Counts every rank that is about to meet the others in a word of rank 0. */
static void check_meet(int *failures, int rank, int ranks) {
    int *word, one = 1, before, present;
    sb_status status = {.code = SB_OK};
    MPI_Win window;
    MPI_Win_allocate(sizeof *word, sizeof *word, MPI_INFO_NULL, MPI_COMM_WORLD, &word, &window);
    MPI_Win_lock_all(0, window);
    *word = 0;
    MPI_Win_sync(window);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < 10 * rank; i++)
        sb_nap();
    MPI_Fetch_and_op(&one, &before, MPI_INT, 0, 0, MPI_SUM, window);
    MPI_Win_flush(0, window);
    CHECK(failures, sb_meet(MPI_COMM_WORLD, NULL, NULL, &status) == SB_OK);
    MPI_Fetch_and_op(NULL, &present, MPI_INT, 0, 0, MPI_NO_OP, window);
    MPI_Win_flush(0, window);
    CHECK(failures, present == ranks);
    MPI_Win_unlock_all(window);
    MPI_Win_free(&window);
}

static void check_mpi_words(int *failures) {
    sb_status status = {.code = SB_OK};
    CHECK(failures, sb_mpi_check(MPI_SUCCESS, "MPI_Win_allocate", &status) == SB_OK);
    CHECK(failures, sb_mpi_check(MPI_ERR_NO_MEM, "MPI_Win_allocate", &status) == SB_SYSTEM);
    CHECK(failures, strstr(status.message, "MPI_Win_allocate failed: ") && strstr(status.message, "MPI_ERR_NO_MEM"));
}

int main(int argc, char **argv) {
    int rank, ranks, failures = 0;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int first = 0; first <= ranks; first++)
        check_agree(&failures, rank, ranks, first);
    const size_t sizes[] = {0, 1, 4097, SB_SWEEP_BYTES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_share(&failures, rank, sizes[i]);
    check_share_refuses(&failures, rank);
    check_meet(&failures, rank, ranks);
    check_mpi_words(&failures);
    return check_finish(failures);
}
