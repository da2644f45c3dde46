/* Hashes: identities and checksums live in files for years, so they are XXH3's published values. */
#include <setjmp.h>
#include <specbias/base.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const uint64_t prime32 = 2654435761u, prime64 = UINT64_C(11400714785074694797);

/* The buffer over which the values in xxHash's own self-test are taken. */
static void fill_test_buffer(uint8_t *buffer, size_t length) {
    uint64_t generator = prime32;
    for (size_t i = 0; i < length; i++) {
        buffer[i] = (uint8_t)(generator >> 56);
        generator *= prime64;
    }
}

/* xxHash, cli/xsum_sanity_check.c, XSUM_XXH128_testdata without seed: high half, then low half. */
static void identities_are_published_xxh3_values(void **state) {
    static const struct {
        size_t length;
        const char *text;
    } published[] = {
        {0, "99aa06d3014798d86001c324468d497f"},    {1, "a6cd5e9392000f6ac44bdff4074eecdb"},
        {6, "082afe0b8162d12a3e7039bdda43cfc6"},    {24, "0ce966e4678d37611e7044d28b1b901d"},
        {222, "337e09641b948717f1aebd597cec6b3a"},  {403, "1b6de21e332dd73dcdeb804d65c6dea4"},
        {2367, "e89c0f6ff369b427cb37aeb9e5d361ed"},
    };
    uint8_t buffer[2367];
    (void)state;
    fill_test_buffer(buffer, sizeof buffer);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        char text[SB_HASH_TEXT];
        sb_hash_format(sb_hash_bytes(buffer, published[i].length), text);
        assert_string_equal(text, published[i].text);
    }
}

/* The same file, XSUM_XXH3_testdata: without seed and with the seed PRIME64, which stands for what came before. */
static void checksums_are_published_xxh3_values(void **state) {
    static const struct {
        size_t length;
        uint64_t first, chained;
    } published[] = {
        {1, 0xC44BDFF4074EECDB, 0x032BE332DD766EF8},
        {80, 0xBCDEFBBB2C47C90A, 0xC6DD0CB699532E73},
        {2048, 0xDD59E2C3A5F038E0, 0x66F81670669ABABC},
    };
    uint8_t buffer[2048];
    (void)state;
    fill_test_buffer(buffer, sizeof buffer);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        assert_int_equal(sb_checksum(buffer, published[i].length, 0), published[i].first);
        assert_int_equal(sb_checksum(buffer, published[i].length, prime64), published[i].chained);
    }
}

static void chained_checksums_see_every_bit_and_the_order(void **state) {
    uint8_t parts[2][16] = {{1, 2, 3}, {4, 5, 6}};
    (void)state;
    uint64_t forward = sb_checksum(parts[1], 16, sb_checksum(parts[0], 16, 0));
    assert_int_not_equal(forward, sb_checksum(parts[0], 16, sb_checksum(parts[1], 16, 0)));
    parts[0][15] ^= 1;
    assert_int_not_equal(forward, sb_checksum(parts[1], 16, sb_checksum(parts[0], 16, 0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identities_are_published_xxh3_values),
        cmocka_unit_test(checksums_are_published_xxh3_values),
        cmocka_unit_test(chained_checksums_see_every_bit_and_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
