/* Claim: where the space runs out while the slots are filled, all ranks end with SB_IO and the same message, what was
 * to be overwritten is there as it was, and nothing else is left; also where there was nothing before.
 *
 * A limit on file sizes stands for the full disk. It sinks when the new file gets its name: what is written to the disk
 * before that has been reserved. */
#include "check.h"
#include "store_cube.h"
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static int failures;
static bool fills_up;

static void limit_file_size(rlim_t size) {
    struct rlimit limit;
    CHECK(&failures, getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    CHECK(&failures, setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

int __wrap_rename(const char *from, const char *to) {
    const int result = __real_rename(from, to);
    if (fills_up)
        limit_file_size(1024);
    return result;
}

static void check_full(const results_cube *cube, const char *path, sb_store_mode mode, int rank) {
    sb_store *store = NULL;
    sb_status status, first;
    fills_up = true;
    if (rank != 0)
        limit_file_size(1024);
    CHECK(&failures, sb_store_open(MPI_COMM_WORLD, path, mode, cube->layout, &store, &status) == SB_IO);
    limit_file_size(RLIM_INFINITY);
    fills_up = false;
    CHECK(&failures, store == NULL && strstr(status.message, path) && strstr(status.message, "cannot fill"));
    first = status;
    MPI_Bcast(first.message, sizeof first.message, MPI_CHAR, 0, MPI_COMM_WORLD);
    CHECK(&failures, strcmp(status.message, first.message) == 0);
}

static bool any(uint64_t trial) {
    (void)trial;
    return true;
}

/* A sound file with all trials, and its digest. */
static sb_hash write_file(const results_cube *cube, const char *path, int rank, int ranks) {
    sb_store *store = NULL;
    sb_status status;
    sb_verdict verdict = {0};
    CHECK(&failures, !sb_store_open(MPI_COMM_WORLD, path, SB_STORE_RESUME, cube->layout, &store, &status) &&
                         !sb_store_begin_run(store, &cube_info, &status));
    CHECK(&failures, !cube_commit(cube, store, any, rank, ranks, &status) && !sb_store_close(store, &status));
    if (rank == 0)
        CHECK(&failures, !sb_store_verify(path, cube->layout, &verdict, &status) && verdict.missing == 0);
    return verdict.digest;
}

static void check_kept(const results_cube *cube, const char *path, sb_hash digest) {
    sb_status status;
    sb_verdict verdict;
    CHECK(&failures, sb_store_verify(path, cube->layout, &verdict, &status) == SB_OK && verdict.damaged == 0);
    CHECK(&failures, memcmp(&verdict.digest, &digest, sizeof digest) == 0);
    CHECK(&failures, unlink(path) == 0);
}

int main(int argc, char **argv) {
    char folder[256] = "", path[300];
    const char *temporary = getenv("TMPDIR");
    results_cube cube = {0};
    sb_status status = {0};
    int rank, ranks;
    if (sb_store_environment(&status) != SB_OK || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    snprintf(folder, sizeof folder, "%.200s/specbias-full-XXXXXX", temporary ? temporary : "/tmp");
    if (rank == 0)
        CHECK(&failures, mkdtemp(folder) != NULL);
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "%s/cube.h5", folder);
    CHECK(&failures, cube_create(CUBE_SWEEP("1e-3"), &cube, &status) == SB_OK);

    check_full(&cube, path, SB_STORE_RESUME, rank);
    if (rank == 0)
        CHECK(&failures, access(path, F_OK) != 0);
    MPI_Barrier(MPI_COMM_WORLD);
    const sb_hash digest = write_file(&cube, path, rank, ranks);
    check_full(&cube, path, SB_STORE_OVERWRITE, rank);
    if (rank == 0) {
        check_kept(&cube, path, digest);
        CHECK(&failures, rmdir(folder) == 0); /* nothing else was left */
    }
    cube_free(&cube);
    return check_finish(failures);
}
