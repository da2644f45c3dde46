/* The table of fields: the only place that knows which there are.
 *
 * A trial's identity leaves out fields at their default, so that a new field does not change the identity of old
 * trials. For the same reason a default, once released, is only changed together with the version in identity.c. */
#include "internal.h"
#include <math.h>
#include <string.h>

#define WHOLE_MAX 9007199254740991.0 /* 2^53 - 1: beyond it, doubles skip whole numbers */
#define STEPS_MAX 1e9

#define WORDS(name, ...) static const sb_word name[] = {__VA_ARGS__, {NULL, 0}}
WORDS(booleans, {"false", 0}, {"true", 1});
WORDS(target_kinds, {"sinusoids", SB_TARGET_SINUSOIDS}, {"delta", SB_TARGET_DELTA}, {"image", SB_TARGET_IMAGE},
      {"digits", SB_TARGET_DIGITS});
WORDS(power_law, {"power_law", 0});
WORDS(fits, {"crop", SB_FIT_CROP}, {"resize", SB_FIT_RESIZE});
WORDS(channels, {"grey", SB_CHANNELS_GREY}, {"rgb", SB_CHANNELS_RGB});
WORDS(amplitude_laws, {"equal", SB_AMPLITUDE_EQUAL}, {"rising", SB_AMPLITUDE_RISING}, {"power", SB_AMPLITUDE_POWER});
WORDS(random_phases, {"random", NAN});
WORDS(trial_seed, {"trial", SB_SEED_OF_TRIAL});
WORDS(embedding_kinds, {"line", SB_EMBEDDING_LINE}, {"circle", SB_EMBEDDING_CIRCLE}, {"petals", SB_EMBEDDING_PETALS},
      {"parabola", SB_EMBEDDING_PARABOLA});
WORDS(encoding_kinds, {"none", SB_ENCODING_NONE}, {"interval", SB_ENCODING_INTERVAL},
      {"positional", SB_ENCODING_POSITIONAL}, {"fourier", SB_ENCODING_FOURIER});
WORDS(activations, {"relu", SB_ACTIVATION_RELU}, {"leaky_relu", SB_ACTIVATION_LEAKY_RELU}, {"tanh", SB_ACTIVATION_TANH},
      {"sine", SB_ACTIVATION_SINE});
WORDS(validation_kinds, {"none", SB_VALIDATION_NONE}, {"clean", SB_VALIDATION_CLEAN}, {"split", SB_VALIDATION_SPLIT},
      {"alternate", SB_VALIDATION_ALTERNATE});
WORDS(noise_kinds, {"none", SB_NOISE_NONE}, {"radial", SB_NOISE_RADIAL}, {"direction", SB_NOISE_DIRECTION},
      {"component", SB_NOISE_COMPONENT}, {"white", SB_NOISE_WHITE}, {"kernel", SB_NOISE_KERNEL});
WORDS(no_file, {"none", 0});
WORDS(optimizers, {"adam", SB_OPTIMIZER_ADAM});
WORDS(no_clip, {"none", SB_CLIP_NONE});
WORDS(full_batch, {"full", SB_BATCH_FULL});
WORDS(target_median, {"median", SB_CUTOFF_MEDIAN});
WORDS(automatic, {"auto", 0});
WORDS(shuffles, {"once", SB_SHUFFLE_ONCE}, {"epoch", SB_SHUFFLE_EPOCH}, {"none", SB_SHUFFLE_NONE});
WORDS(losses, {"mse", SB_LOSS_MSE}, {"bce", SB_LOSS_BCE}, {"cross_entropy", SB_LOSS_CROSS_ENTROPY});
WORDS(boundary_forms, {"both", SB_BOUNDARY_BOTH}, {"input", SB_BOUNDARY_INPUT}, {"layer", SB_BOUNDARY_LAYER});
WORDS(paper_pairs, {"paper", SB_PAIRS_PAPER});
WORDS(predictions, {"auto", SB_PREDICTION_AUTO}, {"true", SB_PREDICTION_TRUE}, {"false", SB_PREDICTION_FALSE});
WORDS(all_samples, {"all", SB_SAMPLES_ALL});
WORDS(each_vector, {"each", SB_BINS_EACH});
WORDS(moments, {"last", SB_AT_LAST}, {"all", SB_AT_ALL});

