/* The image of a results file: the file that a sweep gives, before its slots are filled. It is a pure function of the
 * layout, of the revision of specbias and of the version of HDF5: building it again tells what a file must look like
 * outside its slots and where each slot lies, without a look at the file's own metadata. */
#ifndef SPECBIAS_STORE_IMAGE_H
#define SPECBIAS_STORE_IMAGE_H

#include "provenance.h"

/* A range of bytes of a file. */
typedef struct sb_extent {
    uint64_t start, length;
} sb_extent;

/* Not collective. Builds the image of the file @p path on a new descriptor, in memory, where the slots are holes. To be
 * given to sb_image_release, also after a failure. */
sb_code sb_image_build(const char *path, const sb_layout *layout, int *memory, sb_status *status);
void sb_image_release(int memory);

/* Not collective. Opens an image for reading: @p image and its columns. To be closed with sb_columns_close. */
sb_code sb_image_open(int memory, const char *path, const sb_layout *layout, sb_file *image, sb_status *status);

/* Where the values of @p dataset lie. */
sb_extent sb_extent_of(hid_t dataset);

/* True if @p file has these bytes at @p start. */
bool sb_file_has(int file, const void *bytes, size_t count, uint64_t start);

/* What a damaged file still says about the sweep that it was made from, against the one of an image. */
typedef enum sb_claim { SB_CLAIM_NONE, SB_CLAIM_SAME, SB_CLAIM_OTHER } sb_claim;

/* Not collective. What the bytes of @p file say, whose structure may be lost: the sweep's identity or its text. */
sb_claim sb_image_claim(const sb_file *image, int memory, int file);

/* Reads all objects, attributes and links of an open file, so that HDF5 compares their checksums: true if none is
 * wrong. */
bool sb_image_sound(hid_t file);

/* Not collective. True if a file that differs from its image outside @p written [count] is in order all the same, as
 * after another program has added an attribute: HDF5 finds its own checksums right, and what has none is as it was. */
bool sb_image_foreign(const sb_file *file, int descriptor, const sb_file *image, int memory, uint64_t size,
                      const sb_extent *written, size_t count);

/* Not collective. Compares the file, whose columns are open, with its image: everything but the columns and what runs
 * write into /provenance. Sets compared, creator, altered, first_altered and foreign of
 * @p verdict. */
sb_code sb_image_compare(const sb_file *file, sb_verdict *verdict, sb_status *status);

#endif
