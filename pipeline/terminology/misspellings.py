"""A misspelt word of a name -> the words of names it is one edit away from.

One edit is a letter left out, put in, changed, or two neighbours changed round (Damerau 1964). All
words one edit away are made and looked up among those of names (Norvig 2007): a few hundred strings
a word, and no index to build.

One edit also leads from a word to another word (`ureteral`, `urethral`) or to its opposite
(`adduction`, `abduction`). So a word that is part of any name is no misspelling, the first letter
stands, and both words must begin with the same `polar` prefix of `link_words.tsv`, or with none.
"""

import string
from collections.abc import Iterable, Iterator
from functools import cached_property

from pipeline.terminology.concepts import ConceptIndex, Word
from pipeline.terminology.link_words import load_fitting_labels, load_link_words

#: a shorter word has too many neighbours that are words
SHORTEST_WORD = 6
#: a longer run of letters is no word
LONGEST_WORD = 40
#: with a letter changed, `sprain` is `strain`: a changed letter counts in words this long
SHORTEST_CHANGED = 8

_LETTERS = string.ascii_lowercase


class SpellingCorrector:
    """Find what a misspelt word of a name stands for."""

    def __init__(self, index: ConceptIndex) -> None:
        self._index = index
        self._kinds = load_link_words()

    @cached_property
    def _known(self) -> frozenset[str]:
        return _words_in(self._index.keys())

    @cached_property
    def _in_concepts(self) -> frozenset[str]:
        """Words of the names of concepts."""
        return _words_in(self._index.keys(load_fitting_labels()))

    def is_misspelt(self, form: str) -> bool:
        """Say whether a word (in normal form) has the length of one and is in no name."""
        fits = SHORTEST_WORD <= len(form) <= LONGEST_WORD
        return fits and form.isalpha() and form not in self._known

    def corrections(self, word: Word) -> list[str]:
        """Give the words of names one edit away, in alphabetical order.

        As written too: an `s` that ends a misspelt word need not be that of a plural.
        """
        return sorted(
            {near for form in {word.form, word.text.casefold()} for near in self._near(form)}
        )

    def _near(self, form: str) -> Iterator[str]:
        near = self._in_concepts.intersection(_one_edit_away(form))
        return (word for word in near if len(word) >= SHORTEST_WORD and self._is_slip(form, word))

    def _is_slip(self, form: str, word: str) -> bool:
        polar = self._kinds["polar"]
        return is_one_edit(form, word) and all(
            form.startswith(prefix) == word.startswith(prefix) for prefix in polar
        )


def is_one_edit(form: str, word: str) -> bool:
    """Say whether a slip of the pen leads from one word to another.

    >>> is_one_edit("hemangoima", "hemangioma"), is_one_edit("sprain", "strain")
    (True, False)
    """
    if len(form) > len(word):
        form, word = word, form
    at = next((i for i, letter in enumerate(form) if letter != word[i]), len(form))
    if len(form) < len(word):
        return form[at:] == word[at + 1 :]
    if form[at + 1 :] == word[at + 1 :]:
        return len(form) >= SHORTEST_CHANGED
    return form[at : at + 2] == word[at : at + 2][::-1] and form[at + 2 :] == word[at + 2 :]


def _one_edit_away(word: str) -> Iterator[str]:
    """Give all strings one edit away that begin with the same letter."""
    for at in range(1, len(word) + 1):
        head, tail, after = word[:at], word[at:], word[at + 1 :]
        yield head + after
        if after:
            yield head + after[0] + tail[0] + after[1:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + after


def _words_in(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(keys).split(" "))
