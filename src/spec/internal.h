/* What the files of this module share. The way of a sweep file, as sweep.c leads it: text -> tree of nodes with their
 * places (yaml.c) -> --set changes the tree (overrides.c) -> sections and fields (section.c, value.c, range.c) -> axes
 * (axes.c). Only fields.c knows which fields there are. */
#ifndef SPECBIAS_SPEC_INTERNAL_H
#define SPECBIAS_SPEC_INTERNAL_H

#include <specbias/spec.h>
#include <stdarg.h>

/* Where a piece of text stands. */
typedef struct spec_place {
    const char *source;  /* the file, or "--set path=value" */
    size_t line, column; /* from 1; 0 in --set */
} spec_place;

typedef enum spec_node_kind { SPEC_NULL, SPEC_SCALAR, SPEC_LIST, SPEC_MAPPING } spec_node_kind;

/* A piece of YAML, in the sweep's arena. Aliases have become copies. */
typedef struct spec_node {
    spec_node_kind kind;
    spec_place place;
    const char *text; /* of a scalar */
    bool quoted;
    size_t count, room;
    struct spec_node **keys;  /* [count] of a mapping: scalars, no two alike */
    struct spec_node **items; /* [count] of a list or mapping */
} spec_node;

/* One call of sb_sweep_parse. */
typedef struct spec_reader {
    sb_sweep *sweep;
    sb_settings defaults;
    sb_diagnostics *diagnostics;
    sb_status *status;
    bool *failed;             /* [sb_field_count] fields whose value was refused */
    size_t range_numbers;     /* that ranges gave so far */
    struct spec_named *named; /* the values of file fields */
    bool axes_failed;
    bool no_memory; /* sticky: whatever returns NULL or false without a diagnostic has set it */
} spec_reader;

