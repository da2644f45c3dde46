#include "provenance.h"

#include "build.h"
#include "names.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024 };

#define SINCE_1970 "seconds since 1970-01-01 00:00:00"

/* What a row holds. Moments of sb_run_info that are 0 are NaN in the file: not yet. */
static const struct {
    const char *name, *unit, *long_name;
    sb_element element;
    size_t length;                         /* characters of a text */
    size_t offset;                         /* in sb_run_info: const char *, double or int64_t */
    enum { ORDINARY, MOMENT, ADDED } kind; /* ADDED: not in files of older versions */
} fields[SB_RUN_FIELDS] = {
    {"start", SINCE_1970, "when the run started (UTC)", SB_ELEMENT_FLOAT64, 1, offsetof(sb_run_info, start), MOMENT},
    {"end", SINCE_1970, "when the run ended (UTC)", SB_ELEMENT_FLOAT64, 1, offsetof(sb_run_info, end), MOMENT},
    {"updated", SINCE_1970, "last commit of the run (UTC)", SB_ELEMENT_FLOAT64, 1, offsetof(sb_run_info, updated),
     MOMENT},
    {"ranks", "1", "MPI ranks", SB_ELEMENT_INT64, 1, offsetof(sb_run_info, ranks), ORDINARY},
    {"trials", "1", "trials trained and committed by the run", SB_ELEMENT_INT64, 1, offsetof(sb_run_info, trials),
     ORDINARY},
    {"reused", "1", "trials taken over by the run from other files", SB_ELEMENT_INT64, 1, offsetof(sb_run_info, reused),
     ORDINARY},
    {"updates", "1", "optimiser updates made by the run on all ranks, also of trials left unfinished", SB_ELEMENT_INT64,
     1, offsetof(sb_run_info, updates), ORDINARY},
    {"trial_seconds", "s", "time that all ranks spent on trials, also on those left unfinished", SB_ELEMENT_FLOAT64, 1,
     offsetof(sb_run_info, trial_seconds), ORDINARY},
    {"commit_seconds", "s", "time that rank 0 spent in commit rounds", SB_ELEMENT_FLOAT64, 1,
     offsetof(sb_run_info, commit_seconds), ORDINARY},
    {"hosts", NULL, "host names", SB_ELEMENT_CHAR, TEXT_MAX, offsetof(sb_run_info, hosts), ORDINARY},
    {"job", NULL, "SLURM job", SB_ELEMENT_CHAR, 64, offsetof(sb_run_info, job), ORDINARY},
    {"versions", NULL, "versions of program and libraries", SB_ELEMENT_CHAR, 512, offsetof(sb_run_info, versions),
     ORDINARY},
    {"revision", NULL, "revision of the source", SB_ELEMENT_CHAR, 64, offsetof(sb_run_info, revision), ORDINARY},
    {"architecture", NULL, "BLIS sub-configuration", SB_ELEMENT_CHAR, 32, offsetof(sb_run_info, architecture),
     ORDINARY},
    {"kernels", NULL, "kernels of the networks", SB_ELEMENT_CHAR, 32, offsetof(sb_run_info, kernels), ADDED},
    {"measuring_seconds", NULL, "part of trial_seconds that each probe took, and evaluating the network for them",
     SB_ELEMENT_CHAR, TEXT_MAX, offsetof(sb_run_info, measuring_seconds), ADDED},
};

static size_t rank_of(size_t which) {
    return fields[which].element == SB_ELEMENT_CHAR ? 2 : 1;
}

/* --- Making it ------------------------------------------------------------------------------------------------------
 */

static sb_code build_text(sb_builder *builder, hid_t group, const char *name, const char *long_name, const char *text,
                          size_t length) {
    const sb_entry entry = {.name = name,
                            .long_name = long_name,
                            .element = SB_ELEMENT_CHAR,
                            .rank = 1,
                            .lengths = {length ? length : 1}, /* netCDF takes a length of 0 for unlimited */
                            .values = text};
    hid_t dataset = H5I_INVALID_HID;
    sb_code code = sb_build_dataset(builder, group, &entry, &dataset);
    return sb_h5_release(dataset, code, builder->path, builder->status);
}

