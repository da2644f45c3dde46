/* What every row of the table of probes promises: it measures at least one variable, writes finite numbers to all of
 * its elements and nothing to the padding or around it, repeats its bits, and costs what it says. */
#include "check.h"
#include "hand_sweep.h"
#include "probe_rows.h"
#include "start_blis.h"
#include <stdlib.h>

enum { PADDING = 2, GUARD = 64, VALUES_MAX = 1 << 16, GUARD_BYTE = 0xa5 };

/* Where one variable is measured: padded by PADDING in every dimension, between guard bytes. */
typedef struct guarded {
    unsigned char bytes[GUARD + VALUES_MAX * sizeof(double) + GUARD];
    size_t own[4]; /* lengths without padding */
    size_t count;  /* elements with padding */
    sb_probe_output output;
} guarded;

static guarded before[SB_PROBE_VARIABLES_MAX], after[SB_PROBE_VARIABLES_MAX];

static sb_settings small_settings(void) {
    static const double frequencies[] = {3, 7, 11}, magnitudes[] = {0, 0.5, 1};
    sb_settings settings = hand_settings();
    settings.target.samples = 64;
    settings.target.frequencies = (sb_list){3, frequencies};
    settings.embedding.kind = SB_EMBEDDING_PETALS;
    settings.model.depth = 3;
    settings.model.width = 12;
    settings.validation.kind = SB_VALIDATION_CLEAN;
    settings.probes.spectrum.full = 1;
    settings.probes.regions.map = 1;
    settings.probes.slice.map = 1;
    settings.probes.perturbation.magnitudes = (sb_list){3, magnitudes};
    settings.probes.perturbation.directions = 4;
    return settings;
}

static void prepare(guarded *place, const sb_probe_variable *variable, const sb_settings *settings) {
    memset(place->bytes, GUARD_BYTE, sizeof place->bytes);
    place->output = (sb_probe_output){.type = variable->type, .values = place->bytes + GUARD};
    place->count = 1;
    for (size_t i = 0; variable->dimensions[i]; i++) {
        const sb_vector_rule *rule = variable->dimensions[i];
        place->own[i] = rule->values(rule->context, settings, NULL);
        place->output.lengths[i] = place->own[i] + PADDING;
        place->output.dimension_count = i + 1;
        place->count *= place->own[i] + PADDING;
    }
    assert_true(place->count <= VALUES_MAX);
    for (size_t i = 0; i < place->count; i++)
        if (variable->type == SB_TYPE_FLOAT32)
            ((float *)place->output.values)[i] = NAN;
        else
            ((double *)place->output.values)[i] = (double)NAN;
}

static bool is_padding(const guarded *place, size_t element) {
    bool padding = false;
    for (size_t i = place->output.dimension_count; i-- > 0; element /= place->output.lengths[i])
        padding |= element % place->output.lengths[i] >= place->own[i];
    return padding;
}

static void check(const guarded *place, const char *name, bool watched) {
    size_t size = sb_type_size(place->output.type);
    for (size_t i = 0; i < GUARD; i++)
        if (place->bytes[i] != GUARD_BYTE || place->bytes[GUARD + place->count * size + i] != GUARD_BYTE)
            fail_msg("%s wrote outside its block", name);
    for (size_t i = 0; i < place->count; i++) {
        double value = place->output.type == SB_TYPE_FLOAT32 ? (double)((const float *)place->output.values)[i]
                                                             : ((const double *)place->output.values)[i];
        bool may_miss = is_padding(place, i) || (watched && isnan(value));
        if (may_miss ? !isnan(value) : !isfinite(value))
            fail_msg("%s: element %zu is %g", name, i, value);
    }
}

/* One measurement of @p probe on a network that was just initialised, into @p places. */
static void measure(const sb_probe *probe, const sb_settings *settings, guarded *places) {
    sb_status status;
    sb_dataset dataset;
    sb_network *scratch;
    sb_probe_output outputs[SB_PROBE_VARIABLES_MAX];
    void *state = NULL;
    assert_int_equal(sb_dataset_create(settings, &dataset, &status), SB_OK);
    sb_shape shape = sb_shape_of(settings, dataset.inputs, dataset.outputs);
    assert_int_equal(sb_network_create(sb_kernels_default(), &shape, dataset.samples, &scratch, &status), SB_OK);
    float *parameters = sb_array(sb_shape_parameters(&shape), sizeof(float), "parameters", &status);
    float *f = sb_array(dataset.samples * dataset.outputs, sizeof(float), "outputs", &status);
    sb_initialise(&shape, 1, parameters);
    sb_network_set_parameters(scratch, parameters);
    sb_network_forward(scratch, dataset.x, dataset.samples, f);
    sb_probe_view view = {.settings = settings,
                          .dataset = &dataset,
                          .shape = &shape,
                          .parameters = parameters,
                          .outputs = f,
                          .scratch = scratch};
    for (size_t i = 0; probe->variables[i].name; i++) {
        prepare(&places[i], &probe->variables[i], settings);
        outputs[i] = places[i].output;
    }
    if (probe->create)
        assert_int_equal(probe->create(settings, &dataset, &shape, &state, &status), SB_OK);
    if (probe->watch)
        probe->watch(state, &view, outputs);
    assert_int_equal(probe->measure(state, &view, outputs, &status), SB_OK);
    if (probe->destroy)
        probe->destroy(state);
    free(f);
    free(parameters);
    sb_network_destroy(scratch);
    sb_dataset_destroy(&dataset);
}

static void every_probe_fills_what_it_declares_and_nothing_else(void **state) {
    (void)state;
    sb_settings settings = small_settings();
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        assert_non_null(probe->variables[0].name);
        measure(probe, &settings, before);
        for (size_t j = 0; probe->variables[j].name; j++)
            check(&before[j], probe->variables[j].name, probe->variables[j].watched);
    }
}

