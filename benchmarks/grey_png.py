"""A PNG of 16 greys from one of RGBA: a tenth of the size, with the standard library and numpy."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
Bytes = NDArray[np.uint8]


def to_greys(png: bytes) -> bytes:
    """Give a PNG of 4 bits a pixel from one of 8-bit RGBA, not interlaced, on a white ground.

    Raises:
        ValueError: it is a PNG of another kind.
    """
    chunks = list(_chunks(png))
    width, height, *kind = struct.unpack(">IIBBBBB", chunks[0][1])
    if kind != [8, 6, 0, 0, 0]:
        raise ValueError(f"PNG of kind {kind}, expected 8-bit RGBA, not interlaced")
    packed = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    pixels = _unfiltered(packed, width * 4).reshape(height, width, 4)
    greys = np.round(pixels[:, : width - width % 2, 1] / 17).astype(np.uint8)
    rows = greys[:, ::2] << 4 | greys[:, 1::2]
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", greys.shape[1], height, 4, 0, 0, 0, 0)
    written = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in written
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12


def _unfiltered(packed: bytes, width: int) -> Bytes:
    """Undo the filters of rows (PNG specification, section 9)."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, width + 1)
    above, done = [0] * width, []
    for kind, *row in rows.tolist():
        for i, value in enumerate(row):
            left, corner = (row[i - 4], above[i - 4]) if i >= 4 else (0, 0)
            row[i] = value + _guess(kind, left, above[i], corner) & 255
        above = row
        done.append(row)
    return np.array(done, np.uint8)


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    whole = left + up - corner
    return min((left, up, corner), key=lambda each: abs(whole - each))
