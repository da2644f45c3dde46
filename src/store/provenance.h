/* /provenance: how and where the results came about. One row for each run, the sweep's text, and whether the slots have
 * been filled. Everything is allocated when the file is made, so that a run only writes raw data. */
#ifndef SPECBIAS_STORE_PROVENANCE_H
#define SPECBIAS_STORE_PROVENANCE_H

#include "columns.h"
#include <specbias/store.h>

enum { SB_RUN_FIELDS = 16 };

/* The versions on which a new file's bytes depend, zero-padded: always of one length, or the file's places would depend
 * on it too. */
void sb_creator(char creator[SB_CREATOR_LENGTH]);

/* Makes '?' of what a terminal could stumble over: a damaged file may hold anything. */
void sb_printable(char *text);

/* Handles of an open file. */
typedef struct sb_provenance {
    const char *path;
    sb_fault *fault;
    hid_t filled, runs, fields[SB_RUN_FIELDS];
} sb_provenance;

/* Opens /provenance. What a file of an older version lacks is not written, and read as empty. Collective if the file
 * was opened with MPI; so is closing. The rest is for one rank alone. */
sb_code sb_provenance_open(const sb_file *file, sb_provenance *provenance, sb_status *status);
sb_code sb_provenance_close(sb_provenance *provenance, sb_code code, sb_status *status);

/* True if nothing is lacking. */
bool sb_provenance_complete(hid_t file);

/* True once every slot has been filled. */
sb_code sb_provenance_read_filled(const sb_provenance *provenance, bool *filled, sb_status *status);
sb_code sb_provenance_write_filled(const sb_provenance *provenance, sb_status *status);

/* Runs so far, also those that share the last row. */
sb_code sb_provenance_read_runs(const sb_provenance *provenance, int64_t *runs, sb_status *status);
sb_code sb_provenance_write_runs(const sb_provenance *provenance, int64_t runs, sb_status *status);

/* The row of run number @p run (from 0). */
hsize_t sb_provenance_row(int64_t run);

sb_code sb_provenance_write_row(const sb_provenance *provenance, hsize_t row, const sb_run_info *info,
                                sb_status *status);

/* Texts of @p info are to be released with sb_provenance_free_row. */
sb_code sb_provenance_read_row(const sb_provenance *provenance, hsize_t row, sb_run_info *info, sb_status *status);
void sb_provenance_free_row(sb_run_info *info);

#endif
