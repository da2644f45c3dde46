#include "cli.h"
#include <math.h>
#include <time.h>

const char *sb_print_bytes(double bytes, char text[SB_PRINT_LENGTH]) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units; ++unit)
        bytes /= 1000;
    snprintf(text, SB_PRINT_LENGTH, "%.3g %s", bytes, units[unit]);
    return text;
}

const char *sb_print_seconds(double seconds, char text[SB_PRINT_LENGTH]) {
    const long long whole = llrint(seconds), days = whole / 86400;
    if (seconds < 59.5)
        snprintf(text, SB_PRINT_LENGTH, "%.2g s", seconds);
    else if (days > 0)
        snprintf(text, SB_PRINT_LENGTH, "%lld day%s %lld:%02lld:%02lld", days, days == 1 ? "" : "s", whole / 3600 % 24,
                 whole / 60 % 60, whole % 60);
    else
        snprintf(text, SB_PRINT_LENGTH, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    return text;
}

const char *sb_print_time(double since_1970, char text[SB_PRINT_LENGTH]) {
    const time_t moment = (time_t)since_1970;
    struct tm parts;
    if (!gmtime_r(&moment, &parts) || !strftime(text, SB_PRINT_LENGTH, "%Y-%m-%d %H:%M:%S UTC", &parts))
        snprintf(text, SB_PRINT_LENGTH, "%.0f s since 1970", since_1970);
    return text;
}

bool sb_next_measuring(const char **text, char name[SB_PRINT_LENGTH], double *seconds) {
    _Static_assert(SB_PRINT_LENGTH == 64, "as in the format");
    int length = 0;
    if (sscanf(*text, "%63[a-z0-9_]=%lf%n", name, seconds, &length) != 2 || !(*seconds >= 0 && isfinite(*seconds)))
        return false;
    *text += length;
    *text += **text == ',';
    return true;
}

static void print_share(const char *name, double percent) {
    const double least = 0.01;
    printf("%s %s", name, percent < least ? "<" : "");
    printf(percent < 10 ? "%.2g %%, " : "%.0f %%, ", fmax(percent, least)); /* %.2g would make 1e+02 of 99.6 */
}

void sb_print_measuring(const char *before, const char *text, double trial_seconds) {
    double seconds, training = trial_seconds;
    char name[SB_PRINT_LENGTH];
    if (!*text || !(trial_seconds > 0))
        return;
    fputs(before, stdout);
    for (; sb_next_measuring(&text, name, &seconds); training -= seconds)
        print_share(name, 100 * seconds / trial_seconds);
    printf("training %.3g %%\n", 100 * fmax(0, training / trial_seconds));
}

void sb_print_json_text(const char *name, const char *text, const char *after) {
    printf("\"%s\": \"", name);
    for (; *text; ++text)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    printf("\"%s", after);
}

int sb_print_failure(const sb_status *status, const sb_diagnostics *diagnostics) {
    if (status->code == SB_INPUT && diagnostics && diagnostics->count == 1) {
        fprintf(stderr, "specbias: %s\n", diagnostics->items->text); /* one error, one line */
        return sb_exit_code(status->code);
    }
    if (diagnostics)
        sb_diagnostics_print(diagnostics, stderr);
    fprintf(stderr, "specbias: %s\n", status->message);
    return sb_exit_code(status->code);
}
