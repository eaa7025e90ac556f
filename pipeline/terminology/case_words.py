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
    for i, token in enumerate(doc):
        first_word.append(len(words))
        if token.is_sent_start and (not starts or starts[-1] != len(words)):
            starts.append(len(words))
        text = token.lower_
        if not text.isspace():
            words.append(_plain(text))
            tokens.append(i)
    first_word.append(len(words))
    return CaseWords(words, tokens, first_word, *_sentences(starts, len(words)))


def _plain(text: str) -> str:
    if text[0] == "&" and len(text) > 1:
        text = unescape(text).strip() or "&"
    return SAME_SIGN.get(text, text)


def _sentences(starts: list[int], size: int) -> tuple[list[tuple[int, int]], list[int]]:
    bounds = [0, *(start for start in starts if 0 < start < size), size]
    pairs = list(pairwise(bounds))
    sentence_of = [number for number, (low, high) in enumerate(pairs) for _ in range(low, high)]
    return pairs, sentence_of
