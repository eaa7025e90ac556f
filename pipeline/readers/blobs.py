"""A blob: a named stream of bytes, be it a file, a member of an archive or standard input."""

import io
import re
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

#: bytes that are looked at to tell a format
HEAD = 8192
#: bytes of a spooled blob that stay in memory; more goes to a temporary file
SPOOL = 8 * 2**20
_ENDING = re.compile(r"(?<=.)\.[A-Za-z]\w{0,9}$")


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, size: int, /) -> bytes | None:
        """Give up to `size` bytes, none at the end."""
        ...


class HeadStream(io.RawIOBase):
    """A stream whose first bytes can be looked at before it is read.

    `count` is called with the number of bytes of each piece that is taken from the stream below;
    it may raise to stop the reading. Closing leaves the stream below open.
    """

    def __init__(self, below: Readable, count: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._below = below
        self._count = count
        self._ahead = b""

    def head(self, size: int = HEAD) -> bytes:
        """Give the next bytes, up to `size`, and leave them to be read."""
        while len(self._ahead) < size:
            piece = self._pull(size - len(self._ahead))
            if not piece:
                break
            self._ahead += piece
        return self._ahead[:size]

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer with the next bytes, fewer than it holds where that is all there is."""
        size = len(buffer)
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            piece = self._pull(size)
        buffer[: len(piece)] = piece
        return len(piece)

    def _pull(self, size: int) -> bytes:
        piece = self._below.read(size) or b""
        if self._count is not None:
            self._count(len(piece))
        return piece


@dataclass(slots=True)
class Blob:
    """A named stream of bytes, valid until the next blob is asked for.

    Attributes:
        source: the name shown to the user: path, or `archive.zip!member`.
        name: the file's own name; its ending tells the format, the rest is the case id.
        stream: the bytes.
        depth: how many containers it lies in.
        path: where it is on disk, if it is.
    """

    source: str
    name: str
    stream: HeadStream
    depth: int = 0
    path: Path | None = None

    @property
    def stem(self) -> str:
        """The name without its ending; `scan.001` has none.

        >>> Blob("", "a/case.7.txt", HeadStream(io.BytesIO())).stem
        'case.7'
        """
        return _ENDING.sub("", shown(PurePosixPath(self.name).name))

    def buffered(self) -> io.BufferedReader:
        """Give the bytes as a buffered reader."""
        return io.BufferedReader(self.stream, buffer_size=2**16)

    def seekable(self) -> AbstractContextManager[IO[bytes]]:
        """Give the bytes as a file that can seek: the file on disk, or a temporary copy."""
        if self.path is not None and self.path.is_file():
            return self.path.open("rb")
        copy = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 (handed on)
        while piece := self.stream.read(2**16):
            copy.write(piece)
        copy.seek(0)
        return copy


def shown(name: str) -> str:
    r"""Make a file name fit to print and to store: undecodable bytes and line breaks replaced.

    >>> shown("a\udce9b")
    'a\ufffdb'
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
