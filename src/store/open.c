#include "create.h"
#include "internal.h"
#include "lock.h"
#include "mpiio.h"
#include "names.h"
#include "slots.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* fcoll is how OMPIO writes collectively, where the user asks for OMPIO: its default leaves the other ranks waiting
 * when one finds the disk full (2 of 12 runs on 3 ranks hung); `individual` has nothing to wait for (0 of 12). */
sb_code sb_store_environment(sb_status *status) {
    static const char *const choices[][2] = {{"OMPI_MCA_io", "^ompio"}, {"OMPI_MCA_fcoll", "individual"}};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return sb_fail(status, SB_SYSTEM, "cannot ignore SIGXFSZ: %s", strerror(errno));
    for (size_t i = 0; i < sizeof choices / sizeof *choices; ++i)
        if (setenv(choices[i][0], choices[i][1], 0) != 0)
            return sb_fail(status, SB_SYSTEM, "cannot set %s: %s", choices[i][0], strerror(errno));
    return SB_OK;
}

/* What --overwrite may replace: HDF5 files, also damaged ones, and empty files, but not somebody's sweep or picture. */
static sb_code check_replaceable(const char *path, sb_status *status) {
    static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char start[sizeof signature];
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t count = descriptor >= 0 ? read(descriptor, start, sizeof start) : -1;
    const int reason = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (count < 0)
        return sb_fail(status, SB_IO, "cannot read '%s', which is to be replaced: %s", path, strerror(reason));
    if (count > 0 && (count < (ssize_t)sizeof start || memcmp(start, signature, sizeof start) != 0))
        return sb_fail(status, SB_INPUT,
                       "'%s' is no results file, and --overwrite replaces no others; give another name with -o", path);
    return SB_OK;
}

/* Rank 0 sees to it that there is a file of this sweep, and that no other run has it. */
static sb_code provide(sb_store *store, sb_store_mode mode, const sb_layout *layout, bool *created, sb_status *status) {
    const char *path = store->path;
    struct stat info;
    int before = -1; /* the lock of a file that is replaced */
    if (strchr(path, ':'))
        return sb_fail(
            status, SB_INPUT,
            "'%s': MPI-IO takes what stands before a ':' for the kind of a file system; give the results file "
            "another name with -o",
            path);
    const bool missing = stat(path, &info) != 0 && errno == ENOENT;
    if (mode == SB_STORE_RESUME && !missing)
        return sb_lock(path, &store->lock, status) ? status->code : sb_resume_check(path, layout, status);
    if (!missing && check_replaceable(path, status) == SB_OK)
        sb_lock(path, &before, status);
    if (status->code == SB_OK)
        *created = sb_create(path, layout, store->fault, status) == SB_OK;
    if (*created)
        sb_lock(path, &store->lock, status);
    sb_unlock(before);
    return status->code;
}

static void set_parallel(const sb_store *store, hid_t access, sb_status *status) {
    MPI_Info hints;
    if (sb_mpiio_hints(&hints, status) == SB_OK &&
        (access < 0 || H5Pset_fapl_mpio(access, store->comm, hints) < 0 ||
         H5Pset_all_coll_metadata_ops(access, true) < 0 || H5Pset_coll_metadata_write(access, true) < 0))
        sb_h5_fail(status, store->path, "prepare to open it with MPI");
    sb_status freeing = {0};
    if (hints != MPI_INFO_NULL)
        sb_mpi_check(MPI_Info_free(&hints), "MPI_Info_free", status->code == SB_OK ? status : &freeing);
}

static sb_code open_parallel(sb_store *store, sb_status *status) {
    hid_t access = sb_h5_access();
    set_parallel(store, access, status);
    if (status->code == SB_OK && sb_fault_fails(store->fault, SB_CALL_OPEN, store->path, status) == SB_OK)
        sb_mpiio_reachable(store->path, store->rank, status);
    if (sb_agree(store->comm, status) == SB_OK && (store->file.id = H5Fopen(store->path, H5F_ACC_RDWR, access)) < 0)
        sb_h5_fail(status, store->path, "open it with MPI");
    sb_h5_release(access, status->code, store->path, status);
    return sb_agree(store->comm, status);
}

/* Every rank opens everything, whatever fails, for others wait in the same calls. */
static sb_code open_datasets(sb_store *store, sb_status *status) {
    sb_status provenance = {0};
    sb_columns_open(&store->file, status);
    sb_provenance_open(&store->file, &store->provenance, &provenance);
    if (status->code == SB_OK)
        *status = provenance;
    return sb_agree(store->comm, status);
}

/* Fills what was never filled, or finds out what is there. @p filled: it was; equal on all ranks. */
static sb_code settle(sb_store *store, bool *filled, sb_status *status) {
    *filled = false;
    if (store->rank == 0)
        sb_provenance_read_filled(&store->provenance, filled, status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Bcast(filled, 1, MPI_C_BOOL, 0, store->comm), "MPI_Bcast", status);
    if (sb_agree(store->comm, status) != SB_OK)
        return status->code;
    return *filled ? sb_read_slots(store, status) : sb_fill(store, status);
}

