"""Scores and disagreements -> lines for a terminal, or JSON."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping

from pipeline.colours import visible
from pipeline.scoring import Disagreement, Score


def score_lines(scores: Mapping[str, Score]) -> Iterator[str]:
    """Give a heading and a line a score, 80 characters wide where the name is not longer."""
    width = max([30, *map(len, scores)])
    yield f"{'':{width}}  {'P':>7} {'R':>7} {'F1':>7} {'gold':>9} {'run':>9}"
    for name, score in scores.items():
        shares = " ".join(_share(value) for value in (score.precision, score.recall, score.f1))
        yield f"{name:{width}}  {shares} {score.gold:>9,} {score.predicted:>9,}"


def _share(value: float) -> str:
    return f"{'-':>7}" if math.isnan(value) else f"{value:>7.3f}"


def score_json(scores: Mapping[str, Score]) -> str:
    """Give the scores as one JSON object: name -> p, r, f1, gold, pred; null where not defined."""
    return json.dumps(
        {
            name: {
                "p": _rounded(score.precision),
                "r": _rounded(score.recall),
                "f1": _rounded(score.f1),
                "gold": score.gold,
                "pred": score.predicted,
            }
            for name, score in scores.items()
        }
    )


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def error_lines(found: Iterable[Disagreement]) -> Iterator[str]:
    """Give a line a disagreement: case, place, kind, what the gold and the run have, the words."""
    for one in found:
        sides = " -> ".join((one.gold or "-", one.got or "-"))
        words = " ".join(visible(one.context).split())
        place = f"{visible(one.case_id)} {one.start}-{one.end}"
        yield f"{place}  {one.kind}  {sides}  {words}".rstrip()
