"""Sums of weights that are worked out once a distinct value and kept."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np

from pipeline.recognition.chain_weights import Floats

K = TypeVar("K", bound=Hashable)
#: distinct values kept; beyond it all are forgotten and worked out anew
KEPT = 20_000


class KeptSums(Generic[K]):
    """Give the sums of values.

    Args:
        learn: values -> their sums, values x ...

    >>> sums = KeptSums(lambda words: np.array([len(word) for word in words], np.float32))
    >>> sums.of(["no", "mass", "no"]).tolist()
    [2.0, 4.0, 2.0]
    """

    def __init__(self, learn: Callable[[Sequence[K]], Floats]) -> None:
        self._learn = learn
        self._place: dict[K, int] = {}
        self._sums: Floats = learn([])

    def of(self, values: Sequence[K]) -> Floats:
        """Give the sums of values: values x ..."""
        if len(self._place) > KEPT:
            self._place, self._sums = {}, self._sums[:0]
        if new := list(set(values).difference(self._place)):
            self._add(new)
        return self._sums[[self._place[value] for value in values]]

    def _add(self, values: Sequence[K]) -> None:
        start, end = len(self._place), len(self._place) + len(values)
        if end > len(self._sums):
            room = np.zeros((end, *self._sums.shape[1:]), dtype=np.float32)
            self._sums = np.concatenate([self._sums[:start], room])
        self._sums[start:end] = self._learn(values)
        self._place.update(zip(values, range(start, end), strict=True))
