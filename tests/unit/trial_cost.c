/* The cost model: known numbers for a known network, and more work never costs less. */
#include "swept.h"

static const char text[] = "specbias: 1\n"
                           "target: {samples: 200, frequencies: [5, 10]}\n"
                           "model: {depth: 6, width: 256}\n"
                           "training: {steps: 1000}\n"
                           "probes: {perturbation: {magnitudes: [0, 1], directions: 10}}\n";

static double flops(const swept *made, const sb_settings *settings) {
    return sb_trial_flops(made->layout, settings);
}

/* A step of 1-256-256-256-256-256-1 on 200 samples: 2 (2 x 256 + 4 x 256^2) multiply-adds' worth a sample forward, the
 * same for the weights' gradients, and all but the first layer's 512 again for the data's; Adam is 10 for each of the
 * 263 937 parameters. */
static void a_step_costs_what_its_products_cost(void **state) {
    (void)state;
    swept made;
    sb_settings settings, longer;
    swept_create(text, &made);
    sb_grid_settings(&made.grid, 0, &settings);
    longer = settings;
    longer.training.steps = 1999;
    settings.record.every = 100;
    longer.record.every = 200;
    assert_int_equal(sb_record_count(&settings), sb_record_count(&longer));
    double forward = 2 * (2 * 256 + 4 * 256.0 * 256);
    double step = 200 * (3 * forward - 512) + 10 * 263937.0;
    assert_near(flops(&made, &longer) - flops(&made, &settings), 999 * step, 1e-9 * 999 * step);
    swept_destroy(&made);
}

static void more_work_costs_more(void **state) {
    (void)state;
    swept made;
    sb_settings base;
    swept_create(text, &made);
    sb_grid_settings(&made.grid, 0, &base);
    sb_settings steps = base, width = base, depth = base, samples = base, records = base, directions = base;
    sb_settings batch = base, encoding = base, norms = base, noise = base, kernel = base;
    steps.training.steps *= 2;
    width.model.width += 1;
    depth.model.depth += 1;
    samples.target.samples *= 2;
    records.record.every /= 2;
    directions.probes.perturbation.directions += 1;
    encoding.encoding.kind = SB_ENCODING_POSITIONAL;
    norms.probes.spectral_norm.probe = (sb_probe_settings){1, base.probes.perturbation.probe.at};
    noise.noise.kind = SB_NOISE_COMPONENT;
    kernel.noise.kind = SB_NOISE_KERNEL;
    const sb_settings *larger[] = {&steps,      &width,    &depth, &samples, &records,
                                   &directions, &encoding, &norms, &noise,   &kernel};
    assert_true(flops(&made, &base) > 0);
    for (size_t i = 0; i < sizeof larger / sizeof *larger; i++)
        assert_true(flops(&made, larger[i]) > flops(&made, &base));
    batch.training.batch = 50;
    assert_true(flops(&made, &batch) < flops(&made, &base));
    batch.training.batch = 200; /* all samples */
    assert_true(flops(&made, &batch) == flops(&made, &base));
    const sb_settings *roomier[] = {&width, &depth, &samples, &norms, &noise, &kernel};
    for (size_t i = 0; i < sizeof roomier / sizeof *roomier; i++)
        assert_true(sb_trial_bytes(made.layout, sb_kernels_default(), roomier[i]) >
                    sb_trial_bytes(made.layout, sb_kernels_default(), &base));
    swept_destroy(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_costs_what_its_products_cost),
        cmocka_unit_test(more_work_costs_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
