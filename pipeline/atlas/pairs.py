"""Events of cases -> the atlas: finding by disease, counted over cases.

What is counted is cases, never mentions: a case that says a thing ten times counts once.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.atlas.association import association
from pipeline.atlas.events import DIMENSIONS, concept_of_key, names_of, read_events
from pipeline.atlas.wider import with_wider
from pipeline.errors import UsageError
from pipeline.records import DERIVED, columns

#: kinds of events in which the patient has both
OF_PATIENT = ("stated", "case")
#: column of the atlas -> kind of events whose cases it counts
_COUNTED = {"n_general": "general", "n_differential": "differential", "n_excludes": "excludes"}


def build_atlas(
    run: Path | str,
    *,
    by: Sequence[str] = (),
    roll_up: bool = False,
    min_cases: int = 1,
    examples: int = 3,
) -> pd.DataFrame:
    """Count over a run in how many cases which finding meets which disease.

    Args:
        run: the folder `radtab run` wrote.
        by: tell findings apart by `anatomy`, `sequence`, `intensity` as well.
        roll_up: count each case for the wider diseases too, where at least two of their sub-types
            are in the run (`pipeline.terminology.is_a`); such rows are marked `rolled_up`.
        min_cases: leave out pairs of fewer cases, of whatever kind.
        examples: rows of the run to name for each pair.

    Returns:
        Columns of `pipeline.records.AtlasRow`, the most frequent pairs first; lift as explained in
        `pipeline.atlas.association`, with the cases that have any pair as the whole.

    Raises:
        UsageError: `by` names something else, or `min_cases` or `examples` is out of range.
        RunError: no run folder, or its tables are damaged.
    """
    _check(by, min_cases, examples)
    events = read_events(run, by)
    keys = ["finding", *by, "diagnosis"]
    events["rolled_up"] = False
    if roll_up:
        events = with_wider(events)
    counts = _counts(events, keys)
    counts = counts[counts["n_any"] >= min_cases].drop(columns="n_any")
    table = _with_examples(_with_association(counts), events, keys, examples)
    named = names_of(run, table, [key for key in keys if key not in ("sequence", "intensity")])
    return _finished(table, named)


def _check(by: Sequence[str], min_cases: int, examples: int) -> None:
    for name in by:
        if name not in DIMENSIONS:
            known = ", ".join(DIMENSIONS)
            raise UsageError(f"by {name!r} is not known, expected some of {known}")
    if len(set(by)) < len(by):
        raise UsageError(f"by names {by[0]!r} twice, expected each once")
    if min_cases < 1 or examples < 0:
        raise UsageError(
            f"min_cases {min_cases}, examples {examples}, expected at least 1 and at least 0"
        )


def _counts(events: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count cases: of each pair by kind, of each end, and of all that have any pair."""
    mine = events[events["kind"].isin(OF_PATIENT)]
    counts = _cases(events, keys).rename("n_any").to_frame()
    counts["n_cases"] = _cases(mine, keys)
    counts["n_stated"] = _cases(mine[mine["kind"] == "stated"], keys)
    for column, kind in _COUNTED.items():
        counts[column] = _cases(events[events["kind"] == kind], keys)
    counts = counts.fillna(0).astype("int64")
    counts["n_by_case"] = counts["n_cases"] - counts["n_stated"]
    counts["rolled_up"] = events.groupby(keys, observed=True)["rolled_up"].all()
    counts = counts.reset_index()
    for column, ends in (("n_finding", keys[:-1]), ("n_diagnosis", keys[-1:])):
        met = _cases(mine, ends).rename(column).reset_index()
        counts = counts.merge(met, on=ends, how="left")
        counts[column] = counts[column].fillna(0).astype("int64")
    counts["n_total"] = mine["case_id"].nunique()
    return counts


def _cases(events: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    once = events[[*keys, "case_id"]].drop_duplicates()
    return once.groupby(list(keys), observed=True).size()


def _with_association(counts: pd.DataFrame) -> pd.DataFrame:
    met = counts["n_cases"] > 0
    ends = [counts[name].where(met, 1).to_numpy(float) for name in ("n_finding", "n_diagnosis")]
    both = counts["n_cases"].to_numpy(float)
    total = max(int(counts["n_total"].max()), 1) if len(counts) else 1
    found = association(both, ends[0], ends[1], total)
    return counts.assign(**{name: np.round(v, 4) for name, v in found._asdict().items()})


def _with_examples(
    table: pd.DataFrame, events: pd.DataFrame, keys: list[str], wanted: int
) -> pd.DataFrame:
    """Name rows of the run that show a pair: stated ones first, then the surest."""
    rank = events["kind"].astype(str).map({"stated": 0, "case": 1}).fillna(2)
    ordered = events.assign(rank=rank).sort_values(
        ["rank", "score", "finding_id"], ascending=[True, False, True], kind="stable"
    )
    shown = ordered.drop_duplicates([*keys, "case_id"]).groupby(keys, observed=True).head(wanted)
    told = shown.astype({"finding_id": object, "evidence": object})
    gathered = told.groupby(keys, observed=True)[["finding_id", "evidence"]].agg(list)
    renamed = gathered.rename(columns={"finding_id": "examples"}).reset_index()
    table = table.merge(renamed, on=keys, how="left")
    for name in ("examples", "evidence"):
        table[name] = [cell if isinstance(cell, list) else [] for cell in table[name]]
    return table


def _finished(table: pd.DataFrame, named: dict[str, str]) -> pd.DataFrame:
    for name in ("finding", "diagnosis", "anatomy"):
        given = table[name] if name in table else pd.Series("", index=table.index)
        table[f"{name}_concept_id"] = given.map(concept_of_key)
        table[name] = given.map(lambda key: named.get(key, ""))
    for name in ("sequence", "intensity"):
        if name not in table:
            table[name] = ""
    wanted = [column.name for column in columns(DERIVED["atlas"])]
    by_number = ["n_cases", "n_stated", "lift_low"]
    by_name = ["diagnosis", "finding", "anatomy", "sequence", "intensity", "diagnosis_concept_id",
               "finding_concept_id", "anatomy_concept_id"]  # fmt: skip
    order = [False] * len(by_number) + [True] * len(by_name)
    ordered = table[wanted].sort_values([*by_number, *by_name], ascending=order)
    return ordered.reset_index(drop=True)
