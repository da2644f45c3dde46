/* The results file from its making to its last slot.
 *
 * Claims: whatever ranks commit which trials in which rounds, the file holds every committed value where the layout
 * says, NaN elsewhere, and the states; the digest is the one computed from its definition, at any number of ranks; a
 * flipped bit in a slot is found by verify and by the next opening, which makes the slot missing, and the slot can be
 * written again; a file that was never filled is filled; another sweep, garbage, a truncated file and datasets of other
 * shapes are refused with the reason; --overwrite starts anew; runs beyond the rows share the last; MPI-IO is ROMIO.
 */
#include "../../src/store/internal.h"
#include "check.h"
#include "store_cube.h"
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int rank, ranks, failures;
static results_cube the_cube;
static char path[256];
static sb_status status;

#define MUST(condition) CHECK(&failures, condition)

static void must_ok(sb_code code, const char *what) {
    if (code != SB_OK)
        fprintf(stderr, "rank %d: %s: %s\n", rank, what, status.message);
    MUST(code == SB_OK);
}

static bool all(uint64_t trial) {
    (void)trial;
    return true;
}
static bool none(uint64_t trial) {
    (void)trial;
    return false;
}
static bool early(uint64_t trial) {
    return trial % 5 != 3 && trial * 11 % 24 < 12;
}
static bool late(uint64_t trial) {
    return trial % 5 != 3 && trial * 11 % 24 >= 12;
}
static bool left(uint64_t trial) {
    return trial % 5 == 3;
}
static bool early_or_late(uint64_t trial) {
    return !left(trial);
}

static sb_store *open_store(sb_store_mode mode) {
    sb_store *store = NULL;
    must_ok(sb_store_open(MPI_COMM_WORLD, path, mode, the_cube.layout, &store, &status), "open");
    return store;
}

static void close_store(sb_store *store) {
    must_ok(sb_store_close(store, &status), "close");
}

/* --- What is in the file --------------------------------------------------------------------------------------------
 */

/* Reads variable @p v with the serial driver and compares each element with the formula, or NaN. */
static void check_variable(hid_t file, size_t v, bool (*committed)(uint64_t)) {
    const sb_variable *variable = &the_cube.layout->variables[v];
    const uint64_t trials = the_cube.grid.trials.count;
    double *values = malloc(trials * variable->block_count * sizeof *values);
    hid_t dataset = H5Dopen2(file, variable->name, H5P_DEFAULT);
    MUST(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    size_t wrong = 0;
    for (uint64_t t = 0; t < trials; ++t)
        for (uint64_t e = 0; e < variable->block_count; ++e) {
            const double value = values[t * variable->block_count + e];
            wrong += committed(t) ? value != cube_value(v, t, e) : !isnan(value);
        }
    MUST(wrong == 0);
    MUST(H5Dclose(dataset) >= 0);
    free(values);
}

static void check_values(bool (*committed)(uint64_t)) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    MUST(file >= 0);
    for (size_t v = 0; v < the_cube.layout->variable_count; ++v)
        check_variable(file, v, committed);
    MUST(H5Fclose(file) >= 0);
}

static void check_states(const sb_store *store, bool (*committed)(uint64_t)) {
    const uint8_t *states = sb_store_states(store);
    for (uint64_t t = 0; t < the_cube.grid.trials.count; ++t)
        MUST(states[t] == (!committed(t) ? SB_TRIAL_MISSING : t == 6 ? SB_TRIAL_FAILED : SB_TRIAL_DONE));
}

/* The digest from its definition. */
static sb_hash expected_digest(bool (*committed)(uint64_t)) {
    sb_hash digest = sb_sweep_identity(the_cube.sweep);
    for (uint64_t t = 0; t < the_cube.grid.trials.count; ++t) {
        unsigned char link[16 + 16 + 1 + 8];
        if (!committed(t))
            continue;
        sb_result result = cube_result(&the_cube, t);
        const sb_hash identity = cube_identity(&the_cube, t);
        memcpy(link, digest.bytes, 16);
        memcpy(link + 16, identity.bytes, 16);
        link[32] = t == 6 ? 2 : 1;
        for (int i = 0; i < 8; ++i)
            link[33 + i] = (unsigned char)(result.checksum >> (56 - 8 * i));
        digest = sb_hash_bytes(link, sizeof link);
        free(result.payload);
    }
    return digest;
}

