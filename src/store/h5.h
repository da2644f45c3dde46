/* HDF5 made to speak in one line: reasons of failures, handles, attributes. */
#ifndef SPECBIAS_STORE_H5_H
#define SPECBIAS_STORE_H5_H

#include <hdf5.h>
#include <specbias/base.h>

/* What to do about a file that is damaged. */
#define SB_SALVAGE_HINT "'specbias salvage' makes a new file from what is intact"

/* And about one whose datasets are not those that its sweep calls for. */
#define SB_MISFIT_HINT "the file is damaged or was made by another version of specbias; " SB_SALVAGE_HINT

/* What one element is in the file (little-endian) and in memory. */
typedef enum sb_element {
    SB_ELEMENT_CHAR,
    SB_ELEMENT_UINT8,
    SB_ELEMENT_INT32,
    SB_ELEMENT_INT64,
    SB_ELEMENT_UINT64,
    SB_ELEMENT_FLOAT32,
    SB_ELEMENT_FLOAT64
} sb_element;

size_t sb_element_size(sb_element element);
hid_t sb_element_stored(sb_element element);
hid_t sb_element_native(sb_element element);

/* Stops HDF5 from printing its error stack: the reason goes into a status instead. */
void sb_h5_quiet(void);

/* SB_IO "results file 'path': cannot <format>: <reason>", with the innermost reason on HDF5's error stack. Call it
 * before any other HDF5 function: each of them clears the stack. */
sb_code sb_h5_fail(sb_status *status, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Opens the dataset @p name of @p file; SB_MISFIT_HINT is part of the message if there is none. */
hid_t sb_h5_open_dataset(hid_t file, const char *name, const char *path, sb_status *status);

/* Releases a handle of any kind but a file; 0 and negative ones are none. Returns @p code, or the failure if that is
 * SB_OK. */
sb_code sb_h5_release(hid_t id, sb_code code, const char *path, sb_status *status);

/* Opens with the serial driver, read-only and without file locks, so that it works beside a writer and on file systems
 * that have no locks. Says whether the file is missing, no HDF5, truncated. */
sb_code sb_h5_open(const char *path, hid_t *file, sb_status *status);

/* Properties of access shared by all ways to open or create: a version that netCDF and HDF5 1.8 read and whose
 * metadata has checksums (without, one of 300 damaged files crashed HDF5 1.10.8), no locks. */
hid_t sb_h5_access(void);

/* Attributes of @p object. A @p count of 0 makes a scalar. */
sb_code sb_h5_write_attribute(hid_t object, const char *name, hid_t type, hsize_t count, const void *value,
                              const char *path, sb_status *status);
sb_code sb_h5_write_text(hid_t object, const char *name, const char *text, const char *path, sb_status *status);

/* Reads an attribute of the root group; a text is cut to fit into @p size with its final zero. False if there is none,
 * or none of one element. */
bool sb_h5_read_text(hid_t file, const char *name, char *text, size_t size);
bool sb_h5_read_int(hid_t file, const char *name, int *value);

/* True if @p dataset has such elements, in contiguous, allocated storage. A file may be damaged, or another program's:
 * look at this and at the shape before reading into memory of that size. */
bool sb_h5_holds(hid_t dataset, sb_element element);
bool sb_h5_has_shape(hid_t dataset, size_t rank, const hsize_t *lengths);

/* Reads the whole dataset @p name of one-byte elements into new memory, and a zero behind it. One that says it has more
 * than @p most elements is damaged. @p bytes is to be released with free(), also after a failure. */
sb_code sb_h5_read_bytes(hid_t file, const char *name, sb_element element, uint64_t most, const char *path,
                         void **bytes, uint64_t *count, sb_status *status);

/* Closes a file; a negative one is none. Returns as sb_h5_release. */
sb_code sb_h5_close(hid_t file, sb_code code, const char *path, sb_status *status);

#endif
