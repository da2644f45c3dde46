#include "bench.h"
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 15 };

/* The cases to measure. */
typedef struct choice {
    sb_case cases[SB_CASES_MAX];
    size_t count;
} choice;

static sb_code add_case(const char *name, choice *chosen, sb_status *status) {
    for (size_t i = 0; i < chosen->count; ++i)
        if (strcmp(chosen->cases[i].name, name) == 0)
            return SB_OK;
    const sb_code code = sb_case_create(name, &chosen->cases[chosen->count], status);
    chosen->count += code == SB_OK;
    return code;
}

/* Those that were named, or all. */
static sb_code choose_named(const sb_arguments *arguments, choice *chosen, sb_status *status) {
    sb_code code = SB_OK;
    for (size_t i = 0; code == SB_OK && i < arguments->case_count; ++i)
        code = add_case(arguments->cases[i], chosen, status);
    for (size_t i = 0; code == SB_OK && arguments->case_count == 0 && i < sb_case_count(); ++i)
        code = add_case(sb_case_name(i), chosen, status);
    return code;
}

static sb_code choose_of_sweep(const sb_arguments *arguments, choice *chosen, sb_diagnostics *diagnostics,
                               sb_status *status) {
    char *text = NULL;
    size_t length = 0;
    sb_plan *plan = NULL;
    sb_code code = sb_sweep_load(arguments->operand, &text, &length, status);
    if (code == SB_OK)
        code = sb_plan_create(text, length, arguments->operand, arguments->overrides, arguments->override_count,
                              diagnostics, &plan, status);
    if (code == SB_OK)
        code = sb_plan_read(MPI_COMM_NULL, plan, diagnostics, status);
    if (code == SB_OK)
        code = sb_case_sweep(&plan->grid, chosen->cases, &chosen->count, status);
    sb_plan_free(plan);
    free(text);
    return code;
}

/* Finds the peak's loop, and prints what is known before the measurement. */
static const sb_peak *start(const sb_arguments *arguments) {
    const sb_peak *peak = sb_peak_best();
    if (!arguments->json)
        sb_print_machine(peak);
    return peak;
}

static sb_code measure(const sb_arguments *arguments, const choice *chosen, sb_status *status) {
    static const size_t one = 1;
    const sb_peak *peak = start(arguments);
    const sb_bench bench = {.cases = chosen->cases,
                            .case_count = chosen->count,
                            .kernels = arguments->compared_count ? arguments->compared
                                                                 : (const sb_kernels *const *)&arguments->kernels,
                            .kernels_count = arguments->compared_count ? arguments->compared_count : 1,
                            .networks = arguments->networks_count ? arguments->networks : &one,
                            .networks_count = arguments->networks_count ? arguments->networks_count : 1,
                            .rounds = arguments->rounds ? (size_t)arguments->rounds : ROUNDS,
                            .steps = arguments->steps ? (size_t)arguments->steps : 1};
    sb_bench_results results = {.count = sb_bench_count(&bench), .rounds = bench.rounds};
    results.items = sb_array(results.count, sizeof *results.items, "the results", status);
    sb_code code = results.items ? SB_OK : SB_MEMORY;
    if (code == SB_OK)
        code = sb_bench_measure(&bench, peak, results.items, &results.peak_gflops, status);
    if (code == SB_OK && arguments->json)
        sb_print_results_json(peak, &results);
    else if (code == SB_OK)
        sb_print_results(&results);
    free(results.items);
    return code;
}

static sb_code train_long(const sb_arguments *arguments, const choice *chosen, sb_status *status) {
    const sb_peak *peak = start(arguments);
    sb_long_run run = {
        .measured = &chosen->cases[0], .kernels = arguments->kernels, .steps = (size_t)arguments->long_steps};
    const sb_code code = sb_bench_long(run.measured, run.kernels, peak, run.steps, &run.result, status);
    if (code == SB_OK && arguments->json)
        sb_print_long_json(peak, &run);
    else if (code == SB_OK)
        sb_print_long(&run);
    return code;
}

