"""Inputs -> cases, one module a format.

    read_cases  ->  reader      the format is told, containers opened, cases checked
                    folders     path, folder, standard input -> blobs
                    containers  zip, tar, gz, bz2, xz -> blobs; limits: what they may unpack to
                    detection   name and first bytes -> format
                    plain, json_cases, delimited, columnar: blob -> cases
                    fields      named columns or keys -> a case

What gives no case gives a reject row in its place, and the rest goes on.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.readers.detection import FORMATS
from pipeline.readers.options import ReadOptions
from pipeline.readers.reader import CaseReader
from pipeline.records import Case, RejectRow

__all__ = ["FORMATS", "ReadOptions", "read_cases"]

PathLike = str | os.PathLike[str]


def read_cases(
    inputs: PathLike | Iterable[PathLike],
    *,
    format: str = "auto",
    options: ReadOptions | None = None,
) -> Iterator[Case | RejectRow]:
    """Read cases, one after another, in constant memory.

    Files are read in the order given, folders in order of names (hidden files passed over),
    archives in the order their members are stored, rows and lines as they come.

    Args:
        inputs: a path or several: files, folders, archives (.zip, .tar, .tar.gz ...), or `-` for
            standard input.
        format: `auto` tells it for each file; or one of `FORMATS` for all files.
        options: names of columns, encoding, limits.

    Yields:
        A Case, or a RejectRow (stage `read`) where an input gave none.

    Raises:
        UsageError: no input, one that does not exist, or an unknown format. Raised at once.

    >>> from pipeline.resources import data_root
    >>> [row.error for row in read_cases(data_root() / "LICENSE", format="archive")]
    ['FormatProblem']
    """
    paths = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    if not paths:
        raise UsageError("no input given, expected a path or - for standard input")
    if format != "auto" and format not in FORMATS:
        raise UsageError(f"format {format!r} is not known, expected auto, {', '.join(FORMATS)}")
    checked = [_existing(path) for path in paths]
    return CaseReader(format, options or ReadOptions()).read(checked)


def _existing(path: PathLike) -> str | Path:
    if path == "-":
        return "-"
    try:
        there = os.path.lexists(path)
    except ValueError:  # a NUL in the name
        there = False
    if not there:
        raise UsageError(f"{path}: no such file or folder, expected an input or - for stdin")
    return Path(path)
