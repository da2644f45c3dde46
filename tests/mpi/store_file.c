/* Not a test itself: writes the cube of store_cube.h to the file that is its argument, all trials but every fifth, and
 * exits as specbias would. Other tests look at what it leaves. */
#include "store_cube.h"
#include <stdio.h>

static bool wanted(uint64_t trial) {
    return trial % 5 != 3;
}

static sb_code write_file(const char *path, int rank, int ranks, sb_status *status) {
    results_cube cube = {0};
    sb_store *store = NULL;
    sb_status closing;
    sb_code code = cube_create(CUBE_SWEEP("1e-3"), &cube, status);
    if (code == SB_OK)
        code = sb_store_open(MPI_COMM_WORLD, path, SB_STORE_OVERWRITE, cube.layout, &store, status);
    if (code == SB_OK)
        code = sb_store_begin_run(store, &cube_info, status);
    if (code == SB_OK)
        code = cube_commit(&cube, store, wanted, rank, ranks, status);
    if (sb_store_close(store, &closing) != SB_OK && code == SB_OK) {
        *status = closing;
        code = closing.code;
    }
    cube_free(&cube);
    return code;
}

int main(int argc, char **argv) {
    int rank = 0, ranks = 1;
    sb_status status = {0};
    if (argc != 2 || sb_store_environment(&status) != SB_OK || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 70;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const sb_code code = write_file(argv[1], rank, ranks, &status);
    if (code != SB_OK && rank == 0)
        fprintf(stderr, "%s\n", status.message);
    MPI_Finalize();
    return sb_exit_code(code);
}
