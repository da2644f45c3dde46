#include "columns.h"

#include "names.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const uint8_t zero[8] = {0};
static const int32_t no_run = -1;
static const float missing_float = NAN;
static const double missing_double = NAN;

static const struct {
    const char *name, *unit, *long_name;
    sb_element element;
    uint64_t block;
    const void *missing;
} trial_columns[SB_TRIAL_COLUMNS] = {
    [SB_COLUMN_STATE] = {"state", "1", "state of the trial's slot", SB_ELEMENT_UINT8, 1, zero},
    [SB_COLUMN_FAILURE] = {"failure", "1", "why the trial failed", SB_ELEMENT_UINT8, 1, zero},
    [SB_COLUMN_UPDATES] = {"updates", "1", "optimiser updates made", SB_ELEMENT_INT64, 1, zero},
    [SB_COLUMN_CHECKSUM] = {"checksum", "1", "checksum of identity, state, failure, steps and results",
                            SB_ELEMENT_UINT64, 1, zero},
    [SB_COLUMN_IDENTITY] = {"identity", "1", "hash of everything that decides the trial's results", SB_ELEMENT_CHAR,
                            SB_IDENTITY_LENGTH, zero},
    [SB_COLUMN_SECONDS] = {"seconds", "s", "wall time of the trial", SB_ELEMENT_FLOAT64, 1, &missing_double},
    [SB_COLUMN_RUN] = {"run", "1", "row of the run in /provenance that committed the trial, -1 for none",
                       SB_ELEMENT_INT32, 1, &no_run},
};

sb_element sb_element_of(sb_type type) {
    static const sb_element elements[] = {[SB_TYPE_INT64] = SB_ELEMENT_INT64,
                                          [SB_TYPE_FLOAT32] = SB_ELEMENT_FLOAT32,
                                          [SB_TYPE_FLOAT64] = SB_ELEMENT_FLOAT64,
                                          [SB_TYPE_TEXT] = SB_ELEMENT_CHAR};
    return elements[type];
}

static sb_column variable_column(const sb_layout *layout, const sb_variable *variable) {
    const bool single = variable->type == SB_TYPE_FLOAT32;
    sb_column column = {.name = variable->name,
                        .unit = variable->unit,
                        .long_name = variable->long_name,
                        .variable = variable,
                        .element = sb_element_of(variable->type),
                        .rank = variable->dimension_count,
                        .block = variable->block_count,
                        .missing = single ? (const void *)&missing_float : &missing_double,
                        .dataset = H5I_INVALID_HID};
    for (size_t i = 0; i < column.rank; ++i)
        column.lengths[i] = layout->dimensions[variable->dimensions[i]].length;
    return column;
}

static sb_column trial_column(const sb_layout *layout, sb_trial_column which) {
    sb_column column = {.name = trial_columns[which].name,
                        .unit = trial_columns[which].unit,
                        .long_name = trial_columns[which].long_name,
                        .element = trial_columns[which].element,
                        .rank = layout->grid->trials.axis_count,
                        .block = trial_columns[which].block,
                        .missing = trial_columns[which].missing,
                        .dataset = H5I_INVALID_HID};
    for (size_t i = 0; i < column.rank; ++i)
        column.lengths[i] = layout->dimensions[i].length;
    if (column.block > 1)
        column.lengths[column.rank++] = column.block;
    return column;
}

sb_code sb_columns_create(sb_file *file, const char *path, const sb_layout *layout, sb_status *status) {
    *file = (sb_file){.path = path,
                      .layout = layout,
                      .trials = layout->grid->trials.count,
                      .id = H5I_INVALID_HID,
                      .count = layout->variable_count + SB_TRIAL_COLUMNS};
    file->columns = sb_array(file->count, sizeof *file->columns, "the columns of the results file", status);
    if (!file->columns)
        return SB_MEMORY;
    for (size_t i = 0; i < layout->variable_count; ++i)
        file->columns[i] = variable_column(layout, &layout->variables[i]);
    for (int i = 0; i < SB_TRIAL_COLUMNS; ++i)
        file->columns[layout->variable_count + i] = trial_column(layout, i);
    return SB_OK;
}

sb_column *sb_columns_trial(const sb_file *file, sb_trial_column which) {
    return &file->columns[file->layout->variable_count + which];
}

static sb_code open_column(const sb_file *file, sb_column *column, sb_status *status) {
    char name[256];
    snprintf(name, sizeof name, "%s/%s", column->variable ? "" : "/" SB_GROUP_TRIAL, column->name);
    column->dataset = sb_h5_open_dataset(file->id, name, file->path, status);
    if (column->dataset < 0)
        return SB_IO;
    if (!sb_h5_holds(column->dataset, column->element) ||
        !sb_h5_has_shape(column->dataset, column->rank, column->lengths))
        return sb_fail(status, SB_IO,
                       "results file '%s': '%s' has not the shape, type or storage that its sweep calls "
                       "for: " SB_MISFIT_HINT,
                       file->path, name);
    return SB_OK;
}

sb_code sb_columns_open(sb_file *file, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; i < file->count; ++i) /* to the end: with MPI every rank must make every call */
        if (open_column(file, &file->columns[i], code == SB_OK ? status : NULL) != SB_OK && code == SB_OK)
            code = SB_IO;
    return code;
}

sb_code sb_columns_close(sb_file *file, sb_code code, sb_status *status) {
    for (size_t i = 0; file->columns && i < file->count; ++i)
        code = sb_h5_release(file->columns[i].dataset, code, file->path, status);
    code = sb_h5_close(file->id, code, file->path, status);
    free(file->columns);
    *file = (sb_file){.id = H5I_INVALID_HID};
    return code;
}
