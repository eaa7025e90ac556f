"""Names as they come from vocabularies -> columns in little memory, concepts numbered."""

import io
import re
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import VocabularyError
from pipeline.term_index.index_folder import PREFERRED, WRITTEN
from pipeline.term_index.name_keys import NameKeys
from pipeline.terminology.semantic_types import label_of_types
from pipeline.vocabularies.records import VocabularyLink, VocabularyTerm

_CUI = re.compile(r"C\d{7}")
_SEMANTIC_TYPE = re.compile(r"T\d{3}")
_FLAGS = {
    (False, "any"): 0, (True, "any"): PREFERRED,
    (False, "case"): WRITTEN, (True, "case"): PREFERRED | WRITTEN,
}  # fmt: skip


class Numbering(dict[str, int]):
    """Text -> its number, by order of first appearance."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class TypeTable:
    """Semantic types, as they stand together in concepts, with a number each; 0 is none."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {(): 0}
        #: the label of each combination
        self.labels = [""]

    def number(self, types: tuple[str, ...]) -> int:
        """Give the number of a combination; all are checked when first met.

        Raises:
            ValueError: one is no TUI.
        """
        number = self._numbers.get(types)
        if number is None:
            for tui in types:
                if not _SEMANTIC_TYPE.fullmatch(tui):
                    raise ValueError(f"semantic type {tui!r}, expected T and three digits")
            number = self._numbers[types] = len(self._numbers)
            self.labels.append(label_of_types(types))
        return number

    def combinations(self) -> list[tuple[str, ...]]:
        """Give the combinations in the order of their numbers."""
        return list(self._numbers)


class _Concepts(NamedTuple):
    """Columns of concepts, in the order of first appearance; 0 stands for what is not known."""

    cui: "array[int]"
    types: "array[int]"
    label: "array[int]"


class NameCollector:
    """Take names; what is said of a concept is what is said of it first, name by name.

    A name without a letter or digit is passed over.
    """

    def __init__(self) -> None:
        self.concept_ids = Numbering()
        self.labels = Numbering({"": 0})
        self.sources = Numbering()
        self.types = TypeTable()
        self.concepts = _Concepts(array("I"), array("I"), array("B"))
        #: columns of names: number of concept, flags, number of source, end in `text`
        self.concept = array("I")
        self.flags = array("B")
        self.source = array("H")
        self.end = array("Q", [0])
        self.text = bytearray()
        self._keys = bytearray()

    def add(self, terms: Iterable[VocabularyTerm]) -> None:
        """Take names.

        Raises:
            VocabularyError: what is said of a concept is in another form than it must be.
        """
        keys = NameKeys()
        for term in terms:
            words = term.name.split()
            key = keys.of(words)
            if not any(map(str.isalnum, key)):
                continue
            self.concept.append(self._concept_number(term))
            self.flags.append(self._flags_of(term))
            self.source.append(self.sources[term.source])
            self.text += " ".join(words).encode()
            self.end.append(len(self.text))
            self._keys += key.encode()
            self._keys += b" \n"

    def keys(self) -> Iterator[str]:
        """Give the key of each name, with a blank after it."""
        for line in io.BytesIO(self._keys):
            yield line[:-1].decode()

    def written(self, place: int) -> bytes:
        """Give a name in UTF-8, by the order in which names came."""
        return bytes(self.text[self.end[place] : self.end[place + 1]])

    def forget_keys(self) -> None:
        """Free the memory of the keys."""
        self._keys = bytearray()

    def link_numbers(self, links: Iterable[VocabularyLink]) -> "array[int]":
        """Give child, parent, child, parent ... of links between concepts that have names."""
        found = array("I")
        numbers = self.concept_ids
        for child, parent in links:
            if child != parent and child in numbers and parent in numbers:
                found.append(numbers[child])
                found.append(numbers[parent])
        return found

    def _concept_number(self, term: VocabularyTerm) -> int:
        number = self.concept_ids[term.concept_id]
        cui, types, label = self.concepts
        if number == len(cui):
            if not term.concept_id:
                raise VocabularyError(f"name without a concept's id in {term.source or 'a source'}")
            cui.append(0)
            types.append(0)
            label.append(0)
        if term.cui and not cui[number]:
            cui[number] = self._cui_number(term)
        if term.semantic_types and not types[number]:
            types[number] = self._types_number(term)
        if term.label and not label[number]:
            label[number] = self._label_number(term)
        return number

    def _cui_number(self, term: VocabularyTerm) -> int:
        if not _CUI.fullmatch(term.cui):
            raise VocabularyError(
                f"concept {term.concept_id}: cui {term.cui!r}, expected C and seven digits"
            )
        return int(term.cui[1:])

    def _types_number(self, term: VocabularyTerm) -> int:
        try:
            return self.types.number(term.semantic_types)
        except ValueError as problem:
            raise VocabularyError(f"concept {term.concept_id}: {problem}") from None

    def _label_number(self, term: VocabularyTerm) -> int:
        if term.label not in LABELS:
            raise VocabularyError(
                f"concept {term.concept_id}: label {term.label!r}, expected {', '.join(LABELS)}"
            )
        return self.labels[term.label]

    def _flags_of(self, term: VocabularyTerm) -> int:
        try:
            return _FLAGS[bool(term.preferred), term.match]
        except KeyError:
            raise VocabularyError(
                f"concept {term.concept_id}: match {term.match!r}, expected any or case"
            ) from None
