"""The words of a mention -> the terms it may be linked by, the best first.

`best` is what a mention is linked to, and stops at the first way that nothing better can follow;
`candidates` follows every way, for the runner-ups. The score of a candidate is that of its way
(`models/rules/link_rules.tsv`) times how well its label agrees with the mention's
(`link_labels.tsv`); of equal ones that of the source that stands first goes first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.linking.endings import with_other_form
from pipeline.linking.joined import joined_parts
from pipeline.linking.kin import Kin
from pipeline.linking.near import NearNames, near_score
from pipeline.linking.outside import RULE, UsersTerm
from pipeline.linking.polarity import Match
from pipeline.terminology.back_off import BackOff
from pipeline.terminology.concepts import Names, Word, key_of_words, words_of
from pipeline.terminology.lexicon import Term, key_of
from pipeline.terminology.link_words import (
    load_fitting_labels,
    load_link_scores,
    load_link_words,
)
from pipeline.terminology.misspellings import SpellingCorrector

#: candidates whose wider and narrower concepts are candidates too, and the score they must have
WITH_KIN, LEAST_WITH_KIN = 2, 0.4
#: what the concept of a finding may be told as
DISORDERS = ("FINDING", "DIAGNOSIS")
#: distinct mentions (label, text) remembered
CACHED_MENTIONS = 1 << 16

Words = tuple[Word, ...]


class Links(NamedTuple):
    """The terms a name may be linked by, more than one where it is ambiguous.

    `places` are the body parts that a finding or diagnosis named beside it.
    """

    terms: tuple[Term, ...]
    score: float
    rule: str
    places: tuple[Term, ...] = ()


class Candidate(NamedTuple):
    """A term, the score of a link by it (0..1), the id of the way, the body parts beside it.

    `is_so_called` says that the mention is the concept's own name.
    """

    term: Term
    score: float
    rule: str
    places: tuple[Term, ...] = ()
    is_so_called: bool = False


NO_LINKS = Links((), 0.0, "")


class CandidateFinder:
    """Find the terms of a mention by its words and its label."""

    def __init__(
        self, names: Names, spelling: SpellingCorrector, kin: Kin, near: NearNames | None = None
    ) -> None:
        self.names = names
        self._spelling = spelling
        self._kin = kin
        self._near = near
        self._back_off = BackOff(names)
        self._scores = load_link_scores()
        self._fitting = load_fitting_labels()
        self.best = lru_cache(CACHED_MENTIONS)(self._best)
        self.candidates = lru_cache(CACHED_MENTIONS)(self._candidates)

    def is_linked(self, label: str) -> bool:
        """Say whether mentions of a label are linked to anything."""
        return label in self._fitting

    def _best(self, tokens: tuple[str, ...], label: str) -> Links:
        """Give the terms a mention is linked by, none where no link is good enough."""
        words = words_of(tokens)
        found = NO_LINKS
        for ways in (self._exact, self._shorter, self._in_other_form, self._misspelt, self._alike):
            for links in ways(words, label):
                if links.score > found.score:
                    found = links
            if found.score >= self._enough(ways):
                break
        return found if found.score >= self._scores["link:least"] else NO_LINKS

    def _enough(self, ways: object) -> float:
        """Give the score that nothing after these ways exceeds."""
        if ways == self._exact:
            return self._scores["link:least"]
        return self._scores["link:form"] if ways == self._shorter else self._scores["link:typo"]

    def _candidates(self, tokens: tuple[str, ...], label: str, limit: int) -> tuple[Candidate, ...]:
        """Give the candidates of a mention, one a concept, the best first."""
        words = words_of(tokens)
        found = best_of(self._every(words, label))
        kin = [
            c
            for one in found[:WITH_KIN]
            if one.score >= LEAST_WITH_KIN
            for c in self._kin_of(one, words, label)
        ]
        return tuple(best_of((*found, *kin))[:limit])

    def _every(self, words: Words, label: str) -> Iterator[Candidate]:
        for spelling in self._spellings(words):
            yield from self._named(spelling, label)
            for found in self._back_off.candidates(spelling, label):
                for term in self.names.every(found.words, label):
                    yield self._candidate(term, label, found.rule, found.score, found.places)
        for links in (*self._in_other_form(words, label), *self._misspelt(words, label)):
            for term in links.terms:
                yield Candidate(term, links.score, links.rule, links.places)
        yield from self._changed(words, label)
        yield from self._joined(words, label)
        for near in self._near.near(words, label) if self._near else ():
            rule = "link:near" if near.match is Match.WORDS else "link:loose"
            yield self._candidate(near.term, label, rule, near_score(near))

    def _changed(self, words: Words, label: str) -> Iterator[Candidate]:
        """Give the concepts so called, and the shorter names, with one word in another form."""
        form = self._scores["link:form"]
        for changed in with_other_form(words):
            for term in self.names.with_name(changed, label):
                yield self._candidate(term, label, "link:form", form)
            for found in self._back_off.candidates(changed, label):
                for term in self.names.every(found.words, label):
                    score = form * found.score
                    yield self._candidate(term, label, "link:form", score, found.places)

    def _joined(self, words: Words, label: str) -> Iterator[Candidate]:
        """Give each of two things that the mention joins."""
        for part in joined_parts(words):
            for whole in self._named(part, label):
                score = whole.score * self._scores["link:joined"]
                yield whole._replace(score=score, rule="link:joined")

    def _kin_of(self, one: Candidate, words: Words, label: str) -> Iterator[Candidate]:
        """Give the wider and narrower concepts of a candidate that fit the label."""
        fitting = self._fitting[label]
        wider, narrower = self._scores["link:wider"], self._scores["link:narrower"]
        for term in self._kin.wider(one.term):
            if term.label in fitting:
                yield Candidate(term, one.score * wider, "link:wider")
        for likeness, term in self._kin.narrower(one.term, key_of_words(words)):
            if term.label in fitting:
                yield Candidate(term, one.score * narrower * likeness, "link:narrower")

    def _named(self, words: Words, label: str) -> Iterator[Candidate]:
        """Give the terms of the name, of its words in another order, of concepts so called."""
        exact, turned = self._scores["link:exact"], self._scores["link:turned"]
        terms, key = self.names.every(words, label), key_of_words(words)
        senses = len(
            {t.concept_id for t in terms if t.match == "case" and t.label == terms[0].label}
        )
        for term in terms:
            # an abbreviation of several concepts is linked to none of them by itself
            share = 1 / senses if term.match == "case" and senses > 1 else 1.0
            found = self._candidate(term, label, "link:exact", exact * share)
            yield found._replace(is_so_called=key_of(term.concept_name) == key)
        for term in self.names.with_name(words, label):
            yield self._candidate(term, label, "link:exact", turned)
        for reordered in self.names.reordered(words):
            for term in self.names.every(reordered, label):
                yield self._candidate(term, label, "link:turned", turned)

    def _candidate(
        self, term: Term, label: str, rule: str, score: float, places: tuple[Term, ...] = ()
    ) -> Candidate:
        return Candidate(term, score * self._agreement(term, label), rule, places)

    def _agreement(self, term: Term, label: str) -> float:
        return self._fitting[label].get(term.label, 1.0)

    def _spellings(self, words: Words) -> Iterable[Words]:
        return dict.fromkeys((words, self._back_off.with_prefixes(words)))

    def _linked(self, terms: tuple[Term, ...], label: str, rule: str, score: float) -> Links:
        return Links(terms, score * self._agreement(terms[0], label), rule)

    def _exact(self, words: Words, label: str) -> Iterator[Links]:
        for spelling in self._spellings(words):
            terms = self.names.named(spelling, label)
            if terms:
                yield self._linked(terms, label, "link:exact", self._scores["link:exact"])
                return

    def _shorter(self, words: Words, label: str) -> Iterator[Links]:
        for reordered in self.names.reordered(words):
            terms = self.names.named(reordered, label)
            if terms:
                yield self._linked(terms, label, "link:turned", self._scores["link:turned"])
                return
        for spelling in self._spellings(words):
            for found in self._back_off.candidates(spelling, label)[:1]:
                terms = self.names.named(found.words, label)
                links = self._linked(terms, label, found.rule, found.score)
                yield links._replace(places=found.places)

    def _in_other_form(self, words: Words, label: str) -> Iterator[Links]:
        """Give the terms of the name with one word in another form."""
        for changed in with_other_form(words):
            terms = self.names.named(changed, label)
            if terms:
                yield self._linked(terms, label, "link:form", self._scores["link:form"])

    def _misspelt(self, words: Words, label: str) -> Iterator[Links]:
        """Give the terms of a name with one misspelt word put right in the one way there is."""
        places = [i for i, word in enumerate(words) if self._spelling.is_misspelt(word.form)]
        if len(places) != 1:
            return
        before, after = words[: places[0]], words[places[0] + 1 :]
        found: dict[tuple[Term, ...], Links] = {}
        for form in self._spelling.corrections(words[places[0]]):
            corrected = (*before, Word(form, form), *after)
            # a guard (`exagerated`) is put right in a whole name alone
            guard = form in load_link_words()["guard"]
            if guard and not (before or after):
                continue
            shorter = () if guard else self._shorter(corrected, label)
            links = max(
                (*self._exact(corrected, label), *shorter),
                key=lambda links: links.score, default=NO_LINKS,
            )  # fmt: skip
            found[links.terms] = links
        found.pop((), None)
        if len(found) == 1:
            (links,) = found.values()
            yield links._replace(score=links.score * self._scores["link:typo"], rule="link:typo")

    def _alike(self, words: Words, label: str) -> Iterator[Links]:
        """Give the term spelt most like the mention, where its words agree."""
        for near in self._near.near(words, label)[:1] if self._near else ():
            if near.match is Match.WORDS:
                yield self._linked((near.term,), label, "link:near", near_score(near))


def best_of(candidates: Iterable[Candidate], limit: int | None = None) -> list[Candidate]:
    """Give the best candidates, one a concept.

    Of equal ones a term of a user's index goes first, in the order of the indexes; then that whose
    own name it is, then one with a CUI. What an index of a user
    and another vocabulary both have takes one place: concepts of one CUI, or of one name where one
    has no CUI; a runner-up is then given as the one that has it.
    """
    best: list[Candidate] = []
    seen: set[str] = set()
    places: dict[str, int] = {}
    for candidate in sorted(candidates, key=_rank):
        term = candidate.term
        if term.concept_id in seen:
            continue
        seen.add(term.concept_id)
        same = _place_of_same(term, best, places)
        if same is None:
            for key in (term.cui, _called(term)):
                places.setdefault(key, len(best))
            best.append(candidate)
        elif same and term.cui and not best[same].term.cui:
            best[same] = best[same]._replace(term=term)
    return best[:limit]


def _rank(candidate: Candidate) -> tuple[float, bool, bool, bool]:
    score = -round(candidate.score, 6)
    if isinstance(candidate.term, UsersTerm):
        return score, False, False, False
    return score, True, not candidate.is_so_called, not candidate.term.cui


def _place_of_same(term: Term, best: Sequence[Candidate], places: Mapping[str, int]) -> int | None:
    """Give the place of the same concept of another vocabulary, None where there is none."""
    for key in (term.cui, _called(term)):
        place = places.get(key) if key else None
        if place is None or not any(t.id.startswith(RULE) for t in (term, best[place].term)):
            continue
        cui = best[place].term.cui
        if cui == term.cui or not term.cui or (not cui and place):
            return place
    return None


def _called(term: Term) -> str:
    """Give what is the same of concepts of one name; a finding may be told as a diagnosis."""
    return f"{'' if term.label in DISORDERS else term.label} {key_of(term.concept_name)}"
