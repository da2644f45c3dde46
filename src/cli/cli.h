/* The command line: commands, their options, and what they print. */
#ifndef SPECBIAS_CLI_H
#define SPECBIAS_CLI_H

#include <specbias/run.h>
#include <stdio.h>

/* --- Options (options.c) --- */

/* Options that a command takes, as letters of sb_command.options. */
enum {
    SB_OPTION_HELP = 'h',
    SB_OPTION_OUTPUT = 'o',
    SB_OPTION_RESUME = 'r',
    SB_OPTION_OVERWRITE = 'w',
    SB_OPTION_SET = 's',
    SB_OPTION_INTERVAL = 'i',
    SB_OPTION_QUIET = 'q',
    SB_OPTION_RANKS = 'n',
    SB_OPTION_JSON = 'j',
    SB_OPTION_TIME_LIMIT = 't',
    SB_OPTION_REUSE = 'u',
    SB_OPTION_RETRY_FAILED = 'f',
    SB_OPTION_MAX_FAILURES = 'x',
    SB_OPTION_WATCHDOG = 'd',
    SB_OPTION_SWEEP = 'y',
    SB_OPTION_KERNELS = 'k',
    SB_OPTION_CASE = 'c',
    SB_OPTION_NETWORKS = 'm',
    SB_OPTION_ROUNDS = 'e',
    SB_OPTION_STEPS = 'p',
    SB_OPTION_LONG = 'l',
};

/* What was given. Texts belong to argv. */
typedef struct sb_arguments {
    const char *operand; /* the command's file */
    const char *output;
    const char *sweep;
    const sb_kernels *kernels; /* those of sb_kernels_default unless given, the last if several are */
    bool help, resume, overwrite, quiet, json, retry_failed;
    double interval, time_limit, watchdog; /* seconds; a time limit or a watchdog of 0: none */
    long ranks;                            /* 0: not given */
    long max_failures;
    long rounds, steps, long_steps; /* 0: not given */
    /* What may be repeated, in order; released by sb_arguments_free. */
    const char **overrides, **reuse, **cases;
    const sb_kernels **compared; /* all kernels that were given */
    size_t *networks;
    size_t override_count, reuse_count, case_count, compared_count, networks_count;
} sb_arguments;

typedef struct sb_command {
    const char *name, *summary, *help;
    const char *options; /* letters of SB_OPTION_* */
    const char *operand; /* what its file is called in messages; NULL: it takes none */
    bool operand_optional;
    int (*main)(const struct sb_command *command, int argc, char **argv);
} sb_command;

/* SB_INPUT with one line that names what is wrong and, where one is near, what may have been meant. */
sb_code sb_arguments_parse(const sb_command *command, int argc, char **argv, sb_arguments *arguments,
                           sb_status *status);
void sb_arguments_free(sb_arguments *arguments);

/* For commands without MPI: parses, and prints help or the error. True if the command is to go on; otherwise @p
 * exit_code is the program's. */
bool sb_arguments_ready(const sb_command *command, int argc, char **argv, sb_arguments *arguments, int *exit_code);

/* --- Commands, one file each --- */

extern const sb_command sb_run_command, sb_plan_command, sb_status_command, sb_verify_command, sb_salvage_command,
    sb_schema_command, sb_bench_command;

/* --- Trials (trials.c) --- */

/* Why a trial failed, in words; also for a reason that only a later version knows. */
const char *sb_failure_words(sb_failure failure);

/* Prints up to @p most failed trials, each on a line that begins with @p indent, and how many more there are. Without a
 * plan (NULL) they have numbers for names. */
void sb_print_failed(const sb_plan *plan, const sb_summary *summary, size_t most, const char *indent);

/* --- Printing (print.c) --- */

enum { SB_PRINT_LENGTH = 64 };

/* "12.3 MB", powers of 1000. */
const char *sb_print_bytes(double bytes, char text[SB_PRINT_LENGTH]);
/* "4.2 s" below a minute, "1:02:03" above, "3 days 1:02:03". */
const char *sb_print_seconds(double seconds, char text[SB_PRINT_LENGTH]);
/* "2024-05-06 07:08:09 UTC". */
const char *sb_print_time(double since_1970, char text[SB_PRINT_LENGTH]);

/* Of sb_run_info.measuring_seconds: takes the next entry off @p *text. False at the end, and where it is damaged. */
bool sb_next_measuring(const char **text, char name[SB_PRINT_LENGTH], double *seconds);
/* Prints the line "evaluation 0.3 %, spectrum 0.8 %, training 98.9 %" of @p trial_seconds, with @p before it; nothing
 * if nothing is known. */
void sb_print_measuring(const char *before, const char *text, double trial_seconds);

/* Prints the member "name": "text" of a JSON object, and @p after. */
void sb_print_json_text(const char *name, const char *text, const char *after);

/* Prints an error on standard error, the diagnostics of a sweep before it (@p diagnostics may be NULL), and gives the
 * exit code. */
int sb_print_failure(const sb_status *status, const sb_diagnostics *diagnostics);

#endif
