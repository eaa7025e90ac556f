"""Lines -> the weights of their words, all lines of some texts at once.

Feature hashing (Weinberger et al., 2009) keeps the weights small and free of any word of the texts
they were trained on. What is known of a word, its summed weights among it, is a row of a table that
grows as words are met: a text is then read by taking rows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.known_words import KnownWords, hash_text
from pipeline.structure.line_shape import LineLook, LineShape
from pipeline.structure.lines import Line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: a word, the first words of a line (after a mark), or what a line looks like
Key = str | tuple[str, ...] | LineLook
#: width of the hashed space of words (a power of two)
WORD_WIDTH = 1 << 15
TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
#: words looked at in a line
LONGEST = 2000
#: keys remembered from one text to the next
REMEMBERED = 1 << 15
#: words that carry no topic are short; longer ones are compared by their first letters (typos)
_STEM = 6
_BIGRAM = 0x9E3779B1
_NO_STEM = -1
_START = "^"


@dataclass(frozen=True)
class LineWords:
    """What the words of each line weigh, and the stems of longer words."""

    weights: Floats  # (lines, labels): summed weights of all features
    sizes: Floats  # (lines,): number of features
    stems: Ints
    stem_lines: Ints  # the line each stem is in
    unknown: Floats  # (lines,): number of words that neither names nor training texts have


def words_of(line: Line) -> list[str]:
    """Give the words of a line that are looked at, in lower case."""
    return TOKEN.findall(line.text.lower())[:LONGEST]


def line_features(line: Line, shape: LineShape) -> Ints:
    """Give the ids (below `WORD_WIDTH`) of the features of a line, as they are trained on.

    Words with their endings and beginnings, pairs of words, the first words, and the line's
    shape. The last word of a line makes a pair with the end.
    """
    words = words_of(line)
    ids = [_id(name) for key in (*words, *_keys(words, shape)) for name in _names(key)]
    hashes = [*map(_hash, words), 0]
    ids += [(a * _BIGRAM + b) & (WORD_WIDTH - 1) for a, b in pairwise(hashes)]
    return np.array(ids, dtype=np.int64)


class LineReader:
    """Weigh the features of lines (`line_features`), and count the words that are not known.

    A row of `_sums` has the summed weights of a key, the number of its features (of a word: with
    the pair it begins) and whether it is an unknown word.
    """

    def __init__(self, known: KnownWords, weights: Floats) -> None:
        self.known = known
        self.weights = weights
        self._places: dict[Key, int] = {}
        self._sums = np.zeros((0, weights.shape[1] + 2))
        self._hashes = np.zeros(0, dtype=np.int64)
        self._stems = np.zeros(0, dtype=np.int64)

    def read(self, lines: Sequence[Line], shapes: Sequence[LineShape]) -> LineWords:
        """Weigh lines."""
        keys: list[Key] = []
        looks: list[Key] = []
        ends = [0]
        for line, shape in zip(lines, shapes, strict=True):
            words = words_of(line)
            keys += words
            looks += _keys(words, shape)
            ends.append(len(keys))
        places = self._rows(keys + looks)
        words_at, looks_at = places[: len(keys)], places[len(keys) :]
        stops = np.array(ends[1:])
        rows = self._sums.take(words_at, axis=0)
        rows[:, :-2] += self.weights.take(self._pairs(words_at, stops), axis=0)
        sums = _sums(rows, np.array(ends))
        sums += self._sums.take(looks_at, axis=0).reshape(len(lines), 2, -1).sum(axis=1)
        stems = self._stems.take(words_at)
        longer = np.flatnonzero(stems != _NO_STEM)
        return LineWords(
            weights=sums[:, :-2],
            sizes=sums[:, -2],
            stems=stems[longer],
            stem_lines=np.searchsorted(stops, longer, side="right"),
            unknown=sums[:, -1],
        )

    def _pairs(self, words_at: Ints, stops: Ints) -> Ints:
        """Give the feature of each word and the one that follows, or the line's end."""
        hashes = self._hashes.take(words_at)
        following = np.zeros_like(hashes)
        following[:-1] = hashes[1:]
        if len(hashes):
            following[stops - 1] = 0  # -1, the last word, for lines of no word at the start
        return np.asarray((hashes * _BIGRAM + following) & (WORD_WIDTH - 1))

    def _rows(self, keys: Sequence[Key]) -> Ints:
        """Give the places of keys in the table; those met for the first time get one."""
        if len(self._places) > REMEMBERED:
            self._places.clear()
        new = {key: None for key in keys if key not in self._places}
        if new:
            self._add([*new])
        return np.fromiter(map(self._places.__getitem__, keys), np.int64, len(keys))

    def _add(self, keys: Sequence[Key]) -> None:
        first, end = len(self._places), len(self._places) + len(keys)
        if end > len(self._sums):
            self._sums = np.resize(self._sums, (2 * end, self._sums.shape[1]))
            self._hashes, self._stems = (
                np.resize(column, 2 * end) for column in (self._hashes, self._stems)
            )
        ids = [[_id(name) for name in _names(key)] for key in keys]
        counts = np.array([*map(len, ids)])
        rows = self.weights.take([*chain.from_iterable(ids)], axis=0)
        told = np.array([self._told(key) for key in keys], dtype=np.int64)
        self._hashes[first:end], self._stems[first:end] = told[:, 0], told[:, 1]
        self._sums[first:end, :-2] = np.add.reduceat(rows, np.cumsum(counts) - counts)
        self._sums[first:end, -2] = counts + told[:, 2]
        self._sums[first:end, -1] = told[:, 3]
        self._places.update(zip(keys, range(first, end), strict=True))

    def _told(self, key: Key) -> tuple[int, int, int, int]:
        """Give hash, stem, whether it makes a pair, and whether it is not known, of a word."""
        if not isinstance(key, str):
            return 0, _NO_STEM, 0, 0
        stem = hash_text(key[:_STEM]) if len(key) > 3 else _NO_STEM
        return _hash(key), stem, 1, key.isalpha() and key not in self.known


def _keys(words: Sequence[str], shape: LineShape) -> tuple[Key, Key]:
    return (_START, *words[:2]), shape.look(len(words))


def _names(key: Key) -> Iterator[str]:
    """Name the features of a key."""
    if isinstance(key, LineLook):
        yield from key.names()
    elif isinstance(key, str):
        plain = _without_digits(key)
        yield plain
        if len(plain) > 5:
            yield "~" + plain[-4:]
            yield "<" + plain[:5]
    else:
        first = [_without_digits(word) for word in key[1:]]
        yield from ("^" + word for word in first[:1])
        yield "^^" + " ".join(first)


def _without_digits(word: str) -> str:
    return "0" * len(word) if word[0].isdigit() else word


def _hash(word: str) -> int:
    return hash_text(_without_digits(word))


def _id(name: str) -> int:
    return hash_text(name) & (WORD_WIDTH - 1)


def _sums(rows: Floats, ends: Ints) -> Floats:
    """Give the sums of consecutive rows; `ends` are the bounds between them, the outer ones too.

    A sum depends on its own rows alone, to the last bit: a line weighs the same in any company.
    """
    sums = np.zeros((len(ends) - 1, rows.shape[1]))
    filled = np.flatnonzero(np.diff(ends))
    if len(filled):
        sums[filled] = np.add.reduceat(rows, ends[filled], axis=0)
    return sums
