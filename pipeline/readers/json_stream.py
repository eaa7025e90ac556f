"""A long JSON text -> its values, one by one, without loading all of it."""

import json
import re
from collections.abc import Iterator

from pipeline.errors import FormatProblem, LimitExceeded
from pipeline.readers.blobs import Blob
from pipeline.readers.lines import line_limit, pieces_of
from pipeline.readers.options import ReadOptions

_BETWEEN = re.compile(r"[\s,]*")
_CHUNK = 2**16


def values_of(blob: Blob, options: ReadOptions) -> Iterator[tuple[object, tuple[str, ...]]]:
    """Yield the objects of a JSON list, or objects one after another, without loading all."""
    window = _Window(blob, options)
    in_list = window.skip_opening()
    while window.more():
        if in_list and window.at("]"):
            return
        yield window.value(), window.take_notes()
    if in_list:
        raise FormatProblem("broken JSON: the list has no end, expected `]`")


class _Window:
    """The part of a JSON text that is being parsed."""

    def __init__(self, blob: Blob, options: ReadOptions) -> None:
        self._pieces = pieces_of(blob, options, _CHUNK)
        self._limit = line_limit(options)
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._notes: list[str] = []

    def skip_opening(self) -> bool:
        """Step over the `[` of a list; say whether there is one."""
        if not (self.more() and self.at("[")):
            return False
        self._at += 1
        return True

    def more(self) -> bool:
        """Step over white space and commas; say whether anything follows."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            self._at = between.end() if between else self._at
            if self._at < len(self._text):
                return True
            if not self._grow():
                return False

    def at(self, character: str) -> bool:
        return self._text.startswith(character, self._at)

    def value(self) -> object:
        """Parse the value that begins here, with as much more text as it needs."""
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as problem:
                if len(self._text) - self._at > self._limit:
                    raise LimitExceeded(f"object is longer than {self._limit} characters") from None
                if not self._grow():
                    raise FormatProblem(
                        f"broken JSON: {problem.msg}, expected a list of cases; rest not read"
                    ) from None
            except (ValueError, RecursionError):
                raise FormatProblem("broken JSON: too deep or a number too long") from None
            else:
                return value

    def _grow(self) -> bool:
        """Add text: at least as much as there is, so that parsing anew stays cheap."""
        kept = self._text[self._at :]
        pieces, wanted = [kept], max(_CHUNK, len(kept))
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece.text)
            self._notes += piece.notes
            wanted -= len(piece.text)
        self._text, self._at = "".join(pieces), 0
        return len(self._text) > len(kept)

    def take_notes(self) -> tuple[str, ...]:
        notes, self._notes = tuple(dict.fromkeys(self._notes)), []
        return notes
