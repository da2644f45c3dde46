/** @file source.h
 * What the files that a sweep names hold, once they have been read: images (PNG, JPEG), and the samples and labels of
 * IDX files, in which handwritten digits and garments are published.
 *
 * A target finds it through its settings, `settings->target.images->content`; it is shared by all trials and read-only.
 * The content has been found whole and of the kind that its field wants (sb_field.holds), nothing more: that it fits
 * the other settings is checked by a rule in rules.c, before anything is trained.
 */
#ifndef SPECBIAS_DATA_SOURCE_H
#define SPECBIAS_DATA_SOURCE_H

#include <specbias/data.h>

/** Bytes that one file may hold, and that its content may take. */
#define SB_SOURCE_BYTES_MAX ((size_t)1 << 30)

/** Values in [0, maximum]: bytes, or 16-bit numbers of an image that has them. */
typedef struct sb_content {
    size_t count;         /**< images or labels in the file; 1 of a PNG or JPEG */
    size_t rows, columns; /**< of each image; 1 x 1 of a label */
    size_t channels;      /**< 1: grey; 3: red, green, blue */
    unsigned maximum;     /**< 255: values are in `bytes`; 65535: in `words` */
    union {
        uint8_t *bytes;  /**< [count][rows][columns][channels] */
        uint16_t *words; /**< the same */
    };
} sb_content;

/** Number @p i of the content's values, over its maximum: a real number in [0, 1]. */
static inline double sb_content_value(const sb_content *content, size_t i) {
    return (content->maximum > UINT8_MAX ? content->words[i] : content->bytes[i]) / (double)content->maximum;
}

/** One reader for each format. It makes room for the values (malloc) and fills @p content; SB_INPUT with the reason in
 * words that follow "'digits.gz' ", such as "is cut short", or SB_MEMORY. Nothing is left behind by a failure. */
typedef sb_code sb_reader(const uint8_t *bytes, size_t size, sb_content *content, sb_status *status);

sb_reader sb_png_read, sb_jpeg_read;

/** IDX, not compressed, with bytes in three dimensions or in one (labels: rows, columns and channels are 1). */
sb_reader sb_idx_read_samples, sb_idx_read_labels;

/** Such as "1.6.39", "turbo 2.1.5", "1.2.13". */
const char *sb_png_version(void);
const char *sb_jpeg_version(void);
const char *sb_zlib_version(void);

/** Makes room for the values of @p content, whose sizes and maximum are set. SB_INPUT if they are more than
 * SB_SOURCE_BYTES_MAX. */
sb_code sb_content_allocate(sb_content *content, sb_status *status);

/** Unpacks gzip data, of one or several members, into @p *unpacked (malloc). */
sb_code sb_gunzip(const uint8_t *bytes, size_t size, uint8_t **unpacked, size_t *unpacked_size, sb_status *status);

#endif
