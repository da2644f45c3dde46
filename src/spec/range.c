/* {from, to}, {from, to, by} and {from, to, count, spacing}.
 *
 * Numbers are rounded to 15 significant digits, so that {from: 0, to: 1, by: 0.1} means the same numbers, and
 * thus the same trials, as [0, 0.1, 0.2, 0.3, ..] typed by hand: three times 0.1 is 0.30000000000000004. */
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    COUNT_MAX = 1000000,
    SWEEP_COUNT_MAX = 10000000 /* in all ranges of a sweep: a megabyte of ranges of COUNT_MAX would take 240 GB */
};

typedef struct number_range {
    double from, to, by, count;
    bool logarithmic;
} number_range;

static bool read_number(spec_reader *reader, const char *path, const spec_node *node, const char *key, double *number) {
    const spec_node *item = spec_node_get(node, key, NULL);
    if (!item) {
        spec_error(reader, node->place, path,
                   "found a range without '%s'; allowed {from, to, by} or {from, to, count, spacing}", key);
        return false;
    }
    if (item->kind == SPEC_SCALAR && !item->quoted && spec_number(item->text, number))
        return true;
    spec_error(reader, item->place, path, "found %s for '%s'; allowed a number", spec_found(reader, item), key);
    return false;
}

static bool check_keys(spec_reader *reader, const char *path, const spec_node *node) {
    static const char *const keys[] = {"from", "to", "by", "count", "spacing"};
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const char *best = NULL;
        bool known = false;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            known = known || strcmp(node->keys[i]->text, keys[k]) == 0;
            sb_nearer(node->keys[i]->text, keys[k], &best);
        }
        if (!known)
            spec_error(reader, node->keys[i]->place, path,
                       "found the unknown key '%s' in a range; allowed from, to, by, count, spacing%s",
                       node->keys[i]->text, spec_suggest(reader, best));
        good = good && known;
    }
    return good;
}

static bool read_spacing(spec_reader *reader, const char *path, const spec_node *node, number_range *range) {
    const spec_node *spacing = spec_node_get(node, "spacing", NULL);
    const char *text = !spacing ? "linear" : spacing->kind == SPEC_SCALAR ? spacing->text : "";
    range->logarithmic = strcmp(text, "log") == 0;
    if (!range->logarithmic && strcmp(text, "linear") != 0) {
        spec_error(reader, spacing->place, path, "found %s for 'spacing'; allowed linear, log",
                   spec_found(reader, spacing));
        return false;
    }
    if (range->logarithmic && !(range->from > 0 && range->to > 0)) {
        spec_error(reader, node->place, path, "found a logarithmic range over 0; allowed 'from' and 'to' above 0");
        return false;
    }
    return true;
}

static bool read_count(spec_reader *reader, const char *path, const spec_node *node, number_range *range) {
    if (!read_number(reader, path, node, "count", &range->count) || !read_spacing(reader, path, node, range))
        return false;
    if (range->count >= 2 && range->count <= COUNT_MAX && range->count == floor(range->count))
        return true;
    const spec_node *count = spec_node_get(node, "count", NULL);
    spec_error(reader, count->place, path, "found %s for 'count'; allowed a whole number from 2 to %d",
               spec_found(reader, count), COUNT_MAX);
    return false;
}

/* The range ends at `to` if a step comes within rounding of it, else at the last step before. */
static bool read_by(spec_reader *reader, const char *path, const spec_node *node, number_range *range) {
    const spec_node *by = spec_node_get(node, "by", NULL);
    range->by = 1;
    if (by && !read_number(reader, path, node, "by", &range->by))
        return false;
    spec_place place = by ? by->place : node->place;
    double steps = (range->to - range->from) / range->by;
    if (spec_node_get(node, "spacing", NULL))
        spec_error(reader, place, path, "found 'by' with 'spacing'; allowed 'count' with 'spacing'");
    else if (range->by == 0 || !(steps >= 0))
        spec_error(reader, place, path,
                   "found steps of %.15g from %.15g to %.15g; allowed 'by' with the sign that leads there", range->by,
                   range->from, range->to);
    else if (steps > COUNT_MAX - 1)
        spec_error(reader, place, path, "found a range of too many numbers; allowed %d", COUNT_MAX);
    else {
        range->count = floor(steps * (1 + 1e-12) + 1e-9) + 1;
        return true;
    }
    return false;
}

static bool read_range(spec_reader *reader, const char *path, const spec_node *node, number_range *range) {
    bool by = spec_node_get(node, "by", NULL) != NULL, count = spec_node_get(node, "count", NULL) != NULL;
    if (!check_keys(reader, path, node) || !read_number(reader, path, node, "from", &range->from) ||
        !read_number(reader, path, node, "to", &range->to))
        return false;
    if (by && count) {
        spec_error(reader, node->place, path, "found a range with both 'by' and 'count'; allowed one of them");
        return false;
    }
    return count ? read_count(reader, path, node, range) : read_by(reader, path, node, range);
}

static double tidy(double value) {
    char text[40];
    if (value == floor(value))
        return value;
    snprintf(text, sizeof text, "%.15g", value);
    return strtod(text, NULL);
}

static double generated(const number_range *range, double i) {
    if (range->by != 0)
        return tidy(range->from + i * range->by);
    double share = i / (range->count - 1);
    if (i == 0 || share == 1)
        return i == 0 ? range->from : range->to;
    return tidy(range->logarithmic ? range->from * pow(range->to / range->from, share)
                                   : range->from + (range->to - range->from) * share);
}

double *spec_range(spec_reader *reader, const char *path, const spec_node *node, size_t *count) {
    number_range range = {0};
    if (!read_range(reader, path, node, &range))
        return NULL;
    *count = (size_t)range.count;
    size_t before = reader->range_numbers;
    reader->range_numbers += *count;
    if (reader->range_numbers > SWEEP_COUNT_MAX) {
        if (before <= SWEEP_COUNT_MAX) /* said once */
            spec_error(reader, node->place, path,
                       "found ranges of too many numbers; allowed %d in all of a sweep's ranges", SWEEP_COUNT_MAX);
        return NULL;
    }
    double *numbers = spec_alloc(reader, *count, sizeof *numbers);
    for (size_t i = 0; numbers && i < *count; i++)
        numbers[i] = generated(&range, (double)i);
    return numbers;
}
