#include "reuse.h"

#include <specbias/comm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH_TRIALS = 16384 }; /* between two looks at what asks to stop: at 20 us each, for all that is done to them */
#define BATCH_BYTES ((uint64_t)32 << 20)

/* --- Opening --------------------------------------------------------------------------------------------------------
 */

static sb_code check_other_file(const char *path, const char *output, sb_status *status) {
    struct stat ours, theirs;
    if (stat(path, &theirs) == 0 && stat(output, &ours) == 0 && theirs.st_dev == ours.st_dev &&
        theirs.st_ino == ours.st_ino)
        return sb_fail(status, SB_INPUT,
                       "--reuse: '%s' is the results file of the run itself; give that another name with -o", path);
    return SB_OK;
}

sb_code sb_reuse_open(MPI_Comm comm, const sb_plan *plan, const sb_run_options *options, sb_reuse *reuse,
                      sb_status *status) {
    int rank = 0;
    *reuse = (sb_reuse){0};
    if (options->reuse_count == 0)
        return SB_OK;
    if (sb_mpi_check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank", status) == SB_OK)
        reuse->sources = sb_array(options->reuse_count, sizeof *reuse->sources, "files to reuse", status);
    for (size_t i = 0; rank == 0 && status->code == SB_OK && i < options->reuse_count; ++i)
        check_other_file(options->reuse[i], options->output, status);
    sb_agree(comm, status);
    while (status->code == SB_OK && reuse->count < options->reuse_count) {
        sb_reuse_source *source = &reuse->sources[reuse->count++];
        sb_reuse_source_open(comm, options->reuse[reuse->count - 1], plan->layout, source, status);
    }
    return status->code;
}

void sb_reuse_close(sb_reuse *reuse) {
    for (size_t i = 0; i < reuse->count; ++i)
        sb_reuse_source_close(&reuse->sources[i]);
    free(reuse->sources);
    *reuse = (sb_reuse){0};
}

/* --- A batch of trials ----------------------------------------------------------------------------------------------
 */

/* What came of it; only 64-bit words, so that one reduction adds them all. */
typedef struct tally {
    uint64_t taken;
    uint64_t otherwise; /* trained there too, but not measured alike */
    uint64_t damaged;   /* slots that would have been taken */
} tally;

/* A trial of this run whose results are wanted from one of another. */
typedef struct request {
    uint64_t origin; /* the trial in the source */
    size_t which;    /* in the batch */
} request;

/* Trials that are taken over together, and where this rank stands in its share of the missing ones. */
typedef struct batch {
    const sb_reuse *reuse;
    const sb_layout *layout;
    sb_probe_set wanted;
    uint64_t next, end; /* trials of this rank's share that have not been looked at */
    tally tally;
    size_t size, count;
    sb_result *results;    /* [size] rising; payloads in payloads */
    char *payloads;        /* [size][payload_bytes] */
    sb_hash *identities;   /* [size] */
    sb_probe_set *lacking; /* [size] probes without results yet */
    uint64_t *origins;     /* [size][sources] */
    request *requests;     /* [size] to the source at hand, by origin */
    uint64_t *trials;      /* [size] their origins, each once */
    size_t request_count, answered;
    size_t source;
} batch;

static sb_code create_batch(const sb_reuse *reuse, const sb_layout *layout, batch *made, sb_status *status) {
    static const char what[] = "results to take over";
    const uint64_t fitting = BATCH_BYTES / (layout->payload_bytes + 64);
    const size_t size = fitting < 1 ? 1 : fitting < BATCH_TRIALS ? (size_t)fitting : BATCH_TRIALS;
    *made = (batch){.reuse = reuse, .layout = layout, .wanted = sb_graft_wanted(layout), .size = size};
    return (made->results = sb_array(size, sizeof *made->results, what, status)) &&
                   (made->payloads = sb_array(size, layout->payload_bytes, what, status)) &&
                   (made->identities = sb_array(size, sizeof *made->identities, what, status)) &&
                   (made->lacking = sb_array(size, sizeof *made->lacking, what, status)) &&
                   (made->origins = sb_array(size, reuse->count * sizeof *made->origins, what, status)) &&
                   (made->requests = sb_array(size, sizeof *made->requests, what, status)) &&
                   (made->trials = sb_array(size, sizeof *made->trials, what, status))
               ? SB_OK
               : SB_MEMORY;
}

static void destroy_batch(batch *made) {
    free(made->trials);
    free(made->requests);
    free(made->origins);
    free(made->lacking);
    free(made->identities);
    free(made->payloads);
    free(made->results);
}

/* The missing trials are shared out in equal, contiguous parts, so that both files are read and written in long runs.
 */
static void take_share(const sb_work *work, uint64_t trials, batch *mine) {
    const uint8_t *states = sb_store_states(work->store);
    const uint64_t ranks = (uint64_t)work->ranks, rank = (uint64_t)work->rank;
    uint64_t missing = 0, seen = 0;
    for (uint64_t i = 0; i < trials; ++i)
        missing += states[i] == SB_TRIAL_MISSING;
    const uint64_t first = missing * rank / ranks, end = missing * (rank + 1) / ranks;
    mine->next = mine->end = trials;
    for (uint64_t i = 0; i < trials && seen < end; ++i)
        if (states[i] == SB_TRIAL_MISSING && seen++ >= first) {
            mine->next = mine->next < i ? mine->next : i;
            mine->end = i + 1;
        }
}

/* Adds @p trial to the batch if all that it measures is said to be in some source. */
static void consider(batch *mine, uint64_t trial) {
    sb_settings settings;
    sb_grid_settings(mine->layout->grid, trial, &settings);
    const sb_hash identity = sb_settings_identity(&settings), records = sb_section_identity(&settings, "record");
    uint64_t *origins = mine->origins + mine->count * mine->reuse->count;
    sb_probe_set found = 0;
    bool trained = false;
    for (size_t i = 0; i < mine->reuse->count; ++i) {
        const sb_reuse_source *source = &mine->reuse->sources[i];
        origins[i] = sb_reuse_source_find(source, identity, records);
        if (origins[i] != SB_NO_TRIAL)
            found |= source->graft.probes;
        trained |= sb_reuse_source_trains(source, identity);
    }
    if (found == mine->wanted) {
        mine->identities[mine->count] = identity;
        mine->lacking[mine->count] = found;
        mine->results[mine->count++] = (sb_result){.trial = trial, .state = SB_TRIAL_DONE};
    } else {
        mine->tally.otherwise += trained;
    }
}

static void gather(batch *mine, const uint8_t *states) {
    mine->count = 0;
    for (size_t seen = 0; mine->next < mine->end && mine->count < mine->size && seen < BATCH_TRIALS; ++mine->next)
        if (states[mine->next] == SB_TRIAL_MISSING) {
            consider(mine, mine->next);
            ++seen;
        }
    for (size_t i = 0; i < mine->count; ++i) {
        mine->results[i].payload = mine->payloads + i * mine->layout->payload_bytes;
        sb_payload_clear(mine->layout, mine->results[i].payload);
    }
}

static int by_origin(const void *left, const void *right) {
    const request *a = left, *b = right;
    return a->origin != b->origin ? (a->origin > b->origin) - (a->origin < b->origin)
                                  : (a->which > b->which) - (a->which < b->which);
}

/* Asks the source at hand for what is lacking. Returns the number of its trials that are to be read. */
static size_t request_lacking(batch *mine) {
    const sb_reuse_source *source = &mine->reuse->sources[mine->source];
    size_t distinct = 0;
    mine->request_count = mine->answered = 0;
    for (size_t i = 0; i < mine->count; ++i) {
        const uint64_t origin = mine->origins[i * mine->reuse->count + mine->source];
        if (origin != SB_NO_TRIAL && (mine->lacking[i] & source->graft.probes))
            mine->requests[mine->request_count++] = (request){origin, i};
    }
    qsort(mine->requests, mine->request_count, sizeof *mine->requests, by_origin);
    for (size_t i = 0; i < mine->request_count; ++i)
        if (i == 0 || mine->requests[i].origin != mine->requests[i - 1].origin)
            mine->trials[distinct++] = mine->requests[i].origin;
    return distinct;
}

/* Takes what trial number @p which of the batch lacks from a slot that has proved sound. */
static void fill(batch *mine, size_t which, const sb_result *found) {
    const sb_graft *graft = &mine->reuse->sources[mine->source].graft;
    const sb_probe_set filled = mine->lacking[which] & graft->probes;
    sb_result *result = &mine->results[which];
    for (size_t i = 0; i < sb_probe_count; ++i)
        if (filled >> i & 1)
            sb_graft_copy(graft, i, found->payload, result->payload);
    mine->lacking[which] &= ~filled;
    result->steps = found->steps;
    result->seconds = found->seconds;
}

/* Answers the requests for a slot; those before it were for damaged ones. */
static void answer(void *context, const sb_result *found) {
    batch *mine = context;
    --mine->tally.damaged;
    for (; mine->answered < mine->request_count && mine->requests[mine->answered].origin <= found->trial;
         ++mine->answered)
        if (mine->requests[mine->answered].origin == found->trial)
            fill(mine, mine->requests[mine->answered].which, found);
}

/* Drops the trials that a damaged slot has left incomplete. */
static void keep_complete(batch *mine) {
    size_t kept = 0;
    for (size_t i = 0; i < mine->count; ++i) {
        sb_result result = mine->results[i];
        if (mine->lacking[i])
            continue;
        result.checksum = sb_result_checksum(mine->identities[i], result.state, result.failure, result.steps,
                                             result.payload, mine->layout->payload_bytes);
        mine->results[kept++] = result;
    }
    mine->count = kept;
}

/* Not collective. The next trials of this rank's share, complete. */
static sb_code next_batch(batch *mine, const uint8_t *states, sb_status *status) {
    gather(mine, states);
    for (mine->source = 0; mine->source < mine->reuse->count; ++mine->source) {
        const size_t count = request_lacking(mine);
        mine->tally.damaged += count;
        if (sb_store_reader_visit(mine->reuse->sources[mine->source].reader, mine->trials, count, answer, mine,
                                  status) != SB_OK)
            return status->code;
    }
    keep_complete(mine);
    return SB_OK;
}

/* --- Taking ---------------------------------------------------------------------------------------------------------
 */

/* Collective. True as long as any rank has something left and none is to stop. */
static bool go_on(sb_work *work, const batch *mine, sb_status *status) {
    int flags[2] = {mine->next < mine->end, sb_stop_asked(&work->stop)};
    sb_mpi_check(MPI_Allreduce(MPI_IN_PLACE, flags, 2, MPI_INT, MPI_MAX, work->comm), "MPI_Allreduce", status);
    return sb_agree(work->comm, status) == SB_OK && flags[0] && !flags[1];
}

static sb_code take_all(sb_work *work, batch *mine, sb_status *status) {
    while (go_on(work, mine, status)) {
        next_batch(mine, sb_store_states(work->store), status);
        if (sb_agree(work->comm, status) != SB_OK)
            break;
        work->info.updated = sb_time_of_day();
        if (sb_store_commit(work->store, mine->results, mine->count, &work->info, status) != SB_OK)
            break;
        mine->tally.taken += mine->count;
    }
    return status->code;
}

static void say(const sb_reuse *reuse, const sb_work *work, const tally *all, uint64_t left) {
    char files[64];
    snprintf(files, sizeof files, "%zu files", reuse->count);
    fprintf(stderr, "specbias: %llu trial%s taken over from %s, %llu to train\n", (unsigned long long)all->taken,
            all->taken == 1 ? "" : "s", reuse->count == 1 ? reuse->sources[0].path : files, (unsigned long long)left);
    if (all->otherwise)
        fprintf(stderr,
                "specbias: %llu more %s trained there too, but measured otherwise: other probes, settings of "
                "probes, or record.every\n",
                (unsigned long long)all->otherwise, all->otherwise == 1 ? "is" : "are");
    if (all->damaged)
        fprintf(stderr, "specbias: %llu result%s there %s damaged and not taken\n", (unsigned long long)all->damaged,
                all->damaged == 1 ? "" : "s", all->damaged == 1 ? "is" : "are");
    for (size_t i = 0; all->taken && i < reuse->count; ++i)
        sb_tell_arithmetic(work, reuse->sources[i].path, reuse->sources[i].arithmetic);
}

sb_code sb_reuse_take(const sb_reuse *reuse, sb_work *work, const sb_run_options *options, sb_run_report *report,
                      sb_status *status) {
    batch mine;
    if (reuse->count == 0)
        return SB_OK;
    create_batch(reuse, work->plan->layout, &mine, status);
    take_share(work, report->trials, &mine);
    if (sb_agree(work->comm, status) == SB_OK)
        take_all(work, &mine, status);
    tally all = mine.tally;
    destroy_batch(&mine);
    if (status->code != SB_OK)
        return status->code;
    sb_mpi_check(MPI_Allreduce(MPI_IN_PLACE, &all, sizeof all / sizeof(uint64_t), MPI_UINT64_T, MPI_SUM, work->comm),
                 "MPI_Allreduce", status);
    report->reused = all.taken;
    work->info.reused = (int64_t)all.taken;
    if (sb_agree(work->comm, status) != SB_OK)
        return status->code;
    if (work->rank == 0 && !options->quiet)
        say(reuse, work, &all, report->trials - report->already_done - report->reused);
    return SB_OK;
}