static sb_code allocate(const char *path, const sb_layout *layout, int rank, sb_store **store, sb_status *status) {
    *store = calloc(1, sizeof **store);
    if (!*store)
        return sb_fail(status, SB_MEMORY, "no memory for the store");
    **store = (sb_store){.comm = MPI_COMM_NULL, .row = -1, .lock = -1, .file.id = H5I_INVALID_HID};
    (*store)->path = strdup(path);
    (*store)->states = sb_array(layout->grid->trials.count, 1, "the states of all trials", status);
    if (!(*store)->path || !(*store)->states)
        return sb_fail(status, SB_MEMORY, "no memory for the store");
    if (sb_columns_create(&(*store)->file, (*store)->path, layout, status) == SB_OK)
        sb_fault_create(rank, &(*store)->fault, status);
    (*store)->file.fault = (*store)->fault;
    return status->code;
}

static sb_code release(sb_store *store, sb_status *status) {
    if (!store)
        return status->code;
    sb_checkpoints_close(&store->checkpoints);
    sb_provenance_close(&store->provenance, status->code, status);
    sb_columns_close(&store->file, status->code, status);
    if (store->comm != MPI_COMM_NULL && MPI_Comm_free(&store->comm) != MPI_SUCCESS && status->code == SB_OK)
        sb_fail(status, SB_SYSTEM, "MPI_Comm_free failed");
    sb_unlock(store->lock);
    sb_fault_free(store->fault);
    free(store->states);
    free(store->path);
    free(store);
    return status->code;
}

/* Finds the trials in flight. A file that was not filled has none: what lies beside it is of one that was there before.
 */
static sb_code open_checkpoints(sb_store *store, bool filled, sb_status *status) {
    sb_checkpoints *checkpoints = &store->checkpoints;
    const sb_sweep *sweep = store->file.layout->grid->sweep;
    if (sb_checkpoints_open(store->comm, store->path, sweep, store->file.trials, store->fault, checkpoints, status) !=
        SB_OK)
        return status->code;
    return filled && sb_store_saved_count(store) > 0 ? SB_OK : sb_checkpoints_remove(checkpoints, status);
}

static sb_code open_all(MPI_Comm comm, sb_store *store, sb_status *status) {
    bool filled;
    if (sb_mpi_check(MPI_Comm_dup(comm, &store->comm), "MPI_Comm_dup", status) == SB_OK &&
        sb_mpi_check(MPI_Comm_set_errhandler(store->comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler", status) ==
            SB_OK &&
        sb_mpi_check(MPI_Comm_rank(store->comm, &store->rank), "MPI_Comm_rank", status) == SB_OK)
        sb_mpi_check(MPI_Comm_size(store->comm, &store->ranks), "MPI_Comm_size", status);
    if (sb_agree(comm, status) != SB_OK || open_parallel(store, status) != SB_OK ||
        open_datasets(store, status) != SB_OK || settle(store, &filled, status) != SB_OK)
        return status->code;
    return open_checkpoints(store, filled, status);
}

sb_code sb_store_open(MPI_Comm comm, const char *path, sb_store_mode mode, const sb_layout *layout, sb_store **store,
                      sb_status *status) {
    int rank = 0;
    bool created = false; /* by rank 0, which alone knows: nothing that others do may depend on it */
    *store = NULL;
    *status = (sb_status){0};
    sb_h5_quiet();
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status) == SB_OK &&
        allocate(path, layout, rank, store, status) == SB_OK && rank == 0)
        provide(*store, mode, layout, &created, status);
    if (sb_agree(comm, status) == SB_OK && open_all(comm, *store, status) == SB_OK) {
        if (created)
            sb_create_accept(path);
        sb_fault_pass((*store)->fault, SB_POINT_OPENED);
        return SB_OK;
    }
    release(*store, status);
    *store = NULL;
    if (created)
        sb_create_revoke(path);
    return status->code;
}

sb_code sb_store_close(sb_store *store, sb_status *status) {
    *status = (sb_status){0};
    if (!store)
        return SB_OK;
    MPI_Comm comm = store->comm;
    store->comm = MPI_COMM_NULL;
    release(store, status);
    sb_agree(comm, status);
    if (MPI_Comm_free(&comm) != MPI_SUCCESS && status->code == SB_OK)
        sb_fail(status, SB_SYSTEM, "MPI_Comm_free failed");
    return status->code;
}

const uint8_t *sb_store_states(const sb_store *store) {
    return store->states;
}

uint64_t sb_store_damaged(const sb_store *store, uint64_t *first) {
    if (first)
        *first = store->first_damaged;
    return store->damaged;
}

sb_code sb_store_checkpoint(sb_store *store, const sb_saved *saved, sb_status *status) {
    *status = (sb_status){0};
    return sb_checkpoints_write(&store->checkpoints, store->states, saved, status);
}

uint64_t sb_store_saved_count(const sb_store *store) {
    uint64_t missing = 0;
    for (size_t i = 0; i < store->checkpoints.count; ++i)
        missing += store->states[store->checkpoints.slots[i].trial] == SB_TRIAL_MISSING;
    return missing;
}

uint64_t sb_store_lost_count(const sb_store *store) {
    return store->checkpoints.lost;
}

int64_t sb_store_saved_steps(const sb_store *store, uint64_t trial) {
    const sb_saved_slot *slot = sb_checkpoints_find(&store->checkpoints, trial);
    return slot ? (int64_t)slot->steps : 0;
}

void *sb_store_saved(const sb_store *store, uint64_t trial, uint64_t bytes) {
    const sb_saved_slot *slot = sb_checkpoints_find(&store->checkpoints, trial);
    return slot && slot->bytes == bytes ? sb_checkpoints_read(&store->checkpoints, slot) : NULL;
}
