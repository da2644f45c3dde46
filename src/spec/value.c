/* A node -> the value of a field. */
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_LENGTH = 512 };

static bool is_decimal(const char *c) {
    c += *c == '-' || *c == '+';
    size_t whole = strspn(c, "0123456789");
    c += whole;
    size_t fraction = *c == '.' ? strspn(c + 1, "0123456789") : 0;
    c += *c == '.' ? 1 + fraction : 0;
    if (whole + fraction == 0)
        return false;
    if (*c == 'e' || *c == 'E') {
        c++;
        c += *c == '-' || *c == '+';
        return *c && c[strspn(c, "0123456789")] == 0;
    }
    return *c == 0;
}

static bool is_based(const char *text, const char *prefix, const char *digits) {
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 && text[length] && text[length + strspn(text + length, digits)] == 0;
}

/* Whole numbers up to 2^53 are exact as doubles; what is larger is out of every field's range. */
bool spec_number(const char *text, double *number) {
    if (is_based(text, "0x", "0123456789abcdefABCDEF"))
        *number = (double)strtoull(text + 2, NULL, 16);
    else if (is_based(text, "0o", "01234567"))
        *number = (double)strtoull(text + 2, NULL, 8);
    else if (is_decimal(text))
        *number = strtod(text, NULL) + 0.0; /* -0 becomes 0: equal numbers are written alike */
    else
        return false;
    return isfinite(*number);
}

/* The words and ranges of @p field, for a message. */
static const char *allowed(spec_reader *reader, const sb_field *field) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out)
        spec_print_allowed(field, out);
    const char *copy = out && fclose(out) == 0 ? spec_format(reader, "%s", text) : NULL;
    reader->no_memory = reader->no_memory || !copy;
    free(text);
    return copy ? copy : "";
}

const char *spec_found(spec_reader *reader, const spec_node *node) {
    enum { SHOWN = 40 };
    if (node->kind != SPEC_SCALAR)
        return node->kind == SPEC_NULL ? "nothing" : node->kind == SPEC_LIST ? "a list" : "a mapping";
    size_t length = strlen(node->text), shown = length;
    if (length > SHOWN)
        for (shown = SHOWN; ((unsigned char)node->text[shown] & 0xc0) == 0x80;)
            shown--;
    const char *text = spec_format(reader, "%s%.*s%s%s", node->quoted ? "the text \"" : "'", (int)shown, node->text,
                                   shown < length ? "..." : "", node->quoted ? "\"" : "'");
    return text ? text : "";
}

static void refuse(spec_reader *reader, const sb_field *field, const spec_node *node) {
    const char *best = NULL;
    for (const sb_word *word = field->words; node->kind == SPEC_SCALAR && word && word->text; word++)
        sb_nearer(node->text, word->text, &best);
    const char *hint = "";
    if ((node->kind == SPEC_LIST || node->kind == SPEC_MAPPING) && !spec_is_list(field) && !field->fixed)
        hint = spec_format(reader, "; several values are for `axes`: '- %s: [..]'", field->path);
    spec_error(reader, node->place, field->path, "found %s; allowed %s%s%s", spec_found(reader, node),
               allowed(reader, field), spec_suggest(reader, best), hint ? hint : "");
}

static bool in_range(const sb_field *field, double number) {
    return number >= field->minimum && number <= field->maximum && (!spec_is_whole(field) || number == floor(number));
}

static bool read_element(spec_reader *reader, const sb_field *field, const spec_node *node, double *element) {
    bool words_only = field->type == SB_FIELD_CHOICE || field->type == SB_FIELD_BOOLEAN;
    if (node->kind == SPEC_SCALAR) {
        bool text = field->type != SB_FIELD_BOOLEAN || !node->quoted;
        if (text && spec_word_value(field, node->text, element))
            return true;
        if (!words_only && !node->quoted && spec_number(node->text, element) && in_range(field, *element))
            return true;
    }
    refuse(reader, field, node);
    return false;
}

