"""The program's counter-based random numbers in NumPy: Philox4x32-10 (Salmon et al. 2011)."""

import numpy as np

MULTIPLIERS, KEY_STEPS = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def words(seed, purpose, indices, lane=0):
    """Four 32-bit words for each index, [indices][4], as uint64."""
    indices = np.asarray(indices, dtype=np.uint64)
    counter = [indices & LOW, indices >> HALF, np.full_like(indices, purpose), np.full_like(indices, lane)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = (np.uint64(m) * counter[i] for m, i in zip(MULTIPLIERS, (0, 2)))
        counter = [(second >> HALF) ^ counter[1] ^ np.uint64(key[0]), second & LOW,
                   (first >> HALF) ^ counter[3] ^ np.uint64(key[1]), first & LOW]
        key = [(k + step) & 0xFFFFFFFF for k, step in zip(key, KEY_STEPS)]
    return np.stack(counter, -1)


def uniform(seed, purpose, indices):
    """sb_random_uniform: 53 bits on [0, 1)."""
    w = words(seed, purpose, indices)
    return ((w[..., 0] << HALF | w[..., 1]) >> np.uint64(11)) * 2.0**-53
