#include "cli.h"
#include <errno.h>
#include <getopt.h>
#include <specbias/bench.h>
#include <stdlib.h>
#include <string.h>

typedef struct option_row {
    const char *name;
    int letter;
    bool takes_value;
    bool has_short_form;
} option_row;

static const option_row rows[] = {
    {"help", SB_OPTION_HELP, false, true},         {"output", SB_OPTION_OUTPUT, true, true},
    {"resume", SB_OPTION_RESUME, false, false},    {"overwrite", SB_OPTION_OVERWRITE, false, false},
    {"set", SB_OPTION_SET, true, false},           {"interval", SB_OPTION_INTERVAL, true, false},
    {"quiet", SB_OPTION_QUIET, false, true},       {"ranks", SB_OPTION_RANKS, true, false},
    {"json", SB_OPTION_JSON, false, false},        {"time-limit", SB_OPTION_TIME_LIMIT, true, false},
    {"reuse", SB_OPTION_REUSE, true, false},       {"retry-failed", SB_OPTION_RETRY_FAILED, false, false},
    {"sweep", SB_OPTION_SWEEP, true, false},       {"max-failures", SB_OPTION_MAX_FAILURES, true, false},
    {"watchdog", SB_OPTION_WATCHDOG, true, false}, {"kernels", SB_OPTION_KERNELS, true, false},
    {"case", SB_OPTION_CASE, true, false},         {"networks", SB_OPTION_NETWORKS, true, false},
    {"rounds", SB_OPTION_ROUNDS, true, false},     {"steps", SB_OPTION_STEPS, true, false},
    {"long", SB_OPTION_LONG, true, false},
};
enum {
    ROWS = sizeof rows / sizeof *rows,
    LONG_FORM = 256 /* added to a letter where the option was written out */
};

/* What getopt_long needs to know of one command's options. */
typedef struct option_set {
    struct option longs[ROWS + 1];
    char shorts[2 * ROWS + 2];
} option_set;

static void select_options(const char *letters, option_set *set) {
    size_t count = 0;
    char *next = set->shorts;
    *next++ = ':'; /* tells a missing value from an unknown option */
    for (size_t i = 0; i < ROWS; ++i) {
        if (!strchr(letters, rows[i].letter))
            continue;
        set->longs[count++] = (struct option){rows[i].name, rows[i].takes_value, NULL, rows[i].letter | LONG_FORM};
        if (rows[i].has_short_form)
            *next++ = (char)rows[i].letter;
        if (rows[i].has_short_form && rows[i].takes_value)
            *next++ = ':';
    }
    *next = '\0';
    set->longs[count] = (struct option){0};
}

/* What getopt_long took no letter from; optopt tells a short option, 0 an unknown long one, LONG_FORM one with a value
 * that it does not take. */
static sb_code unknown_option(const sb_command *command, const option_set *set, const char *given, sb_status *status) {
    char name[64];
    const char *word = given + strspn(given, "-"), *near = NULL;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    if (optopt >= LONG_FORM)
        return sb_fail(status, SB_INPUT, "%s: option '--%s' takes no value; see 'specbias %s --help'", command->name,
                       name, command->name);
    if (optopt > 0) /* of several in one word, such as -qx, which getopt has not left behind yet */
        return sb_fail(status, SB_INPUT, "%s: option '-%c' is unknown; see 'specbias %s --help'", command->name, optopt,
                       command->name);
    for (const struct option *option = set->longs; option->name; ++option)
        sb_nearer(name, option->name, &near);
    return sb_fail(status, SB_INPUT, "%s: option '%s' is unknown%s%s%s; see 'specbias %s --help'", command->name, given,
                   near ? "; did you mean '--" : "", near ? near : "", near ? "'?" : "", command->name);
}

static sb_code parse_interval(const char *text, double *interval, sb_status *status) {
    char *end = NULL;
    errno = 0;
    *interval = strtod(text, &end);
    if (end == text || *end || errno || !(*interval > 0 && *interval <= 86400))
        return sb_fail(status, SB_INPUT, "--interval '%s': give seconds between two commits, above 0 and at most 86400",
                       text);
    return SB_OK;
}

