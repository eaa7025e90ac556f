"""A misspelt word of a name -> the words of names it is one edit away from.

One edit is a letter left out, put in, changed, or two neighbours changed round. Words one edit
apart share a form that at most one letter was deleted from (Bocek, Hunt and Stiller 2007; SymSpell,
Garbe 2012); those of a first letter and a length are indexed when first asked for.

One edit also leads from a word to another word (`ureteral`, `urethral`) or to its opposite
(`adduction`, `abduction`). So a word that is part of any name is no misspelling, the first letter
stands, and both words must begin with the same `polar` prefix of `link_words.tsv`, or with none.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from pipeline.terminology.concepts import ConceptIndex, Word
from pipeline.terminology.link_words import load_fitting_labels, load_link_words

#: a shorter word has too many neighbours that are words
SHORTEST_WORD = 6
#: with a letter changed, `sprain` is `strain`: a changed letter counts in words this long
SHORTEST_CHANGED = 8

_Neighbours = dict[str, list[str]]


class SpellingCorrector:
    """Find what a misspelt word of a name stands for; builds its index when first asked."""

    def __init__(self, index: ConceptIndex) -> None:
        self._index = index
        self._kinds = load_link_words()
        self._neighbours: dict[tuple[str, int], _Neighbours] = {}

    @cached_property
    def _known(self) -> frozenset[str]:
        return _words_in(self._index.keys())

    @cached_property
    def _by_opening(self) -> dict[tuple[str, int], list[str]]:
        """Words of the names of concepts by first letter and length."""
        found: dict[tuple[str, int], list[str]] = {}
        for word in sorted(_words_in(self._index.keys(load_fitting_labels()))):
            if len(word) >= SHORTEST_WORD and word.isalpha():
                found.setdefault((word[0], len(word)), []).append(word)
        return found

    def is_misspelt(self, form: str) -> bool:
        """Say whether a word (in normal form) is long enough and in no name."""
        return len(form) >= SHORTEST_WORD and form.isalpha() and form not in self._known

    def corrections(self, word: Word) -> list[str]:
        """Give the words of names one edit away, in alphabetical order.

        As written too: an `s` that ends a misspelt word need not be that of a plural.
        """
        return sorted({*self._near(word.form), *self._near(word.text.casefold())})

    def _near(self, form: str) -> Iterator[str]:
        shared = (form, *_one_deleted(form))
        near = {
            word
            for length in (len(form) - 1, len(form), len(form) + 1)
            for key in shared
            for word in self._bucket(form[0], length).get(key, ())
        }
        return (word for word in near if self._is_slip(form, word))

    def _bucket(self, letter: str, length: int) -> _Neighbours:
        bucket = self._neighbours.get((letter, length))
        if bucket is None:
            bucket = self._neighbours[letter, length] = {}
            for word in self._by_opening.get((letter, length), ()):
                for key in {word, *_one_deleted(word)}:
                    bucket.setdefault(key, []).append(word)
        return bucket

    def _is_slip(self, form: str, word: str) -> bool:
        polar = self._kinds["polar"]
        return (
            is_one_edit(form, word)
            and word not in self._kinds["guard"]
            and all(form.startswith(prefix) == word.startswith(prefix) for prefix in polar)
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


def _one_deleted(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _words_in(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(keys).split(" "))
