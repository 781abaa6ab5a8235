"""damaged: the bytes of a file after something has happened to them."""

import numpy as np


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes changed, a bit turned, cut short, a part lost, doubled, zeroed or put elsewhere, or more at the end."""
    data = bytearray(content or rng.bytes(1))
    size = len(data)
    start = int(rng.integers(size))
    stop = min(size, start + 1 + int(rng.geometric(0.02)))
    kind = int(rng.integers(9))
    if kind == 0:
        for place in rng.integers(size, size=rng.integers(1, 17)):
            data[place : place + 1] = rng.bytes(1)
    elif kind == 1:
        data[start] ^= 1 << int(rng.integers(8))
    elif kind == 2:
        del data[start:]
    elif kind == 3:
        del data[start:stop]
    elif kind == 4:
        data[stop:stop] = data[start:stop]
    elif kind == 5:
        data[start:stop] = bytes(stop - start)
    elif kind == 6:
        data[start:stop], place = b"", int(rng.integers(size))
        data[place:place] = content[start:stop]
    elif kind == 7:
        data += rng.bytes(stop - start)
    else:  # the first bytes tell sizes and kinds
        data[: min(16, size)] = bytes(byte ^ (1 << int(rng.integers(8))) for byte in data[: min(16, size)])
    return bytes(data)
