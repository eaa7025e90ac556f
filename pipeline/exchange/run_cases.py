"""A run and the texts of its inputs -> cases with all that the run says of each."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.run_folder import read_arrow
from pipeline.run_texts import texts_of

Rows = list[dict[str, Any]]
_TABLES = ("cases", "sections", "entities", "relations")


@dataclass(frozen=True, slots=True)
class AnnotatedCase:
    """A case: its text, its row of `cases`, and its rows of the other tables in their order."""

    case_id: str
    text: str
    row: dict[str, Any]
    sections: Rows
    entities: Rows
    relations: Rows


class RowsByCase:
    """Give the rows of one case of a table of a run, without making objects of all others.

    Args:
        table: of a run; the rows of a case stand together.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table.combine_chunks()
        ids = self._table["case_id"].to_numpy()
        firsts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.array([], int)
        lengths = np.diff(np.r_[firsts, len(ids)])
        self._places = {
            ids[first]: (first, length)
            for first, length in zip(firsts.tolist(), lengths.tolist(), strict=True)
        }

    def of(self, case_id: str) -> Rows:
        """Give the rows of a case, none where it has none."""
        rows: Rows = self._table.slice(*self._places.get(case_id, (0, 0))).to_pylist()
        return rows


def annotated_cases(
    run: Path | str,
    inputs: Sequence[Path | str] | None = None,
    missed: Callable[[str], object] = lambda _: None,
    only: Collection[str] | None = None,
) -> Iterator[AnnotatedCase]:
    """Yield the cases of a run with their texts, in the order the inputs are read.

    Args:
        run: the run folder.
        inputs: where the texts are; None, the inputs its manifest names.
        missed: told of each case whose text is missing or changed; it is left out.
        only: ids of the cases wanted; None, all.

    Raises:
        RunError, UsageError: see `pipeline.run_texts.texts_of`.
    """
    tables = {name: RowsByCase(read_arrow(run, name, only=only)) for name in _TABLES}
    for case_id, text in texts_of(run, inputs, missed, only):
        rows = {name: tables[name].of(case_id) for name in _TABLES}
        (row,) = rows.pop("cases")
        yield AnnotatedCase(case_id, text, row, **rows)


def chosen_cases(
    run: Path | str, named: Sequence[str] = (), sample: int = 0, seed: int = 0
) -> list[str] | None:
    """Choose cases of a run: those named, and a sample of so many; None, all, where neither is.

    The same seed gives the same sample whatever the order of cases, and a larger sample has all
    cases of a smaller one.

    Raises:
        UsageError: a case is not in the run.
        RunError: no run folder, or it is damaged.
    """
    if not named and not sample:
        return None
    ids = set(read_arrow(run, "cases", ["case_id"])["case_id"].to_pylist())
    for case_id in named:
        if case_id not in ids:
            raise UsageError(f"{run}: no case {case_id}, expected the id of a case in it")
    drawn = sorted(ids, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).digest())
    return sorted({*named, *drawn[:sample]})