/* What identities are made of, so that they can be told without the files. */
static sb_code build_data(sb_builder *builder, hid_t group, const sb_sweep *sweep) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = 0; out && i < sweep->source_count; ++i) {
        char digest[SB_HASH_TEXT];
        sb_hash_format(sweep->sources[i]->digest, digest);
        fprintf(out, "%s %s %s\n", sweep->sources[i]->field->path, digest, sweep->sources[i]->path);
    }
    const bool whole = out && !ferror(out);
    sb_code code = SB_MEMORY;
    if (out && fclose(out) == 0 && whole)
        code = build_text(builder, group, "data", "files of data: field, digest (XXH3-128), path", text, size);
    else
        sb_fail(builder->status, SB_MEMORY, "no memory for the digests of the sweep's files");
    free(text);
    return code;
}

static sb_code build_scalar(sb_builder *builder, hid_t group, const char *name, const char *long_name,
                            sb_element element) {
    static const int64_t zero = 0;
    const sb_entry entry = {.name = name, .unit = "1", .long_name = long_name, .element = element, .values = &zero};
    hid_t dataset = H5I_INVALID_HID;
    sb_code code = sb_build_dataset(builder, group, &entry, &dataset);
    return sb_h5_release(dataset, code, builder->path, builder->status);
}

static sb_code build_field(sb_builder *builder, hid_t group, hid_t run, size_t which) {
    const size_t length = fields[which].length;
    const bool real = fields[which].element == SB_ELEMENT_FLOAT64;
    sb_entry entry = {.name = fields[which].name,
                      .unit = fields[which].unit,
                      .long_name = fields[which].long_name,
                      .element = fields[which].element,
                      .rank = rank_of(which),
                      .lengths = {SB_RUN_ROWS, length},
                      .scales = {run},
                      .gaps = real};
    hid_t dataset = H5I_INVALID_HID;
    double *values = sb_array(SB_RUN_ROWS * length, sizeof *values, "rows of provenance", builder->status);
    if (!values)
        return SB_MEMORY;
    for (size_t i = 0; real && i < SB_RUN_ROWS; ++i)
        values[i] = NAN;
    entry.values = values;
    sb_code code = sb_build_dataset(builder, group, &entry, &dataset);
    free(values);
    return sb_h5_release(dataset, code, builder->path, builder->status);
}

void sb_creator(char creator[SB_CREATOR_LENGTH]) {
    unsigned major = 0, minor = 0, release = 0;
    memset(creator, 0, SB_CREATOR_LENGTH);
    if (H5get_libversion(&major, &minor, &release) < 0)
        major = minor = release = 0;
    snprintf(creator, SB_CREATOR_LENGTH, "specbias %s%s%s, HDF5 %u.%u.%u", sb_version(),
             *sb_revision() ? " revision " : "", sb_revision(), major, minor, release);
}

sb_code sb_build_provenance(sb_builder *builder) {
    const sb_sweep *sweep = builder->layout->grid->sweep;
    char creator[SB_CREATOR_LENGTH];
    hid_t group = H5I_INVALID_HID, run = H5I_INVALID_HID;
    sb_code code = sb_build_group(builder, SB_GROUP_RUNS, &group);
    if (code == SB_OK)
        code = build_text(builder, group, "sweep", "text of the sweep file", sweep->text, sweep->text_length);
    if (code == SB_OK)
        code = build_text(builder, group, "overrides", "--set arguments, one a line", sweep->overrides,
                          strlen(sweep->overrides));
    if (code == SB_OK && sweep->source_count > 0)
        code = build_data(builder, group, sweep);
    sb_creator(creator);
    if (code == SB_OK)
        code = build_text(builder, group, "creator", "versions of program and library that made the file", creator,
                          sizeof creator);
    if (code == SB_OK)
        code = build_scalar(builder, group, "filled", "1 once every slot has been filled", SB_ELEMENT_UINT8);
    if (code == SB_OK)
        code =
            build_scalar(builder, group, "runs", "runs so far; those beyond the rows share the last", SB_ELEMENT_INT64);
    if (code == SB_OK)
        code = sb_build_dimension(builder, group, "run", SB_RUN_ROWS, &run);
    for (size_t i = 0; code == SB_OK && i < SB_RUN_FIELDS; ++i)
        code = build_field(builder, group, run, i);
    code = sb_h5_release(run, code, builder->path, builder->status);
    return sb_h5_release(group, code, builder->path, builder->status);
}

/* --- Opening it -----------------------------------------------------------------------------------------------------
 */

enum { PATH_LENGTH = 64 };

