"""Sums of weights that are worked out once a distinct value and kept."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np

from pipeline.recognition.chain_weights import ChainWeights, Floats

K = TypeVar("K", bound=Hashable)
#: distinct values kept; beyond it all are forgotten and worked out anew
KEPT = 20_000


def summed(weights: ChainWeights, named: Iterable[Iterable[str]]) -> Floats:
    """Sum the weights of the attributes of each item: items x tags."""
    row_of = weights.rows.get
    rows: list[int] = []
    sizes: list[int] = []
    for attributes in named:
        known = [row for name in attributes if (row := row_of(name)) is not None]
        rows += known
        sizes.append(len(known))
    sums = np.zeros((len(sizes), weights.matrix.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(sizes)
    if len(filled):
        starts = np.cumsum([0, *sizes[:-1]])[filled]
        sums[filled] = np.add.reduceat(weights.matrix[rows], starts, axis=0)
    return sums


class KeptSums(Generic[K]):
    """Give the sums of values, as seen from one or several steps away.

    Args:
        weights: the weights to sum.
        describe: a value -> its attributes at each step.
        steps: how many steps there are.
    """

    def __init__(
        self, weights: ChainWeights, describe: Callable[[K], Sequence[list[str]]], steps: int
    ) -> None:
        self._weights = weights
        self._describe = describe
        self._steps = steps
        self._place: dict[K, int] = {}
        self._sums: Floats = np.zeros((0, steps, weights.matrix.shape[1]), dtype=np.float32)

    def of(self, values: Sequence[K]) -> Floats:
        """Give the sums of values: values x steps x tags."""
        if len(self._place) > KEPT:
            self._place, self._sums = {}, self._sums[:0]
        new = [value for value in dict.fromkeys(values) if value not in self._place]
        if new:
            self._learn(new)
        return self._sums[[self._place[value] for value in values]]

    def _learn(self, values: Sequence[K]) -> None:
        named = [attributes for value in values for attributes in self._describe(value)]
        sums = summed(self._weights, named).reshape(len(values), *self._sums.shape[1:])
        start = len(self._place)
        self._place.update({value: start + i for i, value in enumerate(values)})
        if len(self._place) > len(self._sums):
            room = np.zeros((len(self._place), *self._sums.shape[1:]), dtype=np.float32)
            self._sums = np.concatenate([self._sums[:start], room])
        self._sums[start : len(self._place)] = sums
