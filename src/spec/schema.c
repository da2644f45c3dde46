#include "internal.h"
#include <string.h>

static const char head[] =
    "Keys of a sweep file (YAML). `specbias: 1` must be there; whatever else is left out has its default.\n"
    "\n"
    "specbias\n"
    "    1, the version of this format. Must be given.\n"
    "name\n"
    "    A line of text. Default: the file's name without its ending.\n";

static const char tail[] =
    "axes\n"
    "    A list; each item is one axis and becomes a dimension of the results, in order:\n"
    "      - seed: {from: 0, to: 4}                  a field and its values; here 0, 1, 2, 3, 4\n"
    "      - target.frequencies: [[5, 10], [20]]     of a list field; [5, 10] would be two lists of one number\n"
    "      - embedding: [{kind: line}, {kind: petals, petals: 4}]     a whole section, with defaults for the rest\n"
    "      - zip: {name: length, training.steps: [1000, 2000], training.learning_rate: [3e-4, 1e-4]}\n"
    "                                                fields that move together\n"
    "    The grid is the full product. Axes of fields under `probes` are measured on the trained network and train\n"
    "    nothing again. `at` cannot be an axis. No two points of an axis may be equal.\n"
    "\n"
    "Values\n"
    "    Numbers    as in YAML 1.2; a whole number may be written 1000, 1e3 or 1000.0. \"5\" in quotes is text.\n"
    "    Lists      a single number stands for a list of one.\n"
    "    Ranges     {from: a, to: b} in steps of 1; {from: a, to: b, by: c}, which ends at b if a step comes within\n"
    "               rounding of it, else at the last step before; {from: a, to: b, count: n}, both ends included;\n"
    "               {from: a, to: b, count: n, spacing: log}. Numbers are rounded to 15 digits. At most 1000000.\n"
    "    Probes     a section under `probes`, even an empty one, switches its probe on; `loss` always is.\n"
    "    --set      path=value, with the value as YAML; on a field that is an axis it replaces the axis's values, and\n"
    "               axes.path=[..] makes an axis.\n";

static void print_field(const sb_field *field, FILE *out) {
    fprintf(out, "%s\n    ", field->path);
    spec_print_allowed(field, out);
    fprintf(out, ". Default: %s.", field->initial);
    if (strcmp(field->unit, "1") != 0)
        fprintf(out, " Unit: %s.", field->unit);
    if (field->condition)
        fprintf(out, " Only with %.*s: %s.", (int)strcspn(field->condition, "="), field->condition,
                strchr(field->condition, '=') + 1);
    fprintf(out, "\n    %s\n", field->meaning);
}

void sb_schema_print(FILE *out) {
    fputs(head, out);
    for (size_t i = 0; i < sb_field_count; i++)
        print_field(&sb_fields[i], out);
    fputs(tail, out);
}
