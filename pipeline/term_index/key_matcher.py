"""Tokens of a text -> the longest key of an index that begins at each.

All keys that the rest of the text begins with are found by one walk down the trie; each key ends
with a blank there, as each word of the text does here, so that only whole words are found.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import marisa_trie

from pipeline.terminology.normal_form import plain_word
from pipeline.tokenizer import TOKEN

#: letters of a text, from a token on, in which a key is looked for
WINDOW = 256


class IndexMatch(NamedTuple):
    """A name found in a text: token offsets, end exclusive, and the number of its key."""

    start: int
    end: int
    key_number: int


class KeyMatcher:
    """Find keys in tokens.

    Args:
        keys: the trie.
        written: for each key, 1 where its names are compared as written.
        writings: gives the names of a key.
    """

    def __init__(
        self, keys: marisa_trie.Trie, written: memoryview, writings: Callable[[int], list[str]]
    ) -> None:
        self._keys = keys
        self._written = written
        self._writings = writings

    def match(self, words: Sequence[str], forms: Sequence[str]) -> list[IndexMatch]:
        """Find the longest key at each token; a key whose names are compared as written fits so."""
        places = [place for place, form in enumerate(forms) if form]
        keys = [forms[place] for place in places]
        text = " ".join(keys) + " "
        ends: dict[int, int] = {}
        begin = 0
        for place, key in zip(places, keys, strict=True):
            begin += len(key) + 1
            ends[begin] = place + 1
        found: list[IndexMatch] = []
        begin = 0
        prefixes = self._keys.iter_prefixes_with_ids
        written = self._written
        for place, key in zip(places, keys, strict=True):
            hits = list(prefixes(text[begin : begin + WINDOW]))
            while hits:
                name, number = hits.pop()
                end = ends.get(begin + len(name))
                if end is not None and (
                    not written[number] or self._is_written_so(number, words[place:end])
                ):
                    found.append(IndexMatch(place, end, number))
                    break
            begin += len(key) + 1
        return found

    def _is_written_so(self, key_number: int, words: Sequence[str]) -> bool:
        return any(is_written_so(name, words) for name in self._writings(key_number))


def is_written_so(name: str, words: Sequence[str]) -> bool:
    """Say whether tokens of a text are a name as written, but for hyphens, blanks and plural s.

    >>> is_written_so("MS", ["MS"]), is_written_so("MS", ["ms"])
    (True, False)
    """
    plain = [word for word in map(plain_word, words) if word.isalnum()]
    return plain == [word for word in TOKEN.findall(name) if word.isalnum()]