/* Where a field lies, its type and range; its unit and default; its meaning. */
#define FIELD(place, member, kind, low, high)                                                                          \
    .path = place, .type = SB_FIELD_##kind, .offset = offsetof(sb_settings, member), .minimum = (low), .maximum = (high)
#define CHOICE(place, member, names)                                                                                   \
    .path = place, .type = SB_FIELD_CHOICE, .offset = offsetof(sb_settings, member), .words = (names), .unit = "1"
#define BOOLEAN(place, member)                                                                                         \
    .path = place, .type = SB_FIELD_BOOLEAN, .offset = offsetof(sb_settings, member), .words = booleans, .unit = "1"
#define FILE_OF(place, member, kind)                                                                                   \
    .path = place, .type = SB_FIELD_FILE, .offset = offsetof(sb_settings, member), .holds = SB_SOURCE_##kind,          \
    .unit = "1"
/* How many pairs of samples a probe compares. Fixed: a probe makes room for them once. */
#define PAIRS(place, member, of_curve)                                                                                 \
    {FIELD(place ".windows", member.windows, INTEGER, 1, 100000),                                                      \
     .unit = "1",                                                                                                      \
     .initial = "paper",                                                                                               \
     .words = paper_pairs,                                                                                             \
     .fixed = true,                                                                                                    \
     .meaning = "windows of neighbouring samples; paper: 25, of an image 100"},                                        \
        {FIELD(place ".window_pairs", member.of_window, INTEGER, 1, 100000),                                           \
         .unit = "1",                                                                                                  \
         .initial = "paper",                                                                                           \
         .words = paper_pairs,                                                                                         \
         .fixed = true,                                                                                                \
         .meaning = "local pairs in each window; paper: " of_curve ", of an image 500, of classes 200"},               \
    {                                                                                                                  \
        FIELD(place ".global_pairs", member.global, INTEGER, 1, 10000000),                                             \
            .unit = "1", .initial = "paper", .words = paper_pairs, .fixed = true,                                      \
            .meaning = "pairs of samples far apart; paper: 5000, of an image 50000"                                    \
    }
#define MOMENTS(place, member)                                                                                         \
    FIELD(place, member, INTEGERS, 0, STEPS_MAX),                                                                      \
        .words = moments, .unit = "1", .fixed = true,                                                                  \
        .meaning = "steps after which it is measured, rising, each at most training.steps and not bound to "           \
                   "record.every; last: after the last; all: at every record"

