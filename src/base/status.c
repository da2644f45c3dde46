#include <specbias/base.h>
#include <stdarg.h>
#include <stdio.h>

sb_code sb_fail(sb_status *status, sb_code code, const char *format, ...) {
    if (status) {
        va_list arguments;
        va_start(arguments, format);
        status->code = code;
        vsnprintf(status->message, sizeof status->message, format, arguments);
        va_end(arguments);
    }
    return code;
}

int sb_exit_code(sb_code code) {
    static const int exit_codes[] = {
#define SB_EXIT_CODE(name, exit_code, meaning) exit_code,
        SB_CODES(SB_EXIT_CODE)
#undef SB_EXIT_CODE
    };
    return exit_codes[code];
}

const char *sb_code_meaning(sb_code code) {
    static const char *const meanings[] = {
#define SB_MEANING(name, exit_code, meaning) meaning,
        SB_CODES(SB_MEANING)
#undef SB_MEANING
    };
    return meanings[code];
}
