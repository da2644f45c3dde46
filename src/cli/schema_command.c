#include "cli.h"

static int schema_main(const sb_command *command, int argc, char **argv) {
    sb_arguments arguments;
    int code = 0;
    if (!sb_arguments_ready(command, argc, argv, &arguments, &code))
        return code;
    sb_schema_print(stdout);
    sb_arguments_free(&arguments);
    return 0;
}

const sb_command sb_schema_command = {
    .name = "schema",
    .summary = "every key of the sweep file, with type, unit, default and meaning",
    .help = "usage: specbias schema\n\n"
            "Prints every key that a sweep file may have: type, unit, range, default and meaning. The\n"
            "text is a sweep file itself: 'specbias schema > my-sweep.yaml' is one to start from.\n",
    .options = "h",
    .main = schema_main,
};
