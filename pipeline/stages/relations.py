"""Stage `radtab_relations`: which mentions the text relates, and by which words.

Two sources, each with an id that reaches the column `rule`: rows of
`models/rules/relation_rules.tsv` decide `compared_to` and `excludes`, of which there is too little
to learn from; the ranker in `models/trained/relations.json` decides the others. Which of the two
decides was measured by 5-fold cross-validation on the training cases (`models/README.md`).
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import RelationNote
from pipeline.resources import cached_weights, models_path
from pipeline.terminology.relation_candidates import candidates
from pipeline.terminology.relation_choice import choose
from pipeline.terminology.relation_conclusions import default_matcher
from pipeline.terminology.relation_cues import CueMatcher
from pipeline.terminology.relation_features import PairReader
from pipeline.terminology.relation_items import Item, ItemView, view_items
from pipeline.terminology.relation_ranker import (
    RelationModel,
    ScoredPair,
    rank_pairs,
    read_models,
)
from pipeline.terminology.relation_rules import (
    RelationRule,
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


class RelationFinder:
    """Find the relations of a doc's mentions."""

    def __init__(
        self, matcher: CueMatcher, rules: list[RelationRule], models: dict[str, RelationModel]
    ) -> None:
        self.matcher = matcher
        self.rules = rules
        self.models = models

    def __call__(self, doc: Doc) -> Doc:
        """Leave `doc._.relations`, sorted by head, type and tail."""
        view = view_items(doc, self.matcher)
        notes = [self._note(doc, view, *found) for found in self._relations(view)]
        doc._.relations = sorted(notes, key=lambda n: (n["head"], n["type"], n["tail"]))
        return doc

    def _relations(self, view: ItemView) -> Iterator[tuple[str, ScoredPair, str]]:
        """Give relation, pair and rule id; what a rule decides the ranker does not."""
        ruled = {relation: list(self._ruled(view, relation)) for relation in BY_RULE}
        for relation, found in ruled.items():
            yield from ((relation, pair, rule) for pair, rule in found)
        decided = {
            (RIVALS[relation], pair.head, pair.tail)
            for relation, found in ruled.items()
            for pair, _ in found
        }
        excluding = [pair for pair, _ in ruled["excludes"]]
        reader = PairReader(view)
        for relation, model in self.models.items():
            rule = source_ids()[relation, "ranker"]
            pairs = choose(view, relation, rank_pairs(reader, relation, model), excluding)
            for pair in pairs:
                if (relation, pair.head, pair.tail) not in decided:
                    yield relation, pair, rule

    def _ruled(self, view: ItemView, relation: str) -> Iterator[tuple[ScoredPair, str]]:
        rules = [rule for rule in self.rules if rule.relation == relation]
        for head, tail in candidates(view, relation):
            rule = best_rule(rules, pair_context(view, head, tail))
            if rule is not None:
                yield ScoredPair(head, tail, rule.score), rule.id

    def _note(
        self, doc: Doc, view: ItemView, relation: str, pair: ScoredPair, rule: str
    ) -> RelationNote:
        item = cue_item(view, relation, pair.head, pair.tail)
        cue, start, end = "", -1, -1
        if item is not None and item.cue is not None:
            last = doc[item.end - 1]
            start, end = doc[item.start].idx, last.idx + len(last)
            cue = (
                "".join(token.text_with_ws for token in doc[item.start : item.end - 1]) + last.text
            )
            rule = f"{rule} {item.cue.id}"
        return RelationNote(
            type=relation, head=pair.head, tail=pair.tail, cue=cue, cue_start=start, cue_end=end,
            score=round(pair.score, 4), rule=rule,
        )  # fmt: skip

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: rows and weights lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "RelationFinder":  # noqa: ANN401
        """Read nothing: rows and weights lie under models/."""
        return self


def cue_item(view: ItemView, relation: str, head: int, tail: int) -> Item | None:
    """Give the item of the cue that states a relation: nearest to the tail, else just outside.

    A cue of the relation itself comes before one that only connects a finding with a diagnosis.
    Nothing states what is nested.
    """
    one, two = view.places[head].item, view.places[tail].item
    if one == two:
        return None
    first, second = min(one, two), max(one, two)
    within = range(second - 1, first, -1) if two > one else range(first + 1, second)
    after = range(second + 1, min(second + 1 + MARGIN, len(view.items)))
    before = range(first - 1, max(first - 1 - MARGIN, -1), -1)
    connecting = CONNECTING if relation in ("indicates", "excludes") else ()
    some: Item | None = None
    for place in chain(within, after, before):
        item = view.items[place]
        if item.cue is not None and item.cue.relation == relation:
            return item
        if some is None and item.cue is not None and item.cue.relation in connecting:
            some = item
    return some


@cached_weights
def default_finder() -> RelationFinder:
    """Give the finder over the rows and weights under models/.

    Raises:
        ResourceError: one of the files is missing or does not validate.
    """
    return RelationFinder(
        default_matcher(),
        read_rules(models_path("rules", "relation_rules.tsv")),
        read_models(models_path("trained", "relations.json")),
    )


@Language.factory(
    "radtab_relations", assigns=["doc._.relations"], requires=["doc._.mentions", "doc._.sections"]
)
def make_relation_finder(nlp: Language, name: str) -> RelationFinder:
    """Make the stage; rows and weights lie under models/."""
    return default_finder()
