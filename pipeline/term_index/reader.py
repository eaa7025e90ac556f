"""The folder of an index, read from mapped memory: names -> concepts, texts -> names."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.term_index.index_info import IndexInfo


class IndexedName(NamedTuple):
    """A name: its number, as written, the number of its concept, and how it is compared."""

    number: int
    text: str
    concept: int
    preferred: bool
    match: str


class IndexedConcept(NamedTuple):
    """A concept; `label` is the label of the mentions it is for, or empty."""

    concept_id: str
    name: str
    cui: str
    semantic_types: tuple[str, ...]
    label: str
    source: str


class IndexMatch(NamedTuple):
    """A name found in a text: token offsets, end exclusive, and the number of its key."""

    start: int
    end: int
    key_number: int


class TermIndex:
    """Look up the names of an index.

    Names are numbered concept by concept, the preferred one first; concepts in the order in which
    the sources gave them.
    """

    info: IndexInfo
    #: the folder, as it was opened
    path: Path

    @classmethod
    def open(cls, path: Path | str) -> "TermIndex":
        """Open the folder of an index; what is looked up is read then, not now.

        Raises:
            VocabularyError: the folder is missing, is no index, is damaged, or was built by other
                spelling rules or in another format.
        """
        raise NotImplementedError

    def __len__(self) -> int:
        """Give the number of names."""
        raise NotImplementedError

    def named(self, key: str) -> tuple[IndexedName, ...]:
        """Give the names that have a key (`lexicon.key_of`), of all concepts, in their order."""
        raise NotImplementedError

    def of_key(self, key_number: int) -> tuple[IndexedName, ...]:
        """Give the names of the key that `match` found."""
        raise NotImplementedError

    def name(self, number: int) -> IndexedName:
        """Give a name."""
        raise NotImplementedError

    def concept(self, number: int) -> IndexedConcept:
        """Give a concept."""
        raise NotImplementedError

    def names_of(self, concept: int) -> tuple[IndexedName, ...]:
        """Give the names of a concept, the preferred one first."""
        raise NotImplementedError

    def parents(self, concept: int) -> tuple[int, ...]:
        """Give the concepts that a concept is a kind of."""
        raise NotImplementedError

    def match(self, words: Sequence[str], forms: Sequence[str]) -> list[IndexMatch]:
        """Find, at each token of a text, the longest name that begins there; overlaps and all.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
        """
        raise NotImplementedError
