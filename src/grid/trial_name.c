#include <specbias/grid.h>
#include <stdio.h>
#include <string.h>

/* Ends @p text, which was longer, with dots, and never in the middle of a character of UTF-8. */
static void cut(char text[SB_TRIAL_NAME_LENGTH]) {
    size_t end = SB_TRIAL_NAME_LENGTH - sizeof "...";
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        --end;
    strcpy(text + end, "...");
}

const char *sb_trial_name(const sb_layout *layout, uint64_t trial, char text[SB_TRIAL_NAME_LENGTH]) {
    const sb_product *trials = &layout->grid->trials;
    size_t index[SB_AXES_MAX], used = 0;
    sb_product_unravel(trials, trial, index);
    *text = '\0';
    for (size_t i = 0; i < trials->axis_count && used < SB_TRIAL_NAME_LENGTH; ++i) {
        const sb_axis *axis = trials->axes[i];
        const bool one = axis->kind == SB_AXIS_FIELD;
        used += (size_t)snprintf(text + used, SB_TRIAL_NAME_LENGTH - used, "%s%s=%s%s%s", i ? " " : "",
                                 layout->dimensions[i].name, one ? "" : "(", axis->labels[index[i]], one ? "" : ")");
    }
    if (used >= SB_TRIAL_NAME_LENGTH)
        cut(text);
    return text;
}
