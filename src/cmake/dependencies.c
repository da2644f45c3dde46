/* Run once when the build is configured: MPI, HDF5 and BLIS must fit each other. MPI_Init is not called, because login
 * nodes may forbid it. Prints what the build wants to know, or the reason why it cannot go on. */
#define _GNU_SOURCE
#include <blis.h>
#include <dlfcn.h>
#include <hdf5.h>
#include <link.h>
#include <mpi.h>
#include <stdio.h>

#ifndef H5_HAVE_PARALLEL
#error "this HDF5 was built without MPI: a parallel HDF5 is needed"
#endif

enum { LIBRARIES_MAX = 8 };

struct definers {
    int count;
    const void *symbols[LIBRARIES_MAX];
    const char *paths[LIBRARIES_MAX];
};

/* Notes each distinct MPI_Init among the libraries that were loaded. */
static int note_definer(struct dl_phdr_info *info, size_t size, void *context) {
    struct definers *definers = context;
    void *library = dlopen(info->dlpi_name, RTLD_NOLOAD | RTLD_LAZY);
    void *symbol = library ? dlsym(library, "MPI_Init") : NULL;
    Dl_info place;
    (void)size;
    if (symbol && dladdr(symbol, &place)) {
        int i = 0;
        while (i < definers->count && definers->symbols[i] != symbol)
            i++;
        if (i == definers->count && i < LIBRARIES_MAX) {
            definers->symbols[i] = symbol;
            definers->paths[i] = place.dli_fname;
            definers->count++;
        }
    }
    return 0;
}

int main(void) {
    unsigned major, minor, release;
    struct definers definers = {0};
    hid_t (*volatile parallel_access)(hid_t, MPI_Comm, MPI_Info) =
        (hid_t(*)(hid_t, MPI_Comm, MPI_Info))H5Pset_fapl_mpio;
    int (*volatile initialise)(int *, char ***) = MPI_Init;
    if (!parallel_access || !initialise)
        return 1;
    dl_iterate_phdr(note_definer, &definers);
    if (definers.count != 1) {
        printf("HDF5 was built with another MPI than this one:");
        for (int i = 0; i < definers.count; i++)
            printf(" %s", definers.paths[i]);
        printf("\n");
        return 1;
    }
    if (H5get_libversion(&major, &minor, &release) < 0 || major != H5_VERS_MAJOR || minor != H5_VERS_MINOR) {
        printf("the HDF5 headers are version %d.%d, its library is %u.%u\n", H5_VERS_MAJOR, H5_VERS_MINOR, major,
               minor);
        return 1;
    }
#ifdef OPEN_MPI
    printf("blis %s\nopen_mpi 1\n", bli_info_get_version_str());
#else
    printf("blis %s\nopen_mpi 0\n", bli_info_get_version_str());
#endif
    return 0;
}