static double *read_range(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count) {
    if (field->type == SB_FIELD_CHOICE || field->type == SB_FIELD_BOOLEAN) {
        refuse(reader, field, node);
        return NULL;
    }
    double *numbers = spec_range(reader, field->path, node, count);
    for (size_t i = 0; numbers && i < *count; i++)
        if (!in_range(field, numbers[i])) {
            spec_error(reader, node->place, field->path, "found %.15g as number %zu of a range; allowed %s", numbers[i],
                       i + 1, allowed(reader, field));
            return NULL;
        }
    return numbers;
}

static double *read_list(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count) {
    double *numbers = spec_alloc(reader, node->count, sizeof *numbers);
    bool good = numbers;
    for (size_t i = 0; numbers && i < node->count; i++)
        good = read_element(reader, field, node->items[i], &numbers[i]) && good;
    if (node->count == 0)
        spec_error(reader, node->place, field->path, "found an empty list; allowed %s", allowed(reader, field));
    *count = node->count;
    return good && node->count ? numbers : NULL;
}

/* A scalar, a list of scalars, or a range. */
static double *read_numbers(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count) {
    if (node->kind == SPEC_MAPPING)
        return read_range(reader, field, node, count);
    if (node->kind == SPEC_LIST)
        return read_list(reader, field, node, count);
    double *number = spec_alloc(reader, 1, sizeof *number);
    *count = 1;
    return number && read_element(reader, field, node, number) ? number : NULL;
}

static sb_value scalar_value(const sb_field *field, double number) {
    return field->type == SB_FIELD_REAL ? (sb_value){.real = number} : (sb_value){.integer = (int64_t)number};
}

/* A path is text, with or without quotes. */
static bool is_path(const spec_node *node) {
    if (node->kind != SPEC_SCALAR || !*node->text)
        return false;
    for (const unsigned char *c = (const unsigned char *)node->text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static bool read_path(spec_reader *reader, const sb_field *field, const spec_node *node, sb_value *value) {
    if (!is_path(node)) {
        refuse(reader, field, node);
        return false;
    }
    if (strlen(node->text) > PATH_MAX_LENGTH) {
        spec_error(reader, node->place, field->path, "found a path of %zu bytes; allowed up to %d", strlen(node->text),
                   PATH_MAX_LENGTH);
        return false;
    }
    value->source = spec_source(reader, field, node->text);
    return value->source;
}

bool spec_value(spec_reader *reader, const sb_field *field, const spec_node *node, sb_value *value) {
    if (field->type == SB_FIELD_FILE)
        return read_path(reader, field, node, value);
    if (spec_is_list(field)) {
        *value = (sb_value){0};
        value->list.values = read_numbers(reader, field, node, &value->list.count);
        return value->list.values;
    }
    double number;
    if (!read_element(reader, field, node, &number))
        return false;
    *value = scalar_value(field, number);
    return true;
}

/* On a list field's axis a list holds values, each a scalar or a list; anything else is a list of one-element values.
 * On a file field's axis it holds paths. */
static sb_value *list_values(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count) {
    sb_value *values = spec_alloc(reader, node->count, sizeof *values);
    bool good = values;
    for (size_t i = 0; values && i < node->count; i++)
        good = spec_value(reader, field, node->items[i], &values[i]) && good;
    *count = node->count;
    return good ? values : NULL;
}

sb_value *spec_values(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count) {
    if (node->kind == SPEC_NULL || (node->kind == SPEC_LIST && node->count == 0)) {
        spec_error(reader, node->place, field->path, "found an axis without values; allowed a list of values");
        return NULL;
    }
    if (node->kind == SPEC_LIST && (spec_is_list(field) || field->type == SB_FIELD_FILE))
        return list_values(reader, field, node, count);
    if (field->type == SB_FIELD_FILE) {
        refuse(reader, field, node);
        return NULL;
    }
    double *numbers = read_numbers(reader, field, node, count);
    sb_value *values = numbers ? spec_alloc(reader, *count, sizeof *values) : NULL;
    for (size_t i = 0; values && i < *count; i++)
        values[i] = spec_is_list(field) ? (sb_value){.list = {1, &numbers[i]}} : scalar_value(field, numbers[i]);
    return values;
}
