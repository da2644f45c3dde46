#include <blis.h>
#include <specbias/comm.h>
#include <specbias/run.h>
#include <string.h>

/* Intel's sub-configurations from new to old: a machine that runs one runs all that follow. */
static const int intel_line[] = {BLIS_ARCH_SKX, BLIS_ARCH_HASWELL, BLIS_ARCH_SANDYBRIDGE, BLIS_ARCH_PENRYN};

/* Position of @p architecture in Intel's line, its length if it is not of it. */
static int age(int architecture) {
    const int count = sizeof intel_line / sizeof *intel_line;
    int i = 0;
    while (i < count && intel_line[i] != architecture)
        ++i;
    return i;
}

static sb_code no_common_architecture(sb_status *status) {
    return sb_fail(status, SB_INPUT,
                   "the ranks run on unlike processors and BLIS would use different kernels on them, so that results "
                   "would depend on who computes what; set BLIS_ARCH_TYPE to the number of one sub-configuration that "
                   "all of them run (%d is haswell, for AVX2; %d is generic), or ask for nodes of one kind",
                   (int)BLIS_ARCH_HASWELL, (int)BLIS_ARCH_GENERIC);
}

/* One choice for all ranks out of the choice of each. */
static sb_code common_architecture(MPI_Comm comm, int *architecture, sb_status *status) {
    const int mine[4] = {*architecture, -*architecture, age(*architecture), 0};
    int most[4];
    sb_code code = sb_mpi_check(MPI_Allreduce(mine, most, 4, MPI_INT, MPI_MAX, comm), "MPI_Allreduce", status);
    if (code != SB_OK || most[0] == -most[1])
        return code;
    if (most[2] == sizeof intel_line / sizeof *intel_line)
        return no_common_architecture(status);
    *architecture = intel_line[most[2]];
    return SB_OK;
}

/* Where the choice was left to BLIS it may still have chosen differently. */
static sb_code check_same_architecture(MPI_Comm comm, sb_status *status) {
    char name[64] = "";
    strncpy(name, sb_blis_architecture(), sizeof name - 1);
    const sb_code code = sb_mpi_check(MPI_Bcast(name, sizeof name, MPI_CHAR, 0, comm), "MPI_Bcast", status);
    if (code == SB_OK && strncmp(name, sb_blis_architecture(), sizeof name - 1) != 0)
        no_common_architecture(status);
    return sb_agree(comm, status);
}

sb_code sb_run_start(MPI_Comm comm, sb_status *status) {
    int architecture = -1;
    sb_flush_denormals();
    status->code = SB_OK;
    sb_blis_preferred(&architecture, status);
    if (sb_agree(comm, status) != SB_OK)
        return status->code;
    if (common_architecture(comm, &architecture, status) == SB_OK)
        sb_blis_start(architecture, status);
    if (sb_agree(comm, status) != SB_OK)
        return status->code;
    return check_same_architecture(comm, status);
}

sb_code sb_run_start_alone(sb_status *status) {
    int architecture = -1;
    sb_flush_denormals();
    sb_code code = sb_blis_preferred(&architecture, status);
    return code == SB_OK ? sb_blis_start(architecture, status) : code;
}
