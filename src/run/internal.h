/* What the files of this module share. */
#ifndef SPECBIAS_RUN_INTERNAL_H
#define SPECBIAS_RUN_INTERNAL_H

#include <signal.h>
#include <specbias/run.h>

/* --- stopwatch: the time that a rank spends on trials, polls and the rounds in them left out --- */

typedef struct sb_stopwatch {
    double total; /* seconds while it ran */
    double since; /* start of the current stretch */
} sb_stopwatch;

void sb_stopwatch_start(sb_stopwatch *watch);
void sb_stopwatch_stop(sb_stopwatch *watch);

/* --- stop.c: what makes a run end early --- */

enum { SB_STOP_SIGNALS = 3 };

typedef struct sb_stop {
    double ends;    /* sb_seconds at which the run has to be over; INFINITY: never */
    double reserve; /* seconds before it that are kept free, at least */
    double looked;  /* sb_seconds of the last look at the clock; 0: none yet */
    double longest; /* seconds between two looks */
    const char *limit;
    struct sigaction before[SB_STOP_SIGNALS];
} sb_stop;

/* Not collective; between MPI_Init and MPI_Finalize. SIGUSR1, SIGTERM and SIGINT become requests to stop; a second
 * SIGINT does what it does elsewhere. @p time_limit is in seconds, 0: none. Under SLURM the job's end is a limit too.
 */
sb_code sb_stop_start(sb_stop *stop, double time_limit, sb_status *status);

/* Cheap enough for every step. */
bool sb_stop_asked(sb_stop *stop);

/* What asked on this rank, such as "SIGTERM"; NULL: nothing has. */
const char *sb_stop_reason(const sb_stop *stop);

/* Gives the signals back, but what would kill is ignored from now on (SIGINT apart). */
void sb_stop_end(sb_stop *stop);

/* --- display.c: progress, on rank 0 only --- */

typedef struct sb_display {
    bool shown;    /* false on other ranks and with --quiet */
    bool terminal; /* a bar that moves, or lines in a log; known to all ranks */
    double next;   /* second of the run at which the next line is due in a log */
    uint64_t trials, already_done;
    uint64_t saved;     /* trials that go on from a checkpoint */
    double work;        /* FLOPs that this run is to do */
    double work_before; /* FLOPs done before it */
    double efficiency;  /* up to the last round; NaN before the first */
} sb_display;

void sb_display_start(sb_display *display, int ranks);
void sb_display_show(sb_display *display, const sb_progress *progress);
void sb_display_end(sb_display *display);

/* Any rank. Says something that matters also with --quiet, on a line of its own. */
void sb_display_note(const sb_display *display, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- provenance.c --- */

/* Collective. Fills what is known at the start of a run. On rank 0 the texts are real and belong to @p info. */
sb_code sb_run_info_create(MPI_Comm comm, const sb_kernels *kernels, sb_run_info *info, sb_status *status);
void sb_run_info_free(sb_run_info *info);

enum { SB_ARITHMETIC_LENGTH = 128 };

/* What the last digits of a run's results depend on beside its trials, in words; "" if @p info is all zeros. */
void sb_arithmetic(const sb_run_info *info, char text[SB_ARITHMETIC_LENGTH]);

/* Seconds since 1970, UTC. */
double sb_time_of_day(void);

/* --- work.c: the callbacks of the scheduler --- */

/* What this run has done; real numbers so that one reduction adds them all, exact below 2^53. */
typedef struct sb_tally {
    double done, failed;                  /* trials committed */
    double updates;                       /* training steps made, of trials finished or not */
    double busy;                          /* seconds spent on trials, finished or not, as of the last round */
    double measuring[SB_MEASURING_TIMES]; /* seconds of those */
} sb_tally;

typedef struct sb_work {
    MPI_Comm comm;
    int rank, ranks;
    const sb_plan *plan;
    const sb_kernels *kernels;
    sb_store *store;
    sb_order *order;
    sb_run_info info;
    sb_display display;
    sb_tally mine, all;
    char measuring[SB_MEASURING_LENGTH]; /* of all, for info */
    uint64_t max_failures;
    double started; /* of the whole run, sb_seconds */
    sb_stopwatch busy;
    sb_stop stop;
    sb_result *waiting; /* [SB_WAITING_MAX] finished, not committed */
    size_t waiting_count;
    /* The ticket in hand. */
    sb_scheduler *scheduler;
    sb_status *status;
    uint64_t trial;
    int64_t step;
    double flops_per_step;
    const sb_trial *in_flight; /* between two of its steps; NULL at other times */
    void *state;               /* the trial in hand as it was last saved, or the one that was left at a stop */
    sb_saved saved;            /* describes it; its state is NULL if nothing has been saved */
    bool unsaved;              /* the last checkpoint could not be written, as has been said */
} sb_work;

/* Says so if the results in @p path were computed with another arithmetic, @p theirs ("" if not known), than this
 * run's. */
void sb_tell_arithmetic(const sb_work *work, const char *path, const char *theirs);

/* True once more trials have failed in this run than may; equal on all ranks after each round. */
bool sb_work_failed(const sb_work *work);

bool sb_work_stop(void *context);
bool sb_work_pending(void *context, uint64_t ticket);
sb_code sb_work_do(void *context, uint64_t ticket, sb_scheduler *scheduler, sb_status *status);
sb_code sb_work_round(void *context, bool last, sb_status *status);
void sb_work_show(void *context, const sb_progress *progress);
void sb_work_doing(void *context, char text[SB_DOING_LENGTH]);
void sb_work_warn(void *context, const char *line);

/* The cost model as the scheduler's order asks for it; @p layout is an sb_layout. */
double sb_work_flops(const void *layout, const sb_settings *settings);

#endif