static void path_of(const char *name, char path[PATH_LENGTH]) {
    snprintf(path, PATH_LENGTH, "/" SB_GROUP_RUNS "/%s", name);
}

/* Field @p which may be lacking, and is. */
static bool is_lacking(hid_t file, size_t which) {
    char path[PATH_LENGTH];
    path_of(fields[which].name, path);
    return fields[which].kind == ADDED && H5Lexists(file, path, H5P_DEFAULT) == 0;
}

bool sb_provenance_complete(hid_t file) {
    for (size_t i = 0; i < SB_RUN_FIELDS; ++i)
        if (is_lacking(file, i))
            return false;
    return true;
}

static hid_t open_one(const sb_file *file, const char *name, sb_element element, size_t rank, hsize_t length,
                      sb_code *code, sb_status *status) {
    const hsize_t lengths[2] = {SB_RUN_ROWS, length};
    char path[PATH_LENGTH];
    path_of(name, path);
    hid_t dataset = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (dataset < 0 && *code == SB_OK)
        *code = sb_h5_fail(status, file->path, "open '%s'", path);
    else if (*code == SB_OK && !(sb_h5_holds(dataset, element) && sb_h5_has_shape(dataset, rank, lengths)))
        *code = sb_fail(status, SB_IO, "results file '%s': '%s' is damaged; " SB_SALVAGE_HINT, file->path, path);
    return dataset;
}

sb_code sb_provenance_open(const sb_file *file, sb_provenance *provenance, sb_status *status) {
    sb_code code = SB_OK; /* with MPI every rank must make every call */
    *provenance = (sb_provenance){.path = file->path,
                                  .fault = file->fault,
                                  .filled = open_one(file, "filled", SB_ELEMENT_UINT8, 0, 1, &code, status),
                                  .runs = open_one(file, "runs", SB_ELEMENT_INT64, 0, 1, &code, status)};
    for (size_t i = 0; i < SB_RUN_FIELDS; ++i)
        provenance->fields[i] = is_lacking(file->id, i) ? H5I_INVALID_HID
                                                        : open_one(file, fields[i].name, fields[i].element, rank_of(i),
                                                                   fields[i].length, &code, status);
    return code;
}

sb_code sb_provenance_close(sb_provenance *provenance, sb_code code, sb_status *status) {
    for (size_t i = 0; i < SB_RUN_FIELDS; ++i)
        code = sb_h5_release(provenance->fields[i], code, provenance->path, status);
    code = sb_h5_release(provenance->runs, code, provenance->path, status);
    return sb_h5_release(provenance->filled, code, provenance->path, status);
}

/* --- Scalars --------------------------------------------------------------------------------------------------------
 */

