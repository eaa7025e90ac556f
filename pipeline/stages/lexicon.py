"""The stage `radtab_lexicon`: what lexicons and grammar know -> `doc.spans["lexicon"]`."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.annotations import LABELS
from pipeline.linking.loading import index_path
from pipeline.linking.outside import RULE
from pipeline.term_index import TermIndex
from pipeline.term_index.marker import TermMarker
from pipeline.terminology.grammar import GrammarMatcher, RuleMatch, load_grammar
from pipeline.terminology.lexicon import TermMatcher, load_matcher
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import token_texts

_ENTITY_LABELS = frozenset(LABELS)


#: a mention found: minus its length, start, whether it lacks a concept, label, end, row, concept;
#: in order, the longer comes first, then the earlier
_Found = tuple[int, int, bool, str, int, str, str]


class LexiconMatcher:
    """Mark the terms of the lexicons and what the grammar puts together from them.

    A span has the entity label, the id of the row that made it as `id_` and the concept as
    `kb_id_`. Spans of different labels may overlap; within a label the longest is kept. Names of
    the user's indexes that are to be marked are kept apart: `doc.spans["terms"]`.
    """

    def __init__(
        self, terms: TermMatcher, grammar: GrammarMatcher, marker: TermMarker | None = None
    ) -> None:
        self._terms = terms
        self._grammar = grammar
        self._marker = marker

    def marking(self, marker: TermMarker | None) -> "LexiconMatcher":
        """Give a matcher of the same rows that marks the names of indexes too."""
        return LexiconMatcher(self._terms, self._grammar, marker)

    def __call__(self, doc: Doc) -> Doc:
        """Fill `doc.spans["lexicon"]`, and `doc.spans["terms"]` where there are names to mark."""
        words = token_texts(doc)
        forms = normal_words(words)
        spans = [
            Span(doc, start, end, label=label, span_id=row, kb_id=concept)
            for _, start, _, label, end, row, concept in self._find(words, forms)
        ]
        doc.spans["lexicon"] = SpanGroup(doc, name="lexicon", spans=spans)
        if self._marker:
            marks = [
                Span(doc, mark.start, mark.end, mark.label, span_id=f"{RULE}{mark.concept_id}")
                for mark in self._marker.mark(words, forms)
            ]
            doc.spans["terms"] = SpanGroup(doc, name="terms", spans=marks)
        return doc

    def _find(self, words: list[str], forms: list[str]) -> list[_Found]:
        terms = self._terms.candidates(words, forms)
        composed = self._grammar.match(words, forms, terms)
        found = [
            (start - end, start, not term.concept_id, term.label, end, term.id, term.concept_id)
            for term, start, end in terms
            if term.label in _ENTITY_LABELS
        ]
        found += [
            (start - end, start, True, rule.label, end, rule.id, "")
            for rule, start, end in composed
            if rule.label in _ENTITY_LABELS
        ]
        return _longest(found, _denied_tokens(composed))


def _denied_tokens(composed: Iterable[RuleMatch]) -> dict[str, set[int]]:
    denied: dict[str, set[int]] = {}
    for match in composed:
        if match.rule.label[0] == "!":
            denied.setdefault(match.rule.label[1:], set()).update(range(match.start, match.end))
    return denied


def _longest(found: list[_Found], denied: dict[str, set[int]]) -> list[_Found]:
    """Keep the longest within a label; it takes the concept of the first one inside it.

    What lies within tokens denied to its label is left out.
    """
    holders: dict[str, dict[int, int]] = {label: {} for label in LABELS}
    kept: list[_Found] = []
    found.sort()
    for match in found:
        _, start, _, label, end, _, concept = match
        holder = holders[label]
        place = holder.get(start)
        if place is None and end > start + 1:
            place = holder.get(end - 1)
        if place is not None:
            if concept and not kept[place][-1]:
                kept[place] = (*kept[place][:-1], concept)
        elif label not in denied or not denied[label].issuperset(range(start, end)):
            for token in range(start, end):
                holder[token] = len(kept)
            kept.append(match)
    return sorted(kept, key=itemgetter(1, 0))


@cache
def shared_matcher() -> LexiconMatcher:
    """Give the matcher of the rows under `models/`, built once a process."""
    with _no_collection():
        terms = load_matcher()
        return LexiconMatcher(terms, GrammarMatcher(load_grammar(), terms))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage for a while: among ten thousands of new terms that takes long."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _marker_of(terms: Sequence[str]) -> TermMarker | None:
    indexes = [TermIndex.open(index_path(name)) for name in terms]
    marked = [index for index in indexes if index.info.marks]
    return TermMarker(marked) if marked else None


@Language.factory("radtab_lexicon", assigns=["doc.spans"], default_config={"terms": []})
def make_lexicon_matcher(nlp: Language, name: str, terms: list[str]) -> LexiconMatcher:
    """Make the stage for a pipeline.

    Args:
        nlp: the pipeline.
        name: of the stage.
        terms: folders of term indexes, or `hpo`; the names of those built with `--mark` are marked.

    Raises:
        ResourceError: a row under `models/lexicons`, `models/terminology` or `models/rules` does
            not validate.
        VocabularyError: an index is missing, damaged or of another version.
    """
    return shared_matcher().marking(_marker_of(terms)) if terms else shared_matcher()
