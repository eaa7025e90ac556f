"""Which pairs of mentions may be related at all: by label, section and distance."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.terminology.relation_items import ItemView


class Reach(NamedTuple):
    """How far the tail of a relation may stand from its head.

    `before` and `after` count sentences, `items` how many items that hold a tail are taken on
    each side, nearest first.
    """

    heads: frozenset[str]
    tails: frozenset[str]
    before: int
    after: int
    items: int


FINDINGS = frozenset({"FINDING", "SIGNAL"})
DIAGNOSES = frozenset({"DIAGNOSIS"})
REACH = {
    "located_in": Reach(FINDINGS, frozenset({"ANATOMY"}), 1, 1, 5),
    "seen_on": Reach(FINDINGS, frozenset({"MODALITY", "SEQUENCE"}), 15, 1, 4),
    "compared_to": Reach(frozenset({"SIGNAL"}), frozenset({"ANATOMY", "FINDING"}), 0, 0, 3),
    "measures": Reach(
        frozenset({"MEASUREMENT"}), FINDINGS | DIAGNOSES | {"ANATOMY"}, 1, 1, 3
    ),
    "indicates": Reach(FINDINGS, DIAGNOSES, 15, 3, 5),
    "excludes": Reach(FINDINGS, DIAGNOSES, 1, 1, 2),
}


def candidates(view: ItemView, relation: str) -> Iterator[tuple[int, int]]:
    """Give the pairs (head, tail) of mentions that may stand in a relation, in order of heads."""
    reach = REACH[relation]
    labels = [mention["label"] for mention in view.mentions]
    tails = [i for i, label in enumerate(labels) if label in reach.tails]
    for head, label in enumerate(labels):
        if label in reach.heads:
            for tail in _within(view, head, tails, reach):
                yield head, tail


def _within(view: ItemView, head: int, tails: list[int], reach: Reach) -> Iterator[int]:
    here = view.places[head]
    before: list[int] = []
    after: list[int] = []
    for tail in tails:
        there = view.places[tail]
        distance = there.sentence - here.sentence
        if tail == head or there.section != here.section:
            continue
        if -reach.before <= distance <= reach.after:
            (before if there.item < here.item else after).append(tail)
    yield from _nearest(view, before[::-1], reach.items)
    yield from _nearest(view, after, reach.items)


def _nearest(view: ItemView, tails: list[int], limit: int) -> Iterator[int]:
    seen: set[int] = set()
    for tail in tails:
        seen.add(view.places[tail].item)
        if len(seen) > limit:
            return
        yield tail
