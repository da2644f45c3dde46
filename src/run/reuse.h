/* Results of earlier files that this run takes over instead of training. reuse.c takes them, reuse_source.c opens the
 * files and finds trials in them, reuse_graft.c tells which of their blocks mean the same and copies those. */
#ifndef SPECBIAS_RUN_REUSE_H
#define SPECBIAS_RUN_REUSE_H

#include "internal.h"

/* --- reuse_graft.c --- */

/* A set of probes: bit i is number i of the table. */
typedef uint64_t sb_probe_set;

/* How the results of one layout fit into another. A probe's variables have all its settings in common, so that they
 * come together or not at all. */
typedef struct sb_graft {
    const sb_layout *from, *to;
    sb_probe_set probes; /* that measure in `from` all that they measure in `to` */
    uint64_t **points; /* [sb_probe_count] for each combination of the probe's axes in `to`, the equal one in `from` */
} sb_graft;

/* Probes that @p layout has. */
sb_probe_set sb_graft_wanted(const sb_layout *layout);

sb_code sb_graft_create(const sb_layout *from, const sb_layout *to, sb_graft *graft, sb_status *status);
void sb_graft_free(sb_graft *graft);

/* Copies what probe number @p probe measured, from payload to payload, the latter cleared. The two trials have one
 * identity and the same records. */
void sb_graft_copy(const sb_graft *graft, size_t probe, const void *from, void *to);

/* --- reuse_source.c --- */

/* A slot that claims to be done. */
typedef struct sb_claim {
    sb_hash identity; /* that it claims */
    uint64_t trial;
} sb_claim;

typedef struct sb_reuse_source {
    const char *path;
    sb_plan *plan;
    sb_store_reader *reader;
    sb_graft graft;
    char arithmetic[SB_ARITHMETIC_LENGTH]; /* of the newest run that trained in it; rank 0 alone knows it */
    uint64_t claim_count;
    sb_claim *claims; /* [claim_count] by identity, then trial */
} sb_reuse_source;

#define SB_NO_TRIAL UINT64_MAX

/* Collective. Opens the results file @p path, for the results of @p layout. SB_INPUT if it is none that can be read.
 * Release with sb_reuse_source_close, also after a failure. */
sb_code sb_reuse_source_open(MPI_Comm comm, const char *path, const sb_layout *layout, sb_reuse_source *source,
                             sb_status *status);
void sb_reuse_source_close(sb_reuse_source *source);

/* The first trial of @p source that claims to be done with this @p identity and the @p records (sb_section_identity);
 * SB_NO_TRIAL if there is none. */
uint64_t sb_reuse_source_find(const sb_reuse_source *source, sb_hash identity, sb_hash records);

/* True if it has any trial with this @p identity that claims to be done. */
bool sb_reuse_source_trains(const sb_reuse_source *source, sb_hash identity);

/* --- reuse.c --- */

typedef struct sb_reuse {
    size_t count;
    sb_reuse_source *sources; /* [count] */
} sb_reuse;

/* Collective, before anything is created. Opens the files of @p options->reuse. SB_INPUT if one cannot be used. Release
 * with sb_reuse_close, also after a failure. */
sb_code sb_reuse_open(MPI_Comm comm, const sb_plan *plan, const sb_run_options *options, sb_reuse *reuse,
                      sb_status *status);
void sb_reuse_close(sb_reuse *reuse);

/* Collective, after sb_store_begin_run. Commits every missing trial whose results are in the files, counts them in
 * @p report, and says so. Where the run is to end early it leaves the rest, as the scheduler then does. */
sb_code sb_reuse_take(const sb_reuse *reuse, sb_work *work, const sb_run_options *options, sb_run_report *report,
                      sb_status *status);

#endif
