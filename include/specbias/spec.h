/** @file spec.h
 * The sweep file: what a user may write, and what it says.
 *
 * One table (sb_fields) describes every field: its dotted path, type, range, default, unit and meaning. It drives
 * parsing, validation, `--set`, axes, `specbias schema`, a trial's identity and the coordinates in the results file.
 * sb_sweep_parse turns a file into an sb_sweep: the settings that all trials share, and the axes along which they
 * differ. sb_settings is what one trial is trained and measured with; grid.h says how to get it for a trial.
 *
 * Nothing here uses MPI or HDF5: every rank parses the same text and arrives at the same sweep.
 */
#ifndef SPECBIAS_SPEC_H
#define SPECBIAS_SPEC_H

#include <specbias/base.h>
#include <stdio.h>

/* --- Settings ------------------------------------------------------------------------------------------------------
 */

/** A list-valued field. The values belong to the sweep. */
typedef struct sb_list {
    size_t count;
    const double *values;
} sb_list;

/** What a field that names a file wants to find in it. */
typedef enum sb_source_kind {
    SB_SOURCE_IMAGE,   /**< one image: PNG or JPEG */
    SB_SOURCE_SAMPLES, /**< images to be told apart: IDX with three dimensions of bytes, plain or gzip */
    SB_SOURCE_LABELS   /**< their classes: IDX with one dimension of bytes, plain or gzip */
} sb_source_kind;

/** A file that a field names, or a word in its place. It belongs to the sweep, and the settings of all trials point to
 * it: so its content is there once. */
typedef struct sb_source {
    const struct sb_field *field;
    const char *path;                 /**< as in the sweep file, relative to the working directory; or the word */
    const char *label;                /**< path; on an axis without the folders that all of its files share */
    bool word;                        /**< there is no file, but a word such as power_law */
    bool known;                       /**< digest is set */
    sb_hash digest;                   /**< of the file's bytes; identities are made of it, not of the path */
    const struct sb_content *content; /**< NULL until the file has been read (data.h) */
} sb_source;

/* Values of the fields that choose by name. Their words are in the field table, in the same order. */
typedef enum sb_target_kind { SB_TARGET_SINUSOIDS, SB_TARGET_DELTA, SB_TARGET_IMAGE, SB_TARGET_DIGITS } sb_target_kind;
typedef enum sb_fit { SB_FIT_CROP, SB_FIT_RESIZE } sb_fit;
typedef enum sb_channels { SB_CHANNELS_GREY, SB_CHANNELS_RGB } sb_channels;
typedef enum sb_amplitude_law { SB_AMPLITUDE_EQUAL, SB_AMPLITUDE_RISING, SB_AMPLITUDE_POWER } sb_amplitude_law;
typedef enum sb_embedding_kind {
    SB_EMBEDDING_LINE,
    SB_EMBEDDING_CIRCLE,
    SB_EMBEDDING_PETALS,
    SB_EMBEDDING_PARABOLA
} sb_embedding_kind;
typedef enum sb_encoding_kind {
    SB_ENCODING_NONE,
    SB_ENCODING_INTERVAL,
    SB_ENCODING_POSITIONAL,
    SB_ENCODING_FOURIER
} sb_encoding_kind;
typedef enum sb_activation {
    SB_ACTIVATION_RELU,
    SB_ACTIVATION_LEAKY_RELU,
    SB_ACTIVATION_TANH,
    SB_ACTIVATION_SINE
} sb_activation;
typedef enum sb_noise_kind {
    SB_NOISE_NONE,
    SB_NOISE_RADIAL,
    SB_NOISE_DIRECTION,
    SB_NOISE_COMPONENT,
    SB_NOISE_WHITE,
    SB_NOISE_KERNEL
} sb_noise_kind;
typedef enum sb_validation_kind {
    SB_VALIDATION_NONE,
    SB_VALIDATION_CLEAN,
    SB_VALIDATION_SPLIT,
    SB_VALIDATION_ALTERNATE
} sb_validation_kind;
typedef enum sb_optimizer { SB_OPTIMIZER_ADAM } sb_optimizer;
typedef enum sb_loss { SB_LOSS_MSE, SB_LOSS_BCE, SB_LOSS_CROSS_ENTROPY } sb_loss;
typedef enum sb_boundary_form { SB_BOUNDARY_BOTH, SB_BOUNDARY_INPUT, SB_BOUNDARY_LAYER } sb_boundary_form;
typedef enum sb_prediction { SB_PREDICTION_AUTO, SB_PREDICTION_TRUE, SB_PREDICTION_FALSE } sb_prediction;
typedef enum sb_shuffle { SB_SHUFFLE_ONCE, SB_SHUFFLE_EPOCH, SB_SHUFFLE_NONE } sb_shuffle;

