#include "cli.h"
#include <string.h>

static const sb_command *const commands[] = {&sb_run_command,    &sb_plan_command,    &sb_status_command,
                                             &sb_verify_command, &sb_salvage_command, &sb_schema_command,
                                             &sb_bench_command};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int print_help(FILE *out) {
    fputs("usage: specbias COMMAND [ARGUMENTS]\n\n"
          "Trains many small neural networks over a grid described in one YAML file, spread over\n"
          "MPI ranks, and writes how each learns the frequencies of its target into one HDF5 file.\n\n",
          out);
    for (int i = 0; i < COMMANDS; ++i)
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'specbias COMMAND --help' tells more; 'specbias --version' tells versions.\n\n"
          "Exit codes:\n"
          "   0  done\n"
          "   1  finished, but some trials failed\n"
          "   2  wrong usage, a bad sweep file, bad input data, or a grid too large\n"
          "  70  a bug in specbias, no memory, or a system call that failed\n"
          "  74  the results file could not be created, read or written\n"
          "  75  stopped early; the same command resumes\n",
          out);
    return 0;
}

static int print_version(void) {
    char versions[SB_VERSIONS_LENGTH];
    sb_versions(versions);
    printf("%s\n", versions);
    if (*sb_revision())
        printf("revision %s\n", sb_revision());
    return 0;
}

static int unknown_command(const char *given) {
    const char *near = NULL;
    for (int i = 0; i < COMMANDS; ++i)
        sb_nearer(given, commands[i]->name, &near);
    fprintf(stderr, "specbias: unknown command '%s'%s%s%s; see 'specbias --help'\n", given,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return sb_exit_code(SB_INPUT);
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        fputs("specbias: no command given; see 'specbias --help'\n", stderr);
        return sb_exit_code(SB_INPUT);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return print_help(stdout);
    if (strcmp(argv[1], "--version") == 0)
        return print_version();
    for (int i = 0; i < COMMANDS; ++i)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->main(commands[i], argc - 1, argv + 1);
    return unknown_command(argv[1]);
}

int main(int argc, char **argv) {
    const int code = dispatch(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("specbias: standard output could not be written\n", stderr);
    return code ? code : sb_exit_code(SB_IO);
}