const sb_field sb_fields[] = {
    {FIELD("seed", seed, INTEGER, 0, WHOLE_MAX), .unit = "1", .initial = "0",
     .meaning = "keys all random numbers of a trial"},

    {CHOICE("target.kind", target.kind, target_kinds), .initial = "sinusoids",
     .meaning =
         "sinusoids: sum_i A_i sin(2 pi k_i z + phi_i); delta: a peak at one sample; image: its pixels over their "
         "coordinates (x, y); digits: classes of small images"},
    {FIELD("target.samples", target.samples, INTEGER, 2, 67108864), .unit = "1", .initial = "200",
     .condition = "kind=sinusoids delta digits",
     .meaning = "N, for training and validation together; a curve is learned at z = n/N, n = 0 .. N-1; digits: the "
                "first of their classes in the files"},
    {FIELD("target.frequencies", target.frequencies, INTEGERS, 1, 33554432), .unit = "1",
     .initial = "[5, 10, 15, 20, 25, 30, 35, 40, 45, 50]", .condition = "kind=sinusoids delta",
     .meaning = "k_i, rising, below N/2; of a delta, which has all, those that are looked at"},
    {FIELD("target.amplitudes", target.amplitudes, REALS, 1e-6, 1e6), .unit = "1", .initial = "1",
     .condition = "kind=sinusoids", .meaning = "A_i before the law: one for all, or one for each frequency"},
    {CHOICE("target.amplitude_law", target.amplitude_law, amplitude_laws), .initial = "equal",
     .condition = "kind=sinusoids",
     .meaning = "equal: A_i; rising: A_i (i+1)/count, i from 0; power: A_i k_i^amplitude_exponent"},
    {FIELD("target.amplitude_exponent", target.amplitude_exponent, REAL, -4, 4), .unit = "1", .initial = "0",
     .condition = "amplitude_law=power", .meaning = "exponent of the power law"},
    {FIELD("target.phases", target.phases, REALS, -1000, 1000), .unit = "radian", .initial = "random",
     .words = random_phases, .condition = "kind=sinusoids",
     .meaning = "phi_i: one for all, or one for each frequency; random: uniform on [0, 2 pi)"},
    {FIELD("target.seed", target.seed, INTEGER, 0, WHOLE_MAX), .unit = "1", .initial = "trial", .words = trial_seed,
     .condition = "phases=random",
     .meaning = "keys the random phases, also of a power_law image; trial: by the trial's own seed"},
    {FIELD("target.position", target.position, REAL, 0, 1), .unit = "1", .initial = "0.5", .condition = "kind=delta",
     .meaning = "z of the peak, moved to the nearest sample"},
    {FIELD("target.height", target.height, REAL, -1e6, 1e6), .unit = "1", .initial = "1", .condition = "kind=delta",
     .meaning = "of the peak; N/2 gives each frequency the amplitude 1"},
    {FILE_OF("target.image", target.image, IMAGE), .initial = "power_law", .words = power_law,
     .condition = "kind=image",
     .meaning =
         "file of the image, from the working directory; power_law: random phases under an amplitude 1/f, no file"},
    {FIELD("target.size", target.size, INTEGER, 2, 8192), .unit = "1", .initial = "512", .condition = "kind=image",
     .meaning = "pixels a side"},
    {CHOICE("target.fit", target.fit, fits), .initial = "crop", .condition = "kind=image",
     .meaning = "of an image in a file; crop: its centre; resize: its largest centred square, scaled"},
    {CHOICE("target.channels", target.channels, channels), .initial = "rgb", .condition = "kind=image",
     .meaning = "one output or three; grey is the luma 0.299 R + 0.587 G + 0.114 B"},
    {BOOLEAN("target.endpoint", target.endpoint), .initial = "false", .condition = "kind=image",
     .meaning = "coordinates of pixel n; false: n/size; true: n/(size - 1)"},
    {FILE_OF("target.images", target.images, SAMPLES), .initial = "none", .words = no_file, .condition = "kind=digits",
     .meaning = "IDX file of the images, plain or gzip; pixels over 255 are the network's inputs"},
    {FILE_OF("target.labels", target.labels, LABELS), .initial = "none", .words = no_file, .condition = "kind=digits",
     .meaning = "IDX file of their classes"},
    {FIELD("target.classes", target.classes, INTEGERS, 0, 255), .unit = "1", .initial = "[3, 8]",
     .condition = "kind=digits",
     .meaning = "those that are learned; two: -1 and 1 in this order; more, or two with training.loss cross_entropy: "
                "one output for each, 1 where it is the sample's class, else 0"},
    {FIELD("target.pixels", target.pixels, INTEGER, 1, 1048576), .unit = "1", .initial = "784",
     .condition = "kind=digits", .meaning = "rows times columns of each image in the file"},
    {BOOLEAN("target.binarise", target.binarise), .initial = "false",
     .meaning = "learn 1 where the function is above the threshold, 0 elsewhere"},
    {FIELD("target.threshold", target.threshold, REAL, -1e6, 1e6), .unit = "1", .initial = "0.5",
     .condition = "binarise=true", .meaning = "threshold of a binarised target"},

    {CHOICE("noise.kind", noise.kind, noise_kinds), .initial = "none",
     .meaning = "x: a sample's inputs; radial: beta sin(2 pi k |x|); direction: beta sin(2 pi k v.x), v a random unit "
                "vector; component: v a principal component of the training inputs; white: uniform on [-beta, beta]; "
                "kernel: the sum of beta (i/(N-1))^exponent times eigenvector i, from 0, of a Gaussian kernel"},
    {FIELD("noise.amplitude", noise.amplitude, REAL, 0, 1e6), .unit = "1", .initial = "1",
     .condition = "kind=radial direction component white kernel", .meaning = "beta"},
    {FIELD("noise.frequency", noise.frequency, REAL, 0, 1e6), .unit = "1", .initial = "1",
     .condition = "kind=radial direction component", .meaning = "k of the wave"},
    {FIELD("noise.component", noise.component, INTEGER, 1, SB_KERNEL_SAMPLES_MAX), .unit = "1", .initial = "1",
     .condition = "kind=component", .meaning = "principal component, by falling variance, from 1"},
    {FIELD("noise.sigma", noise.sigma, REAL, 1e-6, 1e6), .unit = "1", .initial = "1.25", .condition = "kind=kernel",
     .meaning = "width of the kernel exp(-r^2 / (2 sigma^2)) of the training inputs"},
    {FIELD("noise.exponent", noise.exponent, REAL, 0, 100), .unit = "1", .initial = "2", .condition = "kind=kernel",
     .meaning = "by which the noise grows along the eigenvectors, ordered by falling eigenvalue"},

    {CHOICE("embedding.kind", embedding.kind, embedding_kinds), .initial = "line",
     .meaning = "x = gamma(z); line: z; circle: (cos, sin) of 2 pi z; petals: the circle times 1 + sin(2 pi L z)/2; "
                "parabola: (z, z^2)"},
    {FIELD("embedding.petals", embedding.petals, INTEGER, 0, 1000000), .unit = "1", .initial = "4",
     .condition = "kind=petals", .meaning = "L, number of petals; 0: the circle"},

    {CHOICE("encoding.kind", encoding.kind, encoding_kinds), .initial = "none",
     .meaning = "of each coordinate v of x; none: v; interval: low + (high - low) v; "
                "positional: sin and cos of 2^j pi v; fourier: sin and cos of 2 pi B v"},
    {FIELD("encoding.low", encoding.low, REAL, -1e6, 1e6), .unit = "1", .initial = "-1", .condition = "kind=interval",
     .meaning = "where v = 0 comes to lie"},
    {FIELD("encoding.high", encoding.high, REAL, -1e6, 1e6), .unit = "1", .initial = "1", .condition = "kind=interval",
     .meaning = "where v = 1 comes to lie"},
    {FIELD("encoding.octaves", encoding.octaves, INTEGER, 1, 30), .unit = "1", .initial = "4",
     .condition = "kind=positional", .meaning = "number of octaves j, from 0"},
    {FIELD("encoding.features", encoding.features, INTEGER, 1, 65536), .unit = "1", .initial = "256",
     .condition = "kind=fourier", .meaning = "rows of B; each gives a sine and a cosine"},
    {FIELD("encoding.sigma", encoding.sigma, REAL, 0, 1e6), .unit = "1", .initial = "14", .condition = "kind=fourier",
     .meaning = "standard deviation of the normal entries of B"},

    {CHOICE("validation.kind", validation.kind, validation_kinds), .initial = "none",
     .meaning = "clean: the training samples with labels without noise; split: the last samples, which are not trained "
                "on; alternate: of an image, pixels with odd row and column, while only those with even ones are "
                "trained on"},
    {FIELD("validation.share", validation.share, REAL, 0.001, 0.999), .unit = "1", .initial = "0.2",
     .condition = "kind=split", .meaning = "of the samples that are held out"},

    {FIELD("model.depth", model.depth, INTEGER, 1, 64), .unit = "1", .initial = "6",
     .meaning = "D, affine layers in all; an activation after each but the last"},
    {FIELD("model.width", model.width, INTEGER, 1, 65536), .unit = "1", .initial = "256",
     .meaning = "W, neurons of a hidden layer"},
    {CHOICE("model.activation", model.activation, activations), .initial = "relu",
     .meaning = "of each z; relu: max(z, 0); leaky_relu: z, or slope z where z < 0; tanh: tanh z; sine: sin z; weights "
                "and biases start uniform on +-1/sqrt(fan_in) with each of them"},
    {FIELD("model.slope", model.slope, REAL, 0, 1), .unit = "1", .initial = "0.01",
     .condition = "activation=leaky_relu", .meaning = "slope of the negative half"},

    {CHOICE("training.optimizer", training.optimizer, optimizers), .initial = "adam", .meaning = "the optimiser"},
    {FIELD("training.learning_rate", training.learning_rate, REAL, 0, 1000), .unit = "1", .initial = "0.0003",
     .meaning = "step size"},
    {FIELD("training.beta1", training.beta1, REAL, 0, 0.999999), .unit = "1", .initial = "0.9",
     .meaning = "decay of the first moment"},
    {FIELD("training.beta2", training.beta2, REAL, 0, 0.999999), .unit = "1", .initial = "0.999",
     .meaning = "decay of the second moment"},
    {FIELD("training.epsilon", training.epsilon, REAL, 1e-30, 1), .unit = "1", .initial = "1e-8",
     .meaning = "added to the root of the second moment"},
    {FIELD("training.weight_clip", training.weight_clip, REAL, 1e-6, 1e6), .unit = "1", .initial = "none",
     .words = no_clip,
     .meaning = "c; after each update, every weight and bias outside [-c, c] is set to the nearer end"},
    {FIELD("training.batch", training.batch, INTEGER, 1, 67108864), .unit = "1", .initial = "full", .words = full_batch,
     .meaning = "samples in a mini-batch, at most target.samples; full: all of them"},
    {CHOICE("training.shuffle", training.shuffle, shuffles), .initial = "once",
     .meaning =
         "order of the samples in mini-batches; once: the same random one in each epoch; epoch: another in each"},
    {FIELD("training.steps", training.steps, INTEGER, 1, STEPS_MAX), .unit = "1", .initial = "10000",
     .meaning = "updates of the optimiser"},
    {CHOICE("training.loss", training.loss, losses), .initial = "mse",
     .meaning = "mse: mean squared error; bce: binary cross-entropy of logits, for binarised targets; "
                "cross_entropy: of the softmax of several outputs, for one class of several"},

    {FIELD("record.every", record.every, INTEGER, 1, STEPS_MAX), .unit = "1", .initial = "100",
     .meaning = "probes are taken at steps 0, every, 2 every, .. and the last"},

    {MOMENTS("probes.loss.at", probes.loss.at), .initial = "all"},
    {MOMENTS("probes.spectrum.at", probes.spectrum.probe.at), .initial = "all"},
    {BOOLEAN("probes.spectrum.full", probes.spectrum.full), .initial = "false",
     .meaning = "record the whole one-sided spectrum too, not only the target's frequencies"},
    {MOMENTS("probes.spectral_norm.at", probes.spectral_norm.probe.at), .initial = "all"},
    {MOMENTS("probes.spectral_bias.at", probes.spectral_bias.probe.at), .initial = "all"},
    {FIELD("probes.spectral_bias.cutoff", probes.spectral_bias.cutoff, INTEGER, 1, 33554432), .unit = "1",
     .initial = "median", .words = target_median,
     .meaning =
         "the highest of the low frequencies, in periods over the domain; median: half of the target's energy is "
         "at or below it"},
    {MOMENTS("probes.image_spectrum.at", probes.image_spectrum.probe.at), .initial = "all"},
    {MOMENTS("probes.function_grid.at", probes.function_grid.probe.at), .initial = "last"},
    {FIELD("probes.function_grid.low", probes.function_grid.low, REAL, -1e6, 1e6), .unit = "1", .initial = "-1.6",
     .meaning = "where the grid starts, in each coordinate"},
    {FIELD("probes.function_grid.high", probes.function_grid.high, REAL, -1e6, 1e6), .unit = "1", .initial = "1.6",
     .meaning = "where the grid ends, in each coordinate"},
    {FIELD("probes.function_grid.resolution", probes.function_grid.resolution, INTEGER, 2, 16384), .unit = "1",
     .initial = "200", .meaning = "points along each of two coordinates; of a single one, ten times as many"},
    {MOMENTS("probes.decay.at", probes.decay.probe.at), .initial = "last"},
    {FIELD("probes.decay.low", probes.decay.low, REAL, -1e6, 1e6), .unit = "1", .initial = "0",
     .meaning = "where the box starts, in each coordinate"},
    {FIELD("probes.decay.high", probes.decay.high, REAL, -1e6, 1e6), .unit = "1", .initial = "1",
     .meaning = "where the box ends, in each coordinate"},
    {FIELD("probes.decay.resolution", probes.decay.resolution, INTEGER, 64, 16777216), .unit = "1", .initial = "auto",
     .words = automatic, .fixed = true, .meaning = "points along each coordinate; auto: 16384 of one, 512 of two"},
    {FIELD("probes.decay.k_low", probes.decay.k_low, INTEGER, 1, 8388608), .unit = "1", .initial = "auto",
     .words = automatic,
     .meaning = "where the fitted frequencies start, in periods over the box, an octave or more below k_high; auto: "
                "k_high / 8"},
    {FIELD("probes.decay.k_high", probes.decay.k_high, INTEGER, 2, 8388608), .unit = "1", .initial = "auto",
     .words = automatic, .meaning = "where the fitted frequencies end, at most resolution / 2; auto: resolution / 8"},
    {BOOLEAN("probes.decay.rays", probes.decay.rays), .initial = "false", .fixed = true,
     .meaning = "with two coordinates: fit the exponent along single directions of k too"},
    {FIELD("probes.decay.angles", probes.decay.angles, REALS, -360, 360), .unit = "degree",
     .initial = "[0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5]", .condition = "rays=true", .fixed = true,
     .meaning = "directions of k, from the first coordinate to the second"},
    {MOMENTS("probes.inradius.at", probes.inradius.probe.at), .initial = "[0, last]"},
    {FIELD("probes.inradius.samples", probes.inradius.samples, INTEGER, 1, 1000000), .unit = "1", .initial = "1000",
     .fixed = true, .meaning = "points, uniform in the box [-1,1]^d of the network's inputs"},
    {MOMENTS("probes.boundary_distance.at", probes.boundary_distance.probe.at), .initial = "all"},
    {CHOICE("probes.boundary_distance.form", probes.boundary_distance.form, boundary_forms), .initial = "both",
     .meaning = "gradient of a pre-activation; input: by the network's input, which costs a forward pass for each "
                "input; layer: by the layer's own, the norm of the weight row"},
    {FIELD("probes.boundary_distance.samples", probes.boundary_distance.samples, INTEGER, 1, 67108864), .unit = "1",
     .initial = "all", .words = all_samples,
     .meaning = "training inputs that are looked at, one at random from each of as many equal parts"},
    {FIELD("probes.boundary_distance.bins", probes.boundary_distance.bins, INTEGER, 1, 10000), .unit = "1",
     .initial = "80", .meaning = "bins of the histogram, of equal width on a logarithmic scale"},
    {FIELD("probes.boundary_distance.low", probes.boundary_distance.low, REAL, 1e-30, 1e30), .unit = "1",
     .initial = "1e-6", .meaning = "where the first bin starts; what is nearer counts in it"},
    {FIELD("probes.boundary_distance.high", probes.boundary_distance.high, REAL, 1e-30, 1e30), .unit = "1",
     .initial = "100", .meaning = "where the last bin ends; what is farther counts in it"},
    {MOMENTS("probes.dead_relu.at", probes.dead_relu.probe.at), .initial = "all"},
    {MOMENTS("probes.regions.at", probes.regions.probe.at), .initial = "all"},
    {BOOLEAN("probes.regions.map", probes.regions.map), .initial = "false",
     .meaning = "record the number of each sample's activation pattern too, from 0 in the order of first appearance"},
    {MOMENTS("probes.hamming.at", probes.hamming.probe.at), .initial = "all"},
    PAIRS("probes.hamming", probes.hamming.pairs, "250"),
    {FIELD("probes.hamming.bins", probes.hamming.bins, INTEGER, 1, 10000), .unit = "1", .initial = "64",
     .meaning = "bins of the histogram, of equal width from 0 to all hidden neurons"},
    {MOMENTS("probes.hyperplane_cosine.at", probes.hyperplane_cosine.probe.at), .initial = "last"},
    {BOOLEAN("probes.hyperplane_cosine.matrix", probes.hyperplane_cosine.matrix), .initial = "true",
     .meaning = "record the whole matrix too, of all hidden neurons, and not only the histogram of each layer: 4 bytes "
                "times the "
                "square of their number"},
    {MOMENTS("probes.slice.at", probes.slice.probe.at), .initial = "last"},
    {FIELD("probes.slice.size", probes.slice.size, INTEGER, 2, 4096), .unit = "1", .initial = "512", .fixed = true,
     .meaning = "points of the grid in each direction"},
    {BOOLEAN("probes.slice.map", probes.slice.map), .initial = "false",
     .meaning = "record the number of each point's activation pattern too, from 0 in the order of first appearance"},
    {MOMENTS("probes.ntk.at", probes.ntk.probe.at), .initial = "[0, last]"},
    {FIELD("probes.ntk.samples", probes.ntk.samples, INTEGER, 2, SB_KERNEL_SAMPLES_MAX), .unit = "1", .initial = "256",
     .words = all_samples, .fixed = true,
     .meaning = "training inputs that the kernel is of, evenly spread; all: every one. The time for its eigenvectors "
                "grows with the cube, 2 seconds for 2000, and a stop waits for them"},
    {CHOICE("probes.ntk.frequencies", probes.ntk.frequencies, predictions), .initial = "auto", .fixed = true,
     .meaning = "the steps to learn each of the target's frequencies too, predicted and measured; auto: wherever they "
                "can be, with the loss mse and a target whose frequencies are below half the kernel's samples, which "
                "is not binarised and has no samples held out; true: refuse others"},
    {FIELD("probes.ntk.threshold", probes.ntk.threshold, REAL, 0.01, 0.99), .unit = "1", .initial = "0.5",
     .meaning = "normalised magnitude at which a frequency counts as learned"},
    {MOMENTS("probes.confusion.at", probes.confusion.probe.at), .initial = "last"},
    PAIRS("probes.confusion", probes.confusion.pairs, "100"),
    {MOMENTS("probes.perturbation.at", probes.perturbation.probe.at), .initial = "last"},
    {FIELD("probes.perturbation.magnitudes", probes.perturbation.magnitudes, REALS, 0, 1e6), .unit = "1",
     .initial = "{from: 0, to: 5, count: 100}", .meaning = "delta, norm of the change of the parameters, rising"},
    {FIELD("probes.perturbation.directions", probes.perturbation.directions, INTEGER, 1, 1000000), .unit = "1",
     .initial = "100", .meaning = "random directions for each magnitude"},
    {MOMENTS("probes.parameters.at", probes.parameters.probe.at), .initial = "[0, last]"},
    {MOMENTS("probes.predictions.at", probes.predictions.probe.at), .initial = "[0, last]"},
    {MOMENTS("probes.accuracy.at", probes.accuracy.probe.at), .initial = "all"},
    {MOMENTS("probes.kernel_spectrum.at", probes.kernel_spectrum.probe.at), .initial = "all"},
    {FIELD("probes.kernel_spectrum.sigma", probes.kernel_spectrum.sigma, REAL, 1e-6, 1e6), .unit = "1",
     .initial = "1.25", .fixed = true, .meaning = "width of the kernel exp(-r^2 / (2 sigma^2)) of the inputs"},
    {FIELD("probes.kernel_spectrum.bins", probes.kernel_spectrum.bins, INTEGER, 1, SB_KERNEL_SAMPLES_MAX), .unit = "1",
     .initial = "100", .words = each_vector, .fixed = true,
     .meaning = "bins of eigenvectors, of equal width; each: one for each eigenvector"},
    {BOOLEAN("probes.kernel_spectrum.vectors", probes.kernel_spectrum.vectors), .initial = "false", .fixed = true,
     .meaning = "record the eigenvectors too"},
    {MOMENTS("probes.validation.at", probes.validation.probe.at), .initial = "all"},
};

