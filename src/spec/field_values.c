/* Values of fields: reading and writing them by offset, as text, and against the table's conditions. */
#include "internal.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool spec_is_list(const sb_field *field) {
    return field->type == SB_FIELD_INTEGERS || field->type == SB_FIELD_REALS;
}

bool spec_is_whole(const sb_field *field) {
    return field->type == SB_FIELD_INTEGER || field->type == SB_FIELD_INTEGERS;
}

sb_value sb_field_get(const sb_field *field, const sb_settings *settings) {
    const char *place = (const char *)settings + field->offset;
    sb_value value = {0};
    if (spec_is_list(field))
        memcpy(&value.list, place, sizeof value.list);
    else if (field->type == SB_FIELD_REAL)
        memcpy(&value.real, place, sizeof value.real);
    else if (field->type == SB_FIELD_FILE)
        memcpy(&value.source, place, sizeof value.source);
    else
        memcpy(&value.integer, place, sizeof value.integer);
    return value;
}

void sb_field_set(const sb_field *field, sb_settings *settings, sb_value value) {
    char *place = (char *)settings + field->offset;
    if (spec_is_list(field))
        memcpy(place, &value.list, sizeof value.list);
    else if (field->type == SB_FIELD_REAL)
        memcpy(place, &value.real, sizeof value.real);
    else if (field->type == SB_FIELD_FILE)
        memcpy(place, &value.source, sizeof value.source);
    else
        memcpy(place, &value.integer, sizeof value.integer);
}

static size_t element_count(const sb_field *field, sb_value value) {
    return spec_is_list(field) ? value.list.count : 1;
}

static double element(const sb_field *field, sb_value value, size_t i) {
    if (spec_is_list(field))
        return value.list.values[i];
    return field->type == SB_FIELD_REAL ? value.real : (double)value.integer;
}

static bool same_number(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

bool spec_same_value(const sb_field *field, sb_value a, sb_value b) {
    if (field->type == SB_FIELD_FILE)
        return strcmp(a.source->path, b.source->path) == 0;
    size_t count = element_count(field, a);
    if (count != element_count(field, b))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_number(element(field, a, i), element(field, b, i)))
            return false;
    return true;
}

/* --- Words ----------------------------------------------------------------------------------------------------------
 */

bool spec_word_value(const sb_field *field, const char *text, double *value) {
    for (const sb_word *word = field->words; word && word->text; word++)
        if (strcmp(word->text, text) == 0) {
            *value = word->value;
            return true;
        }
    return false;
}

const char *spec_word_text(const sb_field *field, double value) {
    for (const sb_word *word = field->words; word && word->text; word++)
        if (same_number(word->value, value))
            return word->text;
    return NULL;
}

bool sb_field_in_words(const sb_field *field, sb_value value) {
    bool found = field->type == SB_FIELD_FILE && value.source->word;
    for (size_t i = 0; field->type != SB_FIELD_FILE && !found && i < element_count(field, value); i++)
        found = spec_word_text(field, element(field, value, i)) != NULL;
    return found;
}

/* --- Conditions -----------------------------------------------------------------------------------------------------
 */

const sb_field *spec_condition_field(const sb_field *field) {
    size_t section = (size_t)(spec_last_component(field->path) - field->path);
    size_t name = field->condition ? strcspn(field->condition, "=") : 0;
    for (size_t i = 0; name && i < sb_field_count; i++) {
        const char *path = sb_fields[i].path;
        if (strncmp(path, field->path, section) == 0 && strncmp(path + section, field->condition, name) == 0 &&
            path[section + name] == 0)
            return &sb_fields[i];
    }
    return NULL;
}

bool spec_condition_names(const sb_field *field, const char *word) {
    const char *wanted = strchr(field->condition, '=') + 1;
    for (size_t length = 0; *wanted; wanted += length + strspn(wanted + length, " ")) {
        length = strcspn(wanted, " ");
        if (strlen(word) == length && strncmp(word, wanted, length) == 0)
            return true;
    }
    return false;
}

bool spec_condition_met(const sb_field *field, const sb_field *sibling, sb_value value) {
    const char *word = NULL;
    if (sibling->type != SB_FIELD_FILE)
        word = spec_word_text(sibling, element(sibling, value, 0));
    else if (value.source->word)
        word = value.source->path;
    return word && spec_condition_names(field, word);
}