/* [[HH:]MM:]SS; the first number may be large, those after it are below 60. */
static sb_code parse_time_limit(const char *text, double *seconds, sb_status *status) {
    const char *next = text;
    long total = 0;
    for (int part = 0; part < 3 && *next >= '0' && *next <= '9'; ++part) {
        char *end = NULL;
        const long value = strtol(next, &end, 10);
        if (value > (part == 0 ? 100000000 : 59))
            break;
        total = 60 * total + value;
        if (*end == '\0' && total > 0) {
            *seconds = (double)total;
            return SB_OK;
        }
        if (*end != ':')
            break;
        next = end + 1;
    }
    return sb_fail(status, SB_INPUT, "--time-limit '%s': give [[HOURS:]MINUTES:]SECONDS, above 0", text);
}

static sb_code parse_watchdog(const char *text, double *seconds, sb_status *status) {
    char *end = NULL;
    errno = 0;
    *seconds = strtod(text, &end);
    if (end == text || *end || errno || !(*seconds == 0 || (*seconds >= 2 && *seconds <= 86400)))
        return sb_fail(status, SB_INPUT,
                       "--watchdog '%s': give the seconds without a sign of life after which a rank is named, 2 to "
                       "86400, or 0 for never",
                       text);
    return SB_OK;
}

static sb_code take_kernels(const char *text, sb_arguments *arguments, sb_status *status) {
    char names[128] = "", *end = names;
    if ((arguments->kernels = sb_kernels_find(text))) {
        arguments->compared[arguments->compared_count++] = arguments->kernels;
        return SB_OK;
    }
    for (size_t i = 0; sb_kernels_at(i); ++i)
        end += snprintf(end, sizeof names - (size_t)(end - names), "%s%s", i ? " or " : "",
                        sb_kernels_name(sb_kernels_at(i)));
    return sb_fail(status, SB_INPUT, "--kernels '%s': give %s", text, names);
}

static sb_code parse_count(const char *option, const char *text, long least, long most, long *count,
                           sb_status *status) {
    char *end = NULL;
    errno = 0;
    *count = strtol(text, &end, 10);
    if (end == text || *end || errno || *count < least || *count > most)
        return sb_fail(status, SB_INPUT, "%s '%s': give a whole number from %ld to %ld", option, text, least, most);
    return SB_OK;
}

static sb_code take_networks(const char *text, sb_arguments *arguments, sb_status *status) {
    long count = 0;
    const sb_code code = parse_count("--networks", text, 1, 1000, &count, status);
    arguments->networks[arguments->networks_count++] = (size_t)count;
    return code;
}

static sb_code take_bench_option(int letter, const char *value, sb_arguments *arguments, sb_status *status) {
    switch (letter) {
    case SB_OPTION_CASE:
        arguments->cases[arguments->case_count++] = value;
        return SB_OK;
    case SB_OPTION_NETWORKS:
        return take_networks(value, arguments, status);
    case SB_OPTION_ROUNDS:
        return parse_count("--rounds", value, 1, 10000, &arguments->rounds, status);
    case SB_OPTION_STEPS:
        return parse_count("--steps", value, 1, 1000000, &arguments->steps, status);
    default:
        return parse_count("--long", value, SB_LONG_PARTS, 1000000000, &arguments->long_steps, status);
    }
}

static sb_code take_option(int letter, const char *value, sb_arguments *arguments, sb_status *status) {
    switch (letter) {
    case SB_OPTION_HELP:
        arguments->help = true;
        return SB_OK;
    case SB_OPTION_OUTPUT:
        arguments->output = value;
        return SB_OK;
    case SB_OPTION_RESUME:
        arguments->resume = true;
        return SB_OK;
    case SB_OPTION_OVERWRITE:
        arguments->overwrite = true;
        return SB_OK;
    case SB_OPTION_SET:
        arguments->overrides[arguments->override_count++] = value;
        return SB_OK;
    case SB_OPTION_INTERVAL:
        return parse_interval(value, &arguments->interval, status);
    case SB_OPTION_QUIET:
        arguments->quiet = true;
        return SB_OK;
    case SB_OPTION_TIME_LIMIT:
        return parse_time_limit(value, &arguments->time_limit, status);
    case SB_OPTION_RANKS:
        return parse_count("--ranks", value, 1, 1000000, &arguments->ranks, status);
    case SB_OPTION_REUSE:
        arguments->reuse[arguments->reuse_count++] = value;
        return SB_OK;
    case SB_OPTION_RETRY_FAILED:
        arguments->retry_failed = true;
        return SB_OK;
    case SB_OPTION_MAX_FAILURES:
        return parse_count("--max-failures", value, 0, (long)SB_TRIALS_MAX, &arguments->max_failures, status);
    case SB_OPTION_WATCHDOG:
        return parse_watchdog(value, &arguments->watchdog, status);
    case SB_OPTION_SWEEP:
        arguments->sweep = value;
        return SB_OK;
    case SB_OPTION_KERNELS:
        return take_kernels(value, arguments, status);
    case SB_OPTION_JSON:
        arguments->json = true;
        return SB_OK;
    default:
        return take_bench_option(letter, value, arguments, status);
    }
}

