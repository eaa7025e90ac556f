"""Names of several vocabularies and mappings between their ids -> concepts under one id each."""

from collections.abc import Iterable, Iterator

from pipeline.vocabularies.identifiers import bare_cui
from pipeline.vocabularies.reading import sole
from pipeline.vocabularies.records import VocabularyLink, VocabularyTerm
from pipeline.vocabularies.sssom import Mapping


class ConceptJoiner:
    """Join concepts that mappings say are the same.

    They come under the id that is met first; mapped UMLS concepts, if only one, become the CUI of
    concepts that have none.

    >>> joiner = ConceptJoiner([Mapping("XX:1", "UMLS:C0000001"), Mapping("XX:1", "YY:1")])
    >>> [(t.concept_id, t.cui) for t in joiner.terms([VocabularyTerm("YY:1", "a name")])]
    [('YY:1', 'C0000001')]
    """

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self._above: dict[str, str] = {}
        self._cuis: dict[str, set[str]] = {}
        cuis: list[tuple[str, str]] = []
        for subject, target in mappings:
            if cui := bare_cui(target):
                cuis.append((subject, cui))
            elif cui := bare_cui(subject):
                cuis.append((target, cui))
            else:
                self._above[self._group(target)] = self._group(subject)
        for concept, cui in cuis:
            self._cuis.setdefault(self._group(concept), set()).add(cui)
        self._shown: dict[str, str] = {}

    def _group(self, concept: str) -> str:
        group = concept
        while (above := self._above.get(group, group)) != group:
            group = above
        if group != concept:
            self._above[concept] = group
        return group

    def terms(self, terms: Iterable[VocabularyTerm]) -> Iterator[VocabularyTerm]:
        """Give names under the id of their concept; those joined to an earlier id follow it."""
        for term in terms:
            group = self._group(term.concept_id)
            shown = self._shown.setdefault(group, term.concept_id)
            cui = term.cui or sole(self._cuis.get(group, set()))
            preferred = term.preferred and shown == term.concept_id
            yield term._replace(concept_id=shown, cui=cui, preferred=preferred)

    def links(self, links: Iterable[VocabularyLink]) -> Iterator[VocabularyLink]:
        """Give links between joined concepts; to be read after the names."""
        for child, parent in links:
            ends = [self._shown.get(self._group(end), end) for end in (child, parent)]
            if ends[0] != ends[1]:
                yield VocabularyLink(*ends)
