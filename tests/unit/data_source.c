/* Claims: IDX files are read whole or refused with the reason, plain and gzip, of one or several members; so are PNG
 * and JPEG images that end anywhere before their end; no damaged byte of either reads beyond its memory (the latter
 * under AddressSanitizer). That decoded values are right is shown against other programs in tests/cli/data_files.py. */
#include "../../src/data/source.h"
#include "check.h"
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* jpeglib.h needs stdio.h, which png.h includes */
#include <jpeglib.h>

static const sb_field fields[] = {{.path = "image", .type = SB_FIELD_FILE, .holds = SB_SOURCE_IMAGE},
                                  {.path = "samples", .type = SB_FIELD_FILE, .holds = SB_SOURCE_SAMPLES},
                                  {.path = "labels", .type = SB_FIELD_FILE, .holds = SB_SOURCE_LABELS}};

/* What decoding says: "" if all is well. */
static const char *reason(sb_source_kind kind, const void *bytes, size_t size, sb_source *source) {
    static sb_status status;
    *source = (sb_source){.field = &fields[kind], .path = "file"};
    status = (sb_status){0};
    const sb_code code = sb_source_decode(source, bytes, size, &status);
    assert_true((code == SB_OK) == (source->content != NULL));
    assert_true(code == SB_OK || code == SB_INPUT);
    return status.message;
}

static void refused(sb_source_kind kind, const void *bytes, size_t size, const char *message) {
    sb_source source;
    assert_string_equal(reason(kind, bytes, size, &source), message);
}

static const uint8_t two_images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60};
static const uint8_t two_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

static size_t pack(const void *bytes, size_t size, uint8_t *packed, size_t room) {
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size, .next_out = packed, .avail_out = (uInt)room};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return room - stream.avail_out;
}

static void check_images(const void *bytes, size_t size) {
    sb_source source;
    assert_string_equal(reason(SB_SOURCE_SAMPLES, bytes, size, &source), "");
    const sb_content *content = source.content;
    assert_int_equal(content->count, 2);
    assert_int_equal(content->rows, 1);
    assert_int_equal(content->columns, 3);
    assert_int_equal(content->channels, 1);
    assert_memory_equal(content->bytes, two_images + 16, 6);
    assert_true(sb_content_value(content, 5) == 60 / 255.0);
    assert_int_equal(sb_source_bytes(&source), 6);
    const sb_hash digest = sb_hash_bytes(bytes, size);
    assert_true(source.known && memcmp(&source.digest, &digest, sizeof digest) == 0);
    sb_source_release(&source);
    assert_null(source.content);
}

static void idx_is_read_plain_and_packed(void **state) {
    (void)state;
    uint8_t packed[256];
    sb_source labels;
    check_images(two_images, sizeof two_images);
    check_images(packed, pack(two_images, sizeof two_images, packed, sizeof packed));
    size_t first = pack(two_images, 9, packed, sizeof packed);
    check_images(packed, first + pack(two_images + 9, sizeof two_images - 9, packed + first, sizeof packed - first));
    assert_string_equal(reason(SB_SOURCE_LABELS, two_labels, sizeof two_labels, &labels), "");
    assert_int_equal(labels.content->count, 2);
    assert_int_equal(labels.content->bytes[1], 9);
    sb_source_release(&labels);
}

