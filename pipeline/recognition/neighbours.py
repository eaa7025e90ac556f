"""Values of the tokens beside each token, within its sentence, as arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Neighbours:
    """Look up what stands beside each token of a text.

    Tokens are laid out with a gap of `reach` places before each sentence and after the last, so
    that a step of up to `reach` never leads into another sentence.

    Args:
        sentences: number of each token's sentence, those of one sentence in a row.
        reach: the longest step.

    >>> Neighbours(np.array([0, 0, 1]), reach=1).of(np.array([5, 6, 7]), (-1, 1), beyond=0).tolist()
    [[0, 5, 0], [6, 0, 0]]
    """

    def __init__(self, sentences: Ints, reach: int) -> None:
        gaps = np.ones(len(sentences), dtype=np.int64)
        gaps[1:] = sentences[1:] != sentences[:-1]
        self._places = np.arange(len(sentences)) + reach * np.cumsum(gaps)
        self._size = (int(self._places[-1]) if len(sentences) else 0) + reach + 1

    def of(self, values: Ints, steps: Sequence[int], beyond: int) -> Ints:
        """Give the value so many steps away, `beyond` where no token stands: steps x tokens."""
        laid_out = np.full(self._size, beyond, dtype=np.int64)
        laid_out[self._places] = values
        values_there: Ints = laid_out[self._places + np.array(steps)[:, None]]
        return values_there
