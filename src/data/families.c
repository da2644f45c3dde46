#include "families.h"

const sb_target_ops *const sb_target_table[] = {
    [SB_TARGET_SINUSOIDS] = &sb_target_sinusoids,
    [SB_TARGET_DELTA] = &sb_target_delta,
    [SB_TARGET_IMAGE] = &sb_target_image,
    [SB_TARGET_DIGITS] = &sb_target_digits,
};

const sb_embedding_ops *const sb_embedding_table[] = {
    [SB_EMBEDDING_LINE] = &sb_embedding_line,
    [SB_EMBEDDING_CIRCLE] = &sb_embedding_circle,
    [SB_EMBEDDING_PETALS] = &sb_embedding_petals,
    [SB_EMBEDDING_PARABOLA] = &sb_embedding_parabola,
};

const sb_encoding_ops *const sb_encoding_table[] = {
    [SB_ENCODING_NONE] = &sb_encoding_none,
    [SB_ENCODING_INTERVAL] = &sb_encoding_interval,
    [SB_ENCODING_POSITIONAL] = &sb_encoding_positional,
    [SB_ENCODING_FOURIER] = &sb_encoding_fourier,
};

const size_t sb_target_kinds = sizeof sb_target_table / sizeof *sb_target_table;
const size_t sb_embedding_kinds = sizeof sb_embedding_table / sizeof *sb_embedding_table;
const size_t sb_encoding_kinds = sizeof sb_encoding_table / sizeof *sb_encoding_table;

const sb_target_ops *sb_target_of(const sb_settings *settings) {
    return sb_target_table[settings->target.kind];
}

const sb_embedding_ops *sb_embedding_of(const sb_settings *settings) {
    return sb_embedding_table[settings->embedding.kind];
}

const sb_encoding_ops *sb_encoding_of(const sb_settings *settings) {
    return sb_encoding_table[settings->encoding.kind];
}
