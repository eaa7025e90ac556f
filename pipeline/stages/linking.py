"""The stage `radtab_linking`: mention -> concept, CUI and semantic type.

A mention is linked, in this order, by the long form of an abbreviation its case defines
(`link:abbreviation`), by its whole name (`link:exact`), by its name turned round (`link:turned`) or
shortened (`link:head`), a SIGNAL by its direction (`link:value`), a name that has no such link by
its spelling with one slip put right (`link:typo`). The rule that made the link and the id of the
term row are added to the mention's `rule`; `models/rules/link_rules.tsv` has scores.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, set_mentions
from pipeline.terminology.back_off import BackOff
from pipeline.terminology.concepts import (
    FITTING,
    ConceptIndex,
    Word,
    concept_of,
    load_concepts,
    words_of,
)
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_link_scores
from pipeline.terminology.misspellings import SpellingCorrector
from pipeline.tokenizer import token_texts

#: distinct mentions (label, text) remembered
CACHED_MENTIONS = 1 << 16

Expansions = Mapping[str, tuple[str, ...]]


class Links(NamedTuple):
    """The terms a name may be linked by, more than one where it is ambiguous."""

    terms: tuple[Term, ...]
    score: float
    rule: str


NO_LINKS = Links((), 0.0, "")


class ConceptLinker:
    """Link each mention to a concept of the lexicons and terminologies.

    A name of several concepts (`MS`) is linked to the one that another mention of the case names
    without doubt, else to the first row's, its score divided by their number.
    """

    def __init__(self, index: ConceptIndex) -> None:
        self._index = index
        self._back_off = BackOff(index)
        self._spelling = SpellingCorrector(index)
        self._scores = load_link_scores()
        self.links = lru_cache(CACHED_MENTIONS)(self._links)

    def __call__(self, doc: Doc) -> Doc:
        """Fill concept_id, concept_name, cui, semantic_type and link_score of the mentions."""
        mentions = mentions_of(doc)
        expansions = _expansions(doc)
        texts = token_texts(doc)
        found = [self._find(texts, mention, expansions) for mention in mentions]
        sure = {links.terms[0].concept_id for links in found if len(links.terms) == 1}
        for mention, links in zip(mentions, found, strict=True):
            if links.terms:
                _write(mention, links, sure)
        set_mentions(doc, mentions)
        return doc

    def _find(self, texts: Sequence[str], mention: Mention, expansions: Expansions) -> Links:
        label = mention["label"]
        if label not in FITTING:
            return NO_LINKS
        tokens = tuple(texts[mention["start"] : mention["end"]])
        expanded = _expanded(tokens, expansions) if expansions else tokens
        if expanded != tokens:
            links = self.links(expanded, label)
            if links.terms:
                score = links.score * self._scores["link:abbreviation"]
                return Links(links.terms, score, "link:abbreviation")
        links = self.links(tokens, label)
        if not links.terms and mention["intensity"]:
            terms = self._index.with_value(mention["intensity"], words_of(tokens))
            return Links(terms, self._scores["link:value"], "link:value") if terms else NO_LINKS
        return links

    def _links(self, tokens: tuple[str, ...], label: str) -> Links:
        words = words_of(tokens)
        joined = self._back_off.with_prefixes(words)
        spellings = dict.fromkeys((words, joined))
        for spelling in spellings:
            terms = self._index.named(spelling, label)
            if terms:
                return Links(terms, self._scores["link:exact"], "link:exact")
        found = max((self._shorter(s, label) for s in spellings), key=lambda links: links.score)
        return found if found.terms else self._misspelt(words, label)

    def _shorter(self, words: tuple[Word, ...], label: str) -> Links:
        for candidate in self._back_off.candidates(words, label):
            terms = self._index.named(candidate.words, label)
            if terms:
                return Links(terms, candidate.score, candidate.rule)
        return NO_LINKS

    def _misspelt(self, words: tuple[Word, ...], label: str) -> Links:
        """Link a name with one misspelt word, if putting it right can be done in one way only."""
        places = [i for i, word in enumerate(words) if self._spelling.is_misspelt(word.form)]
        if len(places) != 1:
            return NO_LINKS
        before, after = words[: places[0]], words[places[0] + 1 :]
        found: dict[tuple[Term, ...], float] = {}
        for form in self._spelling.corrections(words[places[0]]):
            corrected = (*before, Word(form, form), *after)
            terms = self._index.named(corrected, label)
            links = Links(terms, 1.0, "") if terms else self._shorter(corrected, label)
            found[links.terms] = links.score
        found.pop((), None)
        if len(found) != 1:
            return NO_LINKS
        ((terms, score),) = found.items()
        return Links(terms, score * self._scores["link:typo"], "link:typo")


def _expansions(doc: Doc) -> Expansions:
    """Give the long forms, as tokens, of the abbreviations the case defines."""
    notes = doc._.abbreviations
    return {
        doc[note["short_start"] : note["short_end"]].text: tuple(
            token.text for token in doc[note["long_start"] : note["long_end"]]
        )
        for note in cast(Sequence[Mapping[str, int]], notes)
    }


def _expanded(tokens: tuple[str, ...], expansions: Expansions) -> tuple[str, ...]:
    whole = expansions.get("".join(tokens))
    if whole:
        return whole
    parts = [expansions.get(token, (token,)) for token in tokens]
    return tuple(token for part in parts for token in part)


def _write(mention: Mention, links: Links, sure: set[str]) -> None:
    chosen = next((t for t in links.terms if t.concept_id in sure), None)
    doubt = len(links.terms) if chosen is None else 1
    term = chosen or links.terms[0]
    concept = concept_of(term)
    mention["concept_id"], mention["concept_name"] = concept.id, concept.name
    mention["cui"], mention["semantic_type"] = concept.cui, concept.semantic_type
    mention["link_score"] = round(links.score / doubt, 3)
    rules = dict.fromkeys((*mention["rule"].split(), links.rule, term.id))
    mention["rule"] = " ".join(rules)


@Language.factory(
    "radtab_linking", requires=["doc._.mentions", "doc._.abbreviations"], assigns=["doc._.mentions"]
)
def make_concept_linker(nlp: Language, name: str) -> ConceptLinker:
    """Make the stage for a pipeline.

    Raises:
        ResourceError: a row under `models/` does not validate.
    """
    return ConceptLinker(load_concepts())
