/* Bad sweep files: each of tests/cli/bad is refused at the place and with the words that its first line names; errors
 * are all listed, in order; nothing makes the reader hang or crash. Files grid_*.yaml are left to the program
 * (bad_input.sh). */
#include "spec_sweep.h"
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads and checks a file as a run would; the errors go to @p diagnostics. */
static void check_file(const char *path, sb_diagnostics *diagnostics) {
    char *text;
    size_t length;
    sb_sweep *sweep;
    assert_int_equal(sb_sweep_load(path, &text, &length, NULL), SB_OK);
    sb_code code = sb_sweep_parse(text, length, path, NULL, 0, diagnostics, &sweep, NULL);
    for (size_t i = 0; code == SB_OK && i < sb_rule_count; i++) {
        char message[256];
        if (!sb_rules[i].holds(&sweep->base, message, sizeof message))
            sb_sweep_report(sweep, diagnostics, sb_rules[i].culprit, "%s", message);
    }
    sb_sweep_free(sweep);
    free(text);
}

/* Splits the first line, "# place | part of the message | what is wrong". */
static void read_claim(const char *path, char place[32], char part[200]) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "# %31[0-9:] | %199[^|\n]", place, part), 2);
    fclose(file);
    for (size_t end = strlen(part); end && part[end - 1] == ' ';)
        part[--end] = 0;
}

static void each_bad_file_is_refused_where_it_says(void **state) {
    (void)state;
    struct dirent **entries;
    int count = scandir(SPECBIAS_BAD_SWEEPS, &entries, NULL, alphasort), checked = 0, failures = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; free(entries[i++])) {
        const char *name = entries[i]->d_name;
        if (!strstr(name, ".yaml") || strncmp(name, "grid_", 5) == 0)
            continue;
        char path[4096], place[32], part[200], start[4200];
        snprintf(path, sizeof path, "%s/%s", SPECBIAS_BAD_SWEEPS, name);
        read_claim(path, place, part);
        snprintf(start, sizeof start, "%s:%s: ", path, place);
        sb_diagnostics diagnostics = {0};
        check_file(path, &diagnostics);
        bool found = diagnostics.count == 1 && strncmp(diagnostics.items[0].text, start, strlen(start)) == 0 &&
                     strstr(diagnostics.items[0].text, part);
        if (!found) {
            print_error("%s: expected one error, %s: %s\n", name, place, part);
            sb_diagnostics_print(&diagnostics, stderr);
            failures++;
        }
        checked++;
        sb_diagnostics_free(&diagnostics);
    }
    free(entries);
    assert_int_equal(failures, 0);
    assert_true(checked >= 40);
}

static void all_errors_are_listed_in_order(void **state) {
    (void)state;
    static const char *const texts[] = {"specbias: 2\n"
                                        "axes:\n  - depth: [1]\n"
                                        "model: {widht: 3, depth: -1}\n"
                                        "training: {steps: x, batch: y}\n",
                                        "seed=z", NULL};
    static const size_t places[][2] = {{1, 11}, {3, 5}, {4, 9}, {4, 26}, {5, 19}, {5, 29}, {0, 0}};
    sb_diagnostics diagnostics = {0};
    sb_sweep *sweep;
    assert_int_equal(parse(texts, &diagnostics, &sweep), SB_INPUT);
    assert_int_equal(diagnostics.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(diagnostics.items[i].line, places[i][0]);
        assert_int_equal(diagnostics.items[i].column, places[i][1]);
    }
    sb_diagnostics_free(&diagnostics);
}

static void assert_bytes_refused(const char *bytes, size_t length, const char *expected) {
    sb_diagnostics diagnostics = {0};
    sb_sweep *sweep;
    assert_int_equal(sb_sweep_parse(bytes, length, "f", NULL, 0, &diagnostics, &sweep, NULL), SB_INPUT);
    if (!strstr(diagnostics.items[0].text, expected))
        fail_msg("found '%s', not '%s'", diagnostics.items[0].text, expected);
    sb_diagnostics_free(&diagnostics);
}

/* Each of Unicode's ill-formed kinds: stray and missing continuation, overlong, surrogate, beyond U+10FFFF. */
static void only_utf8_is_text(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\x80",     "\xc3(",   "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        "\xe2\x82", "\xff\xfe"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "specbias: 1\nname: \xc3\xa9%s", bad[i]);
        assert_bytes_refused(text, (size_t)length, "f:2:8: found byte 0x");
    }
    assert_bytes_refused("specbias: 1\n\0", 13, "f:2:1: found byte 0x00");
    assert_bytes_refused("", 0, "f:1:1: found an empty file");
    assert_bytes_refused("\xff\xfes\0p\0", 6, "f:1:1: found byte 0xff");
    sb_sweep *sweep = sweep_of("\xef\xbb\xbfspecbias: 1\nname: \xf0\x9f\x90\x8c\n"); /* a byte order mark is allowed */
    assert_string_equal(sweep->name, "\xf0\x9f\x90\x8c");
    sb_sweep_free(sweep);
}

/* libyaml's document loader takes minutes for this: longer than CTest waits. */
static void a_megabyte_of_brackets_is_refused_at_once(void **state) {
    (void)state;
    static char text[1024 * 1024];
    memset(text, '[', sizeof text);
    assert_bytes_refused(text, sizeof text, "f:1:18: found more than 16 levels");
    memset(text, '{', sizeof text);
    assert_bytes_refused(text, sizeof text, "f:1:");
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "- "[i % 2];
    assert_bytes_refused(text, sizeof text, "f:1:35: found more than 16 levels");
}

static void what_ends_on_terminals_has_no_control_characters(void **state) {
    (void)state;
    static const char *const texts[] = {"specbias: 1\n\"\\e[31m\\x9b\\n\": 3\n", NULL};
    sb_diagnostics diagnostics = {0};
    sb_sweep *sweep;
    assert_int_equal(parse(texts, &diagnostics, &sweep), SB_INPUT);
    assert_non_null(strstr(diagnostics.items[0].text, "unknown key '?[31m?\?\?'"));
    sb_diagnostics_free(&diagnostics);
}

static void assert_no_load(const char *path, const char *part) {
    char *text;
    size_t length;
    sb_status status = {0};
    assert_int_equal(sb_sweep_load(path, &text, &length, &status), SB_INPUT);
    assert_null(text);
    assert_non_null(strstr(status.message, path));
    assert_non_null(strstr(status.message, part));
}

static void only_files_of_at_most_a_megabyte_are_read(void **state) {
    (void)state;
    char path[] = "/tmp/specbias-test-XXXXXX", *text;
    size_t length;
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, SB_SWEEP_BYTES_MAX), 0);
    assert_int_equal(sb_sweep_load(path, &text, &length, NULL), SB_OK);
    assert_int_equal(length, SB_SWEEP_BYTES_MAX);
    free(text);
    assert_int_equal(ftruncate(file, SB_SWEEP_BYTES_MAX + 1), 0);
    assert_no_load(path, "more than 1048576 bytes");
    close(file);
    unlink(path);
    assert_no_load(path, "No such file");
    assert_no_load("/tmp", "a folder");
    assert_no_load("/dev/zero", "a device");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_file_is_refused_where_it_says),
        cmocka_unit_test(all_errors_are_listed_in_order),
        cmocka_unit_test(only_utf8_is_text),
        cmocka_unit_test(a_megabyte_of_brackets_is_refused_at_once),
        cmocka_unit_test(what_ends_on_terminals_has_no_control_characters),
        cmocka_unit_test(only_files_of_at_most_a_megabyte_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