static void every_probe_repeats_its_bits(void **state) {
    (void)state;
    sb_settings settings = small_settings();
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        measure(probe, &settings, before);
        measure(probe, &settings, after);
        for (size_t j = 0; probe->variables[j].name; j++)
            assert_memory_equal(before[j].bytes, after[j].bytes, sizeof before[j].bytes);
    }
}

static void every_table_is_as_long_as_its_dimension(void **state) {
    (void)state;
    sb_settings settings = small_settings();
    for (size_t i = 0; i < sb_probe_count; i++)
        for (const sb_probe_companion *table = sb_probe_table[i]->companions; table->rule; table++)
            assert_int_equal(table->rule->values(table->rule->context, &settings, NULL),
                             table->along->values(table->along->context, &settings, NULL));
}

/* The values along a dimension, hashed. */
static sb_hash values_of(const sb_vector_rule *rule, const sb_settings *settings) {
    sb_status status;
    const size_t count = rule->values(rule->context, settings, NULL);
    double *values = sb_array(count, sizeof *values, rule->name, &status);
    assert_non_null(values);
    rule->values(rule->context, settings, values);
    sb_hash hash = sb_hash_bytes(values, count * sizeof *values);
    free(values);
    return hash;
}

/* The layout asks a rule along the axes of the fields that it names alone. One that it does not name would make a
 * dimension too short for some trials, and measurements would be written beyond it. */
static void check_rule(const sb_vector_rule *rule, const sb_settings *base, const sb_settings *changed,
                       const char *path) {
    bool named = false;
    for (const char *const *fields = rule->fields; *fields; fields++)
        named = named || sb_path_within(path, *fields);
    const sb_hash before_change = values_of(rule, base), after_change = values_of(rule, changed);
    if (!named && memcmp(&before_change, &after_change, sizeof before_change) != 0)
        fail_msg("%s changes with %s, which is not one of its fields", rule->name, path);
}

static void check_rules(const sb_settings *base, const sb_settings *changed, const char *path) {
    const bool frequencies = sb_has_frequencies(base) && sb_has_frequencies(changed);
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        if (probe == probe_row("spectrum") && !frequencies) /* refused by a rule */
            continue;
        for (const sb_probe_variable *variable = probe->variables; variable->name; variable++)
            for (size_t j = 0; variable->dimensions[j]; j++)
                check_rule(variable->dimensions[j], base, changed, path);
        for (const sb_probe_companion *table = probe->companions; table->rule; table++)
            check_rule(table->rule, base, changed, path);
    }
}

/* Other values of @p field than that of @p base, one by one. */
static void check_field(const sb_field *field, const sb_settings *base) {
    sb_settings changed = *base;
    void *place = (char *)&changed + field->offset;
    if (field->fixed)
        return;
    switch (field->type) {
    case SB_FIELD_INTEGER:
        ++*(int64_t *)place;
        check_rules(base, &changed, field->path);
        break;
    case SB_FIELD_REAL:
        *(double *)place = 1.5 * *(double *)place + 0.1;
        check_rules(base, &changed, field->path);
        break;
    case SB_FIELD_BOOLEAN:
    case SB_FIELD_CHOICE:
        for (const sb_word *word = field->words; word->text; word++) {
            *(int64_t *)place = (int64_t)word->value;
            check_rules(base, &changed, field->path);
        }
        break;
    case SB_FIELD_INTEGERS:
    case SB_FIELD_REALS: {
        static const double values[] = {1, 2, 4, 5};
        *(sb_list *)place = (sb_list){4, values};
        check_rules(base, &changed, field->path);
        break;
    }
    case SB_FIELD_FILE:
        break;
    }
}

static void dimensions_name_the_fields_that_change_them(void **state) {
    (void)state;
    static const double classes[] = {3, 8};
    sb_settings settings = small_settings();
    settings.target.size = 8;
    settings.target.pixels = 16;
    settings.target.classes = (sb_list){2, classes};
    settings.validation.share = 0.2;
    settings.probes.ntk.samples = SB_SAMPLES_ALL;
    settings.probes.kernel_spectrum.bins = SB_BINS_EACH;
    for (int64_t kind = SB_TARGET_SINUSOIDS; kind <= SB_TARGET_DIGITS; kind++)
        for (int64_t validation = SB_VALIDATION_NONE; validation <= SB_VALIDATION_ALTERNATE; validation++) {
            settings.target.kind = kind;
            settings.validation.kind = validation;
            for (size_t i = 0; i < sb_field_count; i++)
                check_field(&sb_fields[i], &settings);
        }
}

/* More samples cost no less; nothing is negative or absurd. */
static void costs_grow_with_the_data(void **state) {
    (void)state;
    sb_settings small = small_settings(), large = small;
    large.target.samples *= 4;
    for (size_t i = 0; i < sb_probe_count; i++) {
        const sb_probe *probe = sb_probe_table[i];
        assert_true(probe->flops(&small) >= 0 && isfinite(probe->flops(&small)));
        assert_true(probe->flops(&large) >= probe->flops(&small));
        if (probe->bytes)
            assert_true(probe->bytes(&large) >= probe->bytes(&small) && probe->bytes(&small) > 0);
        assert_true(!probe->create == !probe->destroy && !probe->create == !probe->bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probe_fills_what_it_declares_and_nothing_else),
        cmocka_unit_test(every_probe_repeats_its_bits),
        cmocka_unit_test(every_table_is_as_long_as_its_dimension),
        cmocka_unit_test(dimensions_name_the_fields_that_change_them),
        cmocka_unit_test(costs_grow_with_the_data),
    };
    return cmocka_run_group_tests(tests, start_blis, NULL);
}
