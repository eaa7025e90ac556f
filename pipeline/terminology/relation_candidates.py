"""Which pairs of mentions may be related at all: by label, section and distance."""

from typing import NamedTuple

import numpy as np

from pipeline.annotations import LABELS
from pipeline.terminology.relation_arrays import SECTION, Ints, MentionArrays


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


class Candidates(NamedTuple):
    """Pairs of mentions: number of the relation in `REACH`, head, tail; by relation, then head."""

    relation: Ints
    head: Ints
    tail: Ints

    def take(self, which: Ints | slice) -> "Candidates":
        """Give some of the pairs."""
        return Candidates(self.relation[which], self.head[which], self.tail[which])


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
RELATION = {name: number for number, name in enumerate(REACH)}
#: relation, label -> whether a mention of the label may be its head, its tail
_HEADS = np.array([[False, *(label in r.heads for label in LABELS)] for r in REACH.values()])
_TAILS = np.array([[False, *(label in r.tails for label in LABELS)] for r in REACH.values()])
_BEFORE, _AFTER, _ITEMS = np.array([r[2:] for r in REACH.values()]).T


def candidates(mentions: MentionArrays) -> Candidates:
    """Give the pairs that may stand in a relation, of all relations.

    All that bounds the tails of a head grows from mention to mention (sentence, section, number of
    items), so that a head's tails are a stretch; relations are told apart by an offset.
    """
    read = mentions.section != SECTION["keywords"]
    relation, head = np.nonzero(_HEADS[:, mentions.label] & read)
    of, tail = np.nonzero(_TAILS[:, mentions.label] & read)
    if not len(head) or not len(tail):
        return Candidates(relation[:0], head[:0], tail[:0])
    first, last = _stretches(mentions, (relation, head), (of, tail))
    counts = np.maximum(last - first, 0)
    offsets = np.repeat(first - np.cumsum(counts) + counts, counts)
    found = tail[offsets + np.arange(len(offsets))]
    relation, head = np.repeat(relation, counts), np.repeat(head, counts)
    own = np.flatnonzero(head != found)
    return Candidates(relation, head, found).take(own)


def _stretches(
    mentions: MentionArrays, heads: tuple[Ints, Ints], tails: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Give for each head its first tail and the one after its last, as places among the tails."""
    relation, head = heads
    of, tail = tails
    size = int(mentions.end[-1]) + 2 * MOST
    base, tail_base = relation * size, of * size
    items = tail_base + mentions.item[tail]
    own = base + mentions.item[head]
    same = np.searchsorted(items, own), np.searchsorted(items, own, side="right")
    # tails of one item count once; the head's own item does not count
    order = np.cumsum(np.diff(items, prepend=-1) != 0)
    passed = np.append(0, order)
    split = np.searchsorted(tail_base + tail, base + head)
    sentences, sentence = tail_base + mentions.sentence[tail], base + mentions.sentence[head]
    runs, run = tail_base + mentions.run[tail], base + mentions.run[head]
    first = np.maximum.reduce(
        [
            np.searchsorted(order, passed[same[0]] - _ITEMS[relation] + 1),
            np.searchsorted(sentences, sentence - np.minimum(_BEFORE[relation], MOST)),
            np.searchsorted(runs, run),
            split - MOST,
        ]
    )
    last = np.minimum.reduce(
        [
            np.searchsorted(order, passed[same[1]] + _ITEMS[relation], side="right"),
            np.searchsorted(sentences, sentence + _AFTER[relation], side="right"),
            np.searchsorted(runs, run, side="right"),
            split + MOST,
        ]
    )
    return np.maximum(first, np.searchsorted(of, relation)), last
