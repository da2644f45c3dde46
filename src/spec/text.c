#include "internal.h"

spec_place spec_place_of(const char *text, size_t offset, const char *source) {
    spec_place place = {.source = source, .line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

/* Length of the UTF-8 character at @p c (Unicode 15, table 3-7), 0 if there is none in @p left bytes. */
static size_t character(const unsigned char *c, size_t left) {
    if (c[0] < 0x80)
        return 1;
    size_t length = c[0] >= 0xc2 && c[0] < 0xe0   ? 2
                    : c[0] >= 0xe0 && c[0] < 0xf0 ? 3
                    : c[0] >= 0xf0 && c[0] < 0xf5 ? 4
                                                  : 0;
    if (length == 0 || length > left)
        return 0;
    unsigned char low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;
    if (c[1] < low || c[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool spec_text_check(spec_reader *reader, const char *text, size_t length, const char *source) {
    for (size_t i = 0, step; i < length; i += step) {
        step = character((const unsigned char *)text + i, length - i);
        if (step == 0 || text[i] == 0) {
            spec_error(reader, spec_place_of(text, i, source), "", "found byte 0x%02x; allowed text in UTF-8",
                       (unsigned)(unsigned char)text[i]);
            return false;
        }
    }
    return true;
}
