"""Chunks -> the tables of a finished run, sorted by case id, in memory that does not grow with it.

A table of up to 1,000 cases is one file, `<run>/entities.parquet`; a larger one is a folder of
files, `<run>/entities/part-00000.parquet` ..., which pandas, DuckDB and Polars read as one table.
A part holds the cases between two ids, so that the same cases give the same bytes in whatever order
and chunks they came. Larger tables are sorted in two passes (a distribution sort): rows are first
dealt out to a file for each part, then each part is sorted by itself.
"""

import shutil
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.chunk_folder import drop_chunk, read_chunk
from pipeline.errors import RunError
from pipeline.records import TABLES
from pipeline.table_files import flush, schema, write_table

#: cases (rows, in `rejects`) of a part; about 100,000 rows of `findings` where cases have many
PART_CASES = 1_000
#: so many parts at most: each is an open file while rows are dealt out
MOST_PARTS = 200
#: rows held before they are dealt out
_HELD_ROWS = 20_000
_REJECT_KEYS = ("source", "case_id", "stage", "error", "message")


class TableWriter:
    """Write the tables of a run from its chunks.

    Args:
        run: the run folder.
        numbers: the chunks, in order.
        ending: `parquet`, `csv` or `jsonl`.
        inert: make cells of CSV that a spreadsheet would run inert.
    """

    def __init__(
        self, run: Path, numbers: Sequence[int], ending: str, *, inert: bool = False
    ) -> None:
        self._run, self._numbers, self._ending, self._inert = run, numbers, ending, inert

    def write(self) -> dict[str, dict[str, Any]]:
        """Write every table; give file and number of rows of each.

        Raises:
            RunError: a chunk is damaged.
            OSError: the disk is full.
        """
        written: dict[str, dict[str, Any]] = {}
        of_cases = self._bounds("cases")
        for name in TABLES:
            bounds = self._bounds(name) if name == "rejects" else of_cases
            if bounds:
                file, rows = f"{name}/part-*.{self._ending}", self._write_parts(name, bounds)
            else:
                tables = [schema(name).empty_table(), *self._chunks(name)]
                file = f"{name}.{self._ending}"
                rows = self._write(_sorted(pa.concat_tables(tables), name), self._run / file)
            written[name] = {"file": file, "rows": rows}
        return written

    def _write(self, table: pa.Table, path: Path) -> int:
        write_table(table, path, inert=self._inert)
        return int(table.num_rows)

    def _chunks(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        for number in self._numbers:
            try:
                yield read_chunk(self._run, number, name, columns)
            except RunError as problem:
                drop_chunk(self._run, number)
                raise RunError(f"{problem}; dropped, --resume annotates it anew") from problem

    def _bounds(self, name: str) -> list[str]:
        """Give the ids at which parts after the first begin; none for a small table."""
        key = keys_of(name)[0]
        columns = [table[key] for table in self._chunks(name, [key])]
        ids = pa.chunked_array([part for column in columns for part in column.chunks], pa.string())
        size = max(PART_CASES, -(-len(ids) // MOST_PARTS))
        if len(ids) <= size:
            return []
        ordered = ids.take(pc.sort_indices(ids))
        firsts = {ordered[place].as_py() for place in range(size, len(ids), size)}
        return sorted(firsts - {ordered[0].as_py()})

    def _write_parts(self, name: str, bounds: Sequence[str]) -> int:
        """Write the parts of a table into a folder of another name, then put it in place."""
        dealt, draft = self._run / f".{name}.dealt.tmp", self._run / f".{name}.tmp"
        rows = 0
        with _scratch(dealt), _scratch(draft):
            _deal(self._chunks(name), name, bounds, dealt)
            for part in range(len(bounds) + 1):
                with pa.OSFile(str(dealt / str(part))) as file:
                    table = _sorted(pa.ipc.open_stream(file).read_all(), name)
                rows += self._write(table, draft / f"part-{part:05}.{self._ending}")
            shutil.rmtree(self._run / name, ignore_errors=True)
            draft.rename(self._run / name)
            flush(self._run)
        return rows


def keys_of(name: str) -> tuple[str, ...]:
    """Give the columns a table is sorted by; within a case rows stay as in the text."""
    return _REJECT_KEYS if name == "rejects" else ("case_id",)


@contextmanager
def _scratch(folder: Path) -> Iterator[None]:
    """Make an empty folder and take away what is left of it in the end."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _deal(tables: Iterator[pa.Table], name: str, bounds: Sequence[str], folder: Path) -> None:
    """Deal rows out to a stream for each part, in the order they come."""
    key = keys_of(name)[0]
    with ExitStack() as open_files:
        streams = [
            open_files.enter_context(
                pa.ipc.new_stream(
                    open_files.enter_context(pa.OSFile(str(folder / str(part)), "wb")), schema(name)
                )
            )
            for part in range(len(bounds) + 1)
        ]
        for held in _gathered(tables):
            places = _places(held[key], bounds)
            order = np.argsort(places, kind="stable")
            if (places[1:] < places[:-1]).any():
                held = held.take(order)
            ends = np.cumsum(np.bincount(places)).tolist()
            for part, (begin, end) in enumerate(pairwise([0, *ends])):
                if begin < end:
                    streams[part].write_table(held.slice(begin, end - begin))


def _places(ids: pa.ChunkedArray, bounds: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Give the part of each id; each id is looked up once, however many rows have it."""
    encoded = ids.combine_chunks().dictionary_encode()
    parts = [bisect_right(bounds, each) for each in encoded.dictionary.to_pylist()]
    by_id = np.array(parts, dtype=np.int64)
    places: np.ndarray[Any, np.dtype[np.int64]] = by_id[encoded.indices.to_numpy()]
    return places


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows >= _HELD_ROWS:
            yield pa.concat_tables(held).combine_chunks()
            held, rows = [], 0
    if held:
        yield pa.concat_tables(held).combine_chunks()


def _sorted(table: pa.Table, name: str) -> pa.Table:
    """Sort by the table's keys; the sort of Arrow is stable. Most inputs come in order."""
    table, keys = table.combine_chunks(), keys_of(name)
    if len(keys) == 1 and _in_order(table[keys[0]]):
        return table
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys])
    return table.take(order).combine_chunks()


def _in_order(ids: pa.ChunkedArray) -> bool:
    rising = len(ids) < 2 or pc.all(pc.less_equal(ids.slice(0, len(ids) - 1), ids.slice(1))).as_py()
    return bool(rising)
