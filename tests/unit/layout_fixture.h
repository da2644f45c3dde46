/** @file layout_fixture.h
 * A sweep put together by hand, with its layout.
 */
#ifndef SPECBIAS_TESTS_LAYOUT_FIXTURE_H
#define SPECBIAS_TESTS_LAYOUT_FIXTURE_H

#include "check.h"
#include "hand_sweep.h"
#include <string.h>

HAND_FIELD(seed, "seed", SB_FIELD_INTEGER, seed, "1");
HAND_FIELD(samples, "target.samples", SB_FIELD_INTEGER, target.samples, "1");
HAND_FIELD(petals, "embedding.petals", SB_FIELD_INTEGER, embedding.petals, "1");
HAND_FIELD(threshold, "target.threshold", SB_FIELD_REAL, target.threshold, "1");

static const sb_value numbers[] = {{.integer = 3}, {.integer = 5}, {.integer = 4}};
static const sb_value pair[] = {{.integer = 2}, {.integer = 7}};
static const sb_value counts[] = {{.integer = 203}, {.integer = 206}};
static const sb_value reals[] = {{.real = 0.25}, {.real = -1}};
static const char *const words[] = {"line", "petals, petals=4", "third"};

/* A zip or a section of two points, from an array of members. */
#define GROUP_AXIS(kind_, path_, members_, labels_)                                                                    \
    {                                                                                                                  \
        .kind = kind_, .path = path_, .unit = "1", .length = 2, .member_count = sizeof(members_) / sizeof *(members_), \
        .members = members_, .labels = labels_                                                                         \
    }

/* A sweep of at most SB_AXES_MAX axes with its grid and layout. Big, so that tests keep it static. */
typedef struct fixture {
    sb_sweep sweep;
    sb_grid grid;
    sb_layout *layout;
    sb_status status;
} fixture;

static inline void start(fixture *f, const sb_axis *axes, size_t count) {
    f->sweep = (sb_sweep){.name = "hand", .base = hand_settings(), .axis_count = count, .axes = axes};
    sb_diagnostics diagnostics = {0};
    assert_int_equal(sb_grid_create(&f->sweep, &diagnostics, &f->grid, &f->status), SB_OK);
    assert_int_equal(sb_layout_create(&f->grid, &f->layout, &f->status), SB_OK);
}

static inline void finish(fixture *f) {
    assert_int_equal(sb_layout_finish(f->layout, &f->status), SB_OK);
}

static inline size_t add_variable(fixture *f, const char *probe, const char *name, sb_type type,
                                  const size_t *dimensions, size_t count) {
    size_t variable;
    assert_int_equal(
        sb_layout_variable(f->layout, probe, name, "1", "a variable", type, dimensions, count, &variable, &f->status),
        SB_OK);
    return variable;
}

static inline const sb_coordinate *coordinate(const fixture *f, const char *name) {
    for (size_t i = 0; i < f->layout->coordinate_count; i++)
        if (strcmp(f->layout->coordinates[i].name, name) == 0)
            return &f->layout->coordinates[i];
    fail_msg("no coordinate '%s'", name);
    return NULL;
}

#endif
