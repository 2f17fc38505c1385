# SPDX-License-Identifier: Apache-2.0
"""Words for the tests, and how they are compared."""
import itertools

import numpy as np

SPECIAL = [0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x3F7FFFFF, 0x3F800000,
           0x3F800001, 0x3FC00000, 0x4B000001, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000,
           0x7FFFFFFF]
SPECIAL += [word | 0x80000000 for word in SPECIAL]


def floats(words):
    return np.array(words, dtype=np.uint32).view(np.float32)


def words(values):
    return np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)


def pairs(count, seed):
    """All pairs of special words, random words, and random words of like magnitude."""
    random = np.random.default_rng(seed)
    a = random.integers(0, 1 << 32, 2 * count, dtype=np.uint32)
    b = random.integers(0, 1 << 32, 2 * count, dtype=np.uint32)
    b[count:] = a[count:] ^ random.integers(0, 1 << 24, count, dtype=np.uint32)
    b[count::2] ^= 0x80000000
    special = np.array(list(itertools.product(SPECIAL, SPECIAL)), dtype=np.uint32).T
    return np.concatenate([special[0], a]), np.concatenate([special[1], b])
