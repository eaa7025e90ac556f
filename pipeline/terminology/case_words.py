"""The words of a Doc by sentence, as cue rows are written: lower case, without white space."""

from dataclasses import dataclass
from html import unescape
from itertools import accumulate, chain, compress, count, pairwise, repeat
from operator import sub

import numpy as np
from spacy.tokens import Doc

from pipeline.tokenizer import token_texts

#: signs that stand for another in cue rows
SAME_SIGN = {"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"'}


@dataclass(frozen=True, slots=True)
class CaseWords:
    """Words of a doc.

    `words` are all words; `tokens[w]` is the token of word `w`; `first_word[t]` the first word at
    or after token `t` (one more entry than tokens); `sentences` are `(first, last + 1)` in words;
    `sentence_of[w]` is the sentence of word `w` (one more entry than words, for their end).
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
        return self.sentence_of[word]


def case_words(doc: Doc) -> CaseWords:
    """Give the words of a doc; HTML entities and typographic signs are read as plain signs.

    The last doc's are kept, since several stages ask for them one after another: do not change
    the lists.

    >>> import spacy
    >>> case_words(spacy.blank("en")("No  mass")).words
    ['no', 'mass']
    """
    return _READER.read(doc)


class PlainWords(dict[str, str]):
    """Token -> the word as cue rows write it, worked out when first asked for."""

    def __missing__(self, token: str) -> str:
        """Work out a word."""
        word = self[token] = _plain(token.lower())
        return word


class WordReader:
    """Read words of docs; tokens met before are not written anew."""

    def __init__(self, kept: int = 50_000) -> None:
        self._kept = kept
        self._plain = PlainWords()
        self._last: tuple[list[str], bytes, CaseWords] | None = None

    def read(self, doc: Doc) -> CaseWords:
        """Give the words of a doc."""
        texts, begins = token_texts(doc), doc.to_array("SENT_START")
        key = begins.tobytes()
        if self._last and self._last[0] is texts and self._last[1] == key:
            return self._last[2]
        if len(self._plain) > self._kept:
            self._plain.clear()
        words = _case_words(
            [*map(self._plain.__getitem__, texts)], np.flatnonzero(begins == 1).tolist()
        )
        self._last = texts, key, words
        return words


_READER = WordReader()


def _plain(text: str) -> str:
    """Give a token as cue rows write it, empty for white space."""
    if text[:1] == "&" and len(text) > 1:
        text = unescape(text).strip() or "&"
    return "" if text.isspace() else SAME_SIGN.get(text, text)


def _case_words(plain: list[str], starts: list[int]) -> CaseWords:
    """Leave out white space; `starts` are the tokens sentences begin at."""
    first_word = [*accumulate(map(bool, plain), initial=0)]
    firsts = sorted({first_word[token] for token in starts})
    return CaseWords(
        [*filter(None, plain)],
        [*compress(range(len(plain)), plain)],
        first_word,
        *_sentences(firsts, first_word[-1]),
    )


def _sentences(starts: list[int], size: int) -> tuple[list[tuple[int, int]], list[int]]:
    bounds = [0, *(start for start in starts if 0 < start < size), size]
    sizes = map(sub, bounds[1:], bounds)
    numbers = chain.from_iterable(map(repeat, count(), sizes))
    return [*pairwise(bounds)], [*numbers, len(bounds) - 2]
