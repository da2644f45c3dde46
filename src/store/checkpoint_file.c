#include "checkpoint.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[16] = "specbias saved1";

enum { ALIGNMENT = 4096 };

char *sb_checkpoint_path(const char *results, int which, sb_status *status) {
    const size_t size = strlen(results) + sizeof ".checkpoint-0";
    char *path = sb_array(size, 1, "the name of a checkpoint", status);
    if (path)
        snprintf(path, size, "%s.checkpoint-%d", results, which);
    return path;
}

uint64_t sb_checkpoint_start(uint64_t count) {
    const uint64_t bytes = sizeof(sb_checkpoint_head) + count * sizeof(sb_saved_slot);
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uint64_t checksum_of(const sb_checkpoint_head *head, const sb_saved_slot *slots) {
    sb_checkpoint_head plain = *head;
    plain.checksum = 0;
    return sb_checksum(slots, head->count * sizeof *slots, sb_checksum(&plain, sizeof plain, 0));
}

void sb_checkpoint_seal(sb_checkpoint_head *head, const sb_saved_slot *slots) {
    memcpy(head->magic, magic, sizeof magic);
    head->checksum = checksum_of(head, slots);
}

bool sb_checkpoint_pread(int descriptor, void *buffer, uint64_t bytes, uint64_t offset) {
    char *to = buffer;
    while (bytes > 0) {
        const ssize_t got = pread(descriptor, to, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return false;
        to += got;
        offset += (uint64_t)got;
        bytes -= (uint64_t)got;
    }
    return true;
}

/* Slots that make sense: in rising order, of trials of the sweep, within the file. */
static bool are_possible(const sb_saved_slot *slots, uint64_t count, uint64_t trials, uint64_t file_bytes) {
    for (uint64_t i = 0; i < count; ++i)
        if (slots[i].trial >= trials || (i > 0 && slots[i].trial <= slots[i - 1].trial) || slots[i].bytes == 0 ||
            slots[i].offset > file_bytes || slots[i].bytes > file_bytes - slots[i].offset)
            return false;
    return true;
}

static sb_code read_slots(int descriptor, const sb_checkpoint_head *head, uint64_t trials, sb_saved_slot **slots,
                          sb_status *status) {
    struct stat info;
    if (fstat(descriptor, &info) != 0 || head->count > trials || head->count * sizeof **slots > (uint64_t)info.st_size)
        return SB_OK;
    *slots = sb_array(head->count, sizeof **slots, "the slots of a checkpoint", status);
    if (!*slots)
        return SB_MEMORY;
    if (!sb_checkpoint_pread(descriptor, *slots, head->count * sizeof **slots, sizeof *head) ||
        checksum_of(head, *slots) != head->checksum ||
        !are_possible(*slots, head->count, trials, (uint64_t)info.st_size)) {
        free(*slots);
        *slots = NULL;
    }
    return SB_OK;
}

sb_code sb_checkpoint_read_head(const char *path, const char *sweep, uint64_t trials, sb_checkpoint_head *head,
                                sb_saved_slot **slots, sb_status *status) {
    sb_code code = SB_OK;
    *slots = NULL;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0 && sb_checkpoint_pread(descriptor, head, sizeof *head, 0) &&
        memcmp(head->magic, magic, sizeof magic) == 0 && memcmp(head->sweep, sweep, sizeof head->sweep) == 0)
        code = read_slots(descriptor, head, trials, slots, status);
    if (descriptor >= 0)
        close(descriptor); /* opened for reading: nothing can be lost */
    if (!*slots)
        *head = (sb_checkpoint_head){0};
    return code;
}

bool sb_checkpoint_read(const char *path, const sb_saved_slot *slot, void *buffer, bool keep) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    uint64_t checksum = 0, done = 0;
    bool whole = true;
    while (whole && done < slot->bytes) {
        const uint64_t left = slot->bytes - done, piece = left < SB_CHECKPOINT_PIECE ? left : SB_CHECKPOINT_PIECE;
        char *to = (char *)buffer + (keep ? done : 0);
        whole = sb_checkpoint_pread(descriptor, to, piece, slot->offset + done);
        checksum = whole ? sb_checksum(to, piece, checksum) : 0;
        done += piece;
    }
    close(descriptor); /* opened for reading: nothing can be lost */
    return whole && checksum == slot->checksum;
}
