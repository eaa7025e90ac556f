"""Among the pairs a ranker takes for related, those that stand beside each other.

A number is of one thing; a finding that has a diagnosis in its own sentence has another beyond it
only if that is at least as probable as not; `respectively` says which of several goes with which.
"""

from collections.abc import Sequence
from itertools import accumulate

from pipeline.terminology.relation_items import ItemView
from pipeline.terminology.relation_ranker import ScoredPair

#: probability from which on a diagnosis in another sentence stands beside one in its own
EVEN = 0.5
#: in its sentence the first of some goes with the first of as many others, and so on
RESPECTIVELY = "respectively"


def choose(
    view: ItemView, relation: str, pairs: list[ScoredPair], others: Sequence[ScoredPair] = ()
) -> list[ScoredPair]:
    """Give the pairs of a relation that stand.

    Args:
        view: the doc's items.
        relation: type of the pairs.
        pairs: those whose score reaches the threshold.
        others: pairs of other relations that say of a finding that its own sentence has its
            diagnosis (`excludes`).
    """
    pairs = _paired_off(view, pairs)
    if relation == "measures":
        return _one_thing_each(view, pairs)
    if relation == "indicates":
        return _nearer_first(view, pairs, others)
    return pairs


def _paired_off(view: ItemView, pairs: list[ScoredPair]) -> list[ScoredPair]:
    """Where a sentence says so, keep of as many heads as tails the first with the first, and so on.

    If one of these pairs was not taken for related, the sentence is left as it was read.
    """
    if RESPECTIVELY not in view.words:
        return pairs
    sentences = list(accumulate((view.tokens[:, 0] == 1).tolist()))
    said = {s for s, word in zip(sentences, view.words, strict=True) if word == RESPECTIVELY}
    dropped: set[ScoredPair] = set()
    for sentence in said:
        own = [
            pair
            for pair in pairs
            if sentences[view.begin[pair.head]] == sentences[view.begin[pair.tail]] == sentence
        ]
        ends = [(view.owner[pair.head], view.owner[pair.tail]) for pair in own]
        heads, tails = (sorted(set(side)) for side in zip(*ends, strict=True)) if ends else ([], [])
        wanted = set(zip(heads, tails, strict=False))
        if len(heads) == len(tails) > 1 and wanted <= set(ends):
            dropped.update(pair for pair, two in zip(own, ends, strict=True) if two not in wanted)
    return [pair for pair in pairs if pair not in dropped]


def _one_thing_each(view: ItemView, pairs: list[ScoredPair]) -> list[ScoredPair]:
    """Keep for each head its best tail and what is nested with that."""
    best: dict[int, ScoredPair] = {}
    for pair in pairs:
        if pair.head not in best or pair.score > best[pair.head].score:
            best[pair.head] = pair
    owner = {head: view.owner[pair.tail] for head, pair in best.items()}
    return [pair for pair in pairs if view.owner[pair.tail] == owner[pair.head]]


def _nearer_first(
    view: ItemView, pairs: list[ScoredPair], others: Sequence[ScoredPair]
) -> list[ScoredPair]:
    near = {pair.head for pair in (*pairs, *others) if _in_one_sentence(view, pair)}
    return [
        pair
        for pair in pairs
        if pair.head not in near or pair.score >= EVEN or _in_one_sentence(view, pair)
    ]


def _in_one_sentence(view: ItemView, pair: ScoredPair) -> bool:
    return view.sentence[pair.head] == view.sentence[pair.tail]
