"""A class of an ontology, in whatever format -> its names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.vocabularies.cycles import LinkedFrom
from pipeline.vocabularies.reading import VocabularyOptions, is_short, match_of, sole
from pipeline.vocabularies.records import VocabularyLink, VocabularyTerm

SCOPES = ("EXACT", "NARROW", "BROAD", "RELATED")
#: kinds of synonyms, in lower case, that name the concept no more
_DROPPED = ("obsolete", "deprecated", "misspelling", "allelic_requirement")
#: what OBO ontologies put before the name of an obsolete class, also where a tool drops the mark
_SAID_OBSOLETE = ("obsolete ", "OBSOLETE ")
_ABBREVIATIONS = ("abbreviation", "acronym", "omo:0003000", "omo:0003012")


@dataclass(slots=True)
class Synonym:
    """A synonym, its scope and its kind (`layperson`, `abbreviation`, ...), or empty."""

    text: str
    scope: str = "EXACT"
    kind: str = ""


@dataclass(slots=True)
class OntologyClass:
    """A class; `parents` are ids with the line that names them, `cuis` equal UMLS concepts."""

    id: str = ""
    name: str = ""
    synonyms: list[Synonym] = field(default_factory=list)
    parents: list[tuple[str, int]] = field(default_factory=list)
    cuis: set[str] = field(default_factory=set)
    semantic_types: list[str] = field(default_factory=list)
    obsolete: bool = False


def terms_of(
    found: OntologyClass, source: str, options: VocabularyOptions
) -> Iterator[VocabularyTerm]:
    """Give the name of a class and those of its synonyms that are taken; none if it is obsolete."""
    if found.obsolete or not found.id or not found.name or found.name.startswith(_SAID_OBSOLETE):
        return
    seen: set[str] = set()
    cui, types = sole(found.cuis), tuple(dict.fromkeys(found.semantic_types))
    for name in [found.name, *_taken(found.synonyms, options)]:
        if name not in seen:
            preferred = not seen
            seen.add(name)
            yield VocabularyTerm(
                found.id, name, preferred, cui, types, source, match=match_of(name)
            )


def links_of(classes: Iterable[OntologyClass], file: str) -> Iterator[VocabularyLink]:
    """Give the is-a links of classes that are not obsolete.

    Raises:
        VocabularyError: `file:line: problem, expected`, where links make a cycle.
    """
    linked = LinkedFrom()
    for found in classes:
        if not found.obsolete:
            linked.add(found.id, found.parents)
    return linked.links(file)


def _taken(synonyms: Iterable[Synonym], options: VocabularyOptions) -> Iterator[str]:
    for synonym in synonyms:
        kind = synonym.kind.lower()
        wanted = synonym.scope in options.scopes or any(word in kind for word in _ABBREVIATIONS)
        dropped = any(word in kind for word in _DROPPED)
        if wanted and not dropped and synonym.text and not is_short(synonym.text, options):
            yield synonym.text
