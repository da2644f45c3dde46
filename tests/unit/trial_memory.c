/* Trials that find no memory, and what a trial says it needs. The linker sends this program's allocations here first
 * (CMakeLists.txt). */
#include "digits.h"
#include "start_blis.h"
#include "swept.h"
#include <stdlib.h>

static size_t countdown = SIZE_MAX, allocated_bytes;

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool granted(size_t size) {
    allocated_bytes += size;
    return countdown == SIZE_MAX || countdown-- > 0;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return granted(size) ? __real_aligned_alloc(alignment, size) : NULL;
}

void *__wrap_calloc(size_t elements, size_t size) {
    return granted(elements * size) ? __real_calloc(elements, size) : NULL;
}

static const char curve[] = "specbias: 1\n"
                            "target: {samples: 64, frequencies: [3, 7]}\n"
                            "embedding: {kind: circle}\n"
                            "model: {depth: 4, width: 64}\n"
                            "training: {batch: 24, steps: 2}\n"
                            "probes:\n"
                            "  spectrum: {}\n"
                            "  spectral_norm: {}\n"
                            "  perturbation: {magnitudes: [0, 1], directions: 2}\n"
                            "  parameters: {}\n"
                            "  spectral_bias: {}\n"
                            "  function_grid: {resolution: 8}\n"
                            "  decay: {resolution: 64}\n"
                            "  inradius: {samples: 10}\n"
                            "  boundary_distance: {}\n"
                            "  ntk: {at: last}\n"
                            "  kernel_spectrum: {bins: each}\n"
                            "  confusion: {windows: 3, window_pairs: 4, global_pairs: 20}\n"
                            "  dead_relu: {}\n"
                            "  regions: {}\n"
                            "  hamming: {windows: 3, window_pairs: 4, global_pairs: 20}\n"
                            "  hyperplane_cosine: {}\n"
                            "  slice: {size: 9}\n"
                            "axes: [probes.perturbation.directions: [1, 2, 3, 4]]\n";

#define SMALL "specbias: 1\nmodel: {depth: 3, width: 32}\ntraining: {steps: 2}\n"
#define CURVE SMALL "target: {samples: 100, frequencies: [3, 7]}\n"

/* Whatever data is made of: label noise, validation, images and digits. */
static const char *const texts[] = {
    curve,
    CURVE "noise: {kind: kernel}\nvalidation: {kind: split}\nprobes: {kernel_spectrum: {bins: 10}, validation: {}}\n",
    CURVE "noise: {kind: component, component: 3}\nencoding: {kind: positional}\nvalidation: {kind: clean}\n"
          "probes: {validation: {}, predictions: {}}\n",
    SMALL "target: {kind: image, size: 15}\nvalidation: {kind: alternate}\nprobes: {validation: {}}\n",
    "specbias: 1\nmodel: {depth: 2, width: 4}\ntraining: {steps: 2}\n" /* little beside its data */
    "target: {kind: digits, images: a, labels: b, classes: [3, 1], pixels: 9, samples: 600}\n"
    "noise: {kind: direction}\nvalidation: {kind: split, share: 0.5}\nprobes: {validation: {}, accuracy: {}}\n"};
enum { TEXTS = sizeof texts / sizeof *texts };

static void create(size_t which, swept *made) {
    swept_create(texts[which], made);
    if (made->sweep->base.target.kind == SB_TARGET_DIGITS)
        set_digits(&made->sweep->base);
}

/* Each allocation of a trial in turn is refused, until one trial gets all it asks for. */
static void without_memory(const swept *made) {
    sb_result result;
    sb_status status;
    unsigned char *empty = sb_array(made->layout->payload_bytes, 1, "a payload", &status);
    sb_payload_clear(made->layout, empty);
    countdown = 0;
    assert_int_equal(sb_trial_run(made->layout, sb_kernels_default(), 0, NULL, NULL, &result, &status), SB_MEMORY);
    assert_null(result.payload);
    size_t failed = 0;
    for (bool done = false; !done; failed++) {
        countdown = failed + 1;
        assert_int_equal(sb_trial_run(made->layout, sb_kernels_default(), 0, NULL, NULL, &result, &status), SB_OK);
        countdown = SIZE_MAX;
        done = result.state == SB_TRIAL_DONE;
        if (!done) {
            assert_int_equal(result.state, SB_TRIAL_FAILED);
            assert_int_equal(result.failure, SB_FAILURE_OUT_OF_MEMORY);
            assert_memory_equal(result.payload, empty, made->layout->payload_bytes);
        }
        sb_result_free(&result);
    }
    assert_true(failed > 12);
    free(empty);
}

static void a_trial_without_memory_fails_with_an_empty_payload(void **state) {
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        swept made;
        create(i, &made);
        without_memory(&made);
        swept_destroy(&made);
    }
}

/* FFTW's own memory is not seen here; every array is rounded up to whole cache lines. */
static void takes_what_it_announces(const swept *made) {
    sb_settings settings;
    sb_grid_settings(&made->grid, 0, &settings);
    const sb_kernels *kernels;
    for (size_t i = 0; (kernels = sb_kernels_at(i)); ++i) {
        const size_t announced = sb_trial_bytes(made->layout, kernels, &settings);
        sb_result result;
        sb_status status = {0};
        allocated_bytes = 0;
        assert_int_equal(sb_trial_run(made->layout, kernels, 0, NULL, NULL, &result, &status), SB_OK);
        assert_int_equal(result.state, SB_TRIAL_DONE);
        assert_in_range(allocated_bytes, announced * 95 / 100, announced * 105 / 100);
        sb_result_free(&result);
    }
}

static void a_trial_takes_the_bytes_that_it_announces(void **state) {
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        swept made;
        create(i, &made);
        takes_what_it_announces(&made);
        swept_destroy(&made);
    }
}

/* A probe's own axis makes the results larger, not what it takes to measure them. */
static void a_probe_with_axes_takes_its_memory_once(void **state) {
    (void)state;
    swept one, many;
    sb_settings settings;
    swept_create("specbias: 1\nprobes: {perturbation: {magnitudes: [1]}}\n", &one);
    swept_create("specbias: 1\nprobes: {perturbation: {magnitudes: [1]}}\n"
                 "axes: [probes.perturbation.directions: {from: 1, to: 50}]\n",
                 &many);
    sb_grid_settings(&one.grid, 0, &settings);
    assert_int_equal(sb_trial_bytes(many.layout, sb_kernels_default(), &settings) - many.layout->payload_bytes,
                     sb_trial_bytes(one.layout, sb_kernels_default(), &settings) - one.layout->payload_bytes);
    swept_destroy(&one);
    swept_destroy(&many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_without_memory_fails_with_an_empty_payload),
        cmocka_unit_test(a_trial_takes_the_bytes_that_it_announces),
        cmocka_unit_test(a_probe_with_axes_takes_its_memory_once),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
