/* JPEG, grey or colour, baseline or progressive. A warning of libjpeg is a failure: it decodes what is cut short or
 * damaged to pixels that nobody took. */
#include "source.h"
#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it, and size_t */
#include <stdlib.h>

typedef struct jpeg_work {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf failed;
    char reason[JMSG_LENGTH_MAX];
} jpeg_work;

static _Noreturn void fail(j_common_ptr jpeg) {
    jpeg_work *work = jpeg->client_data;
    work->errors.format_message(jpeg, work->reason);
    longjmp(work->failed, 1);
}

/* Below 0: a warning. Others are traces. */
static void judge(j_common_ptr jpeg, int level) {
    if (level < 0)
        fail(jpeg);
}

static sb_code read_head(jpeg_work *work, sb_content *content, sb_status *status) {
    struct jpeg_decompress_struct *jpeg = &work->jpeg;
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        return sb_fail(status, SB_INPUT, "is a JPEG image in the four colours of print (CMYK); allowed grey and RGB");
    if (jpeg->jpeg_color_space == JCS_UNKNOWN)
        return sb_fail(status, SB_INPUT, "is a JPEG image in unknown colours; allowed grey and RGB");
    jpeg->out_color_space = jpeg->jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    *content = (sb_content){.count = 1,
                            .rows = jpeg->image_height,
                            .columns = jpeg->image_width,
                            .channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : 3,
                            .maximum = UINT8_MAX};
    return sb_content_allocate(content, status);
}

static sb_code decode(jpeg_work *work, const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    if (setjmp(work->failed))
        return sb_fail(status, SB_INPUT, "is a damaged JPEG image: %s", work->reason);
    jpeg_create_decompress(&work->jpeg);
    jpeg_mem_src(&work->jpeg, bytes, size);
    sb_code code = read_head(work, content, status);
    if (code != SB_OK)
        return code;
    jpeg_start_decompress(&work->jpeg);
    while (work->jpeg.output_scanline < work->jpeg.output_height) {
        JSAMPROW row = content->bytes + work->jpeg.output_scanline * content->columns * content->channels;
        jpeg_read_scanlines(&work->jpeg, &row, 1);
    }
    jpeg_finish_decompress(&work->jpeg);
    return SB_OK;
}

sb_code sb_jpeg_read(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status) {
    jpeg_work work = {0};
    work.jpeg.err = jpeg_std_error(&work.errors);
    work.jpeg.client_data = &work;
    work.errors.error_exit = fail;
    work.errors.emit_message = judge;
    sb_code code = decode(&work, bytes, size, content, status);
    jpeg_destroy_decompress(&work.jpeg);
    if (code != SB_OK) {
        free(content->bytes);
        content->bytes = NULL;
    }
    return code;
}

/* As compiled: the library does not tell. */
const char *sb_jpeg_version(void) {
#define TEXT_OF(value) #value
#define TEXT(value)    TEXT_OF(value)
#ifdef LIBJPEG_TURBO_VERSION
    return "turbo " TEXT(LIBJPEG_TURBO_VERSION);
#else
    return TEXT(JPEG_LIB_VERSION);
#endif
}
