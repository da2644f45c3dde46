#include "internal.h"
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };
static const double seconds_between_lines = 30;
static const char clear_line[] = "\r\033[K";

/* True if what is written to standard error ends on a terminal. Under mpirun a rank's standard error is always a pipe
 * (and its standard output always a terminal, whatever mpirun's is), so there mpirun itself, the parent, is asked. */
static bool ends_on_terminal(void) {
    char path[64];
    if (isatty(STDERR_FILENO))
        return true;
    snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)getppid(), STDERR_FILENO);
    if (!getenv("OMPI_COMM_WORLD_SIZE"))
        return false;
    const int parent = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (parent < 0)
        return false;
    const bool terminal = isatty(parent);
    close(parent);
    return terminal;
}

void sb_display_start(sb_display *display, int ranks) {
    if (!display->shown)
        return;
    display->terminal = ends_on_terminal();
    display->next = seconds_between_lines;
    display->efficiency = NAN;
    const unsigned long long missing = display->trials - display->already_done;
    fprintf(stderr, "specbias: training %llu trial%s on %d rank%s", missing, missing == 1 ? "" : "s", ranks,
            ranks == 1 ? "" : "s");
    if (display->already_done)
        fprintf(stderr, "; %llu are done already", (unsigned long long)display->already_done);
    if (display->saved)
        fprintf(stderr, "; %llu go%s on from a checkpoint", (unsigned long long)display->saved,
                display->saved == 1 ? "es" : "");
    fputc('\n', stderr);
}

/* Of the work of the whole sweep, as the number of trials is of all of them. */
static double share_done(const sb_display *display, const sb_progress *progress) {
    const double all = display->work + display->work_before;
    return all > 0 ? fmin(1, (display->work_before + progress->work) / all) : 1;
}

static void format_figures(const sb_display *display, const sb_progress *progress, char *text, size_t size) {
    const double rate = progress->seconds > 0 ? progress->work / progress->seconds : 0;
    size_t used =
        (size_t)snprintf(text, size, "%llu/%llu trials, %.1f%% of the work, %.1f GFLOP/s",
                         (unsigned long long)(display->already_done + progress->finished),
                         (unsigned long long)display->trials, 100 * share_done(display, progress), 1e-9 * rate);
    if (rate > 0) {
        const long long left = llrint(fmax(0, display->work - progress->work) / rate);
        used += (size_t)snprintf(text + used, size - used, ", %lld:%02lld:%02lld left", left / 3600, left / 60 % 60,
                                 left % 60);
    }
    if (isfinite(display->efficiency))
        snprintf(text + used, size - used, ", efficiency %.2f", display->efficiency);
}

static void draw_bar(double share, const char *figures) {
    char bar[BAR_WIDTH + 1] = "";
    const int filled = (int)(share * BAR_WIDTH);
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(BAR_WIDTH - filled));
    fprintf(stderr, "%s[%s] %s", clear_line, bar, figures);
}

void sb_display_show(sb_display *display, const sb_progress *progress) {
    char figures[256];
    if (!display->shown || (!display->terminal && progress->seconds < display->next))
        return;
    format_figures(display, progress, figures, sizeof figures);
    if (display->terminal)
        draw_bar(share_done(display, progress), figures);
    else
        fprintf(stderr, "specbias: %s\n", figures);
    while (display->next <= progress->seconds)
        display->next += seconds_between_lines;
    fflush(stderr);
}

void sb_display_end(sb_display *display) {
    if (display->shown && display->terminal)
        fputs(clear_line, stderr);
}

void sb_display_note(const sb_display *display, const char *format, ...) {
    char text[SB_MESSAGE_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%sspecbias: %s\n", display->terminal ? clear_line : "", text);
}
