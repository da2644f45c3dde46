#include <specbias/trial.h>
#include <stdlib.h>
#include <string.h>

const char *sb_failure_message(sb_failure failure) {
    static const char *const messages[] = {
#define SB_FAILURE_MESSAGE(name, code, message) [code] = message,
        SB_FAILURES(SB_FAILURE_MESSAGE)
#undef SB_FAILURE_MESSAGE
    };
    return messages[failure];
}

void sb_result_free(sb_result *result) {
    free(result->payload);
    *result = (sb_result){0};
}

/* The quiet NaN that the results file is filled with. What 0/0 gives differs between machines. */
void sb_payload_clear(const sb_layout *layout, void *payload) {
    static const uint32_t nan32 = 0x7fc00000;
    static const uint64_t nan64 = 0x7ff8000000000000;
    memset(payload, 0, layout->payload_bytes);
    for (size_t i = 0; i < layout->variable_count; i++) {
        const sb_variable *variable = &layout->variables[i];
        unsigned char *block = (unsigned char *)payload + variable->offset;
        size_t size = sb_type_size(variable->type);
        for (uint64_t j = 0; j < variable->block_count; j++)
            memcpy(block + j * size, size == sizeof nan64 ? (const void *)&nan64 : &nan32, size);
    }
}

uint64_t sb_result_checksum(sb_hash identity, sb_trial_state state, sb_failure failure, int64_t steps,
                            const void *payload, uint64_t payload_bytes) {
    const int64_t head[] = {state, failure, steps};
    uint64_t checksum = sb_checksum(identity.bytes, sizeof identity.bytes, 0);
    checksum = sb_checksum(head, sizeof head, checksum);
    return sb_checksum(payload, payload_bytes, checksum);
}
