#include "stepper.h"

sb_code sb_bench_long(const sb_case *measured, const sb_kernels *kernels, const sb_peak *peak, size_t steps,
                      sb_bench_long_result *result, sb_status *status) {
    const double flops = sb_bench_flops(&measured->shape, measured->batch), seconds_of_peak = 0.1;
    double peaks[SB_LONG_PARTS + 1] = {0};
    sb_stepper stepper;
    const sb_code code = sb_stepper_create(measured, kernels, 1, &stepper, status);
    if (code == SB_OK)
        peaks[0] = 1e-9 * sb_peak_measure(peak, seconds_of_peak);
    for (size_t part = 0; code == SB_OK && part < SB_LONG_PARTS; part++) {
        const size_t turns = steps * (part + 1) / SB_LONG_PARTS - steps * part / SB_LONG_PARTS;
        const double seconds = sb_stepper_run(&stepper, turns) / (double)turns;
        peaks[part + 1] = 1e-9 * sb_peak_measure(peak, seconds_of_peak);
        result->ms[part] = 1e3 * seconds;
        result->share[part] = 1e-9 * flops / seconds / (0.5 * (peaks[part] + peaks[part + 1]));
        result->loss[part] = stepper.loss;
    }
    result->peak_gflops = sb_quartiles_of(peaks, SB_LONG_PARTS + 1);
    sb_stepper_destroy(&stepper);
    return code;
}

double sb_long_ratio(const sb_bench_long_result *result) {
    return result->ms[SB_LONG_PARTS - 1] / result->ms[0];
}

double sb_long_peak_ratio(const sb_bench_long_result *result) {
    return result->share[0] / result->share[SB_LONG_PARTS - 1];
}
