"""The words of a Doc by sentence, as cue rows are written: lower case, without white space."""

from dataclasses import dataclass
from html import unescape
from itertools import accumulate, pairwise

import numpy as np
from spacy.strings import StringStore
from spacy.tokens import Doc

#: signs that stand for another in cue rows
SAME_SIGN = {"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"'}


@dataclass(frozen=True, slots=True)
class CaseWords:
    """Words of a doc.

    `words` are all words; `tokens[w]` is the token of word `w`; `first_word[t]` the first word at
    or after token `t` (one more entry than tokens); `sentences` are `(first, last + 1)` in words;
    `sentence_of[w]` is the sentence of word `w`.
    """

    words: list[str]
    tokens: list[int]
    first_word: list[int]
    sentences: list[tuple[int, int]]
    sentence_of: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the words `(first, last + 1)` of the tokens `start` to `end` (exclusive)."""
        return self.first_word[start], self.first_word[end]

    def sentence_at(self, word: int) -> int:
        """Give the sentence of a word; white space at the end belongs to the last."""
        return self.sentence_of[min(word, len(self.words) - 1)] if self.words else 0


def case_words(doc: Doc) -> CaseWords:
    """Give the words of a doc; HTML entities and typographic signs are read as plain signs.

    The last doc's are kept, since several stages ask for them one after another: do not change
    the lists.

    >>> import spacy
    >>> case_words(spacy.blank("en")("No  mass")).words
    ['no', 'mass']
    """
    return _READER.read(doc)


class WordReader:
    """Read words of docs; tokens met before are not written anew."""

    def __init__(self, kept: int = 50_000) -> None:
        self._kept = kept
        self._plain: dict[int, str] = {}
        self._last: tuple[bytes, CaseWords] | None = None

    def read(self, doc: Doc) -> CaseWords:
        """Give the words of a doc."""
        array = doc.to_array(["LOWER", "SENT_START"])
        key = array.tobytes()
        if self._last and self._last[0] == key:
            return self._last[1]
        plain = self._written(array[:, 0].tolist(), doc.vocab.strings)
        first_word = list(accumulate(map(bool, plain), initial=0))
        starts = sorted({first_word[token] for token in np.flatnonzero(array[:, 1] == 1).tolist()})
        words = CaseWords(
            [word for word in plain if word],
            [token for token, word in enumerate(plain) if word],
            first_word,
            *_sentences(starts, first_word[-1]),
        )
        self._last = key, words
        return words

    def _written(self, keys: list[int], strings: StringStore) -> list[str]:
        known = self._plain
        if len(known) > self._kept:
            known.clear()
        for key in [key for key in {*keys} if key not in known]:
            known[key] = _plain(strings[key])
        return [known[key] for key in keys]


_READER = WordReader()


def _plain(text: str) -> str:
    """Give a token as cue rows write it, empty for white space."""
    if text[:1] == "&" and len(text) > 1:
        text = unescape(text).strip() or "&"
    return "" if text.isspace() else SAME_SIGN.get(text, text)


def _sentences(starts: list[int], size: int) -> tuple[list[tuple[int, int]], list[int]]:
    bounds = [0, *(start for start in starts if 0 < start < size), size]
    pairs = list(pairwise(bounds))
    sentence_of: list[int] = []
    for number, (low, high) in enumerate(pairs):
        sentence_of += [number] * (high - low)
    return pairs, sentence_of