/** Special values that a field's words stand for. */
enum {
    SB_BATCH_FULL = 0,      /**< training.batch: full */
    SB_CLIP_NONE = 0,       /**< training.weight_clip: none */
    SB_SAMPLES_ALL = 0,     /**< samples of a probe: all */
    SB_PAIRS_PAPER = 0,     /**< pairs of a probe: as many as in the paper */
    SB_BINS_EACH = 0,       /**< probes.kernel_spectrum.bins: each */
    SB_SEED_OF_TRIAL = -1,  /**< target.seed: trial */
    SB_CUTOFF_MEDIAN = 0,   /**< probes.spectral_bias.cutoff: median */
    SB_RESOLUTION_AUTO = 0, /**< probes.decay.resolution: auto */
    SB_K_AUTO = 0           /**< probes.decay.k_low and k_high: auto */
};
#define SB_AT_LAST (-1.0) /**< an element of a probe's `at`: after the last step */
#define SB_AT_ALL  (-2.0) /**< the only element of a probe's `at`: at every record */

/** Most samples of which a kernel's eigenvectors are computed: 4096 take 21 seconds, in which no stop is heard. */
enum { SB_KERNEL_SAMPLES_MAX = 4096 };

/** When a probe is taken, and whether at all. */
typedef struct sb_probe_settings {
    int64_t enabled; /**< 1 if the sweep file has the probe's section (`loss` always is) */
    sb_list at;      /**< {SB_AT_ALL}, {SB_AT_LAST}, or steps and SB_AT_LAST in rising order */
} sb_probe_settings;

/** How many pairs of samples a probe compares; each may be SB_PAIRS_PAPER. */
typedef struct sb_pair_settings {
    int64_t windows;   /**< of neighbouring samples */
    int64_t of_window; /**< local pairs in each */
    int64_t global;    /**< pairs of samples far apart */
} sb_pair_settings;

/** Everything that one trial is trained and measured with. Integers, booleans and choices are int64_t, real numbers
 * double, so that the field table can read and write each by its offset. Lists belong to the sweep. */
