/** @file inscribed_ball.h
 * The largest ball in the cell, of an arrangement of hyperplanes n_j . c + o_j = 0, that holds a point x: the linear
 * programme
 *     maximise r  subject to  s_j (n_j . c + o_j) >= r |n_j|,  s_j the side on which x lies,
 * and the same within the box [-1,1]^d. Solved by GLPK, to 1e-7 of a constraint.
 */
#ifndef SPECBIAS_PROBE_INSCRIBED_BALL_H
#define SPECBIAS_PROBE_INSCRIBED_BALL_H

#include <specbias/probe.h>

typedef struct sb_inscribed_ball sb_inscribed_ball;

/** For arrangements of @p planes hyperplanes in @p dimensions dimensions. */
sb_code sb_inscribed_ball_create(size_t dimensions, size_t planes, sb_inscribed_ball **ball, sb_status *status);
void sb_inscribed_ball_destroy(sb_inscribed_ball *ball);

/** Bytes that sb_inscribed_ball_create and GLPK allocate, the latter's about. */
size_t sb_inscribed_ball_bytes(size_t dimensions, size_t planes);

/** Sets the arrangement: normals[planes][dimensions], of any length, and offsets[planes]. */
void sb_inscribed_ball_planes(sb_inscribed_ball *ball, const float *normals, const float *offsets);

/** Radii of the largest balls around @p x [dimensions], which lies in the box: @p radius in its cell, INFINITY where
 * that holds balls of any size, and @p in_box in what of it is in the box. Calls the progress of @p view about every
 * 0.2 s, and fails with what it returned. */
sb_code sb_inscribed_ball_radii(sb_inscribed_ball *ball, const double *x, const sb_probe_view *view, double *radius,
                                double *in_box, sb_status *status);

#endif