static sb_code take_operand(const sb_command *command, int count, char **operands, sb_arguments *arguments,
                            sb_status *status) {
    const int wanted = command->operand ? 1 : 0;
    if (arguments->help)
        return SB_OK;
    if (count < wanted && !command->operand_optional)
        return sb_fail(status, SB_INPUT, "%s: no %s given; see 'specbias %s --help'", command->name, command->operand,
                       command->name);
    if (count > wanted)
        return sb_fail(status, SB_INPUT, "%s: one argument too many, '%s'; see 'specbias %s --help'", command->name,
                       operands[wanted], command->name);
    arguments->operand = count > 0 ? operands[0] : NULL;
    if (arguments->resume && arguments->overwrite)
        return sb_fail(status, SB_INPUT, "%s: --resume and --overwrite exclude each other", command->name);
    return SB_OK;
}

/* Room for the options that may be repeated: no list is longer than the command line. */
static sb_code make_lists(sb_arguments *arguments, size_t words, sb_status *status) {
    static const char what[] = "the options";
    arguments->overrides = sb_array(words, sizeof *arguments->overrides, what, status);
    arguments->reuse = sb_array(words, sizeof *arguments->reuse, what, status);
    arguments->cases = sb_array(words, sizeof *arguments->cases, what, status);
    arguments->compared = sb_array(words, sizeof *arguments->compared, what, status);
    arguments->networks = sb_array(words, sizeof *arguments->networks, what, status);
    return arguments->overrides && arguments->reuse && arguments->cases && arguments->compared && arguments->networks
               ? SB_OK
               : SB_MEMORY;
}

sb_code sb_arguments_parse(const sb_command *command, int argc, char **argv, sb_arguments *arguments,
                           sb_status *status) {
    option_set set;
    sb_code code = SB_OK;
    *arguments = (sb_arguments){
        .interval = 30, .watchdog = 60, .max_failures = (long)SB_TRIALS_MAX, .kernels = sb_kernels_default()};
    if (make_lists(arguments, (size_t)argc, status) != SB_OK)
        return SB_MEMORY;
    select_options(command->options, &set);
    opterr = 0;
    for (int letter; code == SB_OK && (letter = getopt_long(argc, argv, set.shorts, set.longs, NULL)) != -1;)
        if (letter == ':')
            code = sb_fail(status, SB_INPUT, "%s: option '%s' needs a value; see 'specbias %s --help'", command->name,
                           argv[optind - 1], command->name);
        else if (letter == '?')
            code = unknown_option(command, &set, argv[optind - 1], status);
        else
            code = take_option(letter & ~LONG_FORM, optarg, arguments, status);
    return code == SB_OK ? take_operand(command, argc - optind, argv + optind, arguments, status) : code;
}

void sb_arguments_free(sb_arguments *arguments) {
    free(arguments->networks);
    free(arguments->compared);
    free(arguments->cases);
    free(arguments->reuse);
    free(arguments->overrides);
}

bool sb_arguments_ready(const sb_command *command, int argc, char **argv, sb_arguments *arguments, int *exit_code) {
    sb_status status = {0};
    if (sb_arguments_parse(command, argc, argv, arguments, &status) != SB_OK)
        *exit_code = sb_print_failure(&status, NULL);
    else if (arguments->help)
        *exit_code = fputs(command->help, stdout) < 0 ? sb_exit_code(SB_IO) : 0;
    else
        return true;
    sb_arguments_free(arguments);
    return false;
}