typedef struct sb_settings {
    int64_t seed; /**< keys all of a trial's random numbers */
    struct {
        int64_t kind;              /**< sb_target_kind */
        int64_t samples;           /**< N, training and validation together; z_n = n/N */
        sb_list frequencies;       /**< k_i, whole numbers in [1, N/2); delta: those that are looked at */
        sb_list amplitudes;        /**< A_i before the law: one for all, or one per frequency */
        int64_t amplitude_law;     /**< sb_amplitude_law */
        double amplitude_exponent; /**< e of the power law A_i k_i^e */
        sb_list phases;            /**< phi_i in radians: one for all, or one per frequency; {NAN}: random */
        int64_t seed;              /**< keys random phases, also of an image; SB_SEED_OF_TRIAL: the trial's */
        double position, height;   /**< delta: of the peak, z in [0, 1] */
        const sb_source *image;    /**< image: a file, or the word power_law */
        int64_t size;              /**< image: pixels a side */
        int64_t fit;               /**< image: sb_fit, how a file becomes a square of that size */
        int64_t channels;          /**< image: sb_channels */
        int64_t endpoint;          /**< image: 1: the last pixel has the coordinate 1, v = n/(size - 1), not n/size */
        const sb_source *images;   /**< digits: a file of samples, or the word none */
        const sb_source *labels;   /**< digits: a file of their classes, or the word none */
        sb_list classes;           /**< digits: those that are learned */
        int64_t pixels;   /**< digits: of each image, so that the shape of a network is known without the files */
        int64_t binarise; /**< 1: the target is lambda(z) > threshold, as 0 or 1 */
        double threshold;
    } target;
    struct {
        int64_t kind;      /**< sb_noise_kind */
        double amplitude;  /**< beta */
        double frequency;  /**< k of a wave */
        int64_t component; /**< of the principal components, from 1 */
        double sigma;      /**< width of the kernel */
        double exponent;   /**< by which coefficients grow along the kernel's eigenvectors */
    } noise;
    struct {
        int64_t kind;   /**< sb_embedding_kind */
        int64_t petals; /**< L of gamma_L */
    } embedding;
    struct {
        int64_t kind;     /**< sb_encoding_kind */
        double low, high; /**< interval: a coordinate v in [0,1) becomes low + (high - low) v */
        int64_t octaves;  /**< positional */
        int64_t features; /**< fourier: rows of B; the encoding has twice as many inputs */
        double sigma;     /**< fourier: standard deviation of B's entries */
    } encoding;
    struct {
        int64_t kind; /**< sb_validation_kind */
        double share; /**< split: of all samples, the last ones */
    } validation;
    struct {
        int64_t depth;      /**< D: affine layers in all */
        int64_t width;      /**< W: neurons of a hidden layer */
        int64_t activation; /**< sb_activation */
        double slope;       /**< leaky_relu: of its negative half */
    } model;
    struct {
        int64_t optimizer; /**< sb_optimizer */
        double learning_rate, beta1, beta2, epsilon;
        double weight_clip; /**< largest absolute value of a parameter after an update; SB_CLIP_NONE: any */
        int64_t batch;      /**< samples in a mini-batch; SB_BATCH_FULL: all */
        int64_t shuffle;    /**< sb_shuffle: the order of samples in mini-batches */
        int64_t steps;      /**< optimiser updates */
        int64_t loss;       /**< sb_loss */
    } training;
    struct {
        int64_t every; /**< records are taken at steps 0, every, 2 every, ... and the last */
    } record;
    struct {
        sb_probe_settings loss;
        struct {
            sb_probe_settings probe;
            int64_t full; /**< 1: also the whole one-sided amplitude spectrum */
        } spectrum;
        struct {
            sb_probe_settings probe;
        } spectral_norm;
        struct {
            sb_probe_settings probe;
            int64_t cutoff; /**< SB_CUTOFF_MEDIAN */
        } spectral_bias;
        struct {
            sb_probe_settings probe;
        } image_spectrum;
        struct {
            sb_probe_settings probe;
            double low, high;   /**< ends of the box, in each coordinate */
            int64_t resolution; /**< points along a coordinate of two */
        } function_grid;
        struct {
            sb_probe_settings probe;
            double low, high;      /**< ends of the box, in each coordinate */
            int64_t resolution;    /**< points along a coordinate; SB_RESOLUTION_AUTO */
            int64_t k_low, k_high; /**< the fitted range, in periods over the box; SB_K_AUTO */
            int64_t rays;          /**< 1: along directions too */
            sb_list angles;        /**< of rays in two dimensions, degrees */
        } decay;
        struct {
            sb_probe_settings probe;
            int64_t samples; /**< random points */
        } inradius;
        struct {
            sb_probe_settings probe;
            int64_t form;     /**< sb_boundary_form */
            int64_t samples;  /**< inputs that are looked at; SB_SAMPLES_ALL */
            int64_t bins;     /**< of the histogram, logarithmic from low to high */
            double low, high; /**< distances, low > 0 */
        } boundary_distance;
        struct {
            sb_probe_settings probe;
            int64_t samples;     /**< inputs that the kernel is of; SB_SAMPLES_ALL */
            int64_t frequencies; /**< sb_prediction: also what it says of each of the target's frequencies */
            double threshold;    /**< normalised magnitude at which a frequency is learned, in (0, 1) */
        } ntk;
        struct {
            sb_probe_settings probe;
            sb_pair_settings pairs;
        } confusion;
        struct {
            sb_probe_settings probe;
        } dead_relu;
        struct {
            sb_probe_settings probe;
            int64_t map; /**< 1: also the number of each sample's region */
        } regions;
        struct {
            sb_probe_settings probe;
            sb_pair_settings pairs;
            int64_t bins; /**< of the histogram */
        } hamming;
        struct {
            sb_probe_settings probe;
            int64_t matrix; /**< 1: the whole matrix too, not only histograms */
        } hyperplane_cosine;
        struct {
            sb_probe_settings probe;
            int64_t size; /**< points of the grid in each direction */
            int64_t map;  /**< 1: also the number of each point's region */
        } slice;
        struct {
            sb_probe_settings probe;
            sb_list magnitudes; /**< delta >= 0 */
            int64_t directions; /**< random directions for each magnitude */
        } perturbation;
        struct {
            sb_probe_settings probe;
        } parameters;
        struct {
            sb_probe_settings probe;
        } predictions;
        struct {
            sb_probe_settings probe;
        } accuracy;
        struct {
            sb_probe_settings probe;
            double sigma;    /**< width of the kernel */
            int64_t bins;    /**< number of bins; SB_BINS_EACH: one for each eigenvector */
            int64_t vectors; /**< 1: also the eigenvectors */
        } kernel_spectrum;
        struct {
            sb_probe_settings probe;
        } validation;
    } probes;
} sb_settings;

