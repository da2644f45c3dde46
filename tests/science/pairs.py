"""The pairs of samples that the program compares, drawn again: Philox4x32-10 (Salmon et al. 2011) and the places of
src/probe/pairs.h, written for clarity alone."""

import numpy as np

PURPOSE = 9  # SB_PURPOSE_PAIRS
WINDOW, LOCAL, GLOBAL, DIAGONAL = 0, 1, 2, 4  # lanes


def philox(counter, key):
    """One block: four words of 32 bits for counter[4] and key[2]."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def two_below(seed, step, index, lane, ends):
    """Two random numbers, below ends[0] and ends[1]."""
    words = philox((index, step, PURPOSE, lane), (seed & 0xFFFFFFFF, seed >> 32))
    return [(words[2 * i] << 32 | words[2 * i + 1]) * ends[i] >> 64 for i in range(2)]


def scaled(published, whole, length):
    """The published number of a lattice of `whole`, on one of `length`."""
    return int(np.floor(published * length / whole + 0.5))


def different(samples, seed, step, index):
    """Two different numbers below `samples`."""
    a, b = two_below(seed, step, index, LOCAL, (samples, samples - 1))
    return a, b + (b >= a)


def local_pairs(shape, windows, each, seed, step):
    """Pairs [windows * each][2] of a curve, shape (N,), or an image, shape (rows, columns)."""
    if len(shape) == 1:
        size, starts = [1, max(2, scaled(50, 2048, shape[0]))], [(0, 0)]
        last = min(scaled(1994, 2048, shape[0]), shape[0] - size[1])
        starts.append((min(scaled(1, 2048, shape[0]), last), last))
    else:
        size = [max(2, scaled(50, 512, length)) for length in shape]
        starts = [(0, length - own) for length, own in zip(shape, size)]
    pairs = []
    for window in range(windows):
        offset = two_below(seed, step, window, WINDOW, [last - first + 1 for first, last in starts])
        origin = [first + own for (first, _), own in zip(starts, offset)]
        for index in range(window * each, (window + 1) * each):
            pair = different(size[0] * size[1], seed, step, index)
            pairs.append([(origin[0] + n // size[1]) * shape[-1] + origin[1] + n % size[1] for n in pair])
    return np.array(pairs)


def global_pairs(shape, count, seed, step):
    """Pairs [count][2] of samples far apart, of a curve or an image."""
    def ends(length):
        """How many places are at the low end; the first at the high end, and how many."""
        if len(shape) == 1:
            return scaled(800, 2048, length), scaled(1200, 2048, length), length - scaled(1200, 2048, length)
        return scaled(225, 512, length), scaled(275, 512, length), scaled(511, 512, length) - scaled(275, 512, length)

    pairs = []
    for index in range(count):
        at = [[0, 0]] if len(shape) == 1 else []
        for length in shape:
            low, first, high = ends(length)
            a, b = two_below(seed, step, index, GLOBAL + len(at), (low, high))
            at.append([a, first + b])
        if len(shape) == 2 and two_below(seed, step, index, DIAGONAL, (2, 1))[0]:
            at[1].reverse()
        pairs.append([at[0][j] * shape[-1] + at[1][j] for j in range(2)])
    return np.array(pairs)
