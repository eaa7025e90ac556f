"""The concepts of an index -> entries of scispaCy's `KnowledgeBase`."""

from collections.abc import Iterator

from pipeline.term_index.reader import TermIndex
from pipeline.vocabularies.knowledge_base import KnowledgeBaseEntry


def entries_of(index: TermIndex) -> Iterator[KnowledgeBaseEntry]:
    """Give the concepts of an index in their order, each under its id, with all its names."""
    for number in range(index.info.concepts):
        concept = index.concept(number)
        names = dict.fromkeys(name.text for name in index.names_of(number))
        aliases = [name for name in names if name != concept.name]
        yield KnowledgeBaseEntry(
            concept.concept_id, concept.name, aliases, list(concept.semantic_types)
        )
