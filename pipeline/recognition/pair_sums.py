"""Weights of a word together with its section or with another word, looked up as arrays.

There are too many pairs of words to keep their sums; their names would have to be put together
token by token. Here a pair is one number, made of the numbers of its two words.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.neighbours import Neighbours
from pipeline.recognition.token_attributes import PAIRS
from pipeline.recognition.word_numbers import EDGE, WordNumbers

Ints = npt.NDArray[np.int64]
#: bits of the number of a word in the number of a pair
_BITS = 24


#: bits of what a number is mixed down to, 7 times as many values as there are pairs with weights
_MIXED_BITS = 18


class PairSums:
    """Sum the weights of the pairs of each token, the attributes of `pair_attributes`."""

    def __init__(self, weights: ChainWeights) -> None:
        found = list(_pairs(weights))
        self.numbers = WordNumbers(word for _, left, right, _ in found for word in (left, right))
        number = self.numbers.of_form
        keys = [_key(kind, number(left), number(right)) for kind, left, right, _ in found]
        order = np.argsort(np.array(keys, dtype=np.int64))
        self._keys: Ints = np.array(keys, dtype=np.int64)[order]
        self._marked = np.zeros(1 << _MIXED_BITS, dtype=bool)
        self._marked[_mixed(self._keys)] = True
        rows = np.array([row for *_, row in found], dtype=np.int64)[order]
        self._weights: Floats = weights.matrix[rows]

    def of(self, sections: list[str], numbers: Ints, neighbours: Neighbours) -> Floats:
        """Give the sums: tokens x tags.

        Args:
            sections: section of each token.
            numbers: the numbers of its form, from `numbers`.
            neighbours: what looks up the numbers beside it.
        """
        sums: Floats = np.zeros((len(numbers), self._weights.shape[1]), dtype=np.float32)
        if not len(self._keys):
            return sums
        of_section = {name: self.numbers.of_form(name) for name in set(sections)}
        section = np.array([of_section[name] for name in sections], dtype=np.int64)
        # 0 is the number of the edge
        before2, before, after, after2 = neighbours.of(numbers, (-2, -1, 1, 2), beyond=0)
        ends = (
            (section, numbers), (before, numbers), (numbers, after), (before, after),
            (before2, before), (after, after2),
        )  # fmt: skip
        wanted = np.concatenate(
            [_key(kind, left, right) for kind, (left, right) in enumerate(ends)]
        )
        places, rows = self._found(wanted)
        kinds = places.searchsorted(np.arange(len(ends) + 1) * len(numbers)).tolist()
        for kind, (first, end) in enumerate(pairwise(kinds)):
            # a token has one pair of a kind
            sums[places[first:end] - kind * len(numbers)] += self._weights[rows[first:end]]
        return sums

    def _found(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Give the places of the pairs that have weights, ascending, and their rows."""
        # most pairs have no weights, and most of these are told apart by a few bits
        maybe = np.flatnonzero(self._marked[_mixed(wanted)])
        rows = self._keys.searchsorted(wanted[maybe])
        found = self._keys.take(rows, mode="clip") == wanted[maybe]
        return maybe[found], rows[found]


def _key(kind: int, left: Ints | int, right: Ints | int) -> Ints | int:
    return (kind << 2 * _BITS) | (left << _BITS) | right


def _mixed(keys: Ints) -> Ints:
    """Give few bits of each key, by multiplication (Knuth 1973, 6.4)."""
    mixed = keys.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(64 - _MIXED_BITS)).view(np.int64)


def _pairs(weights: ChainWeights) -> Iterator[tuple[int, str, str, int]]:
    """Give the kind, the two words and the row of each pair that has weights."""
    names = sorted(weights.rows)
    for kind, mark in enumerate(PAIRS):
        first = bisect_left(names, mark + "=")
        last = bisect_left(names, mark + ">")  # the character after `=`
        for name in names[first:last]:
            left, right = _split(name[len(mark) + 1 :], is_word=kind > 0)
            yield kind, left, right, weights.rows[name]


def _split(joined: str, is_word: bool) -> tuple[str, str]:
    """Split `left|right`; a word may be `|` itself, then nothing else."""
    if is_word and joined.startswith(EDGE):
        return EDGE, joined[2:]
    left, _, right = joined.partition(EDGE)
    return left, right
