"""Several sources of names as one.

The label that fits best decides, then the user's index that stands first. Of what is inside and
what extends it (`hpo`) a concept with a CUI goes before one without, then the inside one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from pipeline.terminology.concepts import ConceptIndex, Word, key_of_words, of_label
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_fitting_labels


class NameSource(Protocol):
    """What gives the terms of a key."""

    def of_key(self, key: str) -> tuple[Term, ...]:
        """Give all terms of a key."""


class StackedNames:
    """Find the concepts of a name in the indexes of users, in order, inside and in extensions.

    What a body part is called otherwise, which words are light and what is bright or dark is what
    the rows inside say.
    """

    def __init__(
        self,
        outside: Sequence[NameSource],
        inside: ConceptIndex,
        extensions: Sequence[NameSource] = (),
    ) -> None:
        self._outside = tuple(outside)
        self._known: tuple[NameSource, ...] = (inside, *extensions)
        self._inside = inside
        self._fitting = load_fitting_labels()

    def named(self, words: Sequence[Word], label: str) -> tuple[Term, ...]:
        """Give the terms of one source, of the label that fits best."""
        key = key_of_words(words)
        for row_label in self._fitting.get(label, ()):
            named = self._of_label(self._outside, words, key, row_label)
            if named:
                return named[0]
            named = self._of_label(self._known, words, key, row_label)
            if named:
                return next((terms for terms in named if terms[0].cui), named[0])
        return self._inside.named(words, label)

    def every(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give the terms of all sources, the better fitting label first."""
        key = key_of_words(words)
        found: list[Term] = []
        for row_label in self._fitting.get(label, ()):
            for terms in self._of_label(self._outside, words, key, row_label):
                found.extend(terms)
            known = [t for ts in self._of_label(self._known, words, key, row_label) for t in ts]
            found.extend(sorted(known, key=lambda term: not term.cui))
        return found or self._inside.every(words, label)

    def _of_label(
        self, sources: Sequence[NameSource], words: Sequence[Word], key: str, label: str
    ) -> list[tuple[Term, ...]]:
        """Give the terms of each source that has some of a key and label."""
        found = (of_label(source.of_key(key), words, label) for source in sources)
        return [tuple(terms) for terms in found if terms]

    def with_name(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give terms inside of the concepts whose own name it is."""
        return self._inside.with_name(words, label)

    def reordered(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the names inside that have the same words in another order."""
        return self._inside.reordered(words)

    def is_light(self, word: Word) -> bool:
        """Say whether a word is of side, position, spread or degree."""
        return self._inside.is_light(word)

    def other_names(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the other names, adjectives among them, of the body part that `words` name."""
        return self._inside.other_names(words)

    def with_value(self, value: str, words: Iterable[Word]) -> tuple[Term, ...]:
        """Give the SIGNAL term of a value (`hyper`) and of what its words say is bright or dark."""
        return self._inside.with_value(value, words)
