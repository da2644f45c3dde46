/** @file store.h
 * The results file: HDF5 that is also netCDF-4, its metadata written once.
 *
 * Rank 0 builds the whole file alone in memory (groups, scales, attributes, contiguous datasets as holes), reserves its
 * space on disk, writes it under a temporary name, syncs and renames. Then all ranks open it with MPI-IO, fill it with
 * NaN, and from then on only raw data is written. A slot counts as done only if its state says so and its checksum
 * matches.
 *
 * In the file:  /            dimensions, coordinates and variables of the layout; attributes about the format
 *               /trial       state, checksum, failure, updates, identity; and, as bookkeeping of runs, seconds and run
 *               /provenance  the sweep's text and overrides; the digests of its files of data; one row for each run;
 *                            whether the file has been filled
 * Nothing outside /provenance, /trial/seconds and /trial/run depends on how or where it was computed.
 */
#ifndef SPECBIAS_STORE_H
#define SPECBIAS_STORE_H

#include <mpi.h>
#include <specbias/trial.h>

/** About one run, for its row in /provenance: as of its last round. Texts are cut where they are too long. */
typedef struct sb_run_info {
    double start, end; /**< seconds since 1970, UTC; end is 0 while it runs */
    int64_t ranks;
    int64_t trials;           /**< trained and committed by this run so far */
    int64_t reused;           /**< taken over by this run from other files */
    int64_t updates;          /**< training steps made by this run on all ranks, of trials finished or not */
    double trial_seconds;     /**< that all ranks spent on trials in this run, finished or not */
    double commit_seconds;    /**< that rank 0 spent in rounds, from when all ranks have come: waiting for the others is
                                   no part of it, checkpoints are */
    double updated;           /**< seconds since 1970 at the last commit */
    const char *hosts;        /**< comma-separated */
    const char *job;          /**< SLURM job id or "" */
    const char *versions;     /**< of specbias, MPI, HDF5, BLIS, FFTW */
    const char *revision;     /**< of the source */
    const char *architecture; /**< BLIS sub-configuration */
    const char *kernels;      /**< of all networks; "" where the file has no place for it, as one of an older version */
    /** What of trial_seconds went into measuring: "evaluation=1.2,spectrum=0.34", in seconds; "" as of kernels. */
    const char *measuring_seconds;
} sb_run_info;

typedef struct sb_store sb_store;

/** What to do if the file exists. */
typedef enum sb_store_mode {
    SB_STORE_RESUME,   /**< open it if it holds the same sweep, create it if there is none */
    SB_STORE_OVERWRITE /**< replace it, once the new one could be created and filled */
} sb_store_mode;

/** Not collective; before MPI_Init. Makes Open MPI use ROMIO, unless the user chose with OMPI_MCA_io: its own
 * component, OMPIO, loses collective writes on a full disk without an error. A limit on file sizes (ulimit -f) becomes
 * an error of the write instead of a signal. */
sb_code sb_store_environment(sb_status *status);

/** Bytes that the file will take. */
uint64_t sb_store_bytes(const sb_layout *layout);

/** Collective. Creates or opens the results file @p path for @p layout.
 * SB_IO if it cannot be created, written or is no specbias file, or another run is writing it; SB_INPUT if it holds
 * another sweep, with what differs, or is to be overwritten and no HDF5 file. Nothing is left behind by a failed
 * creation, and what was to be overwritten stays. */
sb_code sb_store_open(MPI_Comm comm, const char *path, sb_store_mode mode, const sb_layout *layout, sb_store **store,
                      sb_status *status);

/** Not collective. State of every trial as committed: [trials], owned by the store, equal on all ranks after each
 * round. */
const uint8_t *sb_store_states(const sb_store *store);

/** Not collective. Number of slots that claimed to be committed and did not match their checksum when the file was
 * opened, and, unless NULL, the lowest of these trials; they are missing now. Equal on all ranks. */
uint64_t sb_store_damaged(const sb_store *store, uint64_t *first);

/** Collective. Makes all failed trials missing: first their states, then reason, steps and records are cleared. A run
 * that is killed afterwards leaves them missing, so that the next one trains them with or without being asked to. */
sb_code sb_store_retry_failed(sb_store *store, sb_status *status);

/** Collective. Starts a row for this run in /provenance; before the first commit. The last row is reused when all are
 * taken. */
sb_code sb_store_begin_run(sb_store *store, const sb_run_info *info, sb_status *status);

