#include <specbias/bench.h>
#include <string.h>
#include <sys/utsname.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__x86_64__)
/* The brand string: 48 characters in leaves 0x80000002 to 0x80000004, some makers' padded with blanks. */
static bool read_brand(char name[SB_PROCESSOR_LENGTH]) {
    unsigned words[13] = {0}; /* the last stays the end of the text */
    for (unsigned leaf = 0; leaf < 3; leaf++) {
        unsigned *const part = words + 4 * leaf;
        if (!__get_cpuid(0x80000002u + leaf, &part[0], &part[1], &part[2], &part[3]))
            return false;
    }
    const char *const brand = (const char *)words;
    const size_t blanks = strspn(brand, " ");
    size_t length = strlen(brand);
    while (length > blanks && brand[length - 1] == ' ')
        length--;
    memcpy(name, brand + blanks, length - blanks);
    name[length - blanks] = '\0';
    return length > blanks;
}
#else
static bool read_brand(char name[SB_PROCESSOR_LENGTH]) {
    (void)name;
    return false;
}
#endif

void sb_processor(char name[SB_PROCESSOR_LENGTH]) {
    struct utsname system;
    if (read_brand(name))
        return;
    snprintf(name, SB_PROCESSOR_LENGTH, "%s", uname(&system) == 0 ? system.machine : "unknown");
}