bool sb_field_applies(const sb_field *field, const sb_settings *settings) {
    const char *section;
    size_t enabled;
    if (spec_probe_of(field->path, &section, &enabled)) {
        int64_t on;
        memcpy(&on, (const char *)settings + enabled, sizeof on);
        if (!on)
            return false;
    }
    const sb_field *sibling = spec_condition_field(field);
    return !sibling || spec_condition_met(field, sibling, sb_field_get(sibling, settings));
}

/* --- Text -----------------------------------------------------------------------------------------------------------
 */

/* Shortest of at least @p digits that reads back exactly, and without the exponent's idle zeros and plus. */
static void print_digits(double value, int digits, FILE *out) {
    char text[40];
    for (; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *exponent = strchr(text, 'e');
    fprintf(out, "%.*s", exponent ? (int)(exponent - text) : (int)strlen(text), text);
    if (exponent)
        fprintf(out, "e%ld", strtol(exponent + 1, NULL, 10));
}

/* Whole numbers, which are most of what an identity is made of, without the search: the same digits. */
void spec_print_number(double value, FILE *out) {
    if (fabs(value) < 1e15 && value == (double)(int64_t)value)
        fprintf(out, "%" PRId64, (int64_t)value);
    else
        print_digits(value, 15, out);
}

/* 65536, but 1e9. */
static void print_limit(double value, FILE *out) {
    print_digits(value, fabs(value) < 1e6 ? 15 : 1, out);
}

static void print_element(const sb_field *field, double value, FILE *out) {
    const char *word = spec_word_text(field, value);
    if (word)
        fputs(word, out);
    else
        spec_print_number(value, out);
}

void sb_field_print(const sb_field *field, sb_value value, FILE *out) {
    if (field->type == SB_FIELD_FILE) {
        fputs(value.source->label, out);
        return;
    }
    size_t count = element_count(field, value);
    if (count != 1)
        fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputs(", ", out);
        print_element(field, element(field, value, i), out);
    }
    if (count != 1)
        fputc(']', out);
}

/* Reads one element of the default at *text and moves behind it. */
static bool scan_element(const sb_field *field, const char **text, double *value) {
    *text += strspn(*text, "[, ");
    size_t length = strcspn(*text, "], ");
    char word[32];
    if (length == 0 || length >= sizeof word)
        return false;
    memcpy(word, *text, length);
    word[length] = 0;
    *text += length;
    return spec_word_value(field, word, value) || spec_number(word, value);
}

bool spec_is_default(const sb_field *field, sb_value value) {
    if (field->type == SB_FIELD_FILE)
        return strcmp(value.source->path, field->initial) == 0;
    const char *text = field->initial;
    size_t count = element_count(field, value);
    for (size_t i = 0; i < count; i++) {
        double initial;
        if (!scan_element(field, &text, &initial) || !same_number(initial, element(field, value, i)))
            return false;
    }
    return text[strspn(text, "]")] == 0;
}

static void print_words(const sb_field *field, FILE *out) {
    for (const sb_word *word = field->words; word->text; word++)
        fprintf(out, "%s%s", word == field->words ? "" : word[1].text ? ", " : " or ", word->text);
}

static void print_files(const sb_field *field, FILE *out) {
    static const char *const kinds[] = {[SB_SOURCE_IMAGE] = "a PNG or JPEG image",
                                        [SB_SOURCE_SAMPLES] = "an IDX file of images",
                                        [SB_SOURCE_LABELS] = "an IDX file of labels"};
    fprintf(out, "the path of %s, or ", kinds[field->holds]);
    print_words(field, out);
}

void spec_print_allowed(const sb_field *field, FILE *out) {
    if (field->type == SB_FIELD_FILE) {
        print_files(field, out);
        return;
    }
    if (field->type == SB_FIELD_CHOICE || field->type == SB_FIELD_BOOLEAN) {
        print_words(field, out);
        return;
    }
    fprintf(out, "%s from ", spec_is_whole(field) ? "a whole number" : "a number");
    print_limit(field->minimum, out);
    fputs(" to ", out);
    print_limit(field->maximum, out);
    if (spec_is_list(field))
        fputs(" or a list of these", out);
    if (field->words) {
        fputs(", or ", out);
        print_words(field, out);
    }
}