static void idx_is_refused(void **state) {
    (void)state;
    uint8_t bytes[sizeof two_images + 1] = {0}, packed[256];
    memcpy(bytes, two_images, sizeof two_images);
    refused(SB_SOURCE_SAMPLES, bytes, 0, "'file' is empty");
    refused(SB_SOURCE_SAMPLES, bytes, 3, "'file' is no IDX file, plain or gzip");
    refused(SB_SOURCE_SAMPLES, "text", 4, "'file' is no IDX file, plain or gzip");
    refused(SB_SOURCE_SAMPLES, bytes, 15, "'file' is cut short: it ends within its head, after 15 bytes");
    refused(SB_SOURCE_SAMPLES, bytes, 20, "'file' is cut short: 4 bytes follow its head, which says 2 x 1 x 3");
    refused(SB_SOURCE_SAMPLES, bytes, 23, "'file' is too long: 7 bytes follow its head, which says 2 x 1 x 3");
    refused(SB_SOURCE_LABELS, bytes, 22, "'file' is IDX with 3 dimensions; allowed 1, as labels have");
    refused(SB_SOURCE_SAMPLES, two_labels, 10, "'file' is IDX with 1 dimension; allowed 3, as images have");
    refused(SB_SOURCE_IMAGE, bytes, 22, "'file' is neither a PNG nor a JPEG image");
    bytes[2] = 13;
    refused(SB_SOURCE_SAMPLES, bytes, 22, "'file' is IDX with elements of type 0x0d; allowed bytes, 0x08");
    memset(bytes + 4, 255, 12);
    bytes[2] = 8;
    refused(SB_SOURCE_SAMPLES, bytes, 22,
            "'file' says that it holds 4294967295 x 4294967295 x 4294967295 bytes; allowed up to 1073741824");
    memset(bytes + 4, 0, 4);
    refused(SB_SOURCE_SAMPLES, bytes, 22, "'file' is IDX without a single element");
    size_t size = pack(two_images, sizeof two_images, packed, sizeof packed);
    for (size_t cut = 2; cut < size; cut++)
        refused(SB_SOURCE_SAMPLES, packed, cut, "'file' is cut short: its gzip data ends within a block");
    packed[size - 6]++;
    refused(SB_SOURCE_SAMPLES, packed, size, "'file' is damaged: incorrect data check");
}

/* A damaged image is refused, or its damage changed nothing that is looked at; what is cut is always refused. */
static void damage(const uint8_t *whole, size_t size, const char *format) {
    uint8_t *bytes = malloc(size);
    sb_source source;
    assert_string_equal(reason(SB_SOURCE_IMAGE, whole, size, &source), "");
    sb_source_release(&source);
    for (size_t cut = 3; cut < size; cut++) {
        memcpy(bytes, whole, cut);
        const char *said = reason(SB_SOURCE_IMAGE, bytes, cut, &source);
        assert_true(cut < 8 ? *said != 0 : strncmp(said, format, strlen(format)) == 0);
        assert_null(strchr(said, '\n'));
    }
    for (size_t i = 0; i < size; i++) {
        memcpy(bytes, whole, size);
        bytes[i] ^= (uint8_t)(1 << i % 8);
        reason(SB_SOURCE_IMAGE, bytes, size, &source);
        sb_source_release(&source);
    }
    free(bytes);
}

static void damaged_png(void **state) {
    (void)state;
    uint8_t pixels[5 * 7 * 3], file[2048];
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 5, .height = 7, .format = PNG_FORMAT_RGB};
    png_alloc_size_t size = sizeof file;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(37 * i);
    assert_true(png_image_write_to_memory(&image, file, &size, 0, pixels, 0, NULL));
    damage(file, size, "'file' is a damaged PNG image: ");
}

static void damaged_jpeg(void **state) {
    (void)state;
    struct jpeg_compress_struct jpeg = {0};
    struct jpeg_error_mgr errors;
    uint8_t *file = NULL, row[24 * 3];
    JSAMPROW rows[] = {row};
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &file, &size);
    jpeg.image_width = jpeg.image_height = 24;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (size_t y = 0; y < 24; y++) {
        for (size_t i = 0; i < sizeof row; i++)
            row[i] = (uint8_t)(i * i + 11 * y);
        jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    damage(file, size, "'file' is a damaged JPEG image: ");
    free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_is_read_plain_and_packed),
        cmocka_unit_test(idx_is_refused),
        cmocka_unit_test(damaged_png),
        cmocka_unit_test(damaged_jpeg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
