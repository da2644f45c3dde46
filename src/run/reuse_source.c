#include "reuse.h"
#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 }; /* identities read together */

static sb_code read_arithmetic(sb_reuse_source *source, sb_status *status) {
    sb_summary summary;
    const sb_code code = sb_summary_read(source->path, &summary, status);
    if (code == SB_OK) {
        sb_arithmetic(&summary.trained, source->arithmetic);
        sb_summary_free(&summary);
    }
    return code;
}

/* --- The index ------------------------------------------------------------------------------------------------------
 */

static int compare(sb_hash a, sb_hash b) {
    return memcmp(&a, &b, sizeof a);
}

static int by_identity(const void *left, const void *right) {
    const sb_claim *a = left, *b = right;
    const int order = compare(a->identity, b->identity);
    return order ? order : (a->trial > b->trial) - (a->trial < b->trial);
}

static sb_code list_claims(sb_reuse_source *source, const uint8_t *states, sb_hash *identities, sb_status *status) {
    const uint64_t trials = source->plan->grid.trials.count;
    sb_code code = SB_OK;
    uint64_t listed = 0;
    for (uint64_t first = 0; code == SB_OK && first < trials; first += CHUNK) {
        const size_t count = trials - first < CHUNK ? (size_t)(trials - first) : CHUNK;
        code = sb_store_reader_identities(source->reader, first, count, identities, status);
        for (size_t i = 0; code == SB_OK && i < count; ++i)
            if (states[first + i] == SB_TRIAL_DONE)
                source->claims[listed++] = (sb_claim){identities[i], first + i};
    }
    qsort(source->claims, listed, sizeof *source->claims, by_identity);
    return code;
}

/* The file says what the slots claim, for a million identities take 6 s to compute; who reads a slot finds out whether
 * its claim is true. */
static sb_code read_claims(sb_reuse_source *source, sb_status *status) {
    const uint64_t trials = source->plan->grid.trials.count;
    uint8_t *states = sb_array(trials, 1, "states of earlier trials", status);
    sb_hash *identities = sb_array(CHUNK, sizeof *identities, "identities of earlier trials", status);
    sb_code code = states && identities ? sb_store_reader_states(source->reader, states, status) : SB_MEMORY;
    for (uint64_t i = 0; code == SB_OK && i < trials; ++i)
        source->claim_count += states[i] == SB_TRIAL_DONE;
    if (code == SB_OK &&
        !(source->claims = sb_array(source->claim_count, sizeof *source->claims, "earlier trials", status)))
        code = SB_MEMORY;
    if (code == SB_OK)
        code = list_claims(source, states, identities, status);
    free(identities);
    free(states);
    return code;
}

/* Collective. Rank 0's index, to all. */
static sb_code share_claims(MPI_Comm comm, int rank, sb_reuse_source *source, sb_status *status) {
    const int words = sizeof *source->claims / sizeof(uint64_t);
    sb_mpi_check(MPI_Bcast(&source->claim_count, 1, MPI_UINT64_T, 0, comm), "MPI_Bcast", status);
    if (rank != 0 && status->code == SB_OK)
        source->claims = sb_array(source->claim_count, sizeof *source->claims, "earlier trials", status);
    if (sb_agree(comm, status) != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Bcast(source->claims, words * (int)source->claim_count, MPI_UINT64_T, 0, comm), "MPI_Bcast",
                 status); /* at most SB_TRIALS_MAX claims: an int holds the words */
    return sb_agree(comm, status);
}

/* --- Opening and looking up -----------------------------------------------------------------------------------------
 */

static sb_code open_here(int rank, const sb_layout *layout, sb_reuse_source *source, sb_status *status) {
    sb_code code = sb_plan_stored(source->path, &source->plan, status);
    if (code == SB_OK)
        code = sb_store_reader_open(source->path, source->plan->layout, &source->reader, status);
    if (code == SB_OK)
        code = sb_graft_create(source->plan->layout, layout, &source->graft, status);
    if (code == SB_OK && rank == 0)
        code = read_arithmetic(source, status);
    if (code == SB_OK && rank == 0)
        code = read_claims(source, status);
    return code;
}

sb_code sb_reuse_source_open(MPI_Comm comm, const char *path, const sb_layout *layout, sb_reuse_source *source,
                             sb_status *status) {
    int rank = 0;
    sb_status reason = {0};
    *source = (sb_reuse_source){.path = path};
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", &reason) == SB_OK)
        open_here(rank, layout, source, &reason);
    if (reason.code != SB_OK) /* to this run the file is input */
        sb_fail(status, reason.code == SB_IO ? SB_INPUT : reason.code, "--reuse: %s", reason.message);
    return sb_agree(comm, status) == SB_OK ? share_claims(comm, rank, source, status) : status->code;
}

void sb_reuse_source_close(sb_reuse_source *source) {
    free(source->claims);
    sb_graft_free(&source->graft);
    sb_store_reader_close(source->reader);
    sb_plan_free(source->plan);
    *source = (sb_reuse_source){0};
}

static uint64_t first_claim(const sb_reuse_source *source, sb_hash identity) {
    uint64_t low = 0, high = source->claim_count;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (compare(source->claims[middle].identity, identity) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_claimed(const sb_reuse_source *source, uint64_t claim, sb_hash identity) {
    return claim < source->claim_count && compare(source->claims[claim].identity, identity) == 0;
}

bool sb_reuse_source_trains(const sb_reuse_source *source, sb_hash identity) {
    return is_claimed(source, first_claim(source, identity), identity);
}

uint64_t sb_reuse_source_find(const sb_reuse_source *source, sb_hash identity, sb_hash records) {
    for (uint64_t i = first_claim(source, identity); is_claimed(source, i, identity); ++i) {
        sb_settings settings;
        sb_grid_settings(&source->plan->grid, source->claims[i].trial, &settings);
        if (compare(sb_section_identity(&settings, "record"), records) == 0)
            return source->claims[i].trial;
    }
    return SB_NO_TRIAL;
}
