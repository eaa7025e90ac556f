"""Stage `radtab_relations`: which mentions the text relates, and by which words.

Two sources, each with an id that reaches the column `rule`: rows of
`models/rules/relation_rules.tsv` decide `compared_to` and `excludes`, of which there is too little
to learn from; the ranker in `models/trained/relations.json` decides the others. Which of the two
decides was measured by 5-fold cross-validation on the training cases (`models/README.md`).
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import RelationNote
from pipeline.doc_batches import BatchAnnotator
from pipeline.resources import cached_weights, models_path
from pipeline.terminology.relation_arrays import MentionArrays
from pipeline.terminology.relation_candidates import RELATION, Candidates, candidates
from pipeline.terminology.relation_choice import choose
from pipeline.terminology.relation_columns import PairColumns
from pipeline.terminology.relation_cues import CueMatcher, default_matcher
from pipeline.terminology.relation_items import ItemView, joined, view_items
from pipeline.terminology.relation_ranker import (
    PairRanker,
    RelationModel,
    ScoredPair,
    read_models,
)
from pipeline.terminology.relation_rules import (
    RelationRule,
    RuleSieve,
    best_rule,
    pair_context,
    read_rules,
)
from pipeline.terminology.relation_sources import source_ids

#: relations decided by rules; the others by the ranker
BY_RULE = ("compared_to", "excludes")
#: what a pair is not taken for once a rule has decided
RIVALS = {"compared_to": "located_in", "excludes": "indicates"}
#: relations whose cues (`in`, `shows`) also connect a finding with a diagnosis
CONNECTING = ("located_in", "seen_on", "indicates", "excludes")
#: items before the first and after the second mention that are searched for a cue
MARGIN = 3


class RelationFinder(BatchAnnotator):
    """Find the relations of mentions; leaves `doc._.relations`, sorted by head, type and tail."""

    def __init__(
        self, matcher: CueMatcher, rules: list[RelationRule], models: dict[str, RelationModel],
        min_score: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__("radtab_relations")
        self.matcher = matcher
        self._min_score = min_score
        self.ranker = PairRanker(models)
        self._rules = {name: [rule for rule in rules if rule.relation == name] for name in BY_RULE}
        self._sieves = {name: RuleSieve(of) for name, of in self._rules.items()}
        self._ranked = np.array([name in models for name in RELATION])

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Relate the mentions of docs."""
        views = [view_items(doc, self.matcher) for doc in docs]
        notes: list[list[RelationNote]] = [[] for _ in docs]
        view = joined(views)
        firsts = list(accumulate((len(own.mentions) for own in views), initial=0))
        if view.mentions:
            writer = NoteWriter(view)
            found = (
                one for one in self._relations(view) if round(one[1].score, 4) >= self._min_score
            )
            for relation, pair, rule in found:
                number = view.doc[pair.head]
                notes[number].append(writer.note(relation, pair, rule, firsts[number]))
        for doc, own in zip(docs, notes, strict=True):
            doc._.relations = sorted(own, key=lambda n: (n["head"], n["type"], n["tail"]))

    def _relations(self, view: ItemView) -> Iterator[tuple[str, ScoredPair, str]]:
        """Give relation, pair and rule id; what a rule decides the ranker does not."""
        mentions = MentionArrays(view)
        pairs = candidates(mentions)
        if not len(pairs.head):
            return
        columns = PairColumns(view, mentions)
        ruled = {name: list(self.ruled(columns, pairs, name)) for name in BY_RULE}
        for relation, found in ruled.items():
            yield from ((relation, pair, rule) for pair, rule in found)
        decided = {
            (RIVALS[relation], pair.head, pair.tail)
            for relation, found in ruled.items()
            for pair, _ in found
        }
        excluding = [pair for pair, _ in ruled["excludes"]]
        ranked = pairs.take(self._ranked[pairs.relation].nonzero()[0])
        for relation, likely in self.ranker.taken(columns, ranked).items():
            rule = source_ids()[relation, "ranker"]
            for pair in choose(view, relation, likely, excluding):
                if (relation, pair.head, pair.tail) not in decided:
                    yield relation, pair, rule

    def ruled(
        self, columns: PairColumns, pairs: Candidates, relation: str
    ) -> Iterator[tuple[ScoredPair, str]]:
        """Give the pairs that a rule takes for related, and the rule's id."""
        own = pairs.take(np.flatnonzero(pairs.relation == RELATION[relation]))
        if not len(own.head):
            return
        likely = own.take(np.flatnonzero(self._sieves[relation].passed(columns, own)))
        for head, tail in zip(likely.head.tolist(), likely.tail.tolist(), strict=True):
            rule = best_rule(self._rules[relation], pair_context(columns.view, head, tail))
            if rule is not None:
                yield ScoredPair(head, tail, rule.score), rule.id

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: rows and weights lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "RelationFinder":  # noqa: ANN401
        """Read nothing: rows and weights lie under models/."""
        return self


