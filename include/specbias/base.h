/** @file base.h
 * What every other module stands on: how errors are reported, counter-based random numbers, hashes, memory, time.
 *
 * No function here uses MPI; all are safe to call from any rank at any time ("Not collective").
 */
#ifndef SPECBIAS_BASE_H
#define SPECBIAS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Errors ---------------------------------------------------------------------------------------------------------
 *
 * A function that can fail returns an sb_code and takes an sb_status as its last argument. The message is built where
 * the fault is known, and says what failed, where, what is allowed and what to do; callers pass the code up and release
 * what they hold. Nothing below the command line prints or exits.
 */

/** Every outcome, as X(name, exit code of the program, meaning). */
#define SB_CODES(X)                                                                                                    \
    X(OK, 0, "success")                                                                                                \
    X(TRIALS_FAILED, 1, "some trials failed")                                                                          \
    X(INPUT, 2, "wrong usage, a bad sweep file, bad input data, or a grid too large")                                  \
    X(INTERNAL, 70, "a bug in specbias itself")                                                                        \
    X(MEMORY, 70, "out of memory")                                                                                     \
    X(SYSTEM, 70, "a system or library call failed")                                                                   \
    X(IO, 74, "the results file could not be created, read or written")                                                \
    X(STOPPED, 75, "stopped early; the same command resumes")

typedef enum sb_code {
#define SB_CODE_ENUMERATOR(name, exit_code, meaning) SB_##name,
    SB_CODES(SB_CODE_ENUMERATOR)
#undef SB_CODE_ENUMERATOR
} sb_code;

enum { SB_MESSAGE_LENGTH = 1024 };

/** The outcome of a call: a code, and for codes other than SB_OK one line of text for the user. */
typedef struct sb_status {
    sb_code code;
    char message[SB_MESSAGE_LENGTH];
} sb_status;

