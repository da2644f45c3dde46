#include "clock.h"
#include <specbias/bench.h>

/* A loop keeps CHAINS vectors in registers and does x = a x + x on each in turn. Each waits for its own last result
 * only: two units with a latency of 4 or 5 cycles need 8 to 10 chains, four (as on large ARM cores) 16. With a they fit
 * the 16 vector registers of AVX2 and the 32 of AVX-512 and NEON. NEON's multiply-add writes over what it adds to: with
 * a x + b, clang copied b before each. a is so small that the sum is x again, which stays a normal number.
 *
 * This file is compiled with -ffp-contract=fast, so that a product and a sum become one instruction wherever the
 * instruction set has it, and with optimisation and without sanitizers in every build, or else the chains live in
 * memory. Check with objdump: the loop of sweep_* is CHAINS multiply-adds of registers, a counter and a jump. On Zen 4
 * at 3.3 GHz 8 to 14 chains of AVX2 and 8 to 24 of AVX-512, also with 4 turns in the loop, gave 105 to 106 GFLOP/s. */
#if defined(__x86_64__)
enum { CHAINS = 12, BASELINE_BYTES = 16 };
#else
enum { CHAINS = 16, BASELINE_BYTES = 16 };
#endif

typedef float (*sweep)(size_t turns, float start);

/* The sum is returned, and the start is known only when the program runs: nothing can be left out. */
#define DEFINE_SWEEP(name, attributes, bytes)                                                                          \
    attributes static float name(size_t turns, float start) {                                                          \
        typedef float vector __attribute__((vector_size(bytes)));                                                      \
        const vector a = (vector){0} + (1e-9f + start);                                                                \
        vector x[CHAINS];                                                                                              \
        for (int i = 0; i < CHAINS; i++)                                                                               \
            x[i] = (vector){0} + ((float)(i + 1) + start);                                                             \
        for (size_t turn = 0; turn < turns; turn++)                                                                    \
            _Pragma("GCC unroll 16") for (int i = 0; i < CHAINS; i++) x[i] = x[i] * a + x[i];                          \
        for (int i = 1; i < CHAINS; i++)                                                                               \
            x[0] += x[i];                                                                                              \
        return x[0][0];                                                                                                \
    }

DEFINE_SWEEP(sweep_baseline, , BASELINE_BYTES)

static bool always(void) {
    return true;
}

#if defined(__x86_64__)
DEFINE_SWEEP(sweep_avx2, __attribute__((target("avx2,fma"))), 32)
DEFINE_SWEEP(sweep_avx512, __attribute__((target("avx512f"))), 64)

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f");
}
#endif

struct sb_peak {
    const char *name;
    bool (*is_here)(void);
    sweep run;
    size_t flops; /* of a turn */
};

static const sb_peak peaks[] = {
    {"baseline", always, sweep_baseline, 2 * CHAINS *BASELINE_BYTES / sizeof(float)},
#if defined(__x86_64__)
    {"AVX2+FMA", has_avx2, sweep_avx2, 2 * CHAINS * 32 / sizeof(float)},
    {"AVX-512", has_avx512, sweep_avx512, 2 * CHAINS * 64 / sizeof(float)},
#endif
};

const char *sb_peak_name(const sb_peak *peak) {
    return peak->name;
}

double sb_peak_measure(const sb_peak *peak, double seconds) {
    enum { TURNS = 100000 }; /* 0.2 to 0.5 ms */
    volatile float result = 0;
    double elapsed = 0, turns = 0;
    const double start = cpu_seconds();
    do {
        result = peak->run(TURNS, 0 * result);
        turns += TURNS;
        elapsed = cpu_seconds() - start;
    } while (elapsed < seconds);
    return turns * (double)peak->flops / elapsed;
}

const sb_peak *sb_peak_best(void) {
    const sb_peak *best = NULL;
    double most = 0;
    for (int turn = 0; turn < 3; turn++) /* the first measurement finds the core asleep */
        for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
            const double rate = peaks[i].is_here() ? sb_peak_measure(&peaks[i], 0.01) : 0;
            if (rate > most) {
                most = rate;
                best = &peaks[i];
            }
        }
    return best;
}
