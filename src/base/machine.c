#include "revision.h"
#include <specbias/base.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

double sb_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void sb_flush_denormals(void) {
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040u); /* flush to zero, denormals are zero */
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | (UINT64_C(1) << 24)));
#endif
}

const char *sb_version(void) {
    return SPECBIAS_VERSION;
}

const char *sb_revision(void) {
    return SPECBIAS_REVISION;
}
