"""The rows of `findings` that a page holds, column by column."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report.packing import browser_places, packed

#: columns as they stand in the run
_COLUMNS = (
    "finding", "finding_status", "anatomy", "modality", "sequence", "plane", "intensity",
    "change", "measurement", "relation", "diagnosis", "diagnosis_status", "basis", "cue",
)  # fmt: skip


def finding_rows(
    rows: Mapping[str, Sequence[Any]],
    case_numbers: Mapping[str, int],
    places: Mapping[tuple[str, str], int],
    texts: Mapping[str, str],
) -> dict[str, Any]:
    """Pack rows of `findings` for the page's table.

    Args:
        rows: columns of the table, of the cases held.
        case_numbers: case id -> its number in the page.
        places: case id and entity id -> number of the mention in its case.
        texts: the texts found; without one, the evidence is held with the row.

    Returns:
        Column name -> its cells: packed texts, or a list of numbers.
    """
    ids = rows["case_id"]
    named = [found.rpartition("#")[2].partition(">")[0] for found in rows["finding_id"]]
    evidence = zip(ids, rows["evidence"], strict=True)
    counted = {case_id: browser_places(text) for case_id, text in texts.items()}
    return {
        "case": [case_numbers[case_id] for case_id in ids],
        **{name: packed(rows[name]) for name in _COLUMNS},
        "score": [round(score, 3) for score in rows["score"]],
        "rule": packed(rows["rule"]),
        "start": _placed(ids, rows["evidence_start"], counted),
        "end": _placed(ids, rows["evidence_end"], counted),
        "evidence": packed("" if case in texts else words for case, words in evidence),
        "head": [places.get(key, -1) for key in zip(ids, named, strict=True)],
        "tail": [places.get(key, -1) for key in zip(ids, rows["diagnosis_id"], strict=True)],
    }


def _placed(
    ids: Sequence[str], places: Sequence[int], counted: Mapping[str, list[int] | None]
) -> list[int]:
    """Give places as a browser counts them; those of a case without text stay as they are."""
    found = zip(map(counted.get, ids), places, strict=True)
    return [place if known is None else known[place] for known, place in found]
