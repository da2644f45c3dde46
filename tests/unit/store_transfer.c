/* Moving blocks in calls that are far too small for them, on one process that never starts MPI: what `status` and
 * `verify` do. */
#include "../../src/store/create.h"
#include "../../src/store/slots.h"
#include "../../src/store/transfer.h"
#include "../mpi/store_cube.h"
#include "check.h"
#include <stdio.h>
#include <unistd.h>

static results_cube cube;
static char path[64];
static sb_status status;

static int start(void **state) {
    (void)state;
    snprintf(path, sizeof path, "store_transfer-%ld.h5", (long)getpid());
    if (cube_create(CUBE_SWEEP("1e-3"), &cube, &status) == SB_OK &&
        sb_create(path, cube.layout, NULL, &status) == SB_OK)
        return 0;
    fprintf(stderr, "%s\n", status.message);
    return 1;
}

static int end(void **state) {
    (void)state;
    cube_free(&cube);
    return unlink(path);
}

/* Opens the file for writing, with the serial driver. */
static sb_file open_columns(void) {
    sb_file file;
    assert_int_equal(sb_columns_create(&file, path, cube.layout, &status), SB_OK);
    const hid_t access = sb_h5_access();
    file.id = H5Fopen(path, H5F_ACC_RDWR, access);
    assert_true(file.id >= 0 && H5Pclose(access) >= 0);
    assert_int_equal(sb_columns_open(&file, &status), SB_OK);
    return file;
}

/* Claim: with room for any number of bytes from one element up, what is written of some trials reads back, in as many
 * calls as were foretold, and nothing else is touched. */
static void any_room_will_do(void **state) {
    (void)state;
    enum { TRIALS = 24, ROOMS = 6 };
    static const size_t rooms[ROOMS] = {8, 16, 40, 136, 1000, 100000};
    static const uint64_t trials[] = {0, 1, 2, 5, 9, 10, 11, 12, 13, 14, 15, 16, 23};
    enum { COUNT = sizeof trials / sizeof *trials };
    sb_file file = open_columns();
    const sb_column *column = &file.columns[1]; /* spectrum: float64 */
    const size_t block = column->block;
    double *written = calloc(COUNT * block, sizeof *written), *all = malloc(TRIALS * block * sizeof *all);
    double *back = malloc(COUNT * block * sizeof *back);
    void *blocks[COUNT];
    for (int room = 0; room < ROOMS; ++room) {
        sb_transfer transfer;
        assert_int_equal(sb_transfer_create(rooms[room], false, &transfer, &status), SB_OK);
        for (size_t i = 0; i < TRIALS * block; ++i)
            all[i] = -1;
        assert_true(H5Dwrite(column->dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
        for (size_t i = 0; i < COUNT * block; ++i)
            written[i] = (double)(1000000 * room + (int)i);
        for (size_t i = 0; i < COUNT; ++i)
            blocks[i] = written + i * block;
        sb_cursor cursor = {.trials = trials, .count = COUNT, .block = block};
        uint64_t calls = 0;
        for (; cursor.index < COUNT; ++calls)
            assert_int_equal(sb_transfer_step(&transfer, &file, column, SB_TO_FILE, &cursor, blocks, &status), SB_OK);
        assert_int_equal(calls, sb_transfer_calls(&transfer, column, trials, COUNT));
        assert_true(calls >= COUNT * block * sizeof *written / transfer.bytes);
        assert_true(H5Dread(column->dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
        for (size_t i = 0; i < COUNT; ++i) {
            assert_memory_equal(all + trials[i] * block, written + i * block, block * sizeof *all);
            for (size_t j = 0; j < block; ++j)
                all[trials[i] * block + j] = -1;
            blocks[i] = back + i * block;
        }
        for (size_t i = 0; i < TRIALS * block; ++i)
            assert_true(all[i] == -1);
        assert_int_equal(sb_transfer_all(&transfer, &file, column, SB_FROM_FILE, trials, COUNT, blocks, &status),
                         SB_OK);
        assert_memory_equal(back, written, COUNT * block * sizeof *back);
        sb_transfer_destroy(&transfer);
    }
    free(back);
    free(all);
    free(written);
    assert_int_equal(sb_columns_close(&file, SB_OK, &status), SB_OK);
}

/* Claim: a call selects at most SB_CALL_BOXES boxes, however scattered the trials. */
static void boxes_are_bounded(void **state) {
    (void)state;
    enum { TRIALS = 5000 };
    static uint64_t trials[TRIALS];
    for (uint64_t i = 0; i < TRIALS; ++i)
        trials[i] = 2 * i;
    const sb_column column = {.rank = 1, .lengths = {2 * TRIALS}, .block = 1, .element = SB_ELEMENT_UINT8};
    sb_transfer transfer;
    assert_int_equal(sb_transfer_create(TRIALS, false, &transfer, &status), SB_OK);
    const uint64_t calls = sb_transfer_calls(&transfer, &column, trials, TRIALS);
    assert_true(calls >= TRIALS / SB_CALL_BOXES && calls <= TRIALS / SB_CALL_BOXES + 1);
    sb_transfer_destroy(&transfer);
}

/* Claim: a new file has no results, its size is what was foretold, within a quarter, and none is left under another
 * name. */
static void new_file_is_empty(void **state) {
    (void)state;
    sb_summary summary;
    sb_verdict verdict;
    assert_int_equal(sb_summary_read(path, &summary, &status), SB_OK);
    assert_int_equal(summary.trials, 24);
    assert_int_equal(summary.done + summary.failed, 0);
    assert_int_equal(summary.runs, 0);
    sb_summary_free(&summary);
    assert_int_equal(sb_store_verify(path, cube.layout, &verdict, &status), SB_OK);
    assert_int_equal(verdict.missing, 24);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const double size = (double)ftell(file), foretold = (double)sb_store_bytes(cube.layout);
    assert_int_equal(fclose(file), 0);
    assert_true(size <= foretold && size > 0.75 * foretold);
}

/* Claim: the sweep's text and --set arguments come back as they were. */
static void sweep_is_kept(void **state) {
    (void)state;
    sb_stored_sweep stored;
    assert_int_equal(sb_store_read_sweep(path, &stored, &status), SB_OK);
    assert_string_equal(stored.text, CUBE_SWEEP("1e-3"));
    assert_int_equal(stored.length, strlen(stored.text));
    assert_int_equal(stored.override_count, 0);
    sb_stored_sweep_free(&stored);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(new_file_is_empty), cmocka_unit_test(sweep_is_kept),
                                       cmocka_unit_test(any_room_will_do), cmocka_unit_test(boxes_are_bounded)};
    return cmocka_run_group_tests(tests, start, end);
}
