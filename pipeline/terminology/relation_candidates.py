"""Which pairs of mentions may be related at all: by label, section and distance."""

from bisect import bisect
from collections.abc import Iterator
from itertools import islice
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


#: tails taken on each side of a head, so that endless lists cost no more than long ones
MOST = 40
FINDINGS = frozenset({"FINDING", "SIGNAL"})
DIAGNOSES = frozenset({"DIAGNOSIS"})
REACH = {
    "located_in": Reach(FINDINGS, frozenset({"ANATOMY"}), 1, 0, 3),
    "seen_on": Reach(FINDINGS, frozenset({"MODALITY", "SEQUENCE"}), 15, 1, 3),
    "compared_to": Reach(frozenset({"SIGNAL"}), frozenset({"ANATOMY", "FINDING"}), 0, 0, 3),
    "measures": Reach(frozenset({"MEASUREMENT"}), FINDINGS | DIAGNOSES | {"ANATOMY"}, 1, 1, 3),
    "indicates": Reach(FINDINGS, DIAGNOSES, 5, 15, 12),
    "excludes": Reach(FINDINGS, DIAGNOSES, 1, 1, 2),
}


def candidates(view: ItemView, relation: str) -> Iterator[tuple[int, int]]:
    """Give the pairs (head, tail) of mentions that may stand in a relation, in order of heads."""
    reach = REACH[relation]
    labels = [mention["label"] for mention in view.mentions]
    tails = [i for i, label in enumerate(labels) if label in reach.tails]
    if not tails:
        return
    for head, label in enumerate(labels):
        if label in reach.heads and view.places[head].section != "keywords":
            split = bisect(tails, head)
            for tail in _within(view, head, reversed(tails[:split]), reach):
                if tail != head:
                    yield head, tail
            for tail in _within(view, head, iter(tails[split:]), reach):
                yield head, tail


def _within(view: ItemView, head: int, tails: Iterator[int], reach: Reach) -> Iterator[int]:
    """Give tails, nearest first, until one is out of reach."""
    here = view.places[head]
    items = 0
    last = -1
    for tail in islice(tails, MOST):
        there = view.places[tail]
        distance = there.sentence - here.sentence
        if not -reach.before <= distance <= reach.after or there.section != here.section:
            return
        if there.item not in (last, here.item):
            last = there.item
            items += 1
            if items > reach.items:
                return
        yield tail
