"""Case text -> tokens: fine enough that every mention starts and ends at a token.

spaCy's English rules keep `T1-weighted` or `3cm` in one piece and a typo such as `T2hyperintense`
too; mentions would then begin inside a token. Here a token is a run of letters with the digits
that follow it (`T1`, `C3`; not after four small letters: the digit of `tumor3` is a footnote's), a
number (`2.5`), the `x` between two numbers, an HTML entity (`&#39;`), a run of white space, or one
other character.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from weakref import ReferenceType

from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

TOKEN = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"  # HTML entity
    r"|(?<=\d)[xX](?=\d)"  # between numbers: 2.5x3.1
    r"|[^\W\d_]+(?:(?<![a-z]{4})\d+)?"  # word, or letters and digits: T1, L5
    r"|\d+(?:[.,]\d+)*"  # number
    r"|\s+"
    r"|.",
    re.DOTALL,
)
# spaCy keeps one space as a mark on the token before it; what is left of the run is a token
_SPACED = re.compile(f"({TOKEN.pattern})( ?)", re.DOTALL)
#: hash of a token's text -> the text, of tokens seen; a hash stands for the same text for ever
_TEXTS: dict[int, str] = {}
#: the Docs asked for last, by their `id`, and their texts: stages ask one after the other
_recent: dict[int, tuple[ReferenceType[Doc], list[str]]] = {}
#: Docs remembered: more than stages read together
RECENT = 32
#: distinct tokens remembered
MOST_TEXTS = 1 << 17


def token_texts(doc: Doc) -> list[str]:
    """Give the text of each token: `[token.text for token in doc]`, which makes an object a token.

    The list is the same for all who ask, not to be changed.

    >>> import spacy
    >>> token_texts(spacy.blank("en")("CT of the chest"))
    ['CT', 'of', 'the', 'chest']
    """
    found = _recent.pop(id(doc), None)
    if found is None or found[0]() is not doc or len(found[1]) != len(doc):
        found = (ReferenceType(doc), _texts_of(doc))
        if len(_recent) >= RECENT:
            _recent.pop(next(iter(_recent)), None)
    _recent[id(doc)] = found  # now the last to go
    return found[1]


def _texts_of(doc: Doc) -> list[str]:
    hashes = doc.to_array("ORTH").tolist()
    texts = list(map(_TEXTS.get, hashes))
    if None in texts:
        if len(_TEXTS) > MOST_TEXTS:
            _TEXTS.clear()
        strings = doc.vocab.strings
        return [_TEXTS.setdefault(key, strings[key]) for key in hashes]
    return cast(list[str], texts)


class CaseTokenizer:
    """Split text so that `doc.text == text`, whatever the text.

    >>> import spacy
    >>> [t.text for t in CaseTokenizer(spacy.blank("en").vocab)("T1-weighted, 3cm")]
    ['T1', '-', 'weighted', ',', '3', 'cm']
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenize one text."""
        found = _SPACED.findall(text)
        words = [word for word, _ in found]
        return Doc(self.vocab, words=words, spaces=[space == " " for _, space in found])

    def to_bytes(self, **_: Any) -> bytes:  # noqa: ANN401 (spaCy's signature)
        """Give nothing: the rule is code."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> "CaseTokenizer":  # noqa: ANN401
        """Take nothing: the rule is code."""
        return self

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401
        """Write nothing: the rule is code."""

    def from_disk(self, _path: str | Path, **_: Any) -> "CaseTokenizer":  # noqa: ANN401
        """Read nothing: the rule is code."""
        return self


@registry.tokenizers("radtab_tokenizer")
def make_case_tokenizer() -> Callable[[Any], CaseTokenizer]:
    """Give spaCy the function that makes the tokenizer of a pipeline."""

    def make(nlp: Any) -> CaseTokenizer:  # noqa: ANN401 (Language, named so by spaCy's config)
        return CaseTokenizer(nlp.vocab)

    return make