sb_code sb_provenance_read_filled(const sb_provenance *provenance, bool *filled, sb_status *status) {
    uint8_t value = 0;
    if (H5Dread(provenance->filled, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
        return sb_h5_fail(status, provenance->path, "read '%s'", SB_PATH_FILLED);
    *filled = value == 1;
    if (*filled)
        return SB_OK;
    int64_t runs =
        0; /* none begins before the slots are filled: then the mark is damaged, and they are not to be lost */
    const sb_code code = sb_provenance_read_runs(provenance, &runs, status);
    *filled = runs > 0;
    return code;
}

sb_code sb_provenance_write_filled(const sb_provenance *provenance, sb_status *status) {
    const uint8_t value = 1;
    if (sb_fault_fails(provenance->fault, SB_CALL_WRITE, provenance->path, status) != SB_OK)
        return status->code;
    if (H5Dwrite(provenance->filled, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0)
        return sb_h5_fail(status, provenance->path, "write '%s'", SB_PATH_FILLED);
    return SB_OK;
}

sb_code sb_provenance_read_runs(const sb_provenance *provenance, int64_t *runs, sb_status *status) {
    if (H5Dread(provenance->runs, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, runs) < 0)
        return sb_h5_fail(status, provenance->path, "read '%s'", SB_PATH_RUNS);
    if (*runs < 0 || *runs == INT64_MAX)
        return sb_fail(status, SB_IO, "results file '%s': '%s' is damaged; " SB_SALVAGE_HINT, provenance->path,
                       SB_PATH_RUNS);
    return SB_OK;
}

sb_code sb_provenance_write_runs(const sb_provenance *provenance, int64_t runs, sb_status *status) {
    if (sb_fault_fails(provenance->fault, SB_CALL_WRITE, provenance->path, status) != SB_OK)
        return status->code;
    if (H5Dwrite(provenance->runs, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &runs) < 0)
        return sb_h5_fail(status, provenance->path, "write '%s'", SB_PATH_RUNS);
    return SB_OK;
}

hsize_t sb_provenance_row(int64_t run) {
    return run < SB_RUN_ROWS ? (hsize_t)run : SB_RUN_ROWS - 1;
}

/* --- Rows -----------------------------------------------------------------------------------------------------------
 */

/* One field of a row, in the file's form. */
union cell {
    double real;
    int64_t integer;
    char text[TEXT_MAX];
};

/* Moves one field of a row between file and @p cell. */
static sb_code move_cell(const sb_provenance *provenance, size_t which, hsize_t row, bool write, union cell *cell,
                         sb_status *status) {
    const bool text = fields[which].element == SB_ELEMENT_CHAR;
    const hsize_t start[2] = {row, 0}, count[2] = {1, fields[which].length};
    const hid_t dataset = provenance->fields[which], type = sb_element_native(fields[which].element);
    sb_code code = SB_OK;
    herr_t done = -1;
    hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &count[text], NULL);
    if (space >= 0 && memory >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0)
        done = write ? H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, cell)
                     : H5Dread(dataset, type, memory, space, H5P_DEFAULT, cell);
    if (done < 0)
        code = sb_h5_fail(status, provenance->path, "%s '/%s/%s'", write ? "write" : "read", SB_GROUP_RUNS,
                          fields[which].name);
    code = sb_h5_release(memory, code, provenance->path, status);
    return sb_h5_release(space, code, provenance->path, status);
}

/* Host names and versions come from outside; a reader that expects UTF-8 must not stumble over them. */
static void copy_ascii(char *to, const char *from, size_t size) {
    memset(to, 0, size);
    for (size_t i = 0; i < size && from && from[i]; ++i)
        to[i] = (unsigned char)from[i] < 128 ? from[i] : '?';
}

void sb_printable(char *text) {
    for (; *text; ++text)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

sb_code sb_provenance_write_row(const sb_provenance *provenance, hsize_t row, const sb_run_info *info,
                                sb_status *status) {
    sb_code code = sb_fault_fails(provenance->fault, SB_CALL_WRITE, provenance->path, status);
    for (size_t i = 0; code == SB_OK && i < SB_RUN_FIELDS; ++i) {
        const char *member = (const char *)info + fields[i].offset;
        union cell cell;
        if (provenance->fields[i] < 0)
            continue;
        if (fields[i].element == SB_ELEMENT_CHAR)
            copy_ascii(cell.text, *(const char *const *)member, fields[i].length);
        else
            memcpy(&cell, member, sizeof cell.integer);
        if (fields[i].kind == MOMENT && cell.real == 0)
            cell.real = NAN;
        code = move_cell(provenance, i, row, true, &cell, status);
    }
    return code;
}

sb_code sb_provenance_read_row(const sb_provenance *provenance, hsize_t row, sb_run_info *info, sb_status *status) {
    sb_code code = SB_OK;
    *info = (sb_run_info){0};
    for (size_t i = 0; code == SB_OK && i < SB_RUN_FIELDS; ++i) {
        char *member = (char *)info + fields[i].offset;
        union cell cell = {0};
        if (provenance->fields[i] >= 0)
            code = move_cell(provenance, i, row, false, &cell, status);
        if (code != SB_OK)
            break;
        if (fields[i].element == SB_ELEMENT_FLOAT64 && !isfinite(cell.real))
            cell.real = 0; /* a moment that has not come yet; or damaged, which is not to make nonsense of JSON */
        if (fields[i].element != SB_ELEMENT_CHAR)
            memcpy(member, &cell, sizeof cell.integer);
        else if (!(*(char **)member = strndup(cell.text, fields[i].length)))
            code = sb_fail(status, SB_MEMORY, "no memory for a row of '/%s'", SB_GROUP_RUNS);
        else
            sb_printable(*(char **)member);
    }
    if (code != SB_OK)
        sb_provenance_free_row(info);
    return code;
}

void sb_provenance_free_row(sb_run_info *info) {
    for (size_t i = 0; i < SB_RUN_FIELDS; ++i)
        if (fields[i].element == SB_ELEMENT_CHAR)
            free(*(char **)((char *)info + fields[i].offset));
    *info = (sb_run_info){0};
}
