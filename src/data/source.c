#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sb_code sb_content_allocate(sb_content *content, sb_status *status) {
    const size_t sizes[] = {content->count, content->rows, content->columns, content->channels,
                            content->maximum > UINT8_MAX ? sizeof *content->words : sizeof *content->bytes};
    size_t total = 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (__builtin_mul_overflow(total, sizes[i], &total) || total > SB_SOURCE_BYTES_MAX)
            return sb_fail(status, SB_INPUT, "holds %zu x %zu x %zu values; allowed up to %zu bytes of them",
                           content->count, content->rows, content->columns * content->channels, SB_SOURCE_BYTES_MAX);
    content->bytes = sb_array(total, 1, "the content of a file", status);
    return content->bytes ? SB_OK : SB_MEMORY;
}

sb_code sb_source_load(const sb_source *source, char **bytes, size_t *size, sb_status *status) {
    return sb_load(source->path, SB_SOURCE_BYTES_MAX, "a file of data", bytes, size, status);
}

static bool begins(const uint8_t *bytes, size_t size, const char *magic, size_t length) {
    return size >= length && memcmp(bytes, magic, length) == 0;
}

static sb_code read_image(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    if (begins(bytes, size, "\x89PNG\r\n\x1a\n", 8))
        return sb_png_read(bytes, size, content, status);
    if (begins(bytes, size, "\xff\xd8\xff", 3))
        return sb_jpeg_read(bytes, size, content, status);
    return sb_fail(status, SB_INPUT, "is neither a PNG nor a JPEG image");
}

static sb_code read_idx(sb_reader *reader, const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    uint8_t *unpacked = NULL;
    size_t unpacked_size = 0;
    if (!begins(bytes, size, "\x1f\x8b", 2))
        return reader(bytes, size, content, status);
    sb_code code = sb_gunzip(bytes, size, &unpacked, &unpacked_size, status);
    if (code == SB_OK)
        code = reader(unpacked, unpacked_size, content, status);
    free(unpacked);
    return code;
}

static sb_code read_kind(sb_source_kind kind, const uint8_t *bytes, size_t size, sb_content *content,
                         sb_status *status) {
    switch (kind) {
    case SB_SOURCE_IMAGE:
        return read_image(bytes, size, content, status);
    case SB_SOURCE_SAMPLES:
        return read_idx(sb_idx_read_samples, bytes, size, content, status);
    case SB_SOURCE_LABELS:
        return read_idx(sb_idx_read_labels, bytes, size, content, status);
    }
    return sb_fail(status, SB_INTERNAL, "is of no known kind");
}

sb_code sb_source_decode(sb_source *source, const void *bytes, size_t size, sb_status *status) {
    sb_status reason = {0};
    sb_content *content = calloc(1, sizeof *content);
    if (!content)
        return sb_fail(status, SB_MEMORY, "no memory for the content of '%s'", source->path);
    sb_code code =
        size ? read_kind(source->field->holds, bytes, size, content, &reason) : sb_fail(&reason, SB_INPUT, "is empty");
    if (code != SB_OK) {
        free(content);
        return sb_fail(status, code, "'%s'%s %s", source->path, code == SB_MEMORY ? ":" : "", reason.message);
    }
    source->digest = sb_hash_bytes(bytes, size);
    source->known = true;
    source->content = content;
    return SB_OK;
}

void sb_source_release(sb_source *source) {
    if (source->content)
        free(source->content->bytes);
    free((void *)source->content);
    source->content = NULL;
}

size_t sb_source_bytes(const sb_source *source) {
    const sb_content *content = source->content;
    return content ? content->count * content->rows * content->columns * content->channels *
                         (content->maximum > UINT8_MAX ? 2 : 1)
                   : 0;
}

void sb_source_versions(char text[SB_SOURCE_VERSIONS_LENGTH]) {
    snprintf(text, SB_SOURCE_VERSIONS_LENGTH, "libpng %s, libjpeg %s, zlib %s", sb_png_version(), sb_jpeg_version(),
             sb_zlib_version());
}
