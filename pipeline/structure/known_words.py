"""Words that the section model can judge, as hashes: those of names and of its training texts."""

from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class KnownWords:
    """Say which words, in lower case, are known; a plural is with its singular."""

    def __init__(self, hashes: Iterable[int]) -> None:
        self._hashes = frozenset(hashes)

    @classmethod
    def of_words(cls, words: Iterable[str]) -> "KnownWords":
        """Make it of words.

        >>> "cysts" in KnownWords.of_words(["cyst"])
        True
        """
        return cls(map(hash_text, words))

    def __contains__(self, word: str) -> bool:
        """Say whether a word, or what it is the plural of, is known."""
        return hash_text(word) in self._hashes or hash_text(word[:-1]) in self._hashes

    def as_array(self) -> NDArray[np.int64]:
        """Give all hashes, ascending: what the class is made of again."""
        return np.array(sorted(self._hashes), dtype=np.int64)


def hash_text(text: str) -> int:
    """Give a hash of 31 bits that is the same on every machine."""
    return crc32(text.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF
