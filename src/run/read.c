/* Files of data: from the disk to every rank. */
#include <specbias/comm.h>
#include <specbias/data.h>
#include <specbias/run.h>
#include <stdlib.h>

/* One verdict of all ranks, or of this process if it is alone. */
static sb_code agree(MPI_Comm comm, sb_status *status) {
    return comm == MPI_COMM_NULL ? status->code : sb_agree(comm, status);
}

/* The bytes of a file, on every rank. */
static sb_code fetch(MPI_Comm comm, const sb_source *source, char **bytes, size_t *size, sb_status *status) {
    int rank = 0;
    *bytes = NULL;
    if (comm != MPI_COMM_NULL)
        sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status);
    if (rank == 0 && status->code == SB_OK)
        sb_source_load(source, bytes, size, status);
    if (agree(comm, status) == SB_OK && comm != MPI_COMM_NULL)
        sb_share_text(comm, bytes, size, status);
    return status->code;
}

static sb_code read_source(MPI_Comm comm, sb_source *source, sb_status *status) {
    char *bytes;
    size_t size = 0;
    if (fetch(comm, source, &bytes, &size, status) == SB_OK) {
        sb_source_decode(source, bytes, size, status);
        agree(comm, status);
    }
    free(bytes);
    return status->code;
}

sb_code sb_plan_read(MPI_Comm comm, sb_plan *plan, sb_diagnostics *diagnostics, sb_status *status) {
    const sb_sweep *sweep = plan->sweep;
    size_t faults = 0;
    for (size_t i = 0; i < sweep->source_count; ++i) {
        sb_status reading = {0};
        read_source(comm, sweep->sources[i], &reading);
        if (reading.code == SB_INPUT) {
            sb_sweep_report(sweep, diagnostics, sweep->sources[i]->field->path, "%s", reading.message);
            ++faults;
        } else if (reading.code != SB_OK)
            return sb_fail(status, reading.code, "%s", reading.message);
    }
    if (faults)
        return sb_fail(status, SB_INPUT, "%zu %s in the data of '%s'", faults, faults == 1 ? "error" : "errors",
                       sweep->name);
    sb_grid_check(&plan->grid, sb_data_rules, sb_data_rule_count, diagnostics, status);
    return agree(comm, status);
}
