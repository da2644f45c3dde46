#include "internal.h"
#include <fftw3.h>
#include <hdf5.h>
#include <specbias/comm.h>
#include <specbias/data.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

double sb_time_of_day(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock and a valid address */
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void sb_versions(char text[SB_VERSIONS_LENGTH]) {
    char data[SB_SOURCE_VERSIONS_LENGTH], mpi[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int mpi_length = 0;
    unsigned major = 0, minor = 0, release = 0;
    if (MPI_Get_library_version(mpi, &mpi_length) != MPI_SUCCESS)
        strcpy(mpi, "MPI of unknown version");
    mpi[strcspn(mpi, ",\n")] = '\0'; /* Open MPI goes on with who built it where */
    if (H5get_libversion(&major, &minor, &release) < 0)
        major = minor = release = 0;
    sb_source_versions(data);
    snprintf(text, SB_VERSIONS_LENGTH, "specbias %s, %s, HDF5 %u.%u.%u, BLIS %s, %s, libyaml %s, %s", sb_version(), mpi,
             major, minor, release, sb_blis_version(), fftw_version, yaml_get_version_string(), data);
}

static int by_name(const void *left, const void *right) {
    return strcmp(left, right);
}

/* Names, sorted, each once, with commas between them. */
static char *join_names(char *names, size_t count, size_t stride) {
    char *text = calloc(count, stride + 1);
    if (!text)
        return NULL;
    qsort(names, count, stride, by_name);
    char *end = text;
    for (size_t i = 0; i < count; ++i)
        if (i == 0 || strcmp(names + i * stride, names + (i - 1) * stride) != 0)
            end += sprintf(end, "%s%s", i ? "," : "", names + i * stride);
    return text;
}

/* Collective. The hosts of all ranks as one text on rank 0. */
static sb_code gather_hosts(MPI_Comm comm, int rank, int ranks, char **hosts, sb_status *status) {
    char mine[MPI_MAX_PROCESSOR_NAME] = "", *names = NULL;
    int length = 0;
    sb_mpi_check(MPI_Get_processor_name(mine, &length), "MPI_Get_processor_name", status);
    if (rank == 0 && status->code == SB_OK)
        names = sb_array(ranks, sizeof mine, "the names of the hosts", status);
    if (sb_agree(comm, status) == SB_OK) {
        const int code = MPI_Gather(mine, sizeof mine, MPI_CHAR, names, sizeof mine, MPI_CHAR, 0, comm);
        if (sb_mpi_check(code, "MPI_Gather", status) == SB_OK && rank == 0 &&
            !(*hosts = join_names(names, ranks, sizeof mine)))
            sb_fail(status, SB_MEMORY, "no memory for the names of %d hosts", ranks);
        sb_agree(comm, status);
    }
    free(names);
    return status->code;
}

sb_code sb_run_info_create(MPI_Comm comm, const sb_kernels *kernels, sb_run_info *info, sb_status *status) {
    int rank = 0, ranks = 1;
    char *hosts = NULL, versions[SB_VERSIONS_LENGTH];
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status) == SB_OK)
        sb_mpi_check(MPI_Comm_size(comm, &ranks), "MPI_Comm_size", status);
    if (gather_hosts(comm, rank, ranks, &hosts, status) != SB_OK) {
        free(hosts);
        return status->code;
    }
    sb_versions(versions);
    const char *job = getenv("SLURM_JOB_ID");
    *info = (sb_run_info){
        .start = sb_time_of_day(),
        .ranks = ranks,
        .hosts = hosts ? hosts : strdup(""),
        .job = strdup(job ? job : ""),
        .versions = strdup(versions),
        .revision = sb_revision(),
        .architecture = sb_blis_architecture(),
        .kernels = sb_kernels_name(kernels),
    };
    if (!info->hosts || !info->job || !info->versions)
        sb_fail(status, SB_MEMORY, "no memory to describe this run");
    return sb_agree(comm, status);
}

void sb_run_info_free(sb_run_info *info) {
    free((char *)info->hosts);
    free((char *)info->job);
    free((char *)info->versions);
}

/* A file that has no place for kernels was begun when there were only the plain ones. */
void sb_arithmetic(const sb_run_info *info, char text[SB_ARITHMETIC_LENGTH]) {
    *text = '\0';
    if (info->architecture)
        snprintf(text, SB_ARITHMETIC_LENGTH, "%s kernels and BLIS for %s", *info->kernels ? info->kernels : "plain",
                 info->architecture);
}

void sb_tell_arithmetic(const sb_work *work, const char *path, const char *theirs) {
    char ours[SB_ARITHMETIC_LENGTH];
    sb_arithmetic(&work->info, ours);
    if (*theirs && strcmp(theirs, ours) != 0)
        sb_display_note(&work->display,
                        "%s was computed with %s, this run uses %s: training anew may give other last digits", path,
                        theirs, ours);
}
