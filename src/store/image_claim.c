#define _GNU_SOURCE /* memmem */

#include "image.h"
#include "names.h"
#include <string.h>
#include <unistd.h>

enum { HEADER_BYTES = 16384 }; /* the root group's attributes come first: the sweep's identity is at byte 340 or so */

/* True if @p file has the text @p text where the image has its dataset @p name. */
static bool has_text(const sb_file *image, const char *name, const char *text, size_t length, int file) {
    hid_t dataset = H5Dopen2(image->id, name, H5P_DEFAULT);
    const bool same = dataset >= 0 && sb_file_has(file, text, length, sb_extent_of(dataset).start);
    return sb_h5_release(dataset, SB_OK, "", NULL) == SB_OK && same;
}

static bool is_identity(const char *text) {
    for (int i = 0; i < SB_HASH_TEXT - 1; ++i)
        if (!memchr("0123456789abcdef", text[i], 16))
            return false;
    return true;
}

sb_claim sb_image_claim(const sb_file *image, int memory, int file) {
    const sb_sweep *sweep = image->layout->grid->sweep;
    char identity[SB_HASH_TEXT], theirs[SB_HASH_TEXT - 1], header[HEADER_BYTES];
    sb_hash_format(sb_sweep_identity(sweep), identity);
    const ssize_t count = pread(memory, header, sizeof header, 0);
    const char *ours = count > 0 ? memmem(header, (size_t)count, identity, sizeof theirs) : NULL;
    const bool there = ours && pread(file, theirs, sizeof theirs, ours - header) == (ssize_t)sizeof theirs;
    if (there && memcmp(theirs, identity, sizeof theirs) == 0)
        return SB_CLAIM_SAME;
    if (has_text(image, SB_PATH_SWEEP, sweep->text, sweep->text_length, file) &&
        has_text(image, SB_PATH_OVERRIDES, sweep->overrides, strlen(sweep->overrides), file))
        return SB_CLAIM_SAME;
    return there && is_identity(theirs) ? SB_CLAIM_OTHER : SB_CLAIM_NONE;
}
