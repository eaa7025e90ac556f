"""A run and the texts of its inputs -> cases with all that the run says of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

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
) -> Iterator[AnnotatedCase]:
    """Yield the cases of a run with their texts, in the order the inputs are read.

    Args:
        run: the run folder.
        inputs: where the texts are; None, the inputs its manifest names.
        missed: told of each case whose text is missing or changed; it is left out.

    Raises:
        RunError, UsageError: see `pipeline.run_texts.texts_of`.
    """
    tables = {name: RowsByCase(read_arrow(run, name)) for name in _TABLES}
    for case_id, text in texts_of(run, inputs, missed):
        rows = {name: tables[name].of(case_id) for name in _TABLES}
        (row,) = rows.pop("cases")
        yield AnnotatedCase(case_id, text, row, **rows)
