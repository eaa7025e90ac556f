"""Names -> the names spelt much like another, by the 3-letter sequences they share.

A name stands for the set of its 3-grams, a gram weighs as much as it is rare (TF-IDF, tf 0 or 1),
and two names are as similar as the cosine of their vectors (the candidate generator of scispaCy,
Neumann et al. 2019, with an exact index in place of an approximate one). The files of a folder:

    ngram_starts.npy    gram -> where its numbers start; one more for where the last end
    ngram_numbers.npy   the numbers of the names that hold the gram, ascending, gram by gram
    ngram_places.npy    number of a name -> where its grams start; one more, likewise
    ngram_grams.npy     the grams of each name, ascending, name by name
    ngram_lengths.npy   number of a name -> length of its vector

All are mapped into memory and shared between processes. A query reads its rarest grams until
`READ` numbers are read, takes the `RESCORED` names that these bring nearest and computes their
similarity exactly, from all their grams. Equal queries give equal answers.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import VocabularyError

Integers = NDArray[np.int64]
Numbers = NDArray[np.uint32]
Grams = NDArray[np.uint16]
Floats = NDArray[np.float64]

FILES = (
    "ngram_starts.npy", "ngram_numbers.npy", "ngram_places.npy", "ngram_grams.npy",
    "ngram_lengths.npy",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
#: a blank is 0, a letter its place from 1, any other letter the last
N_CODES = len(LETTERS) + 2
N_GRAMS = N_CODES**3
#: a gram has room in as many bits
GRAM_BITS = 16
GRAM = (1 << GRAM_BITS) - 1
#: names held in memory at a time while an index is written
BLOCK = 50_000
#: numbers read for a query, and names whose similarity is then computed
READ = 50_000
RESCORED = 256
#: names that share less than this part of what the name that shares most does are passed over
LEAST_SHARED = 0.25
#: letters of a name that count
LONGEST = 200

_CODES = {ord(letter): place for place, letter in enumerate(LETTERS, start=1)}


class Similar(NamedTuple):
    """The number of a name and how similar it is, in 0..1."""

    number: int
    score: float


def write_ngrams(folder: Path, names: Sequence[str]) -> None:
    """Write the files of an index of names, numbered from 0 in their order.

    Memory: a block of 50,000 names and 8 bytes a name; time: about 15 s for 500,000 names.
    """
    counts, sizes = np.zeros(N_GRAMS, np.int64), np.zeros(len(names), np.int64)
    for first, pairs in _blocks(names):
        counts += np.bincount(pairs & GRAM, minlength=N_GRAMS)
        held = np.bincount((pairs >> GRAM_BITS) - first)
        sizes[first : first + len(held)] = held
    starts, places = _starts(counts), _starts(sizes)
    np.save(folder / FILES[0], starts)
    np.save(folder / FILES[2], places)
    numbers = _new_file(folder / FILES[1], np.uint32, int(starts[-1]))
    grams = _new_file(folder / FILES[3], np.uint16, int(places[-1]))
    lengths, weights = np.zeros(len(names), np.float32), _weights(counts, len(names))
    free = starts[:-1].copy()
    for first, pairs in _blocks(names):
        grams[places[first] : places[first] + len(pairs)] = pairs & GRAM
        by_gram = pairs[np.argsort(pairs & GRAM, kind="stable")]
        here, at = np.unique(by_gram & GRAM, return_index=True)
        held = np.diff(np.append(at, len(pairs)))
        to = np.arange(len(pairs)) + np.repeat(free[here] - at, held)
        numbers[to] = by_gram >> GRAM_BITS
        free[here] += held
        squares = np.bincount((pairs >> GRAM_BITS) - first, weights=weights[pairs & GRAM])
        lengths[first : first + len(squares)] = np.sqrt(squares)
    np.save(folder / FILES[4], lengths)


def _starts(sizes: Integers) -> Integers:
    starts: Integers = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    return starts


def _new_file(path: Path, kind: type[np.generic], length: int) -> NDArray[Any]:
    if not length:
        np.save(path, np.zeros(0, kind))
        return np.zeros(0, kind)
    file: NDArray[Any] = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
        path, mode="w+", dtype=kind, shape=(length,)
    )
    return file


class NgramIndex:
    """Find the names spelt much like another."""

    def __init__(self, files: Sequence[NDArray[Any]]) -> None:
        self._starts, self._numbers, self._places, self._grams, self._lengths = files
        self._counts = np.diff(self._starts)
        self._weights = _weights(self._counts, len(self._lengths))
        #: working memory of a query, all 0 between queries
        self._sums = np.zeros(len(self._lengths), np.float32)
        self._asked = np.zeros(N_GRAMS, np.float64)

    @classmethod
    def open(cls, folder: Path) -> "NgramIndex":
        """Open the files that `write_ngrams` wrote.

        Raises:
            VocabularyError: a file is missing or does not fit the others.
        """
        try:
            files = [np.asarray(np.load(folder / name, mmap_mode="r")) for name in FILES]
        except (OSError, ValueError) as problem:
            raise VocabularyError(f"{folder}: {problem}, expected {', '.join(FILES)}") from problem
        starts, numbers, places, grams, lengths = files
        if (
            (len(starts), len(places)) != (N_GRAMS + 1, len(lengths) + 1)
            or not starts[-1] == places[-1] == len(numbers) == len(grams)
        ):  # fmt: skip
            raise VocabularyError(f"{folder}: files of two indexes, expected {', '.join(FILES)}")
        return cls(files)

    @classmethod
    def is_in(cls, folder: Path) -> bool:
        """Say whether a folder holds the files."""
        return all((folder / name).is_file() for name in FILES)

    def similar(self, name: str, limit: int) -> list[Similar]:
        """Give the most similar names, the lower number first where they are equally so."""
        grams = np.unique(_grams_of(name))
        known = grams[self._counts[grams] > 0]
        if not len(known):
            return []
        known = known[np.lexsort((known, self._counts[known]))]
        reached = np.cumsum(self._counts[known])
        numbers = self._nearest(known[: max(1, int(np.searchsorted(reached, READ, side="right")))])
        scores = self._scores(grams, numbers)
        best = np.lexsort((numbers, -scores))[:limit]
        return [Similar(int(numbers[i]), min(1.0, float(scores[i]))) for i in best]

    def _nearest(self, grams: Integers) -> Integers:
        """Give the names whose similarity by some of their grams alone is greatest."""
        lists = [self._numbers[self._starts[g] : self._starts[g + 1]] for g in grams]
        sums = self._sums
        for gram, held in zip(grams, lists, strict=True):
            sums[held] += self._weights[gram]
        touched = np.concatenate(lists)
        shared = sums[touched]
        sums[touched] = 0
        if len(touched) > RESCORED:
            enough = shared >= LEAST_SHARED * shared.max()
            touched, shared = touched[enough], shared[enough]
        near = shared / self._lengths[touched]
        # a name stands in at most as many lists as there are
        surplus = len(near) - RESCORED * len(lists)
        if surplus > 0:
            enough = near >= np.partition(near, surplus)[surplus]
            touched, near = touched[enough], near[enough]
        numbers, first = np.unique(touched, return_index=True)
        order = np.lexsort((numbers, -near[first]))[:RESCORED]
        nearest: Integers = numbers[order].astype(np.int64)
        return nearest

    def _scores(self, grams: Integers, numbers: Integers) -> Floats:
        """Give the cosine of the vector of grams and those of names."""
        starts, ends = self._places[numbers], self._places[numbers + 1]
        sizes = ends - starts
        firsts = np.cumsum(sizes) - sizes
        at = np.arange(int(sizes.sum())) + np.repeat(starts - firsts, sizes)
        held = self._grams[at]
        self._asked[grams] = self._weights[grams]
        shared: Floats = np.add.reduceat(self._asked[held], firsts)
        self._asked[grams] = 0
        length = np.sqrt(self._weights[grams].sum())
        scores: Floats = np.divide(shared, length * self._lengths[numbers])
        return scores


def _weights(counts: Integers, n_names: int) -> Floats:
    """Give the square of the inverse document frequency of each gram, smoothed."""
    weights: Floats = np.square(np.log((1 + n_names) / (1 + counts)) + 1.0)
    return weights


def _blocks(names: Sequence[str]) -> Iterator[tuple[int, Integers]]:
    """Give, block by block, the first number and the pairs `number << 16 | gram`, sorted."""
    for first in range(0, len(names), BLOCK):
        lists = [_grams_of(name) for name in names[first : first + BLOCK]]
        sizes = np.fromiter(map(len, lists), np.int64, len(lists))
        numbers = np.repeat(np.arange(first, first + len(lists)), sizes)
        yield first, np.unique((numbers << GRAM_BITS) | np.concatenate(lists))


def _grams_of(name: str) -> Integers:
    """Give the 3-grams of a name as numbers, one for each place; a blank goes round the name."""
    spelling = _spelling(name)
    if not any(spelling):
        return np.zeros(0, np.int64)
    codes = np.frombuffer(spelling, np.uint8).astype(np.int64)
    return (codes[:-2] * N_CODES + codes[1:-1]) * N_CODES + codes[2:]


def _spelling(name: str) -> bytes:
    """Give the codes of the letters of a name, one blank for all that stands between words."""
    plain = name[:LONGEST].casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    between = "".join(c if c.isalnum() else " " for c in plain)
    codes = " ".join(between.split()).translate(_CODES | {32: 0})
    inner = bytes(min(ord(c), N_CODES - 1) for c in codes)
    return b"\0" + inner + b"\0" * (1 if len(inner) > 1 else 2)
