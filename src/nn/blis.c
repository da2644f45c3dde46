#include <blis.h>
#include <errno.h>
#include <specbias/nn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static const char variable[] = "BLIS_ARCH_TYPE";
static const int architectures[] = {BLIS_ARCHITECTURES}; /* that this BLIS was built with */

static bool has_avx512(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

/* AMD's Zen 4 runs AVX-512 on 256-bit units, where BLIS's haswell kernels do at least as well: a step of 6x256 with
 * batch 1000 took 20 ms with skx, 18 with haswell and 19 with zen3, BLIS's own choice (least of 12 interleaved rounds);
 * 4x64 with batch 256 took 0.27, 0.18 and 0.18. Where AMD's units are wider, BLIS_ARCH_TYPE=0 chooses skx. */
static bool has_narrow_avx512(void) {
#if defined(__x86_64__)
    return __builtin_cpu_is("amd");
#else
    return false;
#endif
}

static bool has_avx2(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static bool is_built(long architecture) {
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (architectures[i] == architecture)
            return true;
    return false;
}

/* For a message: "0 (skx), 3 (haswell)". */
static void list_built(char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%d (%s)", i ? ", " : "", architectures[i],
                                 bli_arch_string((arch_t)architectures[i]));
}

/* BLIS itself takes any text that is no number as 0, and ends the process if it does not know the number. */
static sb_code read_variable(const char *text, int *architecture, sb_status *status) {
    char *end, known[256];
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end != text && *end == 0 && errno == 0 && is_built(value)) {
        *architecture = (int)value;
        return SB_OK;
    }
    list_built(known, sizeof known);
    return sb_fail(
        status, SB_INPUT,
        "environment variable %s is '%s'; BLIS takes a number there, one of %s; unset it to let specbias choose",
        variable, text, known);
}

sb_code sb_blis_preferred(int *architecture, sb_status *status) {
    const char *text = getenv(variable);
    if (text)
        return read_variable(text, architecture, status);
    *architecture = -1;
    if (has_avx512() && !has_narrow_avx512() && is_built(BLIS_ARCH_SKX))
        *architecture = BLIS_ARCH_SKX;
    else if (has_avx2() && is_built(BLIS_ARCH_HASWELL))
        *architecture = BLIS_ARCH_HASWELL;
    return SB_OK;
}

/* Bulldozer's kernels; AMD's later ones make do with FMA3. */
static bool has_fma4(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("fma4");
#else
    return false;
#endif
}

/* Of Knights Landing alone; compilers that have dropped it no longer know the name. */
static bool has_avx512_prefetch(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    return has_avx2() && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 26;
#else
    return false;
#endif
}

static bool runs_here(int architecture) {
    switch (architecture) {
    case BLIS_ARCH_SKX:
        return has_avx512();
    case BLIS_ARCH_KNL:
        return has_avx512_prefetch();
    case BLIS_ARCH_HASWELL:
    case BLIS_ARCH_ZEN:
    case BLIS_ARCH_ZEN2:
    case BLIS_ARCH_ZEN3:
        return has_avx2();
    case BLIS_ARCH_BULLDOZER:
        return has_fma4();
    default:
        return true;
    }
}

/* Leaves the choice in the environment, where BLIS looks for it when it is first called. */
static sb_code set_variable(int architecture, sb_status *status) {
    char number[16];
    snprintf(number, sizeof number, "%d", architecture);
    int failed = architecture < 0 ? unsetenv(variable) : setenv(variable, number, 1);
    return failed ? sb_fail(status, SB_SYSTEM, "cannot set environment variable %s: %s", variable, strerror(errno))
                  : SB_OK;
}

sb_code sb_blis_start(int architecture, sb_status *status) {
    if (architecture >= 0 && !is_built(architecture))
        return sb_fail(status, SB_INPUT, "BLIS %s was not built for sub-configuration %d", sb_blis_version(),
                       architecture);
    if (architecture >= 0 && !runs_here(architecture))
        return sb_fail(status, SB_INPUT,
                       "this processor lacks instructions of BLIS's sub-configuration %d (%s); set %s to one that all "
                       "nodes can run",
                       architecture, bli_arch_string((arch_t)architecture), variable);
    sb_code code = set_variable(architecture, status);
    if (code != SB_OK)
        return code;
    bli_init();
    bli_thread_set_num_threads(1);
    if (architecture >= 0 && (int)bli_arch_query_id() != architecture)
        return sb_fail(status, SB_SYSTEM,
                       "BLIS uses sub-configuration %s instead of %s: something called it before specbias chose",
                       sb_blis_architecture(), bli_arch_string((arch_t)architecture));
    return SB_OK;
}

const char *sb_blis_architecture(void) {
    bli_init();
    return bli_arch_string(bli_arch_query_id());
}

const char *sb_blis_version(void) {
    return bli_info_get_version_str();
}
