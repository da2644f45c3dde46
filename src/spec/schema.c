/* Every key with its default, as a sweep file that explains itself. */
#include "internal.h"
#include <string.h>

enum { VALUE_WIDTH = 36, LINE_WIDTH = 100, COMMENTED_WIDTH = 116, INDENT = 2 };

static const char head[] =
    "# Every key of a sweep file, with its default. This text is a sweep file itself: copy it and change it. Each key\n"
    "# but `specbias` may be left out. `#key: value` would have no effect, or switches something on.\n"
    "\n"
    "specbias: 1                         # version of this format\n"
    "#name: my-sweep                     # a line of text; without it, the file's name without its ending\n";

static const char tail[] =
    "\n"
    "# What is swept: each item is one axis and becomes a dimension of the results, in order. The grid is the full\n"
    "# product. No two points of an axis may be equal; `at` cannot be an axis.\n"
    "#axes:\n"
    "#  - seed: {from: 0, to: 4}                # a field and its values, here 0, 1, 2, 3, 4\n"
    "#  - target.frequencies: [[5, 10], [20]]    # of a list field; [5, 10] would be two lists of one number\n"
    "#  - embedding: [{kind: line}, {kind: petals, petals: 4}]    # a whole section, with defaults for the rest\n"
    "#  - zip: {name: length, training.steps: [1000, 2000], training.learning_rate: [3e-4, 1e-4]}\n"
    "#                                           # fields that move together\n"
    "\n"
    "# Numbers    as in YAML 1.2; a whole number may be written 1000, 1e3 or 1000.0. \"5\" in quotes is text.\n"
    "# Lists      a single number stands for a list of one.\n"
    "# Ranges     {from: a, to: b} in steps of 1; {from: a, to: b, by: c}, which ends at b if a step comes within\n"
    "#            rounding of it, else at the last step before; {from: a, to: b, count: n}, both ends included;\n"
    "#            {from: a, to: b, count: n, spacing: log}. Numbers are rounded to 15 digits. At most 1e6 of them.\n"
    "# Files      paths are taken from the working directory of the run; ~ is not the home folder. A name that is "
    "also\n"
    "#            a word is written as a path: ./power_law.\n"
    "# --set      path=value, with the value as YAML; on a field that is an axis it replaces the axis's values, and\n"
    "#            axes.path=[..] makes an axis.\n";

/* @p text as a comment, broken between words. */
static void print_comment(const char *text, int indent, FILE *out) {
    for (int column = 0; *text;) {
        int length = (int)strcspn(text, " ");
        if (column == 0 || column + 1 + length > LINE_WIDTH) {
            fprintf(out, "%s%*s#", column ? "\n" : "", indent, "");
            column = indent + 1;
        }
        column += fprintf(out, " %.*s", length, text);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

/* A section that is off unless it is there. */
static bool is_off(const char *path) {
    const char *probe;
    size_t enabled;
    return spec_probe_of(path, &probe, &enabled) && strcmp(probe, "probes.loss") != 0;
}

/* Opens the sections of field @p i that the field before it is not in. Gives the field's indentation. */
static int print_sections(size_t i, FILE *out) {
    const char *path = sb_fields[i].path;
    int indent = 0;
    for (const char *dot = path; (dot = strchr(dot, '.')); dot++, indent += INDENT) {
        char section[64];
        snprintf(section, sizeof section, "%.*s", (int)(dot - path), path);
        if (i > 0 && sb_path_within(sb_fields[i - 1].path, section))
            continue;
        fputc('\n', out);
        print_comment(spec_section_meaning(section), indent, out);
        fprintf(out, "%*s%s%s:\n", indent, "", is_off(section) ? "#" : "", spec_last_component(section));
    }
    return indent;
}

/* True if a field before @p i, such as another probe's `at`, has the same meaning. */
static bool is_explained(size_t i) {
    for (size_t before = 0; before < i; before++)
        if (strcmp(sb_fields[before].meaning, sb_fields[i].meaning) == 0)
            return true;
    return false;
}

/* "sinusoids or delta" of the words behind "kind=". */
static void print_alternatives(const char *condition, FILE *out) {
    for (const char *word = strchr(condition, '=') + 1; *word;) {
        int length = (int)strcspn(word, " ");
        fprintf(out, "%.*s%s", length, word, word[length] ? " or " : "");
        word += length + (word[length] == ' ');
    }
}

/* What a field allows, and where it applies. */
static void print_range(const sb_field *field, FILE *out) {
    const sb_field *sibling = spec_condition_field(field);
    spec_print_allowed(field, out);
    if (strcmp(field->unit, "1") != 0)
        fprintf(out, "; unit %s", field->unit);
    if (sibling && sibling->words[1].text) { /* not of one kind only */
        fprintf(out, "; only with %s: ", spec_last_component(sibling->path));
        print_alternatives(field->condition, out);
    }
}

static void print_field(size_t i, FILE *out) {
    const sb_field *field = &sb_fields[i], *sibling = spec_condition_field(field);
    bool idle = is_off(field->path) || (sibling && !spec_condition_names(field, sibling->initial));
    int indent = print_sections(i, out);
    if (indent == 0)
        fputc('\n', out);
    if (!is_explained(i))
        print_comment(field->meaning, indent, out);
    char line[LINE_WIDTH], range[512] = "";
    int width = snprintf(line, sizeof line, "%*s%s%s: %s", indent, "", idle ? "#" : "",
                         spec_last_component(field->path), field->initial);
    FILE *text = fmemopen(range, sizeof range, "w");
    if (text) {
        print_range(field, text);
        fclose(text);
    }
    int column = width < VALUE_WIDTH ? VALUE_WIDTH : width + 1;
    if (column + (int)strlen(range) < COMMENTED_WIDTH) {
        fprintf(out, "%-*s# %s\n", column, line, range);
    } else {
        print_comment(range, indent, out);
        fprintf(out, "%s\n", line);
    }
}

void sb_schema_print(FILE *out) {
    fputs(head, out);
    for (size_t i = 0; i < sb_field_count; i++)
        print_field(i, out);
    fputs(tail, out);
}
