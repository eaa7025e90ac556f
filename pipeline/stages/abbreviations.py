"""Stage `radtab_abbreviations`: abbreviations that the text itself defines.

The algorithm is Schwartz & Hearst (2003) as scispaCy's `AbbreviationDetector` implements it. Two
things differ here. Brackets are paired by one pass over the tokens; scispaCy's matcher tries every
opening with every later closing bracket. And scispaCy measures long forms as if a space followed
every token; it is given tokens of which that is true, so that `contrast-enhanced` shifts nothing.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.tokenizer import token_texts

with warnings.catch_warnings():
    # a package that scispaCy imports has strings Python 3.12 warns of when it compiles them
    warnings.simplefilter("ignore", SyntaxWarning)
    from scispacy.abbreviation import AbbreviationDetector, filter_matches, find_abbreviation

#: scispaCy passes over brackets that hold more tokens
LONGEST = 8
#: words before brackets that scispaCy looks at, at most: 5 more than 3 words have letters
FARTHEST = 32
#: brackets that hold more hold a long form, in scispaCy's eyes
LONGEST_SHORT = 3


class AbbreviationFinder:
    """Leave in `doc._.abbreviations` a dict of token offsets and texts for each short form.

    Keys: `short_text`, `short_start`, `short_end`, `long_text`, `long_start`, `long_end`, as
    scispaCy writes them with `make_serializable`. Every later occurrence of a short form is listed.
    """

    def __init__(self, nlp: Language) -> None:
        self.detector = AbbreviationDetector(nlp, make_serializable=True)

    def __call__(self, doc: Doc) -> Doc:
        """Set the abbreviations of a doc, in order of their short forms."""
        words = token_texts(doc)
        brackets = [found for found in _brackets(words) if _defines(doc.vocab, words, *found[1:])]
        if not brackets:
            return doc
        spaced = _spaced(doc.vocab, words)
        found = self.detector.find_matches_for(filter_matches(brackets, spaced), spaced)
        pairs = {
            (short.start, short.end): (long.start, long.end)
            for long, shorts in found
            for short in shorts
            if _is_plausible(short.text, long.text)
        }
        doc._.abbreviations = [_entry(doc, short, pairs[short]) for short in sorted(pairs)]
        return doc

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: the method has no data."""

    def from_disk(self, _path: str | Path, **_: Any) -> "AbbreviationFinder":  # noqa: ANN401
        """Read nothing: the method has no data."""
        return self


def _brackets(words: list[str]) -> Iterator[tuple[int, int, int]]:
    """Give `(0, first, end)` of what stands in brackets, as scispaCy's matcher would."""
    for i in [i for i, word in enumerate(words) if word == "(" and i > 0]:
        for end in range(i + 2, min(i + LONGEST + 2, len(words))):
            if words[end] == ")":
                yield 0, i + 1, end
                break


def _may_define(words: list[str], first: int, end: int) -> bool:
    """Say whether brackets hold a short form or follow one, by the letters it has.

    scispaCy asks the same of a Doc, which is seldom made then.
    """
    short = words[first:end] if end - first <= LONGEST_SHORT else words[first - 2 : first - 1]
    text = " ".join(short)
    letters = sum(map(str.isalpha, text))
    return text[:1].isalpha() and 2 * letters >= len(text) and all(2 <= len(w) < 10 for w in short)


def _defines(vocab: Vocab, words: list[str], first: int, end: int) -> bool:
    """Say whether scispaCy finds a pair in brackets and the words before them."""
    if not _may_define(words, first, end):
        return False
    start = max(0, first - 1 - FARTHEST)
    near = _spaced(vocab, words[start : end + 1])
    pairs = filter_matches([(0, first - start, end - start)], near)
    return any(find_abbreviation(long, short)[1] is not None for long, short in pairs)


def _spaced(vocab: Vocab, words: list[str]) -> Doc:
    return Doc(vocab, words=words, spaces=[True] * len(words))


def _is_plausible(short: str, long: str) -> bool:
    """Say whether a pair is one: the short form has a capital, the long form is one run of text."""
    return any(c.isupper() for c in short) and "\n\n" not in long and len(long) > len(short)


def _entry(doc: Doc, short: tuple[int, int], long: tuple[int, int]) -> dict[str, str | int]:
    return {
        "short_text": doc[short[0] : short[1]].text, "short_start": short[0],
        "short_end": short[1], "long_text": doc[long[0] : long[1]].text,
        "long_start": long[0], "long_end": long[1],
    }  # fmt: skip


@Language.factory("radtab_abbreviations", assigns=["doc._.abbreviations"])
def make_abbreviation_finder(nlp: Language, name: str) -> AbbreviationFinder:
    """Make the stage."""
    return AbbreviationFinder(nlp)
