/* GLPK is given the dual programme, with the origin moved to x and every normal n_j made a unit vector:
 *     minimise sum_j a_j y_j  subject to  sum_j s_j n_j y_j = 0,  sum_j y_j = 1,  y >= 0,
 * a_j >= 0 being the distance from x to hyperplane j. It has one row for each dimension where the primal has one for
 * each neuron, so that bases are small, and as no a_j is negative, the dual simplex may start at once. Without a
 * solution, the balls have no bound. The faces of the box are 2d more columns, fixed at 0 at first; once they are let
 * loose, the primal simplex goes on from the optimum without them. With 512 hyperplanes in 32 (80) dimensions a point
 * takes 4 (32) ms; starting from the last point's basis, it took 8.5 (51) ms, as most signs and all distances differ.
 * In 512 dimensions it takes 4 s, so that the simplex method is left and entered again now and then to call progress.
 *
 * GLPK aborts the process where it finds no memory or an error of its own. Its hook, which may not return, leaves by
 * longjmp; the only thing that can be done with GLPK afterwards is to release all of it. */
#include "inscribed_ball.h"

#include "dot.h"
#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct sb_inscribed_ball {
    size_t dimensions, planes;
    size_t used;               /* planes that are some: with a normal that is not 0 */
    double *normals, *offsets; /* [used][dimensions] of length 1, [used] */
    int *rows;                 /* [dimensions + 2] 0, 1, 2, ...: GLPK counts from 1 */
    double *column;            /* [dimensions + 2] */
    const double *x;
    double radius, in_box;
    const sb_probe_view *view;
    sb_code code; /* what its progress returned */
    glp_prob *programme;
    jmp_buf escape;
    char said[128]; /* GLPK's first words before it gave up */
};

/* --- GLPK's calls, from which it may not come back -------------------------------------------------------------------
 */

static void leave(void *context) {
    sb_inscribed_ball *ball = context;
    longjmp(ball->escape, 1);
}

static int listen(void *context, const char *text) {
    sb_inscribed_ball *ball = context;
    size_t length = strcspn(text, "\n");
    if (!ball->said[0] && length < sizeof ball->said)
        memcpy(ball->said, text, length);
    return 1;
}

/* Does @p work. If GLPK gives up, there is no programme any more. */
static sb_code guarded(sb_inscribed_ball *ball, void (*work)(sb_inscribed_ball *), sb_status *status) {
    ball->said[0] = 0;
    if (setjmp(ball->escape)) {
        glp_free_env();
        ball->programme = NULL;
        return sb_fail(status, strstr(ball->said, "memory") ? SB_MEMORY : SB_SYSTEM, "GLPK gave up: %s", ball->said);
    }
    glp_term_hook(listen, ball);
    glp_error_hook(leave, ball);
    work(ball);
    glp_error_hook(NULL, NULL);
    glp_term_hook(NULL, NULL);
    return SB_OK;
}

static void set_column(sb_inscribed_ball *ball, size_t number, double cost) {
    ball->column[ball->dimensions + 1] = 1;
    glp_set_mat_col(ball->programme, (int)number + 1, (int)ball->dimensions + 1, ball->rows, ball->column);
    glp_set_obj_coef(ball->programme, (int)number + 1, cost);
}

static void build(sb_inscribed_ball *ball) {
    int rows = (int)ball->dimensions + 1;
    ball->programme = glp_create_prob();
    glp_set_obj_dir(ball->programme, GLP_MIN);
    glp_add_rows(ball->programme, rows);
    glp_add_cols(ball->programme, (int)(ball->planes + 2 * ball->dimensions));
    for (int row = 1; row < rows; row++)
        glp_set_row_bnds(ball->programme, row, GLP_FX, 0, 0);
    glp_set_row_bnds(ball->programme, rows, GLP_FX, 1, 1);
}

/* Column j is the normal that points to x, its cost the distance. */
static void enter_planes(sb_inscribed_ball *ball) {
    size_t dimensions = ball->dimensions;
    for (size_t j = 0; j < ball->used; j++) {
        const double *normal = ball->normals + j * dimensions;
        double distance = ball->offsets[j];
        for (size_t i = 0; i < dimensions; i++)
            distance += normal[i] * ball->x[i];
        for (size_t i = 0; i < dimensions; i++)
            ball->column[i + 1] = distance > 0 ? normal[i] : -normal[i];
        set_column(ball, j, fabs(distance));
    }
}

/* Columns planes + 2i and planes + 2i + 1 are the faces x_i >= -1 and x_i <= 1. */
static void enter_box(sb_inscribed_ball *ball) {
    memset(ball->column, 0, (ball->dimensions + 1) * sizeof *ball->column);
    for (size_t i = 0; i < ball->dimensions; i++) {
        for (int side = -1; side <= 1; side += 2) {
            ball->column[i + 1] = -side;
            set_column(ball, ball->planes + 2 * i + (side > 0), 1 - side * ball->x[i]);
        }
        ball->column[i + 1] = 0;
    }
}

/* Lets columns first .. end - 1 take part, or fixes them at 0. */
static void take_part(glp_prob *programme, size_t first, size_t end, bool part) {
    for (size_t j = first; j < end; j++)
        glp_set_col_bnds(programme, (int)j + 1, part ? GLP_LO : GLP_FX, 0, 0);
}

