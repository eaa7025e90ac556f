"""Sums of weights that are worked out once a distinct value and kept."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, cast

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import Floats

K = TypeVar("K", bound=Hashable)
Ints = npt.NDArray[np.int64]
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
        self._row: dict[K, int] = {}
        #: row x ...; the first row is of zeros and stands for no value
        self.table: Floats = _longer(learn([]), 1)

    def of(self, values: Sequence[K]) -> Floats:
        """Give the sums of values: values x ..."""
        rows = self.rows(values)
        return self.table[rows]

    def rows(self, values: Sequence[K]) -> Ints:
        """Give the rows of values in the table, which hold until the next call."""
        if len(self._row) > KEPT:
            self._row, self.table = {}, self.table[:1]
        rows = list(map(self._row.get, values))
        if None in rows:
            self._add(list(set(values).difference(self._row)))
            rows = list(map(self._row.get, values))
        return np.array(cast(list[int], rows), dtype=np.int64)

    def _add(self, values: Sequence[K]) -> None:
        start = len(self._row) + 1
        end = start + len(values)
        if end > len(self.table):
            # room for as many again, so that the table is seldom copied
            self.table = _longer(self.table[:start], end + min(len(self._row), KEPT // 8))
        self.table[start:end] = self._learn(values)
        self._row.update(zip(values, range(start, end), strict=True))


def _longer(sums: Floats, length: int) -> Floats:
    longer = np.zeros((length, *sums.shape[1:]), dtype=np.float32)
    longer[: len(sums)] = sums
    return longer
