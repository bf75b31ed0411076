"""Bytes that are nearly right: seeds with a few pieces put in, taken out, doubled or replaced."""

import random
from collections.abc import Sequence

from hypothesis import strategies as st

_LARGE = 70_000  # bytes: more than a datagram, than a line of the environment, than PIPE_BUF


def mutated(rng: random.Random, seeds: Sequence[bytes], pieces: Sequence[bytes]) -> bytes:
    data = rng.choice(seeds)
    for _ in range(rng.randint(1, 6)):
        data = _once(rng, data, seeds, pieces)
    return data


def nearly_right(seeds: Sequence[bytes], pieces: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """The same for hypothesis, and any bytes at all."""
    return st.randoms(use_true_random=False).map(lambda rng: mutated(rng, seeds, pieces)) | st.binary(max_size=200)


def _once(rng: random.Random, data: bytes, seeds: Sequence[bytes], pieces: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(data))
    until = rng.randint(at, min(len(data), at + 40))
    match rng.randrange(9):
        case 0 | 1:
            return data[:at] + rng.choice(pieces) + data[at:]
        case 2 | 3:
            return data[:at] + rng.choice(pieces) + data[until:]
        case 4:
            return data[:at] + data[until:]
        case 5:
            return data[:until] + data[at:]
        case 6:
            return data[:at] + rng.randbytes(rng.randint(1, 4)) + data[until:]
        case 7:
            return data[:at] + rng.choice(seeds)
        case _:
            return data[:at] + rng.choice(pieces) * rng.choice((2, 50, _LARGE // 8)) + data[until:]