/* Iterations of about 0.2 s, at 6 ns for each element of the programme's matrix: each time, the simplex method forgets
 * its steepest-edge weights, and with parts of 50 ms took twice as long in 512 dimensions, with these 1.15 times. The
 * same on every machine, for where the method is entered again may change the last bits. */
static int iterations(const sb_inscribed_ball *ball) {
    const double elements = (double)ball->dimensions * (double)(ball->planes + 2 * ball->dimensions);
    return 1 + (int)(4e7 / elements);
}

/* The optimum from the present basis: INFINITY where there is none, NAN where GLPK finds no way or progress ends it. */
static double optimum(sb_inscribed_ball *ball, int method) {
    glp_smcp options;
    glp_init_smcp(&options);
    options.msg_lev = GLP_MSG_OFF;
    options.meth = method;
    options.it_lim = iterations(ball);
    int end = GLP_EITLIM;
    while (ball->code == SB_OK && (end = glp_simplex(ball->programme, &options)) == GLP_EITLIM)
        ball->code = sb_probe_progress(ball->view);
    if (end != 0)
        return NAN;
    int found = glp_get_status(ball->programme);
    return found == GLP_OPT ? glp_get_obj_val(ball->programme) : found == GLP_NOFEAS ? INFINITY : NAN;
}

static void solve(sb_inscribed_ball *ball) {
    size_t planes = ball->planes, all = planes + 2 * ball->dimensions;
    enter_planes(ball);
    enter_box(ball);
    take_part(ball->programme, 0, ball->used, true);
    take_part(ball->programme, ball->used, all, false);
    glp_std_basis(ball->programme);
    ball->radius = optimum(ball, GLP_DUALP);
    take_part(ball->programme, planes, all, true);
    if (!isfinite(ball->radius))
        glp_std_basis(ball->programme);
    ball->in_box = optimum(ball, isfinite(ball->radius) ? GLP_PRIMAL : GLP_DUALP);
}

static void discard(sb_inscribed_ball *ball) {
    glp_delete_prob(ball->programme);
}

/* --- What is public -------------------------------------------------------------------------------------------------
 */

sb_code sb_inscribed_ball_create(size_t dimensions, size_t planes, sb_inscribed_ball **ball, sb_status *status) {
    static const char what[] = "the linear programme of the largest ball";
    sb_code code = SB_MEMORY;
    sb_inscribed_ball *made = sb_array(1, sizeof *made, what, status);
    *ball = NULL;
    if (!made)
        return SB_MEMORY;
    made->dimensions = dimensions;
    made->planes = planes;
    made->normals = sb_array(planes * dimensions, sizeof(double), what, status);
    made->offsets = sb_array(planes, sizeof(double), what, status);
    made->rows = sb_array(dimensions + 2, sizeof(int), what, status);
    made->column = sb_array(dimensions + 2, sizeof(double), what, status);
    if (made->normals && made->offsets && made->rows && made->column)
        code = guarded(made, build, status);
    if (code != SB_OK) {
        sb_inscribed_ball_destroy(made);
        return code;
    }
    for (size_t i = 0; i < dimensions + 2; i++)
        made->rows[i] = (int)i;
    *ball = made;
    return SB_OK;
}

void sb_inscribed_ball_destroy(sb_inscribed_ball *ball) {
    if (!ball)
        return;
    if (ball->programme)
        guarded(ball, discard, NULL);
    free(ball->column);
    free(ball->rows);
    free(ball->offsets);
    free(ball->normals);
    free(ball);
}

size_t sb_inscribed_ball_bytes(size_t dimensions, size_t planes) {
    const size_t element = 7 * sizeof(double); /* GLPK 5.0: one of the matrix, linked along its row and its column */
    return sizeof(sb_inscribed_ball) + (planes * (dimensions + 1) + dimensions + 2) * sizeof(double) +
           (dimensions + 2) * sizeof(int) + (planes + 2) * (dimensions + 1) * element;
}

void sb_inscribed_ball_planes(sb_inscribed_ball *ball, const float *normals, const float *offsets) {
    size_t dimensions = ball->dimensions;
    ball->used = 0;
    for (size_t j = 0; j < ball->planes; j++) {
        const float *normal = normals + j * dimensions;
        double length = sqrt(sb_dot_floats(normal, normal, dimensions));
        if (!(length > 0))
            continue;
        for (size_t i = 0; i < dimensions; i++)
            ball->normals[ball->used * dimensions + i] = normal[i] / length;
        ball->offsets[ball->used++] = offsets[j] / length;
    }
}

sb_code sb_inscribed_ball_radii(sb_inscribed_ball *ball, const double *x, const sb_probe_view *view, double *radius,
                                double *in_box, sb_status *status) {
    ball->x = x;
    ball->view = view;
    ball->code = SB_OK;
    sb_code code = guarded(ball, solve, status);
    if (code != SB_OK || ball->code != SB_OK)
        return code != SB_OK ? code : ball->code;
    if (isnan(ball->radius) || isnan(ball->in_box))
        return sb_fail(status, SB_SYSTEM, "GLPK's simplex method found no largest ball of a first-layer region");
    *radius = ball->radius;
    *in_box = ball->in_box;
    return SB_OK;
}
