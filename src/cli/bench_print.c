#include "bench.h"
#include <math.h>
#include <string.h>

static const char *const phases[SB_PHASES] = {
    [SB_PHASE_GEMM] = "gemm", [SB_PHASE_EPILOGUE] = "epilogue", [SB_PHASE_THIN] = "thin", [SB_PHASE_ADAM] = "adam"};

/* --- Tables --- */

void sb_print_machine(const sb_peak *peak) {
    char processor[SB_PROCESSOR_LENGTH], versions[SB_VERSIONS_LENGTH];
    sb_processor(processor);
    sb_versions(versions);
    printf("processor  %s, one core\n", processor);
    printf("versions   %s%s%s\n", versions, *sb_revision() ? ", revision " : "", sb_revision());
    printf("BLIS       kernels for %s\n", sb_blis_architecture());
    printf("peak       of multiply-adds with %s\n\n", sb_peak_name(peak));
    fflush(stdout); /* the measurement takes some seconds */
}

/* "1-5x256-1": 1 input, 5 hidden layers of 256, 1 output. */
static const char *shape_text(const sb_shape *shape, char text[SB_PRINT_LENGTH]) {
    const size_t inputs = shape->widths[0], outputs = shape->widths[shape->depth];
    if (shape->depth == 1)
        snprintf(text, SB_PRINT_LENGTH, "%zu-%zu", inputs, outputs);
    else
        snprintf(text, SB_PRINT_LENGTH, "%zu-%zux%zu-%zu", inputs, shape->depth - 1, shape->widths[1], outputs);
    return text;
}

static int longest_name(const sb_bench_results *results) {
    size_t length = 4;
    for (size_t i = 0; i < results->count; ++i)
        if (strlen(results->items[i].measured->name) > length)
            length = strlen(results->items[i].measured->name);
    return (int)length;
}

static bool starts_case(const sb_bench_results *results, size_t i) {
    return i == 0 || results->items[i].measured != results->items[i - 1].measured;
}

static void print_times(const sb_bench_results *results, int width) {
    char shape[SB_PRINT_LENGTH];
    printf("%-*s  %-12s %5s  %-7s %4s  %-20s %8s  %-18s  speedup\n", width, "case", "network", "batch", "kernels",
           "nets", "ms per step", "GFLOP/s", "share of the peak");
    for (size_t i = 0; i < results->count; ++i) {
        const sb_bench_result *r = &results->items[i];
        const int digits = r->ms.median < 1 ? 3 : r->ms.median < 1000 ? 2 : 0;
        char times[SB_PRINT_LENGTH], shares[SB_PRINT_LENGTH];
        snprintf(times, sizeof times, "%.*f (%.*f-%.*f)", digits, r->ms.median, digits, r->ms.q1, digits, r->ms.q3);
        snprintf(shares, sizeof shares, "%.3f (%.3f-%.3f)", r->share.median, r->share.q1, r->share.q3);
        printf("%-*s  %-12s %5zu  %-7s %4zu  %-20s %8.1f  %-18s", width, r->measured->name,
               shape_text(&r->measured->shape, shape), r->measured->batch, sb_kernels_name(r->kernels), r->networks,
               times, r->gflops, shares);
        if (!starts_case(results, i))
            printf("  %.2f", r->speedup.median);
        puts("");
    }
}

static void print_parts(const sb_bench_results *results, int width) {
    char arena[SB_PRINT_LENGTH], bound[SB_PRINT_LENGTH];
    printf("\n%-*s  %-7s %4s  %5s %9s %11s %5s  %8s  %8s  %5s\n", width, "case", "kernels", "nets", "GEMM", "epilogues",
           "thin layers", "Adam", "memory", "needed", "ratio");
    for (size_t i = 0; i < results->count; ++i) {
        const sb_bench_result *r = &results->items[i];
        printf("%-*s  %-7s %4zu  %4.0f%% %8.0f%% %10.0f%% %4.0f%%  %8s  %8s  %5.2f\n", width, r->measured->name,
               sb_kernels_name(r->kernels), r->networks, 100 * r->split[SB_PHASE_GEMM],
               100 * r->split[SB_PHASE_EPILOGUE], 100 * r->split[SB_PHASE_THIN], 100 * r->split[SB_PHASE_ADAM],
               sb_print_bytes((double)r->bytes, arena), sb_print_bytes(r->bound_bytes, bound),
               (double)r->bytes / r->bound_bytes);
    }
}

static void print_peak(const sb_quartiles *gflops) {
    printf("peak %.1f GFLOP/s (%.1f-%.1f)\n\n", gflops->median, gflops->q1, gflops->q3);
}

void sb_print_results(const sb_bench_results *results) {
    const int width = longest_name(results);
    print_peak(&results->peak_gflops);
    print_times(results, width);
    print_parts(results, width);
    printf("\nMedians (and quartiles) of %zu rounds of CPU time; each share is of a peak measured right before.\n",
           results->rounds);
    puts("needed: 4 x parameters and the activations of all layers. speedup: over the first of the case.");
}

