/* Conditions on what the sweep's files hold, in the manner of src/spec/rules.c. */
#include "source.h"
#include <stdio.h>

static bool image_covers_crop(const sb_settings *settings, char *message, size_t size) {
    const sb_source *image = settings->target.image;
    if (settings->target.kind != SB_TARGET_IMAGE || settings->target.fit != SB_FIT_CROP || image->word)
        return true;
    const size_t rows = image->content->rows, columns = image->content->columns;
    const size_t smaller = rows < columns ? rows : columns;
    if ((size_t)settings->target.size <= smaller)
        return true;
    snprintf(message, size,
             "found %lld, but '%s' has %zu x %zu pixels; allowed a crop of up to %zu, or target.fit: resize",
             (long long)settings->target.size, image->path, columns, rows, smaller);
    return false;
}

#define READS(...)                                                                                                     \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }

const sb_rule sb_data_rules[] = {
    {READS("target.kind", "target.image", "target.size", "target.fit"), "target.size", image_covers_crop},
};

const size_t sb_data_rule_count = sizeof sb_data_rules / sizeof *sb_data_rules;
