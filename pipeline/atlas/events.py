"""A run -> what each of its cases says of which finding and which disease, one row each.

A row of `findings` is of one kind: `stated` or `case` where it holds of the patient, `general`
where a text states it as knowledge, `differential` and `excludes`. Findings that the patient does
not have, or had long ago, are left out.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.run_folder import read_arrow
from pipeline.terminology.is_a import load_hierarchy
from pipeline.terminology.lexicon import key_of

#: statuses of a finding that the patient has
HELD = ("present", "possible")
#: what a finding may be told apart by, besides its concept: option -> column of `findings`
DIMENSIONS: Mapping[str, str] = {
    "anatomy": "anatomy_concept_id", "sequence": "sequence", "intensity": "intensity",
}  # fmt: skip
_COLUMNS = (
    "case_id", "finding_id", "finding", "finding_concept_id", "finding_status", "diagnosis",
    "diagnosis_concept_id", "relation", "basis", "evidence", "score",
)  # fmt: skip
#: begins the key of what has no concept; no concept id begins so
_WORDS = "\n"


def read_events(run: Path | str, by: Sequence[str]) -> pd.DataFrame:
    """Read the pairs of a run.

    Args:
        run: the run folder.
        by: some of `DIMENSIONS`.

    Returns:
        A row a pair and value of `by`: case_id, finding_id, evidence, score, kind, the keys
        `finding` and `diagnosis` (a concept id, or a line feed and the normal form of the words)
        and the columns of `by` (empty where the case does not say).

    Raises:
        RunError: no run folder, or its table is missing or damaged.
    """
    wanted = [*_COLUMNS, *(DIMENSIONS[name] for name in by)]
    if "anatomy" in by:
        wanted.append("anatomy")
    table = read_arrow(run, "findings", wanted)
    events = _with_kind(_encoded(table).to_pandas())
    for end in ("finding", "diagnosis"):
        events[end] = _keys(events.pop(f"{end}_concept_id"), events[end])
    for name in by:
        events = _told_apart(events, name)
    return events.reset_index(drop=True)


def names_of(run: Path | str, events: pd.DataFrame, keys: Sequence[str]) -> dict[str, str]:
    """Name each key of the columns `keys`: as the run names the concept, else its words."""
    entities = read_arrow(run, "entities", ["concept_id", "concept_name"])
    rows = entities.group_by(["concept_id", "concept_name"]).aggregate([]).to_pylist()
    named = {row["concept_id"]: row["concept_name"] for row in rows if row["concept_id"]}
    hierarchy = load_hierarchy()
    found = {key for column in keys for key in events[column].unique()}
    return {
        key: key.removeprefix(_WORDS) if key[:1] == _WORDS else named.get(key, hierarchy.name(key))
        for key in found
    }


def concept_of_key(key: str) -> str:
    """Give the concept id of a key, empty where it is made of words."""
    return "" if key[:1] == _WORDS else key


def _encoded(table: pa.Table) -> pa.Table:
    """Hold repeated words once: of an archive's millions of rows few have words of their own."""
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _with_kind(events: pd.DataFrame) -> pd.DataFrame:
    relation, basis, status = (
        events.pop(name).astype(str).to_numpy() for name in ("relation", "basis", "finding_status")
    )
    kind = np.where(relation == "indicates", basis, relation)
    kind = np.where((kind == "stated") & (status == "general"), "general", kind)
    events["kind"] = pd.Categorical(kind)
    return events[np.isin(status, HELD) | np.isin(kind, ("general", "excludes"))]


def _keys(concepts: pd.Series, words: pd.Series) -> pd.Series:
    """Give concept ids, and for those without one the normal form of the words."""
    normal = words.astype("category").cat.rename_categories(str)
    forms = {word: _WORDS + key_of(word) for word in normal.cat.categories}
    return concepts.astype(str).mask(concepts.eq(""), normal.astype(str).map(forms))


def _told_apart(events: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a row for each value of a dimension; a list that is empty has the value ""."""
    column = DIMENSIONS[name]
    if name == "anatomy":
        ids, words = events.pop(column), events.pop("anatomy")
        both = zip(ids, words, strict=True)
        events[name] = [
            [i or _WORDS + key_of(w) for i, w in zip(each, named, strict=True)]
            for each, named in both
        ]
    if events[name].map(type).isin([list]).any() or name != "intensity":
        events = events.explode(name)
    events[name] = events[name].astype(object).fillna("").astype(str)
    return events
