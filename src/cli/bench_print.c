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
    printf("tiles      %s: %s; BLIS: %s\n", sb_kernels_name(sb_kernels_default()),
           sb_kernels_tiles(sb_kernels_default()), sb_blis_architecture());
    printf("peak       multiply-adds in registers, %s: ", sb_peak_name(peak));
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

/* "4.01 (3.97-4.12)": the median and the quartiles. */
static const char *spread_text(const sb_quartiles *q, int digits, char text[SB_PRINT_LENGTH]) {
    snprintf(text, SB_PRINT_LENGTH, "%.*f (%.*f-%.*f)", digits, q->median, digits, q->q1, digits, q->q3);
    return text;
}

/* A result is named by its case and kernels, and by its number of networks where that says something. */
typedef struct columns {
    int name, kernels; /* characters */
    bool networks;
} columns;

static int longer(int length, const char *text) {
    return (int)strlen(text) > length ? (int)strlen(text) : length;
}

static columns columns_for(const sb_bench_results *results) {
    columns c = {.name = 4, .kernels = 7};
    for (size_t i = 0; i < results->count; ++i) {
        c.name = longer(c.name, results->items[i].measured->name);
        c.kernels = longer(c.kernels, sb_kernels_name(results->items[i].kernels));
        c.networks |= results->items[i].networks > 1;
    }
    return c;
}

static void print_names(const sb_bench_result *r, const columns *c) {
    printf("%-*s  %-*s", c->name, r ? r->measured->name : "case", c->kernels,
           r ? sb_kernels_name(r->kernels) : "kernels");
    if (c->networks && r)
        printf("  %4zu", r->networks);
    else if (c->networks)
        printf("  nets");
}

static bool starts_case(const sb_bench_results *results, size_t i) {
    return i == 0 || results->items[i].measured != results->items[i - 1].measured;
}

static void print_times(const sb_bench_results *results, const columns *c) {
    char text[SB_PRINT_LENGTH];
    print_names(NULL, c);
    printf("  %-11s %5s  %-19s %7s  %-16s  speedup\n", "network", "batch", "ms per step", "GFLOP/s", "share of peak");
    for (size_t i = 0; i < results->count; ++i) {
        const sb_bench_result *r = &results->items[i];
        print_names(r, c);
        printf("  %-11s %5zu", shape_text(&r->measured->shape, text), r->measured->batch);
        printf("  %-19s", spread_text(&r->ms, r->ms.median < 1 ? 3 : r->ms.median < 1000 ? 2 : 0, text));
        printf(" %7.1f  %-16s", r->gflops, spread_text(&r->share, 2, text));
        printf("  %s\n", starts_case(results, i) ? "1" : spread_text(&r->speedup, 2, text));
    }
}

static void print_parts(const sb_bench_results *results, const columns *c) {
    char memory[SB_PRINT_LENGTH], bound[SB_PRINT_LENGTH];
    print_names(NULL, c);
    puts("   GEMM  epilogues  thin layers  Adam    memory     bound  ratio");
    for (size_t i = 0; i < results->count; ++i) {
        const sb_bench_result *r = &results->items[i];
        print_names(r, c);
        printf("  %4.0f%% %9.0f%% %11.0f%% %4.0f%%", 100 * r->split[SB_PHASE_GEMM], 100 * r->split[SB_PHASE_EPILOGUE],
               100 * r->split[SB_PHASE_THIN], 100 * r->split[SB_PHASE_ADAM]);
        printf("  %8s  %8s  %5.2f\n", sb_print_bytes((double)r->bytes, memory), sb_print_bytes(r->bound_bytes, bound),
               (double)r->bytes / r->bound_bytes);
    }
}

static void print_peak(const sb_quartiles *gflops) {
    char text[SB_PRINT_LENGTH];
    printf("%s GFLOP/s\n\n", spread_text(gflops, 1, text));
}

void sb_print_results(const sb_bench_results *results) {
    const columns c = columns_for(results);
    print_peak(&results->peak_gflops);
    print_times(results, &c);
    puts("");
    print_parts(results, &c);
    printf("\nMedians (and quartiles) of %zu round%s, CPU time; each share is of a peak measured right before.\n"
           "speedup: over the first of the case, round by round. bound: 4 x parameters and all activations.\n",
           results->rounds, results->rounds == 1 ? "" : "s");
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
