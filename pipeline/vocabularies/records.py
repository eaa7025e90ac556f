"""What the reader of a vocabulary yields, whatever its format."""

from typing import NamedTuple


class VocabularyTerm(NamedTuple):
    """A name of a concept.

    Attributes:
        concept_id: identifier of the concept in its vocabulary (`HP:0001250`, `C0036572`).
        name: the name as written there.
        preferred: whether the concept is shown under this name; the first such name is.
        cui: the UMLS concept, or empty.
        semantic_types: the UMLS types (`T047`) of the concept, or none.
        source: the vocabulary, in short (`HP`, `SNOMEDCT_US`).
        label: label of the mentions the concept is for; empty: by its semantic types.
        match: `any` (letter case does not matter) or `case` (as written).
    """

    concept_id: str
    name: str
    preferred: bool = False
    cui: str = ""
    semantic_types: tuple[str, ...] = ()
    source: str = ""
    label: str = ""
    match: str = "any"


class VocabularyLink(NamedTuple):
    """A concept and one it is a kind of, by their ids."""

    child: str
    parent: str


class VocabularyInfo(NamedTuple):
    """Where names come from; what is not known is empty."""

    source: str
    version: str = ""
    date: str = ""
    licence: str = ""
