"""The words of a Doc by sentence, as cue rows are written: lower case, without white space."""

from dataclasses import dataclass
from html import unescape
from itertools import pairwise

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

    >>> import spacy
    >>> case_words(spacy.blank("en")("No  mass")).words
    ['no', 'mass']
    """
    words: list[str] = []
    tokens: list[int] = []
    first_word: list[int] = []
    starts: list[int] = []
    plain: dict[int, str] = {}
    strings = doc.vocab.strings
    for i, (key, start) in enumerate(doc.to_array(["LOWER", "SENT_START"]).tolist()):
        first_word.append(len(words))
        if start == 1:
            starts.append(len(words))
        word = plain.get(key)
        if word is None:
            word = plain[key] = _plain(strings[key])
        if word:
            words.append(word)
            tokens.append(i)
    first_word.append(len(words))
    return CaseWords(words, tokens, first_word, *_sentences(sorted({*starts}), len(words)))


def _plain(text: str) -> str:
    """Give a token as cue rows write it, empty for white space."""
    if text[:1] == "&" and len(text) > 1:
        text = unescape(text).strip() or "&"
    return "" if text.isspace() else SAME_SIGN.get(text, text)


def _sentences(starts: list[int], size: int) -> tuple[list[tuple[int, int]], list[int]]:
    bounds = [0, *(start for start in starts if 0 < start < size), size]
    pairs = list(pairwise(bounds))
    sentence_of = [number for number, (low, high) in enumerate(pairs) for _ in range(low, high)]
    return pairs, sentence_of
