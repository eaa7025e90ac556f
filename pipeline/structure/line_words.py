"""Lines -> hashed ids of their words, all lines of a text at once.

Feature hashing (Weinberger et al., 2009) keeps the weights small and free of any word of the texts
they were trained on. What is known of a word is packed into bytes and remembered: a text's words
are then joined and read as one array.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.known_words import KnownWords, hash_text
from pipeline.structure.line_shape import LineLook, LineShape
from pipeline.structure.lines import Line

Ints = NDArray[np.int64]
#: width of the hashed space of words (a power of two)
WORD_WIDTH = 1 << 15
TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
#: words looked at in a line
LONGEST = 2000
#: distinct words remembered
_REMEMBERED = 1 << 15
#: words that carry no topic are short; longer ones are compared by their first letters (typos)
_STEM = 6
_BIGRAM = np.int64(0x9E3779B1)
_NO_STEM = -1


class WordRow(NamedTuple):
    """What is known of a word: the ids of its features; its hash, its stem's, if it is unknown."""

    ids: bytes
    keys: bytes


@dataclass(frozen=True)
class LineWords:
    """Ids (below `WORD_WIDTH`) of the features of all lines, and the stems of longer words.

    Features of words and of the line stand in `ids`, line after line, those of pairs in `pairs`;
    `id_ends` and `pair_ends` say where those of each line begin and, at last, where all end.
    """

    ids: Ints
    id_ends: Ints  # (lines + 1,)
    pairs: Ints
    pair_ends: Ints  # (lines + 1,)
    stems: Ints
    stem_lines: Ints  # the line each stem is in
    unknown: Ints  # (lines,): number of words that neither names nor training texts have

    def sizes(self) -> Ints:
        """Give the number of features of each line."""
        ends = self.id_ends + self.pair_ends
        return ends[1:] - ends[:-1]

    def by_line(self) -> list[Ints]:
        """Give the ids of each line."""
        single = np.split(self.ids, self.id_ends[1:-1])
        paired = np.split(self.pairs, self.pair_ends[1:-1])
        return [np.concatenate(both) for both in zip(single, paired, strict=True)]


class LineReader:
    """Read the features of lines, and how many of their words are not known."""

    def __init__(self, known: KnownWords) -> None:
        self.known = known
        self._row = lru_cache(maxsize=_REMEMBERED)(self._read_row)

    def read(self, lines: Sequence[Line], shapes: Sequence[LineShape]) -> LineWords:
        """Give the features of lines.

        Words with their endings and beginnings, pairs of words, the first words, and the line's
        shape. The last word of a line makes a pair with the end.
        """
        ids: list[bytes] = []
        keys: list[bytes] = []
        id_ends = [0]
        pair_ends = [0]
        n_ids = 0
        for line, shape in zip(lines, shapes, strict=True):
            words = TOKEN.findall(line.text.lower())[:LONGEST]
            rows = [*map(self._row, words)]
            of_line = [row.ids for row in rows]
            of_line += _start_ids(*words[:2]), _look_ids(shape.look(len(words)))
            joined = b"".join(of_line)
            ids.append(joined)
            keys += [row.keys for row in rows]
            n_ids += len(joined) // 4
            id_ends.append(n_ids)
            pair_ends.append(len(keys))
        table = np.frombuffer(b"".join(keys), np.int32).reshape(-1, 3).astype(np.int64)
        return _collect(np.frombuffer(b"".join(ids), np.int32), id_ends, table, pair_ends)

    def _read_row(self, word: str) -> WordRow:
        plain = _without_digits(word)
        names = [plain]
        if len(plain) > 5:
            names += ["~" + plain[-4:], "<" + plain[:5]]
        stem = hash_text(word[:_STEM]) if len(word) > 3 else _NO_STEM
        unknown = word.isalpha() and word not in self.known
        return WordRow(_packed(names), array("i", [hash_text(plain), stem, unknown]).tobytes())


def _packed(names: Sequence[str]) -> bytes:
    return array("i", [hash_text(name) & (WORD_WIDTH - 1) for name in names]).tobytes()


def _without_digits(word: str) -> str:
    return "0" * len(word) if word[0].isdigit() else word


@lru_cache(maxsize=1 << 13)
def _start_ids(*words: str) -> bytes:
    first = [_without_digits(word) for word in words]
    return _packed([*("^" + word for word in first[:1]), "^^" + " ".join(first)])


@lru_cache(maxsize=1 << 13)
def _look_ids(look: LineLook) -> bytes:
    return _packed(list(look.names()))


def _collect(
    ids: NDArray[np.int32], id_ends: Sequence[int], keys: Ints, word_ends: Sequence[int]
) -> LineWords:
    hashes, stems, unknown = keys.T.copy()
    ends = np.array(word_ends)
    starts, stops = ends[:-1], ends[1:]
    following = np.zeros_like(hashes)
    following[:-1] = hashes[1:]
    following[stops[stops > starts] - 1] = 0
    known = np.flatnonzero(stems != _NO_STEM)
    strange = np.zeros(len(unknown) + 1, dtype=np.int64)
    np.cumsum(unknown, out=strange[1:])
    return LineWords(
        ids=ids.astype(np.int64),
        id_ends=np.array(id_ends),
        pairs=(hashes * _BIGRAM + following) & (WORD_WIDTH - 1),
        pair_ends=ends,
        stems=stems[known],
        stem_lines=np.searchsorted(stops, known, side="right"),
        unknown=strange[stops] - strange[starts],
    )
