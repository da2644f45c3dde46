#include <specbias/base.h>
#include <string.h>
#include <xxhash.h>

sb_hash sb_hash_bytes(const void *data, size_t size) {
    XXH128_canonical_t canonical;
    sb_hash hash;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, size));
    memcpy(hash.bytes, canonical.digest, sizeof hash.bytes);
    return hash;
}

void sb_hash_format(sb_hash hash, char text[SB_HASH_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        text[2 * i] = digits[hash.bytes[i] >> 4];
        text[2 * i + 1] = digits[hash.bytes[i] & 15];
    }
    text[2 * sizeof hash.bytes] = 0;
}

uint64_t sb_checksum(const void *data, size_t size, uint64_t previous) {
    return XXH3_64bits_withSeed(data, size, previous);
}