void sb_print_long(const sb_long_run *run) {
    const sb_bench_long_result *result = &run->result;
    char shape[SB_PRINT_LENGTH];
    print_peak(&result->peak_gflops);
    printf("case %s, %s, batch %zu, kernels %s, %zu steps\n\n", run->measured->name,
           shape_text(&run->measured->shape, shape), run->measured->batch, sb_kernels_name(run->kernels), run->steps);
    puts("tenth  ms per step  share of the peak        loss");
    for (size_t part = 0; part < SB_LONG_PARTS; ++part)
        printf("%5zu  %11.4f  %17.3f  %10.3g\n", part + 1, result->ms[part], result->share[part], result->loss[part]);
    printf("\nlast over first: %.3f in time, %.3f in time x peak\n", sb_long_ratio(result), sb_long_peak_ratio(result));
}

/* --- JSON --- */

static void print_number(const char *name, double value, const char *after) {
    if (isfinite(value))
        printf("\"%s\": %.6g%s", name, value, after);
    else
        printf("\"%s\": null%s", name, after);
}

static void print_quartiles(const char *name, const sb_quartiles *q, const char *after) {
    printf("\"%s\": {", name);
    print_number("median", q->median, ", ");
    print_number("q1", q->q1, ", ");
    print_number("q3", q->q3, "}");
    fputs(after, stdout);
}

static void print_list(const char *name, const double *values, const char *after) {
    printf("\"%s\": [", name);
    for (size_t i = 0; i < SB_LONG_PARTS; ++i)
        if (isfinite(values[i]))
            printf("%s%.6g", i ? ", " : "", values[i]);
        else
            printf("%snull", i ? ", " : "");
    printf("]%s", after);
}

static void print_json_machine(const sb_peak *peak, const sb_quartiles *gflops) {
    char processor[SB_PROCESSOR_LENGTH], versions[SB_VERSIONS_LENGTH];
    sb_processor(processor);
    sb_versions(versions);
    putchar('{');
    sb_print_json_text("versions", versions, ", ");
    sb_print_json_text("revision", sb_revision(), ", \"machine\": {");
    sb_print_json_text("processor", processor, "}, \"blis\": {");
    sb_print_json_text("version", sb_blis_version(), ", ");
    sb_print_json_text("architecture", sb_blis_architecture(), "}, \"peak\": {");
    sb_print_json_text("instructions", sb_peak_name(peak), ", ");
    print_quartiles("gflops", gflops, "}, ");
}

static void print_json_case(const sb_case *measured, const sb_kernels *kernels) {
    sb_print_json_text("case", measured->name, ", ");
    sb_print_json_text("kernels", sb_kernels_name(kernels), ", \"shape\": [");
    for (size_t layer = 0; layer <= measured->shape.depth; ++layer)
        printf("%s%zu", layer ? ", " : "", measured->shape.widths[layer]);
    printf("], \"batch\": %zu, ", measured->batch);
}

static void print_json_result(const sb_bench_result *r) {
    putchar('{');
    print_json_case(r->measured, r->kernels);
    printf("\"networks\": %zu, \"steps\": %zu, ", r->networks, r->steps);
    print_quartiles("ms", &r->ms, ", ");
    print_number("gflops", r->gflops, ", ");
    print_number("peak_gflops", r->peak_gflops, ", ");
    print_quartiles("share", &r->share, ", ");
    print_quartiles("speedup", &r->speedup, ", \"split\": {");
    for (int phase = 0; phase < SB_PHASES; ++phase)
        print_number(phases[phase], r->split[phase], phase + 1 < SB_PHASES ? ", " : "}, ");
    printf("\"bytes\": %zu, \"bound_bytes\": %.0f}", r->bytes, r->bound_bytes);
}

void sb_print_results_json(const sb_peak *peak, const sb_bench_results *results) {
    print_json_machine(peak, &results->peak_gflops);
    printf("\"rounds\": %zu, \"results\": [", results->rounds);
    for (size_t i = 0; i < results->count; ++i) {
        fputs(i ? ", " : "", stdout);
        print_json_result(&results->items[i]);
    }
    puts("]}");
}

void sb_print_long_json(const sb_peak *peak, const sb_long_run *run) {
    const sb_bench_long_result *result = &run->result;
    print_json_machine(peak, &result->peak_gflops);
    fputs("\"long\": {", stdout);
    print_json_case(run->measured, run->kernels);
    printf("\"steps\": %zu, ", run->steps);
    print_list("ms", result->ms, ", ");
    print_list("share", result->share, ", ");
    print_list("loss", result->loss, ", ");
    print_number("ratio", sb_long_ratio(result), ", ");
    print_number("peak_ratio", sb_long_peak_ratio(result), "}}\n");
}