/** Stores @p code and the formatted message in @p status (which may be NULL) and returns @p code. */
sb_code sb_fail(sb_status *status, sb_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** The program's exit code for @p code. */
int sb_exit_code(sb_code code);

/** What @p code means, in words. */
const char *sb_code_meaning(sb_code code);

/* --- Random numbers -------------------------------------------------------------------------------------------------
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) from Random123. A number is a
 * pure function of (seed, purpose, index), so that results do not depend on the order in which anything is computed.
 */

/** What a stream of random numbers is for. The values are part of a trial's identity: never renumber, only append. */
typedef enum sb_purpose {
    SB_PURPOSE_INITIALISATION = 1,    /**< weights and biases */
    SB_PURPOSE_PHASES = 2,            /**< phases of a sinusoid mixture */
    SB_PURPOSE_ENCODING = 3,          /**< rows of the random Fourier features */
    SB_PURPOSE_SHUFFLE = 4,           /**< order of the samples in mini-batches */
    SB_PURPOSE_PERTURBATION = 5,      /**< random directions in parameter space */
    SB_PURPOSE_SPECTRAL_NORM = 6,     /**< start vectors of the iteration for singular values */
    SB_PURPOSE_BOUNDARY_DISTANCE = 7, /**< inputs whose distance to a boundary is measured */
    SB_PURPOSE_INRADIUS = 8,          /**< points whose first-layer regions are measured */
    SB_PURPOSE_PAIRS = 9,             /**< pairs of samples that are compared */
    SB_PURPOSE_IMAGE = 10,            /**< phases of an image */
    SB_PURPOSE_NOISE = 11,            /**< label noise and its direction */
} sb_purpose;

/** Four independent uniform 32-bit words for counter (@p index, @p lane). */
void sb_random_words(uint64_t seed, sb_purpose purpose, uint64_t index, uint32_t lane, uint32_t words[4]);

/** Uniform on [0, 1), 53 random bits. */
double sb_random_uniform(uint64_t seed, sb_purpose purpose, uint64_t index);

/** Standard normal variates number @p first .. @p first + @p count - 1 of the stream (@p seed, @p purpose, @p lane):
 * the same however the range is cut into calls, and the same bits on every instruction set. Numbers 4n to 4n + 3 come
 * from the words w of counter (n, @p lane) by the method of Box and Muller (1958): r cos a, r sin a, where
 * r = sqrt(-2 log u), u = (w[0] >> 1 | 1) / 2^31, a = 2 pi w[1] / 2^32; then the same with w[2] and w[3]. With u, and
 * a's distance from the nearest quarter turn, rounded to single precision, each number is right to 2.5e-7 of itself.
 * None is beyond 6.56. */
void sb_random_normals(uint64_t seed, sb_purpose purpose, uint32_t lane, uint64_t first, size_t count, float *values);

/* --- Hashes ---------------------------------------------------------------------------------------------------------
 * XXH3 from xxHash, whose values are fixed for all versions since 0.8.0. Not cryptographic.
 */

/** 128-bit hash in canonical (big-endian) byte order, equal on every platform. */
typedef struct sb_hash {
    uint8_t bytes[16];
} sb_hash;

enum { SB_HASH_TEXT = 33 }; /**< characters of a hash in hexadecimal, with the final zero */

/** Hash of @p size bytes at @p data. */
sb_hash sb_hash_bytes(const void *data, size_t size);

/** Writes @p hash in hexadecimal to @p text. */
void sb_hash_format(sb_hash hash, char text[SB_HASH_TEXT]);

/** 64-bit checksum of @p size bytes at @p data, chained: pass the checksum of what came before as @p previous (0 at the
 * start). */
uint64_t sb_checksum(const void *data, size_t size, uint64_t previous);

/* --- Memory ------------------------------------------------------------------------------------------------------- */

enum { SB_ALIGNMENT = 64 }; /**< bytes; a cache line and the widest vector register */

/** Zeroed, SB_ALIGNMENT-aligned array of @p count elements of @p size bytes, released with free(). NULL, with SB_MEMORY
 * in @p status naming @p what, when there is no memory or the product overflows. @p count of 0 gives a valid pointer.
 */
void *sb_array(size_t count, size_t size, const char *what, sb_status *status);

/** Owner of many small allocations that end together. Zero-initialise before first use. */
typedef struct sb_arena {
    struct sb_arena_block *blocks;
} sb_arena;

/** Zeroed memory, aligned for any type, that lives until sb_arena_free. NULL with SB_MEMORY in @p status. */
void *sb_arena_alloc(sb_arena *arena, size_t count, size_t size, sb_status *status);

/** Formatted text in the arena. NULL with SB_MEMORY in @p status. */
char *sb_arena_format(sb_arena *arena, sb_status *status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Releases everything; the arena is empty again. */
void sb_arena_free(sb_arena *arena);

/* --- Eigenvectors ---------------------------------------------------------------------------------------------------
 */

/** Eigenvalues, falling, of the symmetric @p matrix[size][size], and its unit eigenvectors in its place: row i is that
 * of values[i], its component of largest magnitude (the first of equal ones) positive. The same bits each time on one
 * instruction set with the same libraries. LAPACK's divide and conquer, on BLIS: on one core 0.1 seconds for 784, 1.7
 * for 2000 and 21 for 4096, in which nothing else has its turn: a stop waits for it. SB_MEMORY; SB_SYSTEM if it does
 * not converge; SB_INPUT for a size beyond SB_EIGEN_MAX. */
sb_code sb_eigenvectors(size_t size, double *matrix, double *values, sb_status *status);

enum { SB_EIGEN_MAX = 32766 }; /**< LAPACK counts its 2 size^2 numbers of workspace in 32 bits */

/** Bytes that sb_eigenvectors allocates and releases. */
size_t sb_eigenvectors_bytes(size_t size);

/** What it costs, in operations of a training step that would take as long. */
double sb_eigenvectors_flops(size_t size);

/* --- Files -------------------------------------------------------------------------------------------------------- */

/** Reads all of the file (or pipe) @p path into @p *bytes, with a zero behind it, to be released with free(). SB_INPUT,
 * with the reason, if it cannot be opened, is a folder or device, or has more than @p most bytes. @p what, such as
 * "a sweep file", is for messages. */
sb_code sb_load(const char *path, size_t most, const char *what, char **bytes, size_t *length, sb_status *status);

/* --- Words -------------------------------------------------------------------------------------------------------- */

/** For "did you mean": keeps in @p *best (NULL at the start) whichever of it and @p candidate is nearer to @p word;
 * neither that is too far to be a slip. Nearness is the edit distance, two swapped neighbours counting as one edit. */
void sb_nearer(const char *word, const char *candidate, const char **best);

/* --- Machine ------------------------------------------------------------------------------------------------------ */

/** Seconds of a monotonic clock, from an arbitrary start. */
double sb_seconds(void);

/** Makes the calling thread treat denormal numbers as zero. Without it, Adam's second moments of dead neurons slow a
 * step down eightfold after some thousand steps. */
void sb_flush_denormals(void);

/** Version of specbias ("0.1.0") and the revision that it was built from ("" if unknown). */
const char *sb_version(void);
const char *sb_revision(void);

#endif
