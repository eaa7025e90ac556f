"""Paths and standard input -> blobs; a folder is walked in order of names."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError
from pipeline.readers.blobs import Blob, HeadStream, shown
from pipeline.readers.limits import UnpackMeter
from pipeline.readers.options import ReadOptions
from pipeline.readers.rejects import as_input_error, reject
from pipeline.records import RejectRow

#: a blob with the meter of what it unpacks to
Opened = tuple[Blob, UnpackMeter]
_KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}


def blobs_at(path: str | Path, options: ReadOptions) -> Iterator[Opened | RejectRow]:
    """Yield the blob of a file, those of a folder and its folders, or standard input (`-`).

    Names are taken in sorted order, hidden ones passed over. A link is followed unless it leads
    back to a folder it lies in. What is no regular file becomes a reject row; only a FIFO that is
    named itself is read.
    """
    if path == "-":
        meter = UnpackMeter(options)
        yield Blob("-", "stdin", HeadStream(sys.stdin.buffer, meter.take_in)), meter
        return
    path = Path(path)
    if not _is_folder(path):
        yield from _file(path, options, fifo=True)
        return
    found = False
    for item in _walk(path, (), options):
        found = True
        yield item
    if not found:
        yield reject(shown(str(path)), InputError("folder without a file, expected cases in it"))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no right to look: opening it will say so
        return False


def _walk(
    folder: Path, above: tuple[tuple[int, int], ...], options: ReadOptions
) -> Iterator[Opened | RejectRow]:
    try:
        status = folder.stat()
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as problem:
        yield reject(shown(str(folder)), as_input_error(problem))
        return
    here = (status.st_dev, status.st_ino)
    if here in above:
        wrong = InputError("link that leads back to a folder it lies in, passed over")
        yield reject(shown(str(folder)), wrong)
        return
    for name in names:
        if name.startswith("."):
            continue
        path = folder / name
        if _is_folder(path):
            yield from _walk(path, (*above, here), options)
        else:
            yield from _file(path, options)


def _file(path: Path, options: ReadOptions, *, fifo: bool = False) -> Iterator[Opened | RejectRow]:
    source = shown(str(path))
    try:
        status = path.stat()
        regular = stat.S_ISREG(status.st_mode)
        if not regular and not (fifo and stat.S_ISFIFO(status.st_mode)):
            kind = _KINDS.get(stat.S_IFMT(status.st_mode), "a device")
            raise InputError(f"{kind}, expected a regular file")
        handle = path.open("rb")
    except OSError as problem:
        yield reject(source, as_input_error(problem))
        return
    except InputError as problem:
        yield reject(source, problem)
        return
    with handle:
        meter = UnpackMeter(options, status.st_size if regular else None)
        stream = HeadStream(handle, meter.take_in)
        yield Blob(source, path.name, stream, path=path if regular else None), meter
