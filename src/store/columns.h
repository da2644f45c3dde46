/* The columns of the results file: every dataset that holds a block of elements for each trial. First the variables of
 * the layout, then what /trial keeps about each slot. */
#ifndef SPECBIAS_STORE_COLUMNS_H
#define SPECBIAS_STORE_COLUMNS_H

#include "fault.h"
#include "h5.h"
#include <specbias/grid.h>

/* The columns of /trial, in the order of their creation. */
typedef enum sb_trial_column {
    SB_COLUMN_STATE,
    SB_COLUMN_FAILURE,
    SB_COLUMN_UPDATES,
    SB_COLUMN_CHECKSUM,
    SB_COLUMN_IDENTITY,
    SB_COLUMN_SECONDS,
    SB_COLUMN_RUN,
    SB_TRIAL_COLUMNS
} sb_trial_column;

/* The element of a coordinate or variable of the layout. */
sb_element sb_element_of(sb_type type);

typedef struct sb_column {
    const char *name, *unit, *long_name;
    const sb_variable *variable; /* NULL in /trial */
    sb_element element;
    size_t rank;
    hsize_t lengths[SB_RANK_MAX];
    uint64_t block;      /* elements of a trial */
    const void *missing; /* an element of a slot that has not been committed */
    hid_t dataset;
} sb_column;

/* A results file that is open, with its columns. */
typedef struct sb_file {
    const char *path;
    const sb_layout *layout;
    uint64_t trials;
    sb_fault *fault; /* of a run, borrowed; NULL: none */
    hid_t id;
    size_t count; /* of columns: layout->variable_count + SB_TRIAL_COLUMNS */
    sb_column *columns;
} sb_file;

/* Describes the columns of @p layout; nothing is open yet. @p path is borrowed. */
sb_code sb_columns_create(sb_file *file, const char *path, const sb_layout *layout, sb_status *status);

sb_column *sb_columns_trial(const sb_file *file, sb_trial_column which);

/* Opens every column of file->id and checks that it is as the layout says. Collective if the file was opened with MPI.
 */
sb_code sb_columns_open(sb_file *file, sb_status *status);

/* Not collective. Checks that the file holds the coordinates of the layout, to the bit. */
sb_code sb_coordinates_check(const sb_file *file, sb_status *status);

/* Closes what is open, the file too, and releases the table. Collective if the file was opened with MPI. */
sb_code sb_columns_close(sb_file *file, sb_code code, sb_status *status);

#endif
