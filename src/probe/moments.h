/** @file moments.h
 * The moments at which a probe is taken: every record, a list of steps, or once after the last step.
 */
#ifndef SPECBIAS_PROBE_MOMENTS_H
#define SPECBIAS_PROBE_MOMENTS_H

#include <specbias/probe.h>

/** Adds the dimension of @p probe's moments to @p layout: none (@p *count = 0) if it is taken once. */
sb_code sb_moments_declare(const sb_probe *probe, sb_layout *layout, size_t *dimension, size_t *count,
                           sb_status *status);

/** Number of moments in a trial with @p settings. */
size_t sb_moments_count(const sb_probe *probe, const sb_settings *settings);

/** The moment that lies at @p step; SIZE_MAX if there is none. The rules of the sweep file allow no step twice. */
size_t sb_moments_find(const sb_probe *probe, const sb_settings *settings, int64_t step);

/** The record that lies at @p step; SIZE_MAX if there is none. */
size_t sb_moments_record(const sb_settings *settings, int64_t step);

#endif
