/* Accuracy, on outputs and targets whose classes can be read off. */
#include "check.h"
#include "probe_rows.h"

static double accuracy_of(const sb_settings *settings, float *f, float *y, size_t samples, size_t outputs) {
    const sb_dataset dataset = {.samples = samples, .outputs = outputs, .y = y};
    const sb_probe_view view = {.settings = settings, .dataset = &dataset, .outputs = f};
    double accuracy = NAN;
    const sb_probe_output place = {.type = SB_TYPE_FLOAT64, .values = &accuracy};
    assert_int_equal(probe_row("accuracy")->measure(NULL, &view, &place, NULL), SB_OK);
    return accuracy;
}

static void zero_and_one_are_divided_at_one_half(void **state) {
    (void)state;
    sb_settings settings = {.target.binarise = 1, .training.loss = SB_LOSS_MSE};
    float f[] = {0.49F, 0.51F, 0.49F, 0.51F, -3, 3, 0.5F, 0.5F}, y[] = {0, 1, 1, 0, 0, 1, 0, 1};
    assert_near(accuracy_of(&settings, f, y, 8, 1), 5.0 / 8, 0);
}

static void logits_are_divided_at_zero(void **state) {
    (void)state;
    sb_settings settings = {.target.binarise = 1, .training.loss = SB_LOSS_BCE};
    float f[] = {-0.01F, 0.01F, 0.49F, -0.49F}, y[] = {0, 1, 1, 1};
    assert_near(accuracy_of(&settings, f, y, 4, 1), 3.0 / 4, 0);
}

static void signs_are_divided_at_zero(void **state) {
    (void)state;
    sb_settings settings = {.training.loss = SB_LOSS_MSE};
    float f[] = {-0.01F, 0.01F, 0.49F, -0.49F, 2}, y[] = {-1, 1, 1, 1, -1};
    assert_near(accuracy_of(&settings, f, y, 5, 1), 3.0 / 5, 0);
}

static void the_largest_of_several_outputs_counts(void **state) {
    (void)state;
    sb_settings settings = {.target = {.kind = SB_TARGET_DIGITS, .classes.count = 3}, .training.loss = SB_LOSS_MSE};
    float f[] = {-5, -4, -6, 9, 1, 1, 0.2F, 0.1F, 0.3F, 7, 7, 1}, y[] = {0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0};
    assert_near(accuracy_of(&settings, f, y, 4, 3), 3.0 / 4, 0);
}

/* The channels of a binarised image are not classes that exclude each other. */
static void every_output_of_a_binarised_target_counts(void **state) {
    (void)state;
    sb_settings settings = {.target = {.kind = SB_TARGET_IMAGE, .binarise = 1}, .training.loss = SB_LOSS_MSE};
    float f[] = {0.9F, 0.8F, 0.1F, 0.9F, 0.2F, 0.6F}, y[] = {1, 1, 0, 1, 0, 0};
    assert_near(accuracy_of(&settings, f, y, 2, 3), 1.0 / 2, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_and_one_are_divided_at_one_half),
        cmocka_unit_test(logits_are_divided_at_zero),
        cmocka_unit_test(signs_are_divided_at_zero),
        cmocka_unit_test(the_largest_of_several_outputs_counts),
        cmocka_unit_test(every_output_of_a_binarised_target_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
