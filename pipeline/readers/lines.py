"""A blob -> its lines, decoded one by one, in constant memory."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.errors import EncodingProblem, InputError, LimitExceeded
from pipeline.readers.blobs import Blob
from pipeline.readers.decoding import bom_of, decode
from pipeline.readers.options import ReadOptions

_ESCAPED = re.compile("[\udc80-\udcff]")


class Line(NamedTuple):
    """A line with its end, its number from 1, notes of its decoding and what is wrong with it."""

    number: int
    text: str
    notes: tuple[str, ...] = ()
    problem: InputError | None = None


def line_limit(options: ReadOptions) -> int:
    """Give the bytes a line may have: room for escapes and for annotation beside the text."""
    return max(2**24, 16 * options.max_chars)


def lines_of(blob: Blob, options: ReadOptions) -> Iterator[Line]:
    r"""Yield the lines of a blob; one that is too long or binary has a `problem` and no text.

    Lines end at `\n` and keep their end. UTF-16 and UTF-32 are told by their byte order mark.

    Raises:
        LimitExceeded: a line of UTF-16 or UTF-32 is too long.
    """
    limit = line_limit(options)
    encoding = _encoding(blob, options)
    if not _bytewise(encoding):
        yield from _wide_lines(blob, encoding, limit)
        return
    for number, data in enumerate(_byte_lines(blob.buffered(), limit), start=1):
        if data is None:
            yield Line(number, "", (), LimitExceeded(f"line is longer than {limit} bytes"))
            continue
        try:
            text, notes = decode(data, encoding)
        except EncodingProblem as problem:
            yield Line(number, "", (), problem)
        else:
            yield Line(number, text, notes)


def pieces_of(blob: Blob, options: ReadOptions, size: int) -> Iterator[Line]:
    """Yield the text of a blob in pieces of `size` characters, wherever its lines end.

    Bytes that are not of the encoding are read as Windows-1252, with a note.
    """
    encoding = _encoding(blob, options)
    errors = "surrogateescape" if _bytewise(encoding) else "replace"
    stream = io.TextIOWrapper(blob.buffered(), encoding=encoding, errors=errors, newline="")
    number = 0
    while text := stream.read(size):
        number += 1
        text, count = _ESCAPED.subn(_as_cp1252, text)
        notes = (f"bytes decoded as cp1252, expected {encoding}",) if count else ()
        yield Line(number, text.removeprefix("\ufeff") if number == 1 else text, notes)


def _as_cp1252(found: re.Match[str]) -> str:
    return bytes([ord(found.group()) - 0xDC00]).decode("cp1252", "replace")


def _encoding(blob: Blob, options: ReadOptions) -> str:
    found = bom_of(blob.stream.head())
    return found[1] if found else options.encoding


def _bytewise(encoding: str) -> bool:
    """Say whether a line feed is one byte in this encoding."""
    return not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def _byte_lines(stream: io.BufferedReader, limit: int) -> Iterator[bytes | None]:
    """Yield lines, None for one that is longer than the limit."""
    while data := stream.readline(limit):
        if len(data) < limit or data.endswith(b"\n"):
            yield data
            continue
        while (rest := stream.readline(2**16)) and not rest.endswith(b"\n"):
            pass
        yield None


def _wide_lines(blob: Blob, encoding: str, limit: int) -> Iterator[Line]:
    stream = io.TextIOWrapper(blob.buffered(), encoding=encoding, errors="replace", newline="\n")
    number = 0
    while text := stream.readline(limit):
        number += 1
        if len(text) >= limit and not text.endswith("\n"):
            raise LimitExceeded(f"line {number} is longer than {limit} characters")
        lost = text.count("\ufffd")
        notes = (f"{lost} characters are not {encoding}, replaced by U+FFFD",) if lost else ()
        yield Line(number, text.removeprefix("\ufeff") if number == 1 else text, notes)
