#include "stepper.h"
#include <stdlib.h>

/* One line of the result while it is measured. */
typedef struct row {
    sb_stepper stepper;
    size_t turns;             /* of all its networks in a round */
    double *seconds;          /* [rounds] of a step of one network */
    double *peaks;            /* [rounds] FLOP/s */
    double phases[SB_PHASES]; /* seconds */
} row;

static const double least_seconds = 0.1, seconds_of_peak = 0.02;

/* Takes steps until they are warm, and as many in a round as take long enough. */
static void calibrate(row *r, size_t least_steps) {
    double seconds = 0;
    size_t turns = 1;
    for (;; turns *= 2) {
        seconds = sb_stepper_run(&r->stepper, turns);
        if (seconds >= least_seconds / 4)
            break;
    }
    const double wanted = least_seconds * (double)turns / seconds;
    r->turns = wanted > (double)least_steps ? (size_t)wanted + 1 : least_steps;
}

static sb_code create_rows(const sb_bench *bench, row *rows, sb_status *status) {
    row *r = rows;
    for (size_t i = 0; i < bench->case_count; i++)
        for (size_t k = 0; k < bench->kernels_count; k++)
            for (size_t n = 0; n < bench->networks_count; n++, r++) {
                sb_code code =
                    sb_stepper_create(&bench->cases[i], bench->kernels[k], bench->networks[n], &r->stepper, status);
                if (code != SB_OK)
                    return code;
                r->seconds = sb_array(2 * bench->rounds, sizeof *r->seconds, "the times of a case", status);
                if (!r->seconds)
                    return SB_MEMORY;
                r->peaks = r->seconds + bench->rounds;
                calibrate(r, bench->steps);
            }
    return SB_OK;
}

static void destroy_rows(row *rows, size_t count) {
    for (size_t i = 0; rows && i < count; i++) {
        sb_stepper_destroy(&rows[i].stepper);
        free(rows[i].seconds);
    }
    free(rows);
}

/* Turns of which the quickest counts. */
enum { least_profiled = 3 };

/* The steps that are profiled come after those that are timed, which the profile's clock would slow down. */
static void measure_row(row *r, const sb_peak *peak, size_t round) {
    const double steps = (double)(r->turns * r->stepper.count);
    r->peaks[round] = sb_peak_measure(peak, seconds_of_peak);
    r->seconds[round] = sb_stepper_run(&r->stepper, r->turns) / steps;
    sb_stepper_profile(&r->stepper, least_profiled + r->turns / 10, r->phases);
}

static sb_bench_result summary(const row *r, const row *first, size_t rounds, double *workspace) {
    const sb_case *measured = r->stepper.measured;
    const double flops = sb_bench_flops(&measured->shape, measured->batch);
    sb_bench_result result = {.measured = measured,
                              .kernels = r->stepper.kernels,
                              .networks = r->stepper.count,
                              .steps = r->turns * r->stepper.count,
                              .bytes = sb_network_bytes(r->stepper.kernels, &measured->shape, measured->batch),
                              .bound_bytes = sb_bench_bound(&measured->shape, measured->batch)};
    double all = 0;
    result.speedup = sb_paired_ratios(first->seconds, r->seconds, rounds, workspace);
    for (size_t i = 0; i < rounds; i++)
        workspace[i] = flops / r->seconds[i] / r->peaks[i];
    result.share = sb_quartiles_of(workspace, rounds);
    for (size_t i = 0; i < rounds; i++)
        workspace[i] = 1e3 * r->seconds[i];
    result.ms = sb_quartiles_of(workspace, rounds);
    for (size_t i = 0; i < rounds; i++)
        workspace[i] = 1e-9 * r->peaks[i];
    result.peak_gflops = sb_quartiles_of(workspace, rounds).median;
    result.gflops = 1e-6 * flops / result.ms.median;
    for (int phase = 0; phase < SB_PHASES; phase++)
        all += r->phases[phase];
    for (int phase = 0; phase < SB_PHASES; phase++)
        result.split[phase] = r->phases[phase] / all;
    return result;
}

static sb_quartiles all_peaks(const row *rows, size_t count, size_t rounds, double *workspace) {
    for (size_t i = 0; i < count * rounds; i++)
        workspace[i] = 1e-9 * rows[i / rounds].peaks[i % rounds];
    return sb_quartiles_of(workspace, count * rounds);
}

size_t sb_bench_count(const sb_bench *bench) {
    return bench->case_count * bench->kernels_count * bench->networks_count;
}

sb_code sb_bench_measure(const sb_bench *bench, const sb_peak *peak, sb_bench_result *results,
                         sb_quartiles *peak_gflops, sb_status *status) {
    const size_t count = sb_bench_count(bench), of_a_case = bench->kernels_count * bench->networks_count;
    row *rows = sb_array(count, sizeof *rows, "the cases", status);
    double *workspace = sb_array(count * bench->rounds, sizeof *workspace, "the times of a case", status);
    sb_code code = rows && workspace ? create_rows(bench, rows, status) : SB_MEMORY;
    for (size_t round = 0; code == SB_OK && round < bench->rounds; round++)
        for (size_t i = 0; i < count; i++)
            measure_row(&rows[i], peak, round);
    for (size_t i = 0; code == SB_OK && i < count; i++)
        results[i] = summary(&rows[i], &rows[i - i % of_a_case], bench->rounds, workspace);
    if (code == SB_OK)
        *peak_gflops = all_peaks(rows, count, bench->rounds, workspace);
    free(workspace);
    destroy_rows(rows, count);
    return code;
}
