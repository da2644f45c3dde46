#define _GNU_SOURCE /* memmem */

#include "image.h"
#include "names.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What HDF5 keeps about a file has checksums, which it compares when it reads: what is damaged in it cannot be opened.
 * Two kinds of bytes have none: values, and the global heap, by which dimensions and variables refer to each other. A
 * collection of the heap ("file format specification" of HDF5, III.E) is a header of 16 bytes, with its size in the
 * last 8, and objects: index in 2 bytes (0: the free space at the end), 6 others, size in 8, and as many bytes, padded
 * to 8. */

enum { HEAP_HEADER = 16, SIZE_AT = 8 };

static uint64_t number_at(const unsigned char *bytes) {
    uint64_t number = 0;
    for (int i = 7; i >= 0; --i)
        number = number << 8 | bytes[i];
    return number;
}

/* Bytes of the collection at @p heap up to its free space; 0 if there is none. */
static size_t heap_used(const unsigned char *heap, size_t available) {
    static const unsigned char start[SIZE_AT] = {'G', 'C', 'O', 'L', 1};
    if (available < HEAP_HEADER || memcmp(heap, start, sizeof start) != 0 || number_at(heap + SIZE_AT) > available)
        return 0;
    const uint64_t size = number_at(heap + SIZE_AT);
    uint64_t end = HEAP_HEADER;
    while (end + HEAP_HEADER <= size && (heap[end] || heap[end + 1])) {
        const uint64_t object = number_at(heap + end + SIZE_AT);
        if (object > size - end - HEAP_HEADER)
            return (size_t)size;
        end += HEAP_HEADER + (object + 7) / 8 * 8;
    }
    return (size_t)(end < size ? end : size);
}

/* An image in memory, and a file to compare with it. */
struct pair {
    const unsigned char *bytes; /* of the image */
    uint64_t size;
    const sb_extent *written; /* [count] */
    size_t count;
    int file;
};

/* True if the file has what the image has in its global heap between @p start and @p end. */
static bool heaps_alike(const struct pair *pair, uint64_t start, uint64_t end) {
    const unsigned char *heap;
    while (start < end && (heap = memmem(pair->bytes + start, end - start, "GCOL", 4))) {
        const uint64_t at = (uint64_t)(heap - pair->bytes);
        const size_t used = heap_used(heap, end - at);
        if (!sb_file_has(pair->file, heap, used, at))
            return false;
        start = at + (used ? used : 4);
    }
    return true;
}

static bool all_heaps_alike(const struct pair *pair) {
    uint64_t start = 0;
    for (size_t i = 0; i < pair->count; ++i) {
        if (!heaps_alike(pair, start, pair->written[i].start))
            return false;
        start = pair->written[i].start + pair->written[i].length;
    }
    return heaps_alike(pair, start, pair->size);
}

/* True if the file has the values of @p object of the image, if it is a dataset and runs do not write it. */
static bool values_alike(const struct pair *pair, hid_t object) {
    if (H5Iget_type(object) != H5I_DATASET || H5Dget_offset(object) == HADDR_UNDEF)
        return true;
    const sb_extent values = sb_extent_of(object);
    for (size_t i = 0; i < pair->count; ++i)
        if (pair->written[i].start == values.start)
            return true;
    return values.start + values.length <= pair->size &&
           sb_file_has(pair->file, pair->bytes + values.start, values.length, values.start);
}

static herr_t compare_values(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    (void)link;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    const bool alike = object >= 0 && values_alike(context, object);
    return sb_h5_release(object, SB_OK, "", NULL) == SB_OK && alike ? 0 : -1;
}

static herr_t read_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)object, (void)name, (void)info, (void)context;
    return 0; /* it is there */
}

/* Where many things have an order of creation HDF5 keeps two indices of them; `native` reads that one, `increasing` the
 * one of names. */
static const H5_iter_order_t both_indices[] = {H5_ITER_NATIVE, H5_ITER_INC};

static bool read_attributes(hid_t object) {
    bool sound = true;
    for (int i = 0; sound && i < 2; ++i)
        sound = H5Aiterate2(object, H5_INDEX_NAME, both_indices[i], NULL, read_attribute, NULL) >= 0;
    return sound;
}

/* H5Ovisit has asked for the sizes of the object's indices too, and so has read them. */
static herr_t read_object(hid_t root, const char *name, const H5O_info_t *info, void *context) {
    (void)info, (void)context;
    hid_t object = H5Oopen(root, name, H5P_DEFAULT);
    const bool sound = object >= 0 && read_attributes(object);
    return sb_h5_release(object, SB_OK, "", NULL) == SB_OK && sound ? 0 : -1;
}

bool sb_image_sound(hid_t file) {
    bool sound = true;
    for (int i = 0; sound && i < 2; ++i)
        sound = H5Ovisit2(file, H5_INDEX_NAME, both_indices[i], read_object, NULL, H5O_INFO_ALL) >= 0;
    return sound;
}

bool sb_image_foreign(const sb_file *file, int descriptor, const sb_file *image, int memory, uint64_t size,
                      const sb_extent *written, size_t count) {
    unsigned char *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, memory, 0);
    if (bytes == MAP_FAILED)
        return false;
    struct pair pair = {.bytes = bytes, .size = size, .written = written, .count = count, .file = descriptor};
    const bool foreign = sb_image_sound(file->id) && all_heaps_alike(&pair) &&
                         H5Lvisit(image->id, H5_INDEX_NAME, H5_ITER_NATIVE, compare_values, &pair) >= 0;
    munmap(bytes, size); /* cannot fail for what mmap gave */
    return foreign;
}
