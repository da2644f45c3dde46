#include "counter.h"

#include <specbias/comm.h>
#include <string.h>

/* MPI_Win_allocate, not _create: 0.2 to 0.5 microseconds a claim against a stall for as long as rank 0 computes.
 * Debian's Open MPI 4.1 fails here between nodes without RDMA: it is configured not to use pt2pt, and has nothing else
 * for TCP. */
static sb_code allocate_words(MPI_Comm comm, MPI_Aint bytes, int word_bytes, uint64_t **words, MPI_Win *window,
                              sb_status *status) {
    sb_status failure = {.code = SB_OK};
    if (sb_mpi_check(MPI_Win_allocate(bytes, word_bytes, MPI_INFO_NULL, comm, words, window), "MPI_Win_allocate",
                     &failure) == SB_OK)
        return SB_OK;
    return sb_fail(status, failure.code,
                   "%s; with Open MPI between nodes without RDMA, OMPI_MCA_osc=^ucx in the environment of all ranks "
                   "allows its component pt2pt, which works over any network",
                   failure.message);
}

static sb_code allocate(MPI_Comm comm, sb_counter *counter, sb_status *status) {
    int rank;
    uint64_t *words;
    const MPI_Aint word_bytes = sizeof *words;
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status))
        return SB_SYSTEM;
    const MPI_Aint bytes = rank == 0 ? SB_COUNTER_WORDS * word_bytes : 0;
    if (allocate_words(comm, bytes, (int)word_bytes, &words, &counter->window, status) ||
        sb_mpi_check(MPI_Win_set_errhandler(counter->window, MPI_ERRORS_ARE_FATAL), "MPI_Win_set_errhandler", status) ||
        sb_mpi_check(MPI_Win_lock_all(MPI_MODE_NOCHECK, counter->window), "MPI_Win_lock_all", status))
        return SB_SYSTEM;
    if (rank == 0)
        memset(words, 0, (size_t)bytes);
    return sb_mpi_check(MPI_Win_sync(counter->window), "MPI_Win_sync", status);
}

sb_code sb_counter_create(MPI_Comm comm, sb_watch *watch, sb_counter *counter, sb_status *status) {
    sb_status verdict = {.code = SB_OK};
    counter->watch = watch;
    allocate(comm, counter, &verdict);
    /* also the barrier behind which the words are zero */
    if (sb_agree(comm, &verdict))
        *status = verdict;
    return verdict.code;
}

void sb_counter_destroy(sb_counter *counter) {
    MPI_Win_unlock_all(counter->window);
    MPI_Win_free(&counter->window);
}

/* With a request rather than a flush, so that a rank that waits for rank 0 can tell that rank 0 hangs. */
static void change(const sb_counter *counter, sb_counter_word word, MPI_Datatype type, MPI_Op operation,
                   const void *operand, void *before) {
    MPI_Request request;
    int done = 0;
    MPI_Rget_accumulate(operand, 1, type, before, 1, type, 0, word, 1, type, operation, counter->window, &request);
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE), !done)
        sb_watch_look(counter->watch, sb_seconds());
}

uint64_t sb_counter_read(const sb_counter *counter, sb_counter_word word) {
    uint64_t nothing = 0, value = 0;
    change(counter, word, MPI_UINT64_T, MPI_NO_OP, &nothing, &value);
    return value;
}

uint64_t sb_counter_add(const sb_counter *counter, sb_counter_word word, uint64_t amount) {
    uint64_t before = 0;
    change(counter, word, MPI_UINT64_T, MPI_SUM, &amount, &before);
    return before;
}

void sb_counter_raise(const sb_counter *counter, sb_counter_word word, uint64_t value) {
    uint64_t before = 0;
    change(counter, word, MPI_UINT64_T, MPI_MAX, &value, &before);
}

double sb_counter_read_work(const sb_counter *counter) {
    double nothing = 0, value = 0;
    change(counter, SB_COUNTER_WORK, MPI_DOUBLE, MPI_NO_OP, &nothing, &value);
    return value;
}

void sb_counter_add_work(const sb_counter *counter, double work) {
    double before = 0;
    change(counter, SB_COUNTER_WORK, MPI_DOUBLE, MPI_SUM, &work, &before);
}
