#include "internal.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

/* Splits the stored --set arguments, one a line, in place. */
static sb_code split_overrides(sb_stored_sweep *stored, sb_status *status) {
    size_t most = 1;
    for (const char *c = stored->lines; *c; ++c)
        most += *c == '\n';
    stored->overrides = sb_array(most, sizeof *stored->overrides, "the --set arguments", status);
    if (!stored->overrides)
        return SB_MEMORY;
    char *rest = NULL;
    for (char *line = strtok_r(stored->lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        stored->overrides[stored->override_count++] = line;
    return SB_OK;
}

/* There are none in most files. */
static sb_code read_data(hid_t file, const char *path, sb_stored_sweep *stored, sb_status *status) {
    void *bytes = NULL;
    uint64_t count;
    sb_code code = SB_OK;
    if (H5Lexists(file, SB_PATH_DATA, H5P_DEFAULT) > 0)
        code = sb_h5_read_bytes(file, SB_PATH_DATA, SB_ELEMENT_CHAR, SB_TRIALS_MAX, path, &bytes, &count, status);
    else if (!(bytes = strdup("")))
        code = sb_fail(status, SB_MEMORY, "no memory for the sweep stored in '%s'", path);
    stored->data = bytes;
    return code;
}

static sb_code read_sweep(hid_t file, const char *path, sb_stored_sweep *stored, sb_status *status) {
    void *bytes = NULL;
    uint64_t count;
    sb_code code = sb_h5_read_bytes(file, SB_PATH_SWEEP, SB_ELEMENT_CHAR, SB_TRIALS_MAX, path, &bytes, &count, status);
    if (code != SB_OK)
        return code;
    stored->text = bytes;
    stored->length = strlen(stored->text); /* an empty text is stored as one zero */
    code = sb_h5_read_bytes(file, SB_PATH_OVERRIDES, SB_ELEMENT_CHAR, SB_TRIALS_MAX, path, &bytes, &count, status);
    if (code != SB_OK)
        return code;
    stored->lines = bytes;
    code = read_data(file, path, stored, status);
    if (code != SB_OK)
        return code;
    char title[512];
    sb_h5_read_text(file, SB_ATTRIBUTE_TITLE, title, sizeof title); /* empty where there is none */
    sb_h5_read_text(file, SB_ATTRIBUTE_SWEEP, stored->identity, sizeof stored->identity);
    if (!(stored->name = strdup(title)))
        return sb_fail(status, SB_MEMORY, "no memory for the name of the sweep");
    return split_overrides(stored, status);
}

sb_code sb_store_read_sweep(const char *path, sb_stored_sweep *stored, sb_status *status) {
    hid_t file;
    *stored = (sb_stored_sweep){0};
    sb_code code = sb_open_reading(path, &file, status);
    if (code == SB_OK)
        code = read_sweep(file, path, stored, status);
    return sb_h5_close(file, code, path, status);
}

static int digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool parse_digest(const char *text, sb_hash *digest) {
    for (size_t i = 0; i < sizeof digest->bytes; ++i) {
        const int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);
        if (low < 0)
            return false;
        digest->bytes[i] = (uint8_t)(16 * high + low);
    }
    return text[2 * sizeof digest->bytes] == ' ';
}

/* Takes the digest of @p source from its line. */
static bool find_digest(const char *lines, sb_source *source) {
    const size_t field = strlen(source->field->path), path = strlen(source->path);
    const size_t before = field + 1 + (SB_HASH_TEXT - 1) + 1;
    for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const size_t length = strcspn(line, "\n");
        if (length == before + path && strncmp(line, source->field->path, field) == 0 && line[field] == ' ' &&
            strncmp(line + before, source->path, path) == 0)
            return parse_digest(line + field + 1, &source->digest);
    }
    return false;
}

sb_code sb_stored_sweep_identify(const sb_stored_sweep *stored, const char *path, sb_sweep *sweep, sb_status *status) {
    for (size_t i = 0; i < sweep->source_count; ++i) {
        sb_source *source = sweep->sources[i];
        source->known = find_digest(stored->data, source);
        if (!source->known)
            return sb_fail(status, SB_IO, "results file '%s': '%s' does not say what '%s' held: it is damaged", path,
                           SB_PATH_DATA, source->path);
    }
    return SB_OK;
}

sb_code sb_stored_sweep_parse(const sb_stored_sweep *stored, const char *path, const char *source,
                              sb_diagnostics *diagnostics, sb_sweep **sweep, sb_status *status) {
    sb_code code = sb_sweep_parse(stored->text, stored->length, source, stored->overrides, stored->override_count,
                                  diagnostics, sweep, status);
    if (code == SB_OK && (code = sb_stored_sweep_identify(stored, path, *sweep, status)) != SB_OK) {
        sb_sweep_free(*sweep);
        *sweep = NULL;
    }
    return code;
}

void sb_stored_sweep_free(sb_stored_sweep *stored) {
    free(stored->overrides);
    free(stored->lines);
    free(stored->data);
    free(stored->name);
    free(stored->text);
    *stored = (sb_stored_sweep){0};
}