/** Samples of a trial's target: all, and how many of them are for training and for validation (the same ones, for
 * validation.kind clean). */
size_t sb_total_samples(const sb_settings *settings);
size_t sb_training_samples(const sb_settings *settings);
size_t sb_validation_samples(const sb_settings *settings);

/** Number, among all samples, of training or validation sample @p i. */
size_t sb_training_sample(const sb_settings *settings, size_t i);
size_t sb_validation_sample(const sb_settings *settings, size_t i);

/** True if the target names a class for each sample, and true if it does so by one output for each class. */
bool sb_has_classes(const sb_settings *settings);
bool sb_is_one_hot(const sb_settings *settings);

/** True if the target has frequencies: target.frequencies says which. */
bool sb_has_frequencies(const sb_settings *settings);

/** Training samples that the kernel of the probe `ntk` is of. */
size_t sb_ntk_samples(const sb_settings *settings);

/** True if that kernel predicts how the target's frequencies are learned: gradient flow is linear in the outputs for
 * the mean squared error alone, and frequencies are those of all samples, evenly spread, and below half of the
 * kernel's. */
bool sb_ntk_has_predictions(const sb_settings *settings);

/** Points along each coordinate of the probe `decay`. */
size_t sb_decay_resolution(const sb_settings *settings);

/** Frequencies low <= k < high. */
typedef struct sb_wavenumbers {
    double low, high;
} sb_wavenumbers;

/** Those that the probe `decay` fits. */
sb_wavenumbers sb_decay_wavenumbers(const sb_settings *settings);

/** Number of records of a trial: steps 0, every, 2 every, ... and the last. */
size_t sb_record_count(const sb_settings *settings);

/** The step of record @p record (0 <= record < sb_record_count). */
int64_t sb_record_step(const sb_settings *settings, size_t record);

/* --- The table of fields -------------------------------------------------------------------------------------------
 */

typedef enum sb_field_type {
    SB_FIELD_INTEGER,  /**< int64_t */
    SB_FIELD_REAL,     /**< double */
    SB_FIELD_BOOLEAN,  /**< int64_t, 0 or 1 */
    SB_FIELD_CHOICE,   /**< int64_t, an index into words */
    SB_FIELD_INTEGERS, /**< sb_list of whole numbers */
    SB_FIELD_REALS,    /**< sb_list */
    SB_FIELD_FILE      /**< const sb_source *: the path of a file, or a word */
} sb_field_type;

