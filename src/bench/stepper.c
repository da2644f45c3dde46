#include "stepper.h"

#include "clock.h"
#include <math.h>
#include <stdlib.h>

static sb_code create_network(sb_stepper *stepper, uint64_t seed, float *parameters, sb_status *status) {
    const sb_case *measured = stepper->measured;
    sb_network **network = &stepper->networks[stepper->count];
    const sb_code code = sb_network_create(stepper->kernels, &measured->shape, measured->batch, network, status);
    if (code != SB_OK)
        return code;
    stepper->count++;
    sb_initialise(&measured->shape, seed, parameters);
    sb_network_set_parameters(*network, parameters);
    return SB_OK;
}

sb_code sb_stepper_create(const sb_case *measured, const sb_kernels *kernels, size_t count, sb_stepper *stepper,
                          sb_status *status) {
    *stepper = (sb_stepper){.measured = measured, .kernels = kernels};
    const size_t size = sb_shape_parameters(&measured->shape);
    float *parameters = sb_array(size, sizeof *parameters, "the parameters of a network", status);
    stepper->networks = sb_array(count, sizeof(sb_network *), "the networks of a case", status);
    sb_code code = parameters && stepper->networks ? SB_OK : SB_MEMORY;
    for (uint64_t seed = 1; code == SB_OK && seed <= count; seed++)
        code = create_network(stepper, seed, parameters, status);
    free(parameters);
    return code;
}

void sb_stepper_destroy(sb_stepper *stepper) {
    for (size_t i = 0; i < stepper->count; i++)
        sb_network_destroy(stepper->networks[i]);
    free(stepper->networks);
}

double sb_stepper_run(sb_stepper *stepper, size_t turns) {
    const sb_case *measured = stepper->measured;
    const double start = cpu_seconds();
    for (size_t turn = 0; turn < turns; turn++)
        for (size_t i = 0; i < stepper->count; i++)
            stepper->loss = sb_network_step(stepper->networks[i], &measured->adam, measured->loss, measured->x,
                                            measured->y, measured->batch);
    return cpu_seconds() - start;
}

void sb_stepper_profile(sb_stepper *stepper, size_t turns, double phases[SB_PHASES]) {
    sb_profile profile, quickest = {0};
    double least = INFINITY;
    for (size_t i = 0; i < stepper->count; i++)
        sb_network_profile(stepper->networks[i], &profile);
    for (size_t turn = 0; turn < turns; turn++) {
        profile = (sb_profile){0};
        sb_stepper_run(stepper, 1);
        double all = 0;
        for (int phase = 0; phase < SB_PHASES; phase++)
            all += profile.seconds[phase];
        if (all < least)
            quickest = profile;
        least = fmin(least, all);
    }
    for (size_t i = 0; i < stepper->count; i++)
        sb_network_profile(stepper->networks[i], NULL);
    for (int phase = 0; phase < SB_PHASES; phase++)
        phases[phase] += quickest.seconds[phase];
}
