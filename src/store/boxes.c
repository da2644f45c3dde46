#include "boxes.h"

uint64_t sb_box_first(size_t rank, const hsize_t *lengths, uint64_t first, uint64_t length, sb_box *box) {
    uint64_t inner[SB_RANK_MAX]; /* elements of one step along each dimension */
    uint64_t step = 1;
    for (size_t i = rank; i-- > 0; step *= lengths[i]) {
        inner[i] = step;
        box->start[i] = first / step % lengths[i];
        box->count[i] = 1;
    }
    size_t along = 0; /* the outermost dimension at whose step the range begins, and which it fills */
    while (along + 1 < rank && (first % inner[along] != 0 || length < inner[along]))
        ++along;
    for (size_t i = along + 1; i < rank; ++i)
        box->count[i] = lengths[i];
    const uint64_t wanted = length / inner[along], left = lengths[along] - box->start[along];
    box->count[along] = wanted < left ? wanted : left;
    return box->count[along] * inner[along];
}

uint64_t sb_cursor_range(sb_cursor *cursor, uint64_t limit, uint64_t *first) {
    uint64_t length = 0;
    if (cursor->index < cursor->count)
        *first = cursor->trials[cursor->index] * cursor->block + cursor->element;
    while (cursor->index < cursor->count && length < limit) {
        if (cursor->trials[cursor->index] * cursor->block + cursor->element != *first + length)
            break;
        const uint64_t left = cursor->block - cursor->element, room = limit - length;
        const uint64_t taken = left < room ? left : room;
        length += taken;
        cursor->element += taken;
        if (cursor->element == cursor->block) {
            cursor->element = 0;
            ++cursor->index;
        }
    }
    return length;
}
