/** @file probe_rows.h
 * For tests of single probes: a row of the table by its name.
 */
#ifndef SPECBIAS_TESTS_PROBE_ROWS_H
#define SPECBIAS_TESTS_PROBE_ROWS_H

#include <specbias/probe.h>
#include <string.h>

static inline const sb_probe *probe_row(const char *name) {
    for (size_t i = 0; i < sb_probe_count; i++)
        if (strcmp(sb_probe_table[i]->name, name) == 0)
            return sb_probe_table[i];
    return NULL;
}

#endif