/* Zeroed memory of the sweep; NULL sets no_memory. */
void *spec_alloc(spec_reader *reader, size_t count, size_t size);
const char *spec_format(spec_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- diagnostics.c --- */

/* Adds "place: path: message" in its place, unless there are too many already. False if there is no memory. */
bool spec_diagnose(sb_diagnostics *diagnostics, spec_place place, const char *path, const char *format, va_list);

/* The same while reading. @p path may be "". */
void spec_error(spec_reader *reader, spec_place place, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* For the end of a message: "; did you mean 'best'?", or "" without one. */
const char *spec_suggest(spec_reader *reader, const char *best);

/* --- text.c, yaml.c --- */

/* The place of byte @p offset of @p text. */
spec_place spec_place_of(const char *text, size_t offset, const char *source);

/* Reports the first byte that is no UTF-8 text, and returns false. */
bool spec_text_check(spec_reader *reader, const char *text, size_t length, const char *source);

/* The only document in @p text; a SPEC_NULL node for empty text; NULL after an error.
 * @param in_file false: places have no line, as in --set. */
spec_node *spec_yaml(spec_reader *reader, const char *text, size_t length, const char *source, bool in_file);

spec_node *spec_node_new(spec_reader *reader, spec_node_kind kind, spec_place place);

/* Appends to a list (@p key NULL) or mapping. */
bool spec_node_append(spec_reader *reader, spec_node *node, spec_node *key, spec_node *item);

/* The value of @p key in a mapping, or NULL; @p index, if not NULL, receives its number. */
spec_node *spec_node_get(const spec_node *mapping, const char *key, size_t *index);

/* What a message calls a node: its text, "a list", "nothing". */
const char *spec_found(spec_reader *reader, const spec_node *node);

/* --- overrides.c --- */

/* Applies one argument of --set to the tree. */
void spec_override(spec_reader *reader, spec_node *root, const char *argument);

/* --- fields.c, field_values.c --- */

enum { SPEC_FIELDS_MAX = 128 }; /* room for the table, checked where it is */

/* True if some field lies below @p path. */
bool spec_is_section(const char *path);

/* If @p path lies at or below a probe's section: the section's path and the offset of `enabled`. */
bool spec_probe_of(const char *path, const char **section, size_t *enabled);

/* What a section is for, "" if there is no such section. */
const char *spec_section_meaning(const char *path);

/* The last component of a path. */
const char *spec_last_component(const char *path);

/* The value that @p text is a word for. */
bool spec_word_value(const sb_field *field, const char *text, double *value);

/* The word for @p value, or NULL. */
const char *spec_word_text(const sb_field *field, double value);

/* A field's condition "sibling=word word": the sibling, and whether one of its values satisfies it. */
const sb_field *spec_condition_field(const sb_field *field);
bool spec_condition_met(const sb_field *field, const sb_field *sibling, sb_value value);

/* True if @p word is one of the words of a field's condition. */
bool spec_condition_names(const sb_field *field, const char *word);

bool spec_is_list(const sb_field *field);
bool spec_is_whole(const sb_field *field);

/* Equal values; NaN equals itself. */
bool spec_same_value(const sb_field *field, sb_value a, sb_value b);

/* True if @p value is the default, which is read off the table's text. (A default written as a generator is no value's
 * text, so it counts as set.) */
bool spec_is_default(const sb_field *field, sb_value value);

void spec_print_number(double value, FILE *out);

/* Prints "a whole number from 1 to 65536 or 'full'". */
void spec_print_allowed(const sb_field *field, FILE *out);

/* --- value.c, range.c --- */

/* A finite number of YAML 1.2: decimal, perhaps with an exponent, 0x or 0o. */
bool spec_number(const char *text, double *number);

/* Numbers of {from, to, by} or {from, to, count, spacing}; NULL after an error. */
double *spec_range(spec_reader *reader, const char *path, const spec_node *node, size_t *count);

/* One value of a field. */
bool spec_value(spec_reader *reader, const sb_field *field, const spec_node *node, sb_value *value);

/* The values of a field along an axis; NULL after an error. */
sb_value *spec_values(spec_reader *reader, const sb_field *field, const spec_node *node, size_t *count);

/* --- marks.c --- */

/* Remembers where @p path was set. Later marks come first. */
void spec_mark(spec_reader *reader, const char *path, spec_place place);

/* Where @p path itself was set; false if it was not. */
bool spec_marked_exactly(const sb_sweep *sweep, const char *path, spec_place *place);

/* The place of @p path, of the axis or section that holds it, or else of the file as a whole. */
spec_place spec_marked(const sb_sweep *sweep, const char *path);

/* --- sources.c --- */

/* The one value that stands for the path or word @p text in @p field; NULL without memory. */
const sb_source *spec_source(spec_reader *reader, const sb_field *field, const char *text);

/* Shortens the labels of an axis's files by the folders that all of them share. */
void spec_source_labels(const sb_axis *axis);

/* Lists the files that trials need; after the axes. */
void spec_sources(spec_reader *reader);

/* --- section.c, sweep.c, axes.c, axis_labels.c --- */

/* True if a value of @p field's sibling, in the base or on an axis, lets the field apply. */
bool spec_can_apply(const sb_sweep *sweep, const sb_field *field);

/* True if some axis sets @p field. */
bool spec_on_axis(const sb_sweep *sweep, const sb_field *field);

/* Reads the keys of a section into @p into. @p item: as a point of a section axis, without marks. */
void spec_section(spec_reader *reader, const spec_node *node, const char *path, sb_settings *into, bool item);

/* The keys that may stand in section @p path, comma-separated. */
const char *spec_keys(spec_reader *reader, const char *path);

/* Reports a value of a field whose condition is not met. */
void spec_not_applicable(spec_reader *reader, const sb_field *field, spec_place place);

/* Reports the unknown key @p key in section @p path. */
void spec_unknown_key(spec_reader *reader, const char *path, const spec_node *key);

/* Reads `axes:`, NULL if it is not there. */
void spec_axes(spec_reader *reader, const spec_node *node);

/* Labels of an axis's points; NULL without memory. */
const char *const *spec_labels(spec_reader *reader, const sb_axis *axis);

#endif