/** A word that a field takes: a choice, or a name for a special value of a number or of a list's element. */
typedef struct sb_word {
    const char *text;
    double value;
} sb_word;

/** One row: everything known about a field of the sweep file. */
typedef struct sb_field {
    const char *path; /**< "embedding.petals" */
    sb_field_type type;
    size_t offset;           /**< of its value in sb_settings */
    double minimum, maximum; /**< allowed range of the number or of each element, inclusive */
    const char *initial;     /**< default, as YAML */
    const char *unit;        /**< "1" for pure numbers, as in the results file */
    const char *meaning;     /**< one line */
    const sb_word *words;    /**< ends with a NULL text; NULL: none */
    const char *condition;   /**< where it applies: "key=word word", a key of the same section; NULL: always */
    bool fixed;              /**< may not be an axis */
    sb_source_kind holds;    /**< of a file */
} sb_field;

extern const sb_field sb_fields[];
extern const size_t sb_field_count;

/** The field with dotted path @p path, or NULL. */
const sb_field *sb_field_find(const char *path);

/** True if @p path is @p prefix or lies below it ("target.samples" below "target"). */
bool sb_path_within(const char *path, const char *prefix);

/** True if @p settings meet the field's condition (embedding.petals: only where embedding.kind is petals), and for a
 * field of a probe, if the probe is enabled. */
bool sb_field_applies(const sb_field *field, const sb_settings *settings);

/** One value of a field: integer, real, list or file, by the field's type. */
typedef union sb_value {
    int64_t integer;
    double real;
    sb_list list;
    const sb_source *source;
} sb_value;

sb_value sb_field_get(const sb_field *field, const sb_settings *settings);
void sb_field_set(const sb_field *field, sb_settings *settings, sb_value value);

/** Writes a value as YAML: words where it has them, numbers so that they read back exactly. */
void sb_field_print(const sb_field *field, sb_value value, FILE *out);

/** True if the value, or any element of it, is one that a word stands for, such as `none` or `full`. */
bool sb_field_in_words(const sb_field *field, sb_value value);

/** Prints every key of the sweep file with type, unit, range, default and meaning (`specbias schema`): a sweep file
 * that explains itself and says what an empty one does. */
void sb_schema_print(FILE *out);

/* --- The sweep -----------------------------------------------------------------------------------------------------
 */

enum { SB_AXES_MAX = 16 };                       /**< axes in one sweep */
#define SB_TRIALS_MAX      ((uint64_t)10000000)  /**< trials in one sweep */
#define SB_SWEEP_BYTES_MAX ((size_t)1024 * 1024) /**< size of a sweep file */

typedef enum sb_axis_kind {
    SB_AXIS_FIELD,   /**< one field */
    SB_AXIS_SECTION, /**< a whole section: all its fields move together */
    SB_AXIS_ZIP      /**< named; two or more fields move together */
} sb_axis_kind;

/** A field that an axis sets, with its value at each point. */
typedef struct sb_axis_member {
    const sb_field *field;
    const sb_value *values; /**< [length of the axis] */
} sb_axis_member;

/** One axis. All training axes come before the axes under `probes.`; otherwise the order is the file's. */
typedef struct sb_axis {
    sb_axis_kind kind;
    const char *path; /**< field: its path; section: its name; zip: its name */
    const char *unit; /**< of a field's values; "1" otherwise */
    size_t length;
    size_t member_count;
    const sb_axis_member *members;
    const char *const *labels; /**< [length] each point in words; sections leave out fields at their default */
    const char *probe;         /**< name of the probe whose settings it changes; NULL for a training axis */
} sb_axis;

/** True if the axis sets a field that lies at or below @p path, or of which @p path is a part. */
bool sb_axis_touches(const sb_axis *axis, const char *path);

