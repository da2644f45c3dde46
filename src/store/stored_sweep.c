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

void sb_stored_sweep_free(sb_stored_sweep *stored) {
    free(stored->overrides);
    free(stored->lines);
    free(stored->name);
    free(stored->text);
    *stored = (sb_stored_sweep){0};
}
