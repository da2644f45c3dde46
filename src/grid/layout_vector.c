#include "layout.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Elements of one coordinate: 1 GiB, which every rank holds. */
#define COORDINATE_COUNT_MAX ((uint64_t)1 << 27)

/* The vectors that a rule gives over the grid. */
typedef struct survey {
    sb_product touching;      /* the axes on which the rule may depend, training axes and axes of probes */
    sb_product changing;      /* those of them along which its values differ */
    size_t shortest, longest; /* values of a vector */
    uint64_t longest_point;   /* of touching: where a longest vector is */
} survey;

static void find_lengths(const sb_vector_rule *rule, sb_settings *settings, survey *found) {
    found->shortest = SIZE_MAX;
    found->longest = 0;
    for (uint64_t point = 0; point < found->touching.count; point++) {
        sb_product_apply(&found->touching, point, settings);
        size_t count = rule->values(rule->context, settings, NULL);
        found->shortest = count < found->shortest ? count : found->shortest;
        if (count > found->longest) {
            found->longest = count;
            found->longest_point = point;
        }
    }
}

/* True if any two points that differ only along axis number @p axis have different vectors: then one of them differs
 * from the vector at the axis's first point. */
static bool differs_along(const sb_product *product, size_t axis, const sb_hash *hashes) {
    uint64_t stride = sb_product_stride(product, axis);
    for (uint64_t point = 0; point < product->count; point++) {
        uint64_t first = point - point / stride % product->axes[axis]->length * stride;
        if (memcmp(&hashes[point], &hashes[first], sizeof *hashes) != 0)
            return true;
    }
    return false;
}

/* Keeps a hash of each vector, not the vectors: 16 bytes for each combination of the touching axes. */
static sb_code find_changing(const sb_vector_rule *rule, sb_settings *settings, survey *found, sb_status *status) {
    sb_code code = SB_MEMORY;
    double *values = NULL;
    sb_hash *hashes = sb_array(found->touching.count, sizeof *hashes, rule->name, status);
    if (!hashes || !(values = sb_array(found->longest, sizeof *values, rule->name, status)))
        goto done;
    for (uint64_t point = 0; point < found->touching.count; point++) {
        sb_product_apply(&found->touching, point, settings);
        size_t count = rule->values(rule->context, settings, values);
        hashes[point] = sb_hash_bytes(values, count * sizeof *values);
    }
    found->changing = (sb_product){.count = 1};
    for (size_t i = 0; i < found->touching.axis_count; i++)
        if (differs_along(&found->touching, i, hashes))
            sb_product_append(&found->changing, found->touching.axes[i]);
    code = SB_OK;
done:
    free(values);
    free(hashes);
    return code;
}

static sb_code survey_rule(const sb_layout *layout, const sb_vector_rule *rule, survey *found, sb_status *status) {
    sb_settings settings = layout->grid->sweep->base;
    found->touching = sb_product_touching(layout->grid->sweep, rule->fields);
    if (found->touching.count > SB_TRIALS_MAX)
        return sb_fail(status, SB_INPUT,
                       "'%s' depends on axes with more than %" PRIu64
                       " combinations: shorten an axis, or list only the "
                       "points of interest with zip",
                       rule->name, SB_TRIALS_MAX);
    find_lengths(rule, &settings, found);
    if (found->longest == 0)
        return sb_fail(status, SB_INPUT, "'%s' (%s) has no values in any trial", rule->name, rule->long_name);
    return find_changing(rule, &settings, found, status);
}

/* True if every vector is the beginning of the longest one. */
static sb_code all_begin_the_longest(const sb_layout *layout, const sb_vector_rule *rule, const survey *found,
                                     bool *answer, sb_status *status) {
    sb_settings settings = layout->grid->sweep->base;
    double *longest = sb_array(found->longest, sizeof *longest, rule->name, status);
    double *vector = sb_array(found->longest, sizeof *vector, rule->name, status);
    if (longest && vector) {
        sb_product_apply(&found->touching, found->longest_point, &settings);
        rule->values(rule->context, &settings, longest);
        *answer = true;
        for (uint64_t point = 0; *answer && point < found->changing.count; point++) {
            sb_product_apply(&found->changing, point, &settings);
            size_t count = rule->values(rule->context, &settings, vector);
            *answer = memcmp(vector, longest, count * sizeof *vector) == 0;
        }
    }
    sb_code code = longest && vector ? SB_OK : SB_MEMORY;
    free(vector);
    free(longest);
    return code;
}

static void store_value(void *values, sb_type type, uint64_t index, double value) {
    if (type == SB_TYPE_INT64)
        ((int64_t *)values)[index] = (int64_t)value;
    else
        ((double *)values)[index] = value;
}

