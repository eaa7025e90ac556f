"""Attributes of a word or of a place -> the sums of their weights, at every step at once."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.word_attributes import REACH

#: steps from a token to the words whose attributes it has
STEPS = tuple(range(-REACH, REACH + 1))
#: the column of the token itself
HERE = STEPS.index(0)


def at_step(step: int, attribute: str) -> str:
    """Name an attribute of the word `step` tokens away.

    >>> at_step(0, "w=liver"), at_step(-2, "w=liver")
    ('w=liver', '-2:w=liver')
    """
    return f"{step:+d}:{attribute}" if step else attribute


class AttributeSums:
    """Look up attributes by name once for all steps, and sum their weights.

    A model has no weight for an attribute at a step where training never saw it there: it counts
    nothing there, so that a word's attributes need not be listed step by step.
    """

    def __init__(self, weights: ChainWeights) -> None:
        n_rows, self._n_tags = weights.matrix.shape
        # the row after the last is of zeros, for what has no weight
        self._matrix: Floats = np.concatenate(
            [weights.matrix, np.zeros((1, self._n_tags), dtype=np.float32)]
        )
        columns = {at_step(step, ""): column for column, step in enumerate(STEPS) if step}
        self._number: dict[str, int] = {}
        places: list[tuple[int, int, int]] = []
        number = self._number
        for name, row in weights.rows.items():
            column = columns.get(name[:3], HERE)
            base = name if column == HERE else name[3:]
            places.append((number.setdefault(base, len(number)), column, row))
        self._rows = np.full((len(number), len(STEPS)), n_rows, dtype=np.int32)
        if places:
            numbers, columns_, rows = np.array(places, dtype=np.int32).T
            self._rows[numbers, columns_] = rows

    def at_all_steps(self, named: Iterable[Iterable[str]]) -> Floats:
        """Sum the weights of the attributes of each item: items x steps x tags."""
        numbers, sizes = self._numbers(named)
        return self._summed(self._rows[numbers], sizes)

    def here(self, named: Iterable[Iterable[str]]) -> Floats:
        """Sum those at the token itself: items x tags."""
        numbers, sizes = self._numbers(named)
        return self._summed(self._rows[numbers, HERE], sizes)

    def _numbers(self, named: Iterable[Iterable[str]]) -> tuple[npt.NDArray[np.int64], list[int]]:
        numbers: list[int] = []
        sizes: list[int] = []
        number = self._number
        for attributes in named:
            known = [number[name] for name in attributes if name in number]
            numbers += known
            sizes.append(len(known))
        return np.array(numbers, dtype=np.int64), sizes

    def _summed(self, rows: npt.NDArray[np.int32], sizes: list[int]) -> Floats:
        sums = np.zeros((len(sizes), *rows.shape[1:], self._n_tags), dtype=np.float32)
        filled = np.flatnonzero(sizes)
        if len(filled):
            starts = np.cumsum([0, *sizes[:-1]])[filled]
            sums[filled] = np.add.reduceat(self._matrix[rows], starts, axis=0)
        return sums
