/* Networks of one case that are trained, one step of each in turn. */
#ifndef SPECBIAS_BENCH_STEPPER_H
#define SPECBIAS_BENCH_STEPPER_H

#include <specbias/bench.h>

typedef struct sb_stepper {
    const sb_case *measured;
    const sb_kernels *kernels;
    sb_network **networks; /* [count], initialised with seeds 1, 2, ... */
    size_t count;
    double loss; /* of the last step of the last network */
} sb_stepper;

/* On failure there may be something to destroy. */
sb_code sb_stepper_create(const sb_case *measured, const sb_kernels *kernels, size_t count, sb_stepper *stepper,
                          sb_status *status);
void sb_stepper_destroy(sb_stepper *stepper);

/* @p turns steps of every network; returns their CPU seconds. */
double sb_stepper_run(sb_stepper *stepper, size_t turns);

/* @p turns steps of every network, too: adds the seconds that each phase took in the quickest turn to @p phases, since
 * the clock of profiles counts what other processes take on the same core. */
void sb_stepper_profile(sb_stepper *stepper, size_t turns, double phases[SB_PHASES]);

#endif