/** What a sweep file says. Read-only after sb_sweep_parse. */
typedef struct sb_sweep {
    const char *name;       /**< `name:`, or the file's name without folder and ending */
    sb_settings base;       /**< settings of all trials; a field on an axis has its first value */
    size_t axis_count;      /**< at least 1: without a training axis, `seed` is one of length 1 */
    const sb_axis *axes;    /**< [axis_count] */
    const char *text;       /**< the file as it was read, UTF-8 */
    size_t text_length;     /**< bytes */
    const char *overrides;  /**< the --set arguments, one a line; "" if none */
    size_t source_count;    /**< files that trials need */
    sb_source **sources;    /**< [source_count]; to be read or told their digest before anything is identified */
    struct sb_marks *marks; /**< where each field was set, for messages (private) */
    sb_arena arena;         /**< owns all of it */
} sb_sweep;

struct sb_diagnostic {
    size_t line, column; /**< from 1; 0 where there is none */
    char *text;          /**< "file:line:column: path: what is wrong; what is allowed" */
};

/** The errors found in a sweep, in the order of the file; at most 100. Zero-initialise before first use. */
typedef struct sb_diagnostics {
    size_t count;
    struct sb_diagnostic *items;
} sb_diagnostics;

/** Prints every error on a line of its own. */
void sb_diagnostics_print(const sb_diagnostics *diagnostics, FILE *out);
void sb_diagnostics_free(sb_diagnostics *diagnostics);

/** Reads a whole sweep file into @p text (released with free(), zero-terminated). SB_INPUT, with the reason, if it
 * cannot be opened, is no regular file (or pipe), or is larger than SB_SWEEP_BYTES_MAX. */
sb_code sb_sweep_load(const char *path, char **text, size_t *length, sb_status *status);

/** Parses sweep text.
 * @param source     name used in messages, usually the file's path.
 * @param overrides  @p override_count arguments `path=value` of --set, applied in order: the value is YAML; on a field
 *                   that is an axis it replaces the axis's values; `axes.path=[...]` makes or replaces an axis.
 * @param diagnostics receives all errors, not only the first.
 * @return SB_OK and the sweep in @p *sweep, to be released with sb_sweep_free; SB_INPUT with at least one diagnostic
 * (and a summary in @p status); SB_MEMORY. */
sb_code sb_sweep_parse(const char *text, size_t length, const char *source, const char *const *overrides,
                       size_t override_count, sb_diagnostics *diagnostics, sb_sweep **sweep, sb_status *status);

void sb_sweep_free(sb_sweep *sweep);

/** Adds the error "source:line:column: @p path: ..." at the place where the sweep sets the field or axis @p path. */
void sb_sweep_report(const sb_sweep *sweep, sb_diagnostics *diagnostics, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* --- Rules between fields ------------------------------------------------------------------------------------------
 */

/** A condition on several fields of one trial, such as "every frequency lies below samples/2". */
typedef struct sb_rule {
    const char *const *fields; /**< the fields and sections it reads, NULL at the end */
    const char *culprit;       /**< the field that a message points at */
    /** Writes what is wrong to @p message and returns false; true if the settings keep the rule. */
    bool (*holds)(const sb_settings *settings, char *message, size_t size);
} sb_rule;

extern const sb_rule sb_rules[];
extern const size_t sb_rule_count;

/* --- Identity ------------------------------------------------------------------------------------------------------
 */

/** Writes the canonical form of a trial: a line `path=value` for each field that applies, changes the training and
 * differs from its default, sorted by path, and the versions of the algorithms. Equal text means an equal trial, in any
 * sweep and any later version. */
void sb_settings_canonical(const sb_settings *settings, FILE *out);

/** Hash of the canonical form: a trial's identity. */
sb_hash sb_settings_identity(const sb_settings *settings);

/** Hash of the fields in @p section that apply and differ from their default: `record` tells when probes are taken,
 * `probes.spectrum` what that one measures. Results of trials with one identity are alike where both are. */
sb_hash sb_section_identity(const sb_settings *settings, const char *section);

/** Hash of everything in a sweep that its results file depends on: base settings, axes, records and probes, not its
 * name, comments, or the order of keys. */
sb_hash sb_sweep_identity(const sb_sweep *sweep);

#endif
