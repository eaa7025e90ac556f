"""Weights of a word together with its section or with another word, looked up as arrays.

There are too many pairs of words to keep their sums; their names would have to be put together
token by token. Here a pair is one number, made of the numbers of its two words.
"""

from bisect import bisect_left
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.token_attributes import PAIRS
from pipeline.recognition.word_numbers import EDGE, WordNumbers

Ints = npt.NDArray[np.int64]
#: bits of the number of a word in the number of a pair
_BITS = 24


class PairSums:
    """Sum the weights of the pairs of each token, the attributes of `pair_attributes`."""

    def __init__(self, weights: ChainWeights) -> None:
        found = list(_pairs(weights))
        self.numbers = WordNumbers(word for _, left, right, _ in found for word in (left, right))
        number = self.numbers.of_form
        keys = [_key(kind, number(left), number(right)) for kind, left, right, _ in found]
        order = np.argsort(np.array(keys, dtype=np.int64))
        self._keys: Ints = np.array(keys, dtype=np.int64)[order]
        rows = np.array([row for *_, row in found], dtype=np.int64)[order]
        zeros = np.zeros((1, weights.matrix.shape[1]), dtype=np.float32)
        self._weights: Floats = np.concatenate([weights.matrix[rows], zeros])

    def of(self, sections: list[str], numbers: Ints, sentences: Ints) -> Floats:
        """Give the sums: tokens x tags.

        Args:
            sections: section of each token.
            numbers: the numbers of its form, from `numbers`.
            sentences: number of its sentence.
        """
        shape = (len(numbers), self._weights.shape[1])
        if not len(self._keys):
            return np.zeros(shape, dtype=np.float32)
        section = np.array([self.numbers.of_form(name) for name in sections], dtype=np.int64)
        before, before2 = (_shifted(numbers, sentences, -step) for step in (1, 2))
        after, after2 = (_shifted(numbers, sentences, step) for step in (1, 2))
        ends = (
            (section, numbers), (before, numbers), (numbers, after), (before, after),
            (before2, before), (after, after2),
        )  # fmt: skip
        wanted = np.concatenate(
            [_key(kind, left, right) for kind, (left, right) in enumerate(ends)]
        )
        places = self._keys.searchsorted(wanted)
        # past the last key, and where another key stands, the row of zeros is taken
        places[self._keys.take(places, mode="clip") != wanted] = len(self._keys)
        sums: Floats = self._weights[places].reshape(len(ends), *shape).sum(axis=0)
        return sums


def _key(kind: int, left: Ints | int, right: Ints | int) -> Ints | int:
    return (kind << 2 * _BITS) | (left << _BITS) | right


def _shifted(numbers: Ints, sentences: Ints, step: int) -> Ints:
    """Give the number of the word `step` tokens away, that of the edge beyond the sentence."""
    there = np.zeros_like(numbers)  # 0 is the number of the edge
    if abs(step) < len(numbers):
        own, other = (
            (slice(None, -step), slice(step, None))
            if step > 0
            else (slice(-step, None), slice(None, step))
        )
        there[own] = np.where(sentences[own] == sentences[other], numbers[other], 0)
    return there


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