static sb_code check_options(const sb_arguments *arguments, sb_status *status) {
    if (!arguments->operand && arguments->override_count > 0)
        return sb_fail(status, SB_INPUT, "bench: --set changes a sweep file, and none is given");
    if (arguments->operand && arguments->case_count > 0)
        return sb_fail(status, SB_INPUT, "bench: --case names a built-in case; leave it or the sweep file out");
    if (arguments->long_steps &&
        (arguments->networks_count > 0 || arguments->rounds || arguments->steps || arguments->compared_count > 1))
        return sb_fail(
            status, SB_INPUT,
            "bench: --long trains one network with one kind of kernels; it goes without --networks, --rounds "
            "and --steps");
    return SB_OK;
}

static int bench(const sb_arguments *arguments) {
    sb_status status = {0};
    sb_diagnostics diagnostics = {0};
    choice chosen = {.count = 0};
    sb_code code = check_options(arguments, &status);
    if (code == SB_OK)
        code = arguments->operand ? choose_of_sweep(arguments, &chosen, &diagnostics, &status)
                                  : choose_named(arguments, &chosen, &status);
    if (code == SB_OK)
        code = sb_run_start_alone(&status);
    if (code == SB_OK)
        code = (arguments->long_steps ? train_long : measure)(arguments, &chosen, &status);
    const int exit_code = code == SB_OK ? 0 : sb_print_failure(&status, &diagnostics);
    while (chosen.count > 0)
        sb_case_destroy(&chosen.cases[--chosen.count]);
    sb_diagnostics_free(&diagnostics);
    return exit_code;
}

static int bench_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    exit_code = bench(&arguments);
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_bench_command = {
    .name = "bench",
    .summary = "how fast a core trains, as a share of what it could do",
    .help = "usage: specbias bench [SWEEP] [--set PATH=VALUE]... [--case NAME]... [--kernels NAME]...\n"
            "                      [--networks N]... [--rounds N] [--steps N] [--json]\n"
            "       specbias bench [SWEEP] ... --long STEPS [--json]\n\n"
            "Measures training steps on one core, and beside each the peak of the core: fused multiply-adds\n"
            "in registers. Prints milliseconds, GFLOP/s (matrix products only) and the share of the peak,\n"
            "where the time goes, and the memory of a network. All that is asked for is measured in turn,\n"
            "round by round, by CPU time. Run it alone on the machine; it starts no MPI.\n\n"
            "With a sweep file: the networks of the sweep that differ in shape, batch or loss, each with the\n"
            "data of the first trial that has it (of a mini-batch, the first samples). Without one: built-in\n"
            "cases, D affine layers of width W:\n\n"
            "  a      1 input,   D=6, W=256, 1 output,  batch 200\n"
            "  b      2 inputs,  D=6, W=256, 1 output,  batch 1000\n"
            "  c      1 input,   D=5, W=128, 1 output,  batch 2048\n"
            "  d      32 inputs, D=5, W=512, 3 outputs, batch 1024\n"
            "  tiny   1 input,   D=4, W=64,  1 output,  batch 256\n\n"
            "  --case NAME        measure this case only; may be repeated\n"
            "  --kernels NAME     how networks are computed; repeated, kernels are compared: the speedup\n"
            "                     is the median over rounds of the ratio to the first\n"
            "  --networks N       step N networks in turn (default 1); may be repeated, to compare\n"
            "  --rounds N         rounds (default 15)\n"
            "  --steps N          least steps in a round, which also take at least 0.1 s (default 1)\n"
            "  --long STEPS       train the first case for so many steps, and tell the time of a step for\n"
            "                     each tenth of them: it should not grow\n"
            "  --set PATH=VALUE   override a key of the sweep file; may be repeated\n"
            "  --json             one JSON object on one line\n",
    .options = "hsckmeplj",
    .operand = "sweep file",
    .operand_optional = true,
    .main = bench_main,
};
