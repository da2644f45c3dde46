#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RULES_MAX = 16 };

enum action { FAIL, SKIP, KILL, PAUSE, TRACE };

struct rule {
    enum action action;
    int what;    /* sb_fault_call or sb_fault_point */
    long number; /* of the call or passing, or milliseconds */
    int error;
    int trace; /* descriptor */
};

struct sb_fault {
    long calls[SB_CALLS], passes[SB_POINTS];
    size_t count;
    struct rule rules[RULES_MAX];
};

static const char *const call_names[SB_CALLS] = {"open", "write", "flush", "readback", "reserve", "checkpoint", "fill"};
static const char *const point_names[SB_POINTS] = {"naming",
                                                   "named",
                                                   "filled",
                                                   "opened",
                                                   "before-payload",
                                                   "after-payload",
                                                   "after-flush",
                                                   "after-readback",
                                                   "after-states",
                                                   "after-last-flush",
                                                   "before-checkpoint",
                                                   "checkpoint-opened",
                                                   "checkpoint-written",
                                                   "checkpoint-synced",
                                                   "checkpoint-headed",
                                                   "after-checkpoint",
                                                   "checkpoint-removed"};

/* --- Understanding --------------------------------------------------------------------------------------------------
 */

static int find(const char *name, const char *const *names, int count) {
    int i = 0;
    while (i < count && strcmp(name, names[i]) != 0)
        ++i;
    return i < count ? i : -1;
}

/* -1 if it is none. */
static long read_number(const char *text) {
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    return end == text || *end || number < 0 ? -1 : number;
}

static int read_error(const char *name) {
    static const char *const names[] = {"ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "ESTALE", "EFBIG"};
    static const int errors[] = {ENOSPC, EDQUOT, EIO, EROFS, EACCES, ESTALE, EFBIG};
    const int which = find(name, names, sizeof errors / sizeof *errors);
    return which < 0 ? 0 : errors[which];
}

/* The rule of up to three @p words; false if there is none like it. */
static bool read_rule(char *const words[3], struct rule *out) {
    const int other = find(words[0], (const char *const[]){"skip", "kill", "pause", "trace"}, 4);
    *out = (struct rule){.action = other < 0 ? FAIL : SKIP + other, .number = read_number(words[2]), .trace = -1};
    switch (out->action) {
    case FAIL:
        out->what = find(words[0], call_names, SB_CALL_FILL);
        out->number = read_number(words[1]);
        out->error = read_error(words[2]);
        return out->what >= 0 && out->number > 0 && out->error;
    case SKIP:
        out->what = find(words[1], call_names, SB_CALLS);
        return (out->what == SB_CALL_RESERVE || out->what == SB_CALL_FILL) && !*words[2];
    case KILL:
    case PAUSE:
        out->what = find(words[1], point_names, SB_POINTS);
        return out->what >= 0 && out->number > 0;
    case TRACE:
        return *words[1] && !*words[2];
    }
    return false;
}

static sb_code add_rule(sb_fault *fault, char *item, int rank, sb_status *status) {
    static char none[] = "";
    char whole[128], *words[3] = {none, none, none}, *rest = NULL, *at = strrchr(item, '@');
    snprintf(whole, sizeof whole, "%s", item);
    if (at)
        *at++ = '\0';
    for (int i = 0; i < 3; ++i) {
        char *word = strtok_r(i ? NULL : item, i < 2 ? ":" : "", &rest);
        words[i] = word ? word : none;
    }
    const long wanted = at ? read_number(at) : rank;
    struct rule *new = &fault->rules[fault->count];
    if (!read_rule(words, new) || wanted < 0 || fault->count == RULES_MAX - 1)
        return sb_fail(status, SB_INPUT,
                       "the environment variable SPECBIAS_FAULT is for tests and holds '%s', which is no fault (see "
                       "'man specbias'); unset it",
                       whole);
    if (wanted != rank)
        return SB_OK;
    if (new->action == TRACE && (new->trace = open(words[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0)
        return sb_fail(status, SB_IO, "cannot open '%s' (from SPECBIAS_FAULT): %s", words[1], strerror(errno));
    ++fault->count;
    return SB_OK;
}

sb_code sb_fault_create(int rank, sb_fault **fault, sb_status *status) {
    const char *text = getenv("SPECBIAS_FAULT");
    *fault = NULL;
    if (!text || !*text)
        return SB_OK;
    char *copy = strdup(text), *rest = NULL;
    *fault = calloc(1, sizeof **fault);
    sb_code code = copy && *fault ? SB_OK : sb_fail(status, SB_MEMORY, "no memory for SPECBIAS_FAULT");
    for (char *item = copy; code == SB_OK && (item = strtok_r(item, ",", &rest)); item = NULL)
        code = add_rule(*fault, item, rank, status);
    free(copy);
    return code;
}

void sb_fault_free(sb_fault *fault) {
    for (size_t i = 0; fault && i < fault->count; ++i)
        if (fault->rules[i].trace >= 0)
            close(fault->rules[i].trace); /* lines for a test, which misses what is missing */
    free(fault);
}

/* --- Doing ----------------------------------------------------------------------------------------------------------
 */

sb_code sb_fault_fails(sb_fault *fault, sb_fault_call call, const char *path, sb_status *status) {
    if (!fault)
        return SB_OK;
    const long number = ++fault->calls[call];
    for (size_t i = 0; i < fault->count; ++i) {
        const struct rule *rule = &fault->rules[i];
        if (rule->action == FAIL && rule->what == (int)call && rule->number == number)
            return sb_fail(status, SB_IO, "'%s': %s number %ld fails: %s (as SPECBIAS_FAULT says)", path,
                           call_names[call], number, strerror(rule->error));
    }
    return SB_OK;
}

bool sb_fault_skips(const sb_fault *fault, sb_fault_call call) {
    for (size_t i = 0; fault && i < fault->count; ++i)
        if (fault->rules[i].action == SKIP && fault->rules[i].what == (int)call)
            return true;
    return false;
}

static void trace(int descriptor, sb_fault_point point) {
    char line[64];
    const int length = snprintf(line, sizeof line, "%ld %s\n", (long)getpid(), point_names[point]);
    if (write(descriptor, line, (size_t)length) != length) /* one write: lines of ranks do not mix */
        fprintf(stderr, "specbias: the trace of SPECBIAS_FAULT cannot be written: %s\n", strerror(errno));
}

void sb_fault_pass(sb_fault *fault, sb_fault_point point) {
    if (!fault)
        return;
    const long number = ++fault->passes[point];
    for (size_t i = 0; i < fault->count; ++i) {
        const struct rule *rule = &fault->rules[i];
        const struct timespec time = {rule->number / 1000, rule->number % 1000 * 1000000};
        if (rule->action == TRACE)
            trace(rule->trace, point);
        if (rule->action == PAUSE && rule->what == (int)point)
            nanosleep(&time, NULL); /* a signal may cut it short */
        if (rule->action == KILL && rule->what == (int)point && rule->number == number)
            raise(SIGKILL);
    }
}
