"""Word -> the clusters it fell into when words were grouped by the company they keep.

Clusters stand in for word vectors at a hundredth of their size: words that occur in like contexts
share cluster numbers, so what is learnt of one holds for the others (Turian, Ratinov and Bengio
2010, "Word representations: a simple and general method for semi-supervised learning").
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ResourceError
from pipeline.resources import cached_weights, models_path


class WordClusters:
    """Look up the clusters of a word in lower case; digits count as `0`.

    Args:
        words: the words, distinct.
        numbers: cluster numbers, one row a word, one column a clustering.
        names: name of each clustering.

    >>> clusters = WordClusters(["liver", "spleen"], np.array([[1, 7], [1, 9]]), ["a", "b"])
    >>> clusters.of("liver")
    ('a1', 'b7')
    """

    def __init__(self, words: list[str], numbers: npt.NDArray[Any], names: list[str]) -> None:
        self.names = names
        self._numbers = numbers
        self._row = {word: i for i, word in enumerate(words)}

    def __contains__(self, word: str) -> bool:
        """Say whether a word has clusters."""
        return word in self._row

    def of(self, word: str) -> tuple[str, ...]:
        """Give the clusters of a word, nothing if it is not known."""
        row = self._row.get(word)
        if row is None:
            return ()
        numbers = self._numbers[row].tolist()
        return tuple(f"{name}{number}" for name, number in zip(self.names, numbers, strict=True))

    def save(self, path: Path) -> None:
        """Write the clusters as arrays of bytes and numbers."""
        np.savez_compressed(
            path,
            words=np.frombuffer("\n".join(self._row).encode(), dtype=np.uint8),
            names=np.frombuffer("\n".join(self.names).encode(), dtype=np.uint8),
            numbers=self._numbers.astype(np.uint16),
        )


def read_clusters(path: Path) -> WordClusters:
    """Read clusters that `WordClusters.save` wrote.

    Raises:
        ResourceError: the file is missing or is not of that form.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode().split("\n")
            names = arrays["names"].tobytes().decode().split("\n")
            return WordClusters(words, arrays["numbers"], names)
    except (OSError, KeyError, ValueError) as problem:
        raise ResourceError(
            f"{path.name}: no word clusters ({problem}), expected .npz"
        ) from problem


@cached_weights
def shared_clusters() -> WordClusters:
    """Give the clusters under `models/trained`, read once a process."""
    return read_clusters(models_path("trained", "recogniser_clusters.npz"))