class NoteWriter:
    """Write the relations of docs, each with the cue that states it."""

    def __init__(self, view: ItemView) -> None:
        self._view = view
        self._spaces, self._starts = view.tokens[:, 2:].T.tolist()
        #: items that are cues which state a relation, in order -> that relation
        cues = view.items.cues.items()
        self._said = {place: at.cue.relation for place, at in cues if at.cue.relation}
        self._cues = list(self._said)

    def note(self, relation: str, pair: ScoredPair, rule: str, first: int) -> RelationNote:
        """Give the note of a pair that a rule or the ranker takes for related.

        `first` is the place of the first mention of its doc.
        """
        place = self._cue_place(relation, pair.head, pair.tail)
        cue, start, end = "", -1, -1
        if place >= 0:
            cue, start, row = self._cue(place)
            end = start + len(cue)
            rule = f"{rule} {row}"
        return RelationNote(
            type=relation, head=pair.head - first, tail=pair.tail - first, cue=cue,
            cue_start=start, cue_end=end, score=round(pair.score, 4), rule=rule,
        )  # fmt: skip

    def _cue(self, place: int) -> tuple[str, int, str]:
        """Give the words of an item that is a cue, where they begin, and the row's id."""
        cue, first, end = self._view.items.cues[place]
        texts, last = self._view.texts, end - 1
        parts = zip(texts[first:last], self._spaces[first:last], strict=True)
        words = "".join([w + " " if spaced else w for w, spaced in parts]) + texts[last]
        return words, self._starts[first], cue.id

    def _cue_place(self, relation: str, head: int, tail: int) -> int:
        """Give the item of the cue that states a relation: nearest to the tail, else just outside.

        A cue of the relation itself comes before one that only connects a finding with a diagnosis.
        Nothing states what is nested: -1.
        """
        one, two = self._view.item[head], self._view.item[tail]
        if one == two:
            return -1
        connecting = CONNECTING if relation in ("indicates", "excludes") else ()
        some = -1
        for place in self._cues_near(one, two):
            said = self._said[place]
            if said == relation:
                return place
            if some < 0 and said in connecting:
                some = place
        return some

    def _cues_near(self, one: int, two: int) -> Iterator[int]:
        """Give the cues between two items, nearest to the second, then those after and before."""
        first, second = min(one, two), max(one, two)
        begin, end = bisect(self._cues, first), bisect(self._cues, second)
        within: Sequence[int] = self._cues[begin:end]
        within = within[::-1] if two > one else within
        before, after = self._cues[max(0, begin - MARGIN) : begin], self._cues[end : end + MARGIN]
        near = (
            place
            for place in chain(after, reversed(before))
            if first - MARGIN <= place <= second + MARGIN
        )
        return chain(within, near)


@cached_weights
def default_finder(min_score: float = 0.0) -> RelationFinder:
    """Give the finder over the rows and weights under models/.

    Args:
        min_score: relations of a lower score are left out.

    Raises:
        ResourceError: one of the files is missing or does not validate.
    """
    return RelationFinder(
        default_matcher(),
        read_rules(models_path("rules", "relation_rules.tsv")),
        read_models(models_path("trained", "relations.json")),
        min_score,
    )


@Language.factory(
    "radtab_relations",
    assigns=["doc._.relations"],
    requires=["doc._.mentions", "doc._.sections"],
    default_config={"min_score": 0.0},
)
def make_relation_finder(nlp: Language, name: str, min_score: float = 0.0) -> RelationFinder:
    """Make the stage; rows and weights lie under models/.

    Args:
        nlp: the pipeline it is for.
        name: its name there.
        min_score: relations of a lower score are left out.
    """
    # weights are read once a process, the handler of errors is each pipeline's own
    finder = copy(default_finder(min_score))
    finder.name = name
    return finder