/* Fills values[changing.count][length], padded with NaN. */
static sb_code fill(const sb_layout *layout, const sb_vector_rule *rule, const survey *found, size_t length,
                    sb_type type, void *values, sb_status *status) {
    double *vector = sb_array(found->longest, sizeof *vector, rule->name, status);
    if (!vector)
        return SB_MEMORY;
    sb_settings settings = layout->grid->sweep->base;
    sb_product_apply(&found->touching, found->longest_point, &settings);
    for (uint64_t point = 0; point < found->changing.count; point++) {
        sb_product_apply(&found->changing, point, &settings);
        size_t count = rule->values(rule->context, &settings, vector);
        for (size_t i = 0; i < length; i++)
            store_value(values, type, point * length + i, i < count ? vector[i] : (double)NAN);
    }
    free(vector);
    return SB_OK;
}

/* Adds the rule's values over the changing axes and @p dimension. */
static sb_code add_values(sb_layout *layout, const sb_vector_rule *rule, const survey *found, size_t dimension,
                          sb_status *status) {
    size_t length = layout->dimensions[dimension].length, axis_count = found->changing.axis_count;
    uint64_t count;
    if (__builtin_mul_overflow(found->changing.count, length, &count) || count > COORDINATE_COUNT_MAX)
        return sb_fail(status, SB_INPUT,
                       "'%s' differs along %zu of the axes and would take more than %" PRIu64
                       " values; make it the same for all trials, shorten an axis, or record less often",
                       rule->name, axis_count, COORDINATE_COUNT_MAX);
    sb_coordinate coordinate = {
        .name = rule->name,
        .unit = rule->unit,
        .long_name = rule->long_name,
        .type = found->shortest < length ? SB_TYPE_FLOAT64 : rule->type, /* integers have no NaN to pad with */
        .dimension_count = axis_count + 1,
        .count = (size_t)count,
    };
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < axis_count; i++)
        code = sb_layout_axis_dimension(layout, found->changing.axes[i], &coordinate.dimensions[i], status);
    coordinate.dimensions[axis_count] = dimension;
    if (code != SB_OK)
        return code;
    void *values =
        sb_arena_alloc(&layout->private_data->arena, coordinate.count, sb_type_size(coordinate.type), status);
    if (!values)
        return SB_MEMORY;
    coordinate.values = values;
    code = fill(layout, rule, found, length, coordinate.type, values, status);
    return code == SB_OK ? sb_layout_add_coordinate(layout, &coordinate, status) : code;
}

static const sb_coordinate *find_coordinate(const sb_layout *layout, const char *name) {
    for (size_t i = 0; i < layout->coordinate_count; i++)
        if (strcmp(layout->coordinates[i].name, name) == 0)
            return &layout->coordinates[i];
    return NULL;
}

static size_t last_dimension(const sb_coordinate *coordinate) {
    return coordinate->dimensions[coordinate->dimension_count - 1];
}

/* True for the two names that sb_layout_dimension gives to the dimension of rule @p name. */
static bool names_dimension(const char *dimension, const char *name) {
    size_t length = strlen(name);
    return strncmp(dimension, name, length) == 0 &&
           (dimension[length] == '\0' || strcmp(dimension + length, "_index") == 0);
}

sb_code sb_layout_dimension(sb_layout *layout, const sb_vector_rule *rule, size_t *dimension, sb_status *status) {
    const sb_coordinate *known = find_coordinate(layout, rule->name);
    if (known && names_dimension(layout->dimensions[last_dimension(known)].name, rule->name)) {
        *dimension = last_dimension(known);
        return SB_OK;
    }
    survey found;
    bool is_common;
    sb_code code = survey_rule(layout, rule, &found, status);
    if (code == SB_OK)
        code = all_begin_the_longest(layout, rule, &found, &is_common, status);
    if (code != SB_OK)
        return code;
    if (is_common) { /* layers 1, 2, ... or steps 0, 100, ... need no coordinate of their own for each trial */
        found.changing = (sb_product){.count = 1};
        found.shortest = found.longest;
    }
    const char *name = found.changing.axis_count == 0
                           ? rule->name
                           : sb_arena_format(&layout->private_data->arena, status, "%s_index", rule->name);
    if (!name)
        return SB_MEMORY;
    code = sb_layout_add_dimension(layout, name, found.longest, dimension, status);
    return code == SB_OK ? add_values(layout, rule, &found, *dimension, status) : code;
}

sb_code sb_layout_table(sb_layout *layout, const sb_vector_rule *rule, size_t dimension, sb_status *status) {
    const sb_coordinate *known = find_coordinate(layout, rule->name);
    if (known && last_dimension(known) == dimension)
        return SB_OK;
    survey found;
    sb_code code = survey_rule(layout, rule, &found, status);
    if (code != SB_OK)
        return code;
    if (found.longest > layout->dimensions[dimension].length)
        return sb_fail(status, SB_INTERNAL, "the table '%s' has %zu values along '%s', which is %zu long", rule->name,
                       found.longest, layout->dimensions[dimension].name, layout->dimensions[dimension].length);
    return add_values(layout, rule, &found, dimension, status);
}
