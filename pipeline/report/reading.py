"""A case as the reader shows it: text, sections, mentions, relations."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.colours import visible
from pipeline.report.packing import browser_places, shown

#: what a mention is and what decided it, in the order the page has it
MENTION_COLUMNS = (
    "label", "status", "status_cue", "concept_name", "concept_id", "cui", "link_score", "role",
    "key_finding", "laterality", "level", "value", "unit", "intensity", "change", "rule",
)  # fmt: skip
_ABOUT = ("source", "sex", "age", "final_diagnosis", "final_concept_id", "differential",
          "modalities", "sequences", "keywords", "n_findings")  # fmt: skip

Rows = Sequence[Mapping[str, Any]]


def case_for_reader(
    case: Mapping[str, Any], text: str | None, why: str, rows: Mapping[str, Rows]
) -> dict[str, Any]:
    """Give a case with places as a browser counts them, and control characters as signs.

    Args:
        case: its row of `cases`.
        text: its text; None where it was not found.
        why: `missing` or `changed` where there is no text.
        rows: its rows of `sections`, `entities` and `relations`.
    """
    places = browser_places(text or "")
    numbers = {row["entity_id"]: i for i, row in enumerate(rows["entities"])}
    return {
        "id": shown(case["case_id"]),
        "about": _about(case),
        "text": None if text is None else visible(text),
        "why": why,
        "sections": [
            [*_bounds(row, places), shown(row["section"]), row["method"], _round(row["score"])]
            for row in rows["sections"]
        ],
        "mentions": [
            [*_bounds(row, places), *(_cell(row[name]) for name in MENTION_COLUMNS)]
            + ([shown(row["text"])] if text is None else [])
            for row in rows["entities"]
        ],
        "relations": [
            [
                numbers[row["head_id"]], numbers[row["tail_id"]], shown(row["type"]),
                shown(row["cue"]), _round(row["score"]), shown(row["rule"]),
            ]
            for row in rows["relations"]
            if row["head_id"] in numbers and row["tail_id"] in numbers
        ],
    }  # fmt: skip


def _about(case: Mapping[str, Any]) -> dict[str, str]:
    said = {name: case[name] for name in _ABOUT if case[name] not in (None, "", [])}
    return {
        name: f"{value:g}" if isinstance(value, float) else shown(value)
        for name, value in said.items()
    }


def _bounds(row: Mapping[str, Any], places: list[int] | None) -> tuple[int, int]:
    if places is None:
        return row["start"], row["end"]
    return places[row["start"]], places[row["end"]]


def _cell(value: object) -> str | float:
    if isinstance(value, bool):
        return int(value)
    return _round(value) if isinstance(value, float) else shown(value)


def _round(score: float) -> float:
    return round(score, 3)
