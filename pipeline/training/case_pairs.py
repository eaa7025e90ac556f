"""Key findings x final diagnosis of a case, as pairs: what the table `findings` rests on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.scoring.counting import Score, is_stated
from pipeline.scoring.gold_cases import GoldCase
from pipeline.scoring.sides import RelationSpans, Side, gold_side, run_side

#: the name of the score
PAIRS = "case final x key findings (pairs)"


def score_pairs(
    cases: Iterable[GoldCase], entities: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Score:
    """Score every (key finding, final diagnosis) pair of mentions of each case.

    A pair is hit if one pair of the other side overlaps it at both ends. Mentions within the
    keywords do not count.

    Args:
        cases: gold cases.
        entities: case id -> rows of the table `entities`.
    """
    total = Score()
    for case in cases:
        gold = _pairs(gold_side(case))
        got = _pairs(run_side(case, entities.get(case["case_id"], []), [], []))
        total.add(_hits(gold, got), len(gold), _hits(got, gold), len(got))
    return total


def _pairs(side: Side) -> list[RelationSpans]:
    return [
        RelationSpans("pair", finding, final)
        for finding in side.roles["key_findings"]
        for final in side.roles["final_diagnosis"]
    ]


def _hits(pairs: Sequence[RelationSpans], others: Sequence[RelationSpans]) -> int:
    return sum(is_stated(pair, others) for pair in pairs)