static sb_verdict verify(void) {
    sb_verdict verdict;
    must_ok(sb_store_verify(path, the_cube.layout, &verdict, &status), "verify");
    return verdict;
}

/* Rank 0 looks at the whole file. */
static void check_file(bool (*committed)(uint64_t)) {
    if (rank == 0) {
        uint64_t count = 0;
        for (uint64_t t = 0; t < the_cube.grid.trials.count; ++t)
            count += committed(t);
        const sb_verdict verdict = verify();
        const sb_hash digest = expected_digest(committed);
        MUST(verdict.trials == 24 && verdict.damaged == 0);
        MUST(verdict.done == count - committed(6) && verdict.failed == committed(6) && verdict.missing == 24 - count);
        MUST(memcmp(&verdict.digest, &digest, sizeof digest) == 0);
        check_values(committed);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* --- The life of a file ---------------------------------------------------------------------------------------------
 */

/* The component that does not lose writes on a full disk, and our hint to it: ROMIO alone has such a hint. */
static void uses_romio(const sb_store *store) {
    const char *chosen = getenv("OMPI_MCA_io");
    MPI_File *handle = NULL;
    MPI_Info hints;
    char value[MPI_MAX_INFO_VAL] = "";
    int found = 0;
    if (chosen && strcmp(chosen, "^ompio") != 0)
        return; /* by whoever runs the test */
    MUST(H5Fget_vfd_handle(store->file.id, H5P_DEFAULT, (void **)&handle) >= 0);
    MUST(MPI_File_get_info(*handle, &hints) == MPI_SUCCESS);
    MUST(MPI_Info_get(hints, "romio_ds_write", sizeof value - 1, value, &found) == MPI_SUCCESS);
    MUST(found && strcmp(value, "disable") == 0);
    MPI_Info_free(&hints);
}

static void starts_empty(void) {
    sb_store *store = open_store(SB_STORE_RESUME);
    uses_romio(store);
    check_states(store, none);
    close_store(store);
    check_file(none);
}

static void commits_in_rounds(void) {
    sb_store *store = open_store(SB_STORE_RESUME);
    must_ok(sb_store_begin_run(store, &cube_info, &status), "begin");
    must_ok(cube_commit(&the_cube, store, early, rank, ranks, &status), "first round");
    check_states(store, early);
    must_ok(cube_commit(&the_cube, store, none, rank, ranks, &status), "empty round");
    must_ok(cube_commit(&the_cube, store, late, ranks - 1 - rank, ranks, &status), "third round");
    check_states(store, early_or_late);
    close_store(store);
    check_file(early_or_late);
}

static void resumes(void) {
    sb_store *store = open_store(SB_STORE_RESUME);
    check_states(store, early_or_late);
    MUST(sb_store_damaged(store, NULL) == 0);
    must_ok(sb_store_begin_run(store, &cube_info, &status), "begin");
    must_ok(cube_commit(&the_cube, store, left, 0, rank == 0 ? 1 : ranks + 24, &status), "rank 0's round");
    close_store(store);
    check_file(all);
}

static void summarises(void) {
    sb_summary summary;
    if (rank == 0) {
        must_ok(sb_summary_read(path, &summary, &status), "summary");
        MUST(strcmp(summary.sweep_name, "Würfel") == 0);
        MUST(summary.trials == 24 && summary.done == 23 && summary.failed == 1 && summary.runs == 2);
        MUST(summary.failures[SB_FAILURE_LOSS_NOT_FINITE] == 1 && summary.failures[SB_FAILURE_OUT_OF_MEMORY] == 0);
        MUST(summary.last.start == 1e9 && summary.last.end == 0 && summary.last.updated == 1e9 + 5);
        MUST(strcmp(summary.last.hosts, "alpha,beta") == 0 && strcmp(summary.last.job, "12345") == 0);
        sb_summary_free(&summary);
    }
}

/* The file's byte of element @p element of dataset @p name is flipped by rank 0. */
static void flip(const char *name, uint64_t byte) {
    if (rank == 0) {
        unsigned char value;
        hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(file, name, H5P_DEFAULT);
        const off_t at = (off_t)(H5Dget_offset(dataset) + byte);
        MUST(H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0);
        const int descriptor = open(path, O_RDWR);
        MUST(pread(descriptor, &value, 1, at) == 1);
        value ^= 1;
        MUST(pwrite(descriptor, &value, 1, at) == 1);
        MUST(close(descriptor) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static bool but_damaged(uint64_t trial) {
    return trial != 4 && trial != 17 && trial != 20;
}

static void finds_damage(void) {
    uint64_t first;
    const uint64_t loss = 4 * the_cube.layout->variables[0].block_count;
    flip("/loss", 17 * loss + 3);
    flip("/trial/updates", 4 * 8);
    flip("/trial/identity", 20 * 32 + 31);
    if (rank == 0) {
        const sb_verdict verdict = verify();
        MUST(verdict.damaged == 3 && verdict.first_damaged == 4 && verdict.missing == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    sb_store *store = open_store(SB_STORE_RESUME);
    MUST(sb_store_damaged(store, &first) == 3 && first == 4);
    check_states(store, but_damaged);
    close_store(store);
    check_file(but_damaged);
}

static bool damaged(uint64_t trial) {
    return !but_damaged(trial);
}

/* A slot that only says that it is done. */
static void disbelieves_states(void) {
    uint64_t first;
    flip("/trial/state", 4);
    sb_store *store = open_store(SB_STORE_RESUME);
    MUST(sb_store_damaged(store, &first) == 1 && !but_damaged(first));
    must_ok(sb_store_begin_run(store, &cube_info, &status), "begin");
    must_ok(cube_commit(&the_cube, store, damaged, rank, ranks, &status), "repair");
    close_store(store);
    check_file(all);
}

/* No run had begun. */
static void reset_runs(void) {
    if (rank == 0) {
        const int64_t none_yet = 0;
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), runs = H5Dopen2(file, "/provenance/runs", H5P_DEFAULT);
        MUST(H5Dwrite(runs, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &none_yet) >= 0);
        MUST(H5Dclose(runs) >= 0 && H5Fclose(file) >= 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* The mark that slots have been filled is damaged: a run that began says that they have. */
static void keeps_what_was_filled(void) {
    flip("/provenance/filled", 0);
    sb_store *store = open_store(SB_STORE_RESUME);
    close_store(store);
    check_file(all);
    flip("/provenance/filled", 0);
}

static void fills_what_was_not_filled(void) {
    flip("/provenance/filled", 0);
    reset_runs();
    sb_store *store = open_store(SB_STORE_RESUME);
    check_states(store, none);
    close_store(store);
    check_file(none);
}

/* --- What is refused ------------------------------------------------------------------------------------------------
 */

static void check_refused(const sb_layout *layout, sb_code expected, const char *words) {
    sb_store *store = NULL;
    const sb_code code = sb_store_open(MPI_COMM_WORLD, path, SB_STORE_RESUME, layout, &store, &status);
    MUST(code == expected && status.code == expected && store == NULL);
    if (!strstr(status.message, words))
        fprintf(stderr, "no '%s' in: %s\n", words, status.message);
    MUST(strstr(status.message, words) != NULL);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void refuses_other_sweeps(void) {
    results_cube other = {0};
    must_ok(cube_create(CUBE_SWEEP("1e-2"), &other, &status), "other cube");
    check_refused(other.layout, SB_INPUT, "training.learning_rate is 0.001 in the file, 0.01 now");
    MUST(strstr(status.message, "--overwrite") != NULL);
    cube_free(&other);
}

static void overwrites(void) {
    sb_store *store = open_store(SB_STORE_OVERWRITE);
    must_ok(sb_store_begin_run(store, &cube_info, &status), "begin");
    must_ok(cube_commit(&the_cube, store, all, rank, ranks, &status), "one round");
    close_store(store);
    check_file(all);
}

/* More runs than the file has rows for. */
static void shares_the_last_row(void) {
    sb_run_info info = cube_info;
    sb_summary summary;
    sb_store *store = open_store(SB_STORE_RESUME);
    for (int run = 2; run <= 260; ++run) {
        info.ranks = run;
        must_ok(sb_store_begin_run(store, &info, &status), "begin");
    }
    close_store(store);
    if (rank == 0) {
        must_ok(sb_summary_read(path, &summary, &status), "summary");
        MUST(summary.runs == 260 && summary.last.ranks == 260);
        sb_summary_free(&summary);
    }
    check_file(all);
}

/* Rank 0 puts an array of 4096 numbers in the place of one number. */
static void enlarge(const char *name) {
    if (rank == 0) {
        const hsize_t length = 4096;
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), space = H5Screate_simple(1, &length, NULL);
        MUST(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
        hid_t dataset = H5Dcreate2(file, name, H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        MUST(H5Dclose(dataset) >= 0 && H5Sclose(space) >= 0 && H5Fclose(file) >= 0);
        sb_summary summary;
        MUST(sb_summary_read(path, &summary, &status) == SB_IO);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

/* An HDF5 file of another program, whose root has attributes of our names but not of our shapes. */
static void write_foreign(void) {
    if (rank == 0) {
        static const int versions[4096] = {1};
        const hsize_t length = 4096;
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
        hid_t one = H5Screate(H5S_SCALAR), many = H5Screate_simple(1, &length, NULL);
        MUST(H5Tset_size(type, sizeof "specbias") >= 0);
        hid_t format = H5Acreate2(file, "format", type, one, H5P_DEFAULT, H5P_DEFAULT);
        hid_t version = H5Acreate2(file, "format_version", H5T_NATIVE_INT, many, H5P_DEFAULT, H5P_DEFAULT);
        MUST(H5Awrite(format, type, "specbias") >= 0 && H5Awrite(version, H5T_NATIVE_INT, versions) >= 0);
        MUST(H5Aclose(version) >= 0 && H5Aclose(format) >= 0 && H5Sclose(many) >= 0 && H5Sclose(one) >= 0);
        MUST(H5Tclose(type) >= 0 && H5Fclose(file) >= 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void refuses_broken_files(void) {
    enlarge("/provenance/filled");
    check_refused(the_cube.layout, SB_IO, "'/provenance/filled' is damaged");
    if (rank == 0)
        MUST(truncate(path, 20000) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused(the_cube.layout, SB_IO, "truncated");
    if (rank == 0) {
        FILE *file = fopen(path, "w");
        MUST(file && fputs("garbage", file) >= 0 && fclose(file) == 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused(the_cube.layout, SB_IO, "not HDF5");
    if (rank == 0) {
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        MUST(H5Fclose(file) >= 0);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused(the_cube.layout, SB_IO, "no results file of specbias");
    write_foreign();
    check_refused(the_cube.layout, SB_IO, "no results file of specbias");
    if (rank == 0)
        MUST(unlink(path) == 0 && mkdir(path, 0700) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    check_refused(the_cube.layout, SB_IO, "no regular file");
    if (rank == 0)
        MUST(rmdir(path) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void make_folder(char folder[256]) {
    const char *temporary = getenv("TMPDIR");
    if (rank == 0) {
        snprintf(folder, 200, "%s/specbias-store-XXXXXX", temporary ? temporary : "/tmp");
        MUST(mkdtemp(folder) != NULL);
    }
    MPI_Bcast(folder, 256, MPI_CHAR, 0, MPI_COMM_WORLD);
    snprintf(path, sizeof path, "%.200s/cube.h5", folder);
}

int main(int argc, char **argv) {
    char folder[256] = "";
    if (sb_store_environment(&status) != SB_OK || MPI_Init(&argc, &argv) != MPI_SUCCESS)
        return 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    make_folder(folder);
    must_ok(cube_create(CUBE_SWEEP("1e-3"), &the_cube, &status), "cube");
    if (failures == 0) {
        starts_empty();
        commits_in_rounds();
        resumes();
        summarises();
        finds_damage();
        disbelieves_states();
        keeps_what_was_filled();
        fills_what_was_not_filled();
        refuses_other_sweeps();
        overwrites();
        shares_the_last_row();
        refuses_broken_files();
    }
    if (rank == 0)
        MUST(rmdir(folder) == 0); /* so that no temporary file was left either */
    cube_free(&the_cube);
    return check_finish(failures);
}
