/* PNG of any depth and colour type, interlaced or not. Values are those in the file: gamma and colour profiles are left
 * alone, as by most programs that compute with images. A transparent image has no values of its own where something
 * else would shine through, so that it is refused; one whose alpha channel is opaque everywhere is as good as one
 * without. */
#include "source.h"
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct png_work {
    png_structp png;
    png_infop info;
    const uint8_t *bytes; /* what is left of the file */
    size_t left;
    png_bytep *rows;
    uint8_t *values; /* with the alpha channel, if there is one */
    size_t channels; /* in them */
    jmp_buf failed;
    char reason[128];
} png_work;

/* libpng's own words, of which some begin with the name of a chunk. */
static void note(png_work *work, const char *said) {
    snprintf(work->reason, sizeof work->reason, "%s", said);
}

static _Noreturn void fail(png_structp png, png_const_charp said) {
    png_work *work = png_get_error_ptr(png);
    note(work, said);
    longjmp(work->failed, 1);
}

static void ignore(png_structp png, png_const_charp said) {
    (void)png;
    (void)said;
}

static void take(png_structp png, png_bytep to, size_t count) {
    png_work *work = png_get_io_ptr(png);
    if (count > work->left)
        png_error(png, "the file ends too early");
    memcpy(to, work->bytes, count);
    work->bytes += count;
    work->left -= count;
}

/* One or three values of 8 or 16 bits for each pixel, and alpha where the file has transparency. */
static void read_head(png_work *work, sb_content *content) {
    png_set_read_fn(work->png, work, take);
    png_read_info(work->png, work->info);
    png_set_expand(work->png);
    if (png_get_bit_depth(work->png, work->info) == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        png_set_swap(work->png);
    (void)png_set_interlace_handling(work->png);
    png_read_update_info(work->png, work->info);
    work->channels = png_get_channels(work->png, work->info);
    *content = (sb_content){.count = 1,
                            .rows = png_get_image_height(work->png, work->info),
                            .columns = png_get_image_width(work->png, work->info),
                            .channels = work->channels < 3 ? 1 : 3,
                            .maximum = png_get_bit_depth(work->png, work->info) == 16 ? UINT16_MAX : UINT8_MAX};
}

static sb_code make_room(png_work *work, const sb_content *content, sb_status *status) {
    const size_t row = png_get_rowbytes(work->png, work->info);
    work->rows = sb_array(content->rows, sizeof *work->rows, "the rows of an image", status);
    work->values = work->rows ? sb_array(content->rows, row, "the pixels of an image", status) : NULL;
    for (size_t y = 0; work->values && y < content->rows; y++)
        work->rows[y] = work->values + y * row;
    return work->values ? SB_OK : SB_MEMORY;
}

static bool is_opaque(const uint8_t *alpha, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (alpha[i] != UINT8_MAX)
            return false;
    return true;
}

/* From pixels with alpha to pixels without. */
static sb_code drop_alpha(const png_work *work, sb_content *content, sb_status *status) {
    const size_t depth = content->maximum > UINT8_MAX ? 2 : 1, pixels = content->rows * content->columns;
    const size_t from = work->channels * depth, colours = content->channels * depth;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *pixel = work->values + i * from;
        if (from > colours && !is_opaque(pixel + colours, depth))
            return sb_fail(status, SB_INPUT, "is transparent at column %zu, row %zu; allowed opaque images: flatten it",
                           i % content->columns, i / content->columns);
        memcpy(content->bytes + i * colours, pixel, colours);
    }
    return SB_OK;
}

static sb_code decode(png_work *work, sb_content *content, sb_status *status) {
    if (setjmp(work->failed))
        return sb_fail(status, SB_INPUT, "is a damaged PNG image: %s", work->reason);
    read_head(work, content);
    sb_code code = sb_content_allocate(content, status);
    if (code == SB_OK)
        code = make_room(work, content, status);
    if (code != SB_OK)
        return code;
    png_read_image(work->png, work->rows);
    png_read_end(work->png, NULL);
    return drop_alpha(work, content, status);
}

sb_code sb_png_read(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    png_work work = {.bytes = bytes, .left = size};
    sb_code code = SB_MEMORY;
    work.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &work, fail, ignore);
    work.info = work.png ? png_create_info_struct(work.png) : NULL;
    if (work.info)
        code = decode(&work, content, status);
    else
        sb_fail(status, SB_MEMORY, "needs more memory to be read");
    png_destroy_read_struct(&work.png, &work.info, NULL);
    free(work.values);
    free(work.rows);
    if (code != SB_OK) {
        free(content->bytes);
        content->bytes = NULL;
    }
    return code;
}

const char *sb_png_version(void) {
    return png_get_libpng_ver(NULL);
}