const size_t sb_field_count = sizeof sb_fields / sizeof *sb_fields;
_Static_assert(sizeof sb_fields / sizeof *sb_fields <= SPEC_FIELDS_MAX, "raise SPEC_FIELDS_MAX");

static const struct {
    const char *path, *meaning;
    size_t enabled; /* of a probe: offset of `enabled`, which is never 0 */
} sections[] = {
    {"target", "The function to learn.", 0},
    {"noise", "What is added to the training labels, of targets with one output.", 0},
    {"embedding", "The curve on which the samples lie.", 0},
    {"encoding", "What the network is given for each coordinate of a sample.", 0},
    {"validation", "Samples on which the network is tested.", 0},
    {"model", "The network: layers of the same width with an activation between them.", 0},
    {"training", "How the network is trained.", 0},
    {"record", "When the network is looked at.", 0},
    {"probes",
     "What is measured. A probe's section switches it on, even if it is empty, as in `spectrum: {}`. An axis of fields "
     "under `probes` is measured on the trained network and trains nothing again.",
     0},
    {"probes.loss", "The mean loss over the training set; always measured.",
     offsetof(sb_settings, probes.loss.enabled)},
    {"probes.spectrum", "The network's magnitude at each of the target's frequencies, over the target's: 1 is learned.",
     offsetof(sb_settings, probes.spectrum.probe.enabled)},
    {"probes.spectral_norm", "The largest singular value of each layer's weight matrix, and their product.",
     offsetof(sb_settings, probes.spectral_norm.probe.enabled)},
    {"probes.spectral_bias",
     "How much more of the high than of the low frequencies is left to learn: (E_high - E_low) / (E_high + E_low) of "
     "the "
     "residual's energies.",
     offsetof(sb_settings, probes.spectral_bias.probe.enabled)},
    {"probes.image_spectrum", "The amplitudes of the network's image, and of the target, by spatial frequency.",
     offsetof(sb_settings, probes.image_spectrum.probe.enabled)},
    {"probes.function_grid", "The network's output on a grid of its coordinates, between the samples and beyond them.",
     offsetof(sb_settings, probes.function_grid.probe.enabled)},
    {"probes.decay",
     "The power of the frequency with which the network's own spectrum falls, as a function of its coordinates.",
     offsetof(sb_settings, probes.decay.probe.enabled)},
    {"probes.inradius",
     "The radius of the largest ball in the first layer's region around a random point, with and without the faces of "
     "the box [-1,1]^d.",
     offsetof(sb_settings, probes.inradius.probe.enabled)},
    {"probes.boundary_distance",
     "How far the training inputs are from the nearest boundary between linear regions: mean, median and histogram.",
     offsetof(sb_settings, probes.boundary_distance.probe.enabled)},
    {"probes.dead_relu", "How many neurons of each hidden layer are 0 for every training input.",
     offsetof(sb_settings, probes.dead_relu.probe.enabled)},
    {"probes.regions", "How many activation patterns the training inputs have: linear regions that they lie in.",
     offsetof(sb_settings, probes.regions.probe.enabled)},
    {"probes.hamming",
     "How many hidden neurons are active for one sample of a pair alone: pairs near each other, drawn anew at each "
     "record from windows of 50 of 2048 samples of a curve or 50 x 50 of 512 x 512 pixels, and pairs far apart; of "
     "classes, a sample and the nearest or farthest of another class.",
     offsetof(sb_settings, probes.hamming.probe.enabled)},
    {"probes.hyperplane_cosine",
     "The cosines between the weight rows of all hidden neurons, rows of fewer weights padded with zeros.",
     offsetof(sb_settings, probes.hyperplane_cosine.probe.enabled)},
    {"probes.slice",
     "How many activation patterns a plane through the network's input space meets: a grid on [-1,1) over the first "
     "two "
     "inputs (low) and over the last two (high), the others 0.",
     offsetof(sb_settings, probes.slice.probe.enabled)},
    {"probes.ntk",
     "The empirical neural tangent kernel: its eigenvalues, its alignment with the targets, and the steps that it "
     "predicts for each frequency, beside the measured ones.",
     offsetof(sb_settings, probes.ntk.probe.enabled)},
    {"probes.confusion",
     "The cosine of the loss gradients of two samples, for local and for global pairs: its density, the share below 0, "
     "and its mean.",
     offsetof(sb_settings, probes.confusion.probe.enabled)},
    {"probes.perturbation",
     "The magnitude at each frequency that is left when all parameters are moved in a random direction, over that "
     "before.",
     offsetof(sb_settings, probes.perturbation.probe.enabled)},
    {"probes.parameters", "Snapshots of weights and biases, with the training inputs and targets.",
     offsetof(sb_settings, probes.parameters.probe.enabled)},
    {"probes.predictions", "The network's outputs on all training inputs.",
     offsetof(sb_settings, probes.predictions.probe.enabled)},
    {"probes.accuracy",
     "The share of training samples that the network puts into the class of their label, noise included.",
     offsetof(sb_settings, probes.accuracy.probe.enabled)},
    {"probes.kernel_spectrum",
     "The size of the network's coefficients in the basis of a Gaussian kernel's eigenvectors, and of the target's.",
     offsetof(sb_settings, probes.kernel_spectrum.probe.enabled)},
    {"probes.validation", "Loss, accuracy (of classes) and PSNR (of an image) on the validation set.",
     offsetof(sb_settings, probes.validation.probe.enabled)},
};
enum { SECTIONS = sizeof sections / sizeof *sections };

bool spec_probe_of(const char *path, const char **section, size_t *enabled) {
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].enabled && sb_path_within(path, sections[i].path)) {
            *section = sections[i].path;
            *enabled = sections[i].enabled;
            return true;
        }
    return false;
}

const char *spec_section_meaning(const char *path) {
    for (size_t i = 0; i < SECTIONS; i++)
        if (strcmp(sections[i].path, path) == 0)
            return sections[i].meaning;
    return "";
}

const sb_field *sb_field_find(const char *path) {
    for (size_t i = 0; i < sb_field_count; i++)
        if (strcmp(sb_fields[i].path, path) == 0)
            return &sb_fields[i];
    return NULL;
}

bool sb_path_within(const char *path, const char *prefix) {
    size_t length = strlen(prefix);
    return strncmp(path, prefix, length) == 0 && (path[length] == 0 || path[length] == '.');
}

bool spec_is_section(const char *path) {
    for (size_t i = 0; i < sb_field_count; i++)
        if (sb_path_within(sb_fields[i].path, path) && strcmp(sb_fields[i].path, path) != 0)
            return true;
    return false;
}

const char *spec_last_component(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}
