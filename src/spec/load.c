#include <specbias/spec.h>

sb_code sb_sweep_load(const char *path, char **text, size_t *length, sb_status *status) {
    return sb_load(path, SB_SWEEP_BYTES_MAX, "a sweep file", text, length, status);
}