/** Collective. Writes this run's row once more when all is over, so that it covers the last round too. */
sb_code sb_store_end_run(sb_store *store, const sb_run_info *info, sb_status *status);

/** Collective. A commit round: writes this rank's @p count results (in rising order of trial; different trials on
 * different ranks), flushes, reads back, compares, then writes their states and flushes again. Then updates this run's
 * row with rank 0's @p info. All ranks get the same code. If the results cannot be written, no slot of this round is
 * marked; if the states cannot, those that are marked hold results that have been read back. */
sb_code sb_store_commit(sb_store *store, const sb_result *results, size_t count, const sb_run_info *info,
                        sb_status *status);

/** A trial in flight, as sb_trial_save left it. */
typedef struct sb_saved {
    uint64_t trial, bytes;
    int64_t steps; /**< updates made */
    const void *state;
} sb_saved;

/** Collective, after a commit round. Saves each rank's trial in flight (@p saved, NULL: none) and those that earlier
 * runs left and no rank has taken up again, in one of two files beside the results file that are written in turn:
 * `<results>.checkpoint-0` and `-1`. With nothing in flight both are removed. A failure is agreed, leaves the last
 * checkpoint as it is, and need not end the run. */
sb_code sb_store_checkpoint(sb_store *store, const sb_saved *saved, sb_status *status);

/** Not collective. Missing trials in the last checkpoint; equal on all ranks. */
uint64_t sb_store_saved_count(const sb_store *store);

/** Not collective. Trials in the checkpoint found on opening whose state is damaged: they begin anew. Equal on all
 * ranks.
 */
uint64_t sb_store_lost_count(const sb_store *store);

/** Not collective. Updates that the saved trial @p trial had made; 0 if the checkpoint has none such. */
int64_t sb_store_saved_steps(const sb_store *store, uint64_t trial);

/** Not collective. The saved state of @p trial, to be released with free(); NULL if there is none of @p bytes to go on
 * from. */
void *sb_store_saved(const sb_store *store, uint64_t trial, uint64_t bytes);

/** Collective. Closes the file. */
sb_code sb_store_close(sb_store *store, sb_status *status);

/* --- Reading, without MPI -------------------------------------------------------------------------------------------
 */

/** A trial that failed. */
typedef struct sb_failed_trial {
    uint64_t trial;
    sb_failure failure;
    int64_t steps; /**< updates after which it failed */
} sb_failed_trial;

enum { SB_FAILED_LISTED = 10 };

/** What `status` shows. Works while a run is writing. Not collective. */
typedef struct sb_summary {
    char *sweep_name; /**< released by sb_summary_free */
    uint64_t trials, done, failed;
    uint64_t saved;         /**< begun and saved in the last checkpoint; a run goes on with them */
    uint64_t saved_updates; /**< training steps that they have behind them, in all */
    int64_t runs;
    uint64_t failures[SB_FAILURE_COUNT];            /**< failed trials by reason */
    size_t listed;                                  /**< the smaller of failed and SB_FAILED_LISTED */
    sb_failed_trial first_failed[SB_FAILED_LISTED]; /**< [listed] the first of them, in order of trial */
    sb_run_info last;                               /**< the newest run; texts released by sb_summary_free */
    sb_run_info trained;                            /**< the newest run that has trained, likewise; zeros if none has */
} sb_summary;

sb_code sb_summary_read(const char *path, sb_summary *summary, sb_status *status);
void sb_summary_free(sb_summary *summary);

enum { SB_CREATOR_LENGTH = 128 };

/** What `verify` found. */
typedef struct sb_verdict {
    uint64_t trials, done, failed, missing;
    uint64_t damaged;       /**< slots that claim to be done or failed and do not match their checksum */
    uint64_t first_damaged; /**< the lowest of them */
    /** Of all results: equal digests mean equal results. It starts as the sweep's identity; for each sound slot in
     * order of trial it becomes the hash of (digest, identity, state in 1 byte, checksum in 8, big-endian). */
    sb_hash digest;
    /** Slots that say that they are missing, but hold results that match their checksum: a commit was interrupted after
     * writing them, or their state is damaged. */
    uint64_t unclaimed;
    bool compared;                   /**< with the image that the sweep gives; only where this program made the file */
    uint64_t altered, first_altered; /**< bytes that differ from it, apart from slots and rows of runs */
    bool foreign; /**< some differ, but HDF5's own checksums are right: another program has changed the file */
    char creator[SB_CREATOR_LENGTH]; /**< versions of program and library that made the file; "" if not known */
} sb_verdict;

