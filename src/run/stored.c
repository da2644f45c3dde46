#include <specbias/run.h>
#include <stdio.h>
#include <string.h>

/* SB_OK if the text gives the sweep that the file was made from, in this version too. Looked at before anything is made
 * for the sweep: a damaged number may ask for any size. */
static sb_code check_identity(const char *path, const char *source, const sb_stored_sweep *stored,
                              sb_diagnostics *diagnostics, sb_status *status) {
    char identity[SB_HASH_TEXT];
    sb_sweep *sweep = NULL;
    const sb_code code = sb_stored_sweep_parse(stored, path, source, diagnostics, &sweep, status);
    if (code != SB_OK)
        return code;
    sb_hash_format(sb_sweep_identity(sweep), identity);
    sb_sweep_free(sweep);
    if (strcmp(identity, stored->identity) == 0)
        return SB_OK;
    return sb_fail(status, SB_IO,
                   "%s: the sweep stored in it is not the one that it says it was made from: it is damaged, or was "
                   "made by another version of specbias",
                   path);
}

sb_code sb_plan_stored(const char *path, sb_plan **plan, sb_status *status) {
    char source[1024];
    sb_stored_sweep stored;
    sb_diagnostics diagnostics = {0};
    *plan = NULL;
    sb_code code = sb_store_read_sweep(path, &stored, status);
    if (code == SB_OK) {
        snprintf(source, sizeof source, "%s.yaml", stored.name); /* a sweep without a name has that of its file */
        code = check_identity(path, source, &stored, &diagnostics, status);
    }
    if (code == SB_OK)
        code = sb_plan_create(stored.text, stored.length, source, stored.overrides, stored.override_count, &diagnostics,
                              plan, status);
    if (code == SB_OK && (code = sb_stored_sweep_identify(&stored, path, (*plan)->sweep, status)) != SB_OK) {
        sb_plan_free(*plan);
        *plan = NULL;
    }
    if (code == SB_INPUT)
        code = sb_fail(status, SB_IO, "%s: this version cannot read the sweep stored in it: %s", path,
                       diagnostics.count ? diagnostics.items[0].text : "it is damaged");
    sb_diagnostics_free(&diagnostics);
    sb_stored_sweep_free(&stored);
    return code;
}
