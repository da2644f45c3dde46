#include "cli.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_labels(const sb_axis *axis) {
    enum { SHOWN = 6 };
    const char *separator = axis->kind == SB_AXIS_FIELD ? ", " : "; "; /* points of several fields have commas */
    for (size_t i = 0; i < axis->length; ++i) {
        if (axis->length > SHOWN && i == SHOWN - 2) {
            printf("%s...", separator);
            i = axis->length - 1;
        }
        printf("%s%s", i ? separator : "", axis->labels[i]);
    }
    puts("");
}

static void print_axes(const sb_sweep *sweep) {
    int width = 4;
    for (size_t i = 0; i < sweep->axis_count; ++i)
        if ((int)strlen(sweep->axes[i].path) > width)
            width = (int)strlen(sweep->axes[i].path);
    printf("\n%-*s  length  values\n", width, "axis");
    for (size_t i = 0; i < sweep->axis_count; ++i) {
        printf("%-*s  %6zu  ", width, sweep->axes[i].path, sweep->axes[i].length);
        print_labels(&sweep->axes[i]);
    }
}

static void print_estimate(const sb_plan *plan, const sb_estimate *estimate, size_t ranks) {
    char text[SB_PRINT_LENGTH];
    printf("sweep       %s\n", plan->sweep->name);
    printf("trials      %" PRIu64 "\n", estimate->trials);
    printf("records     %" PRIu64 "\n", estimate->records);
    printf("file        %s (%" PRIu64 " bytes)\n", sb_print_bytes((double)estimate->file_bytes, text),
           estimate->file_bytes);
    printf("memory      %s per rank, and what MPI and the libraries take\n",
           sb_print_bytes((double)estimate->memory_per_rank, text));
    printf("work        %.3g FLOP, at %.3g GFLOP/s for one rank, as just measured here\n", estimate->flops,
           1e-9 * estimate->rate);
    printf("longest     %s for one trial\n", sb_print_seconds(estimate->longest, text));
    printf("wall time   %s on %zu rank%s, efficiency %.2f\n", sb_print_seconds(estimate->seconds, text), ranks,
           ranks == 1 ? "" : "s", estimate->efficiency);
    print_axes(plan->sweep);
}

static void print_json_axes(const sb_sweep *sweep) {
    for (size_t i = 0; i < sweep->axis_count; ++i) {
        printf("%s{", i ? ", " : "");
        sb_print_json_text("path", sweep->axes[i].path, ", ");
        printf("\"length\": %zu}", sweep->axes[i].length);
    }
}

static void print_json(const sb_plan *plan, const sb_estimate *estimate, size_t ranks) {
    putchar('{');
    sb_print_json_text("sweep", plan->sweep->name, ", ");
    printf("\"trials\": %" PRIu64 ", \"records\": %" PRIu64 ", \"file_bytes\": %" PRIu64
           ", \"memory_per_rank\": %" PRIu64
           ", \"flops\": %.17g, \"rate\": %.6g, \"longest\": %.6g, \"ranks\": %zu, \"seconds\": %.6g, "
           "\"efficiency\": %.4f, \"axes\": [",
           estimate->trials, estimate->records, estimate->file_bytes, estimate->memory_per_rank, estimate->flops,
           estimate->rate, estimate->longest, ranks, estimate->seconds, estimate->efficiency);
    print_json_axes(plan->sweep);
    puts("]}");
}

static size_t default_ranks(void) {
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (size_t)cores : 1;
}

static int plan_sweep(const sb_arguments *arguments) {
    const size_t ranks = arguments->ranks ? (size_t)arguments->ranks : default_ranks();
    sb_status status = {0};
    sb_diagnostics diagnostics = {0};
    sb_plan *plan = NULL;
    sb_estimate estimate;
    char *text = NULL;
    size_t length = 0;
    int exit_code = 0;
    sb_code code = sb_sweep_load(arguments->operand, &text, &length, &status);
    if (code == SB_OK)
        code = sb_plan_create(text, length, arguments->operand, arguments->overrides, arguments->override_count,
                              &diagnostics, &plan, &status);
    if (code == SB_OK)
        code = sb_plan_read(MPI_COMM_NULL, plan, &diagnostics, &status);
    if (code == SB_OK)
        code = sb_run_start_alone(&status);
    if (code == SB_OK)
        code = sb_plan_estimate(plan, arguments->kernels, ranks, &estimate, &status);
    if (code == SB_OK)
        (arguments->json ? print_json : print_estimate)(plan, &estimate, ranks);
    else
        exit_code = sb_print_failure(&status, &diagnostics);
    sb_plan_free(plan);
    sb_diagnostics_free(&diagnostics);
    free(text);
    return exit_code;
}

static int plan_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    int exit_code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &exit_code))
        return exit_code;
    exit_code = plan_sweep(&arguments);
    sb_arguments_free(&arguments);
    return exit_code;
}

const sb_command sb_plan_command = {
    .name = "plan",
    .summary = "what a sweep would cost: trials, file size, memory, wall time",
    .help = "usage: specbias plan SWEEP [--ranks N] [--set PATH=VALUE]... [--kernels NAME] [--json]\n\n"
            "Checks a sweep and the files that it names, and prints what it would cost, without\n"
            "training it or writing anything: trials, records, size of the results file, memory of a\n"
            "rank, floating-point operations, the longest trial, and the wall time and efficiency of a\n"
            "simulated schedule. Takes about a second, in which it measures steps of the sweep's own\n"
            "networks on this machine. The start of MPI, the creation of the file and the commits are\n"
            "left out, as is the difference between this machine and the one on which the sweep will\n"
            "run.\n\n"
            "  --ranks N          ranks of the simulated schedule (default: cores of this machine)\n"
            "  --set PATH=VALUE   override a key of the sweep file, such as training.steps=100 or\n"
            "                     'axes.model.width=[16, 32]'; may be repeated\n"
            "  --kernels NAME     those that 'specbias run' is to use\n"
            "  --json             one JSON object on one line; bytes, seconds, FLOP, FLOP/s of one rank\n",
    .options = "hnsjk",
    .operand = "sweep file",
    .main = plan_main,
};