/** The sweep that a file was made from, as sb_sweep_parse takes it. */
typedef struct sb_stored_sweep {
    char *text;
    size_t length;
    const char **overrides; /**< [override_count] --set arguments; they point into lines */
    size_t override_count;
    char *lines;
    char *data;                  /**< of each file of data a line: field, digest, path; "" if there are none */
    char *name;                  /**< the sweep's; what is parsed takes it from its source's where the text has none */
    char identity[SB_HASH_TEXT]; /**< of the sweep, as the file states it; "" if it does not */
} sb_stored_sweep;

/** Not collective. Release with sb_stored_sweep_free, also after a failure. */
sb_code sb_store_read_sweep(const char *path, sb_stored_sweep *stored, sb_status *status);
void sb_stored_sweep_free(sb_stored_sweep *stored);

/** Not collective. Parses it as sb_sweep_parse does, and gives its files of data the digests that are stored: SB_IO if
 * one has none. @p path and @p source are the names of the results file and of the sweep for messages. */
sb_code sb_stored_sweep_parse(const sb_stored_sweep *stored, const char *path, const char *source,
                              sb_diagnostics *diagnostics, sb_sweep **sweep, sb_status *status);

/** Not collective. The digests alone, for a sweep that has been parsed. */
sb_code sb_stored_sweep_identify(const sb_stored_sweep *stored, const char *path, sb_sweep *sweep, sb_status *status);

/** Results of an earlier file, to be used again. Nothing is locked: another run may be writing it. */
typedef struct sb_store_reader sb_store_reader;

/** Not collective. Opens the file @p path with the layout @p layout (made from its own sweep text), which it borrows.
 * SB_IO if it cannot be read or is not as the layout says. */
sb_code sb_store_reader_open(const char *path, const sb_layout *layout, sb_store_reader **reader, sb_status *status);

/** Not collective. What the slots claim, unchecked: @p states [trials], and of trials @p first to @p first + @p count -
 * 1 the @p identities [count], zeros where there is none. */
sb_code sb_store_reader_states(const sb_store_reader *reader, uint8_t *states, sb_status *status);
sb_code sb_store_reader_identities(const sb_store_reader *reader, uint64_t first, size_t count, sb_hash *identities,
                                   sb_status *status);

/** Not collective. Reads the slots of @p trials [count] (rising), which claim to be done, and calls @p visit for each
 * whose identity and checksum prove it, in order; the payload is there for that long only. */
sb_code sb_store_reader_visit(const sb_store_reader *reader, const uint64_t *trials, size_t count,
                              void (*visit)(void *context, const sb_result *result), void *context, sb_status *status);

/** Not collective. */
void sb_store_reader_close(sb_store_reader *reader);

/** Not collective. Checks that the file has the layout @p layout (made from its own sweep text), every slot against its
 * checksum, and all other bytes but rows of runs against those that the sweep gives. SB_IO if the file cannot be read
 * or its structure is damaged; damaged slots and bytes are counted in @p verdict. */
sb_code sb_store_verify(const char *path, const sb_layout *layout, sb_verdict *verdict, sb_status *status);

/* --- Salvage ------------------------------------------------------------------------------------------------------ */

/** What came of it. */
typedef struct sb_salvage {
    uint64_t trials;
    uint64_t claimed;      /**< slots that say they are done or failed */
    uint64_t done, failed; /**< recovered; also slots whose state alone was damaged */
    uint64_t unclaimed;    /**< of the recovered, those that did not say so */
    bool proven;           /**< the damaged file still says that it was made from this sweep */
} sb_salvage;

/** Collective over @p comm, of one rank. Makes the results file @p path out of the sound slots of the file @p damaged,
 * which may have lost its metadata, its end, or anything else, and is not written to. Where its slots lie follows from
 * @p layout, or from its own metadata where that is readable and differs. @p overwrite as SB_STORE_OVERWRITE; without
 * it, SB_INPUT if @p path exists; SB_INPUT too if @p damaged says that it was made from another sweep. SB_IO if @p
 * damaged cannot be read or @p path cannot be written. A file with no sound slot gives an empty results file.
 * @param info  for the row of provenance; its trials, end and updated are filled in */
sb_code sb_store_salvage(MPI_Comm comm, const char *damaged, const char *path, bool overwrite, const sb_layout *layout,
                         const sb_run_info *info, sb_salvage *salvage, sb_status *status);

#endif
