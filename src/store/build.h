/* Building a results file: datasets with dimension scales, as netCDF-4 wants them. Rank 0 alone, serial driver.
 *
 * netCDF-4 is HDF5 with conventions (netcdf-c's "file format specification"): a dimension is a dimension scale with a
 * number in `_Netcdf4Dimid`; one without coordinate values is named "This is a netCDF dimension but not a netCDF
 * variable" and its length; a scale of two dimensions, as is the coordinate of an axis whose values are text, names its
 * dimensions in
 * `_Netcdf4Coordinates`, because HDF5 cannot attach scales to a scale. Text is char(n, length): fixed-length string
 * arrays crash netCDF-C. */
#ifndef SPECBIAS_STORE_BUILD_H
#define SPECBIAS_STORE_BUILD_H

#include "columns.h"

typedef struct sb_builder {
    const sb_layout *layout;
    const char *path; /* for messages: the results file */
    hid_t file;
    hid_t creation; /* dataset properties: contiguous, allocated at once, never filled */
    int dimensions; /* made so far: the next number */
    hid_t *scales;  /* [layout->dimension_count] */
    sb_status *status;
} sb_builder;

/* What a dataset is to be. */
typedef struct sb_entry {
    const char *name, *unit, *long_name;
    sb_element element;
    size_t rank;
    hsize_t lengths[SB_RANK_MAX];
    hid_t scales[SB_RANK_MAX]; /* of each dimension but a text's last, which gets its own: "<name>_length" */
    bool scale;                /* it is the scale of its first dimension itself; no other is attached */
    bool gaps;                 /* NaN means missing */
    const void *values;        /* NULL: none are written */
} sb_entry;

/* Makes a dimension without coordinate values in @p group. */
sb_code sb_build_dimension(sb_builder *builder, hid_t group, const char *name, hsize_t length, hid_t *scale);

/* Makes the dataset @p entry in @p group; the caller releases @p dataset. */
sb_code sb_build_dataset(sb_builder *builder, hid_t group, const sb_entry *entry, hid_t *dataset);

/* Makes a group that remembers the order of its members. */
sb_code sb_build_group(sb_builder *builder, const char *name, hid_t *group);

/* Writes CF's attribute `coordinates` of @p object: the ragged coordinates, labels and tables that go with @p variable;
 * with NULL all of them, for the root, where xarray finds also those over a dimension that no variable has. */
sb_code sb_build_coordinate_names(sb_builder *builder, const sb_variable *variable, hid_t object);

/* The parts of the file. */
sb_code sb_build_root(sb_builder *builder);                            /* attributes, dimensions, coordinates */
sb_code sb_build_columns(sb_builder *builder, const sb_file *columns); /* variables and /trial */
sb_code sb_build_provenance(sb_builder *builder);

#endif
