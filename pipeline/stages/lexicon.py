"""The stage `radtab_lexicon`: what lexicons and grammar know -> `doc.spans["lexicon"]`."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.annotations import LABELS
from pipeline.terminology.grammar import GrammarMatcher, RuleMatch, load_grammar
from pipeline.terminology.lexicon import TermMatcher, load_matcher
from pipeline.terminology.normal_form import normal_words


class _Found(NamedTuple):
    label: str
    start: int
    end: int
    row: str
    concept_id: str


class LexiconMatcher:
    """Mark the terms of the lexicons and what the grammar puts together from them.

    A span has the entity label, the id of the row that made it as `id_` and the concept as
    `kb_id_`. Spans of different labels may overlap; within a label the longest is kept.
    """

    def __init__(self, terms: TermMatcher, grammar: GrammarMatcher) -> None:
        self._terms = terms
        self._grammar = grammar

    def __call__(self, doc: Doc) -> Doc:
        """Fill `doc.spans["lexicon"]`."""
        spans = [
            Span(doc, m.start, m.end, label=m.label, span_id=m.row, kb_id=m.concept_id)
            for m in self._find([token.text for token in doc])
        ]
        doc.spans["lexicon"] = SpanGroup(doc, name="lexicon", spans=spans)
        return doc

    def _find(self, words: list[str]) -> list[_Found]:
        forms = normal_words(words)
        terms = self._terms.candidates(words, forms)
        composed = self._grammar.match(words, forms, terms)
        denied = _denied_tokens(composed)
        found = [
            _Found(m.term.label, m.start, m.end, m.term.id, m.term.concept_id)
            for m in terms
            if m.term.label in LABELS
        ]
        found += [
            _Found(m.rule.label, m.start, m.end, m.rule.id, "")
            for m in composed
            if m.rule.label in LABELS
        ]
        return list(_longest(m for m in found if not _is_denied(m, denied)))


def _denied_tokens(composed: Iterable[RuleMatch]) -> dict[str, set[int]]:
    denied: dict[str, set[int]] = {}
    for match in composed:
        if match.rule.label[0] == "!":
            denied.setdefault(match.rule.label[1:], set()).update(range(match.start, match.end))
    return denied


def _is_denied(match: _Found, denied: dict[str, set[int]]) -> bool:
    tokens = denied.get(match.label)
    return tokens is not None and tokens.issuperset(range(match.start, match.end))


def _longest(found: Iterable[_Found]) -> Iterator[_Found]:
    """Keep the longest within a label; it takes the concept of the first one inside it."""
    holder: dict[tuple[str, int], int] = {}
    kept: list[_Found] = []
    for match in sorted(found, key=lambda m: (m.start - m.end, m.start, m.concept_id == "")):
        place = holder.get((match.label, match.start), holder.get((match.label, match.end - 1)))
        if place is None:
            holder.update({(match.label, i): len(kept) for i in range(match.start, match.end)})
            kept.append(match)
        elif not kept[place].concept_id and match.concept_id:
            kept[place] = kept[place]._replace(concept_id=match.concept_id)
    return iter(sorted(kept, key=lambda m: (m.start, -m.end)))


@cache
def shared_matcher() -> LexiconMatcher:
    """Give the matcher of the rows under `models/`, built once a process."""
    terms = load_matcher()
    return LexiconMatcher(terms, GrammarMatcher(load_grammar(), terms))


@Language.factory("radtab_lexicon", assigns=["doc.spans"])
def make_lexicon_matcher(nlp: Language, name: str) -> LexiconMatcher:
    """Make the stage for a pipeline.

    Raises:
        ResourceError: a row under `models/lexicons`, `models/terminology` or `models/rules` does
            not validate.
    """
    return shared_matcher()
