"""Lexicons, terminologies and training texts -> the words the section model knows."""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.structure.known_words import KnownWords
from pipeline.terminology.lexicon import load_terms

#: a word in so many texts is known
COMMON = 3
_WORD = re.compile(r"[^\W\d_]+")


def known_words(texts: Iterable[str]) -> KnownWords:
    """Give the words of all names in lexicons and terminologies, and those several texts have.

    >>> "abscess" in known_words([])
    True
    """
    counts = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
    common = {word for word, count in counts.items() if count >= COMMON}
    named = {word for term in load_terms() for word in _WORD.findall(term.term.lower())}
    return KnownWords.of_words(common | named)
