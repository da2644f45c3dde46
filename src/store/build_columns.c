#include "build.h"
#include "names.h"
#include <ctype.h>
#include <specbias/trial.h>
#include <stdio.h>
#include <string.h>

static sb_code build_column(sb_builder *builder, hid_t group, const sb_column *column, hid_t *dataset) {
    sb_entry entry = {.name = column->name,
                      .unit = column->unit,
                      .long_name = column->long_name,
                      .element = column->element,
                      .rank = column->rank,
                      .gaps = column->element == SB_ELEMENT_FLOAT32 || column->element == SB_ELEMENT_FLOAT64};
    memcpy(entry.lengths, column->lengths, sizeof entry.lengths);
    const size_t trial_axes = builder->layout->grid->trials.axis_count;
    const size_t scales = column->variable ? column->rank : trial_axes;
    for (size_t i = 0; i < scales; ++i)
        entry.scales[i] = builder->scales[column->variable ? column->variable->dimensions[i] : i];
    sb_code code = sb_build_dataset(builder, group, &entry, dataset);
    return code == SB_OK && column->variable ? sb_build_coordinate_names(builder, column->variable, *dataset) : code;
}

/* CF's flag attributes: what the codes 0, 1, .. mean. */
static sb_code add_flags(sb_builder *builder, hid_t dataset, const char *const *words, size_t count) {
    uint8_t values[16];
    char meanings[512] = "", *end = meanings;
    for (size_t i = 0; i < count; ++i) {
        values[i] = (uint8_t)i;
        end += snprintf(end, sizeof meanings - (size_t)(end - meanings), "%s%s", i ? " " : "", words[i]);
    }
    for (char *c = meanings; *c; ++c)
        *c = (char)tolower((unsigned char)*c);
    sb_code code =
        sb_h5_write_attribute(dataset, "flag_values", H5T_NATIVE_UINT8, count, values, builder->path, builder->status);
    return code == SB_OK ? sb_h5_write_text(dataset, "flag_meanings", meanings, builder->path, builder->status) : code;
}

static const char *const state_words[] = {
    [SB_TRIAL_MISSING] = "missing", [SB_TRIAL_DONE] = "done", [SB_TRIAL_FAILED] = "failed"};

#define FAILURE_WORD(name, code, message) [code] = #name,
static const char *const failure_words[] = {SB_FAILURES(FAILURE_WORD)};
#undef FAILURE_WORD

/* failure_message(failure_reason, length): the words for each failure code. */
static sb_code build_messages(sb_builder *builder, hid_t trial) {
    enum { LENGTH = 96 };
    char texts[SB_FAILURE_COUNT][LENGTH] = {{0}};
    sb_entry entry = {.name = "failure_message",
                      .long_name = "why a trial failed, by its failure code",
                      .element = SB_ELEMENT_CHAR,
                      .rank = 2,
                      .lengths = {SB_FAILURE_COUNT, LENGTH},
                      .values = texts};
    hid_t dataset = H5I_INVALID_HID;
    for (int i = 0; i < SB_FAILURE_COUNT; ++i)
        strncpy(texts[i], sb_failure_message(i), LENGTH);
    sb_code code = sb_build_dimension(builder, trial, "failure_reason", SB_FAILURE_COUNT, &entry.scales[0]);
    if (code == SB_OK)
        code = sb_build_dataset(builder, trial, &entry, &dataset);
    code = sb_h5_release(dataset, code, builder->path, builder->status);
    return sb_h5_release(entry.scales[0], code, builder->path, builder->status);
}

sb_code sb_build_columns(sb_builder *builder, const sb_file *columns) {
    hid_t trial = H5I_INVALID_HID;
    sb_code code = sb_build_group(builder, SB_GROUP_TRIAL, &trial);
    for (size_t i = 0; code == SB_OK && i < columns->count; ++i) {
        const sb_column *column = &columns->columns[i];
        hid_t dataset = H5I_INVALID_HID;
        code = build_column(builder, column->variable ? builder->file : trial, column, &dataset);
        if (code == SB_OK && column == sb_columns_trial(columns, SB_COLUMN_STATE))
            code = add_flags(builder, dataset, state_words, sizeof state_words / sizeof *state_words);
        if (code == SB_OK && column == sb_columns_trial(columns, SB_COLUMN_FAILURE))
            code = add_flags(builder, dataset, failure_words, SB_FAILURE_COUNT);
        code = sb_h5_release(dataset, code, builder->path, builder->status);
    }
    if (code == SB_OK)
        code = build_messages(builder, trial);
    return sb_h5_release(trial, code, builder->path, builder->status);
}
