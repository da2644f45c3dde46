/* IDX (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"): two bytes of 0, the type of the elements
 * (8: bytes), the number of dimensions, their lengths as 32-bit big-endian numbers, the elements in row-major order. */
#include "source.h"
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { IDX_BYTES = 8, MAGIC = 4, LENGTH = 4 };

static size_t length_at(const uint8_t *bytes, size_t dimension) {
    const uint8_t *b = bytes + MAGIC + LENGTH * dimension;
    return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

static sb_code check_head(const uint8_t *bytes, size_t size, unsigned dimensions, sb_status *status) {
    if (size < MAGIC || bytes[0] || bytes[1])
        return sb_fail(status, SB_INPUT, "is no IDX file, plain or gzip");
    if (bytes[2] != IDX_BYTES)
        return sb_fail(status, SB_INPUT, "is IDX with elements of type 0x%02x; allowed bytes, 0x08", bytes[2]);
    if (bytes[3] != dimensions)
        return sb_fail(status, SB_INPUT, "is IDX with %u dimension%s; allowed %u, as %s", bytes[3],
                       bytes[3] == 1 ? "" : "s", dimensions, dimensions == 1 ? "labels have" : "images have");
    if (size < MAGIC + LENGTH * dimensions)
        return sb_fail(status, SB_INPUT, "is cut short: it ends within its head, after %zu bytes", size);
    return SB_OK;
}

static sb_code read_idx(const uint8_t *bytes, size_t size, unsigned dimensions, sb_content *content,
                        sb_status *status) {
    sb_code code = check_head(bytes, size, dimensions, status);
    if (code != SB_OK)
        return code;
    *content = (sb_content){.count = length_at(bytes, 0), .rows = 1, .columns = 1, .channels = 1, .maximum = UINT8_MAX};
    if (dimensions == 3) {
        content->rows = length_at(bytes, 1);
        content->columns = length_at(bytes, 2);
    }
    if (content->count == 0 || content->rows == 0 || content->columns == 0)
        return sb_fail(status, SB_INPUT, "is IDX without a single element");
    size_t head = MAGIC + LENGTH * dimensions, image, elements;
    if (__builtin_mul_overflow(content->rows, content->columns, &image) ||
        __builtin_mul_overflow(content->count, image, &elements) || elements > SB_SOURCE_BYTES_MAX)
        return sb_fail(status, SB_INPUT, "says that it holds %zu x %zu x %zu bytes; allowed up to %zu", content->count,
                       content->rows, content->columns, SB_SOURCE_BYTES_MAX);
    if (size - head != elements)
        return sb_fail(status, SB_INPUT, "%s: %zu bytes follow its head, which says %zu x %zu x %zu",
                       size - head < elements ? "is cut short" : "is too long", size - head, content->count,
                       content->rows, content->columns);
    code = sb_content_allocate(content, status);
    if (code == SB_OK)
        memcpy(content->bytes, bytes + head, elements);
    return code;
}

sb_code sb_idx_read_samples(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    return read_idx(bytes, size, 3, content, status);
}

sb_code sb_idx_read_labels(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    return read_idx(bytes, size, 1, content, status);
}

/* --- gzip -----------------------------------------------------------------------------------------------------------
 */

/* Room for more, twice as much as before. */
static sb_code grow(uint8_t **unpacked, size_t *room, sb_status *status) {
    enum { FIRST = 1 << 16 };
    const size_t larger = *room ? 2 * *room : FIRST;
    if (*room >= SB_SOURCE_BYTES_MAX)
        return sb_fail(status, SB_INPUT, "unpacks to more than %zu bytes, which are allowed", SB_SOURCE_BYTES_MAX);
    uint8_t *moved = realloc(*unpacked, larger);
    if (!moved)
        return sb_fail(status, SB_MEMORY, "needs %zu bytes of memory to be unpacked", larger);
    *unpacked = moved;
    *room = larger;
    return SB_OK;
}

/* Takes in what zlib says after it has filled the room or come to an end. Sets *whole behind the last member. */
static sb_code judge(z_stream *stream, int said, bool *whole, sb_status *status) {
    if (said == Z_MEM_ERROR)
        return sb_fail(status, SB_MEMORY, "needs more memory to be unpacked");
    if (said == Z_BUF_ERROR || (said == Z_OK && stream->avail_in == 0 && stream->avail_out > 0))
        return sb_fail(status, SB_INPUT, "is cut short: its gzip data ends within a block");
    if (said != Z_OK && said != Z_STREAM_END)
        return sb_fail(status, SB_INPUT, "is damaged: %s", stream->msg ? stream->msg : "bad gzip data");
    *whole = said == Z_STREAM_END && stream->avail_in == 0;
    if (said == Z_STREAM_END && !*whole && inflateReset(stream) != Z_OK)
        return sb_fail(status, SB_INTERNAL, "cannot be unpacked any further");
    return SB_OK;
}

sb_code sb_gunzip(const uint8_t *bytes, size_t size, uint8_t **unpacked, size_t *unpacked_size, sb_status *status) {
    enum { GZIP_ONLY = 16 };
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    size_t room = 0, used = 0;
    bool whole = false;
    sb_code code = SB_OK;
    *unpacked = NULL;
    if (inflateInit2(&stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
        return sb_fail(status, SB_MEMORY, "needs more memory to be unpacked");
    while (code == SB_OK && !whole) {
        if (used == room && (code = grow(unpacked, &room, status)) != SB_OK)
            break;
        stream.next_out = *unpacked + used;
        stream.avail_out = (uInt)(room - used);
        const int said = inflate(&stream, Z_NO_FLUSH);
        used = room - stream.avail_out;
        code = judge(&stream, said, &whole, status);
    }
    inflateEnd(&stream);
    if (code != SB_OK) {
        free(*unpacked);
        *unpacked = NULL;
    }
    *unpacked_size = used;
    return code;
}

const char *sb_zlib_version(void) {
    return zlibVersion();
}
