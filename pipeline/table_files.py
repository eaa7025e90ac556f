"""A table as a file: Parquet, CSV (lists as JSON arrays) or JSON lines, and back.

Arrow's own form (`.arrow`) is for what a run keeps until it is complete: larger than Parquet, and
written and read in a fifth of the time.

The same table gives the same bytes: no time, path or machine is written into a file.
"""

import csv
import errno
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.records import table_columns

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("parquet", "csv", "jsonl")
_ARROW = {
    str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(),
    int | None: pa.int64(), float | None: pa.float64(), list[str]: pa.list_(pa.string()),
}  # fmt: skip
_BATCH = 10_000
_LIGHTLY = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
#: what the name of a file begins and ends with while it is written
DRAFT_BEGINS, DRAFT_ENDS = ".", ".tmp"
#: beginnings of a cell that a spreadsheet runs as a formula (OWASP, CSV injection); full-width
#: characters are folded by some
_RUN = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


@cache
def schema(name: str) -> pa.Schema:
    """Give the Arrow schema of a table; the meaning of a column is in its field's metadata.

    >>> schema("sections").field("start").type
    DataType(int64)
    """
    return pa.schema(
        pa.field(c.name, _ARROW[c.type], metadata={"meaning": c.meaning})
        for c in table_columns(name)
    )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written there becomes `path` at once, or not at all.

    It is on the disk when the context ends, so that a power cut leaves the old file or the new.
    """
    draft = path.with_name(f"{DRAFT_BEGINS}{path.name}{DRAFT_ENDS}")
    try:
        yield draft
        flush(draft)
        draft.replace(path)
        flush(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def flush(path: Path) -> None:
    """Have the disk hold what a file or folder holds; some file systems do not for folders."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def write_table(table: pa.Table, path: Path, *, inert: bool = False) -> None:
    """Write a table in the format its file name ends in.

    With `inert`, text in a CSV that a spreadsheet would run as a formula has an apostrophe before
    it; `read_table_file(..., inert=True)` takes it off again.
    """
    with replacing(path) as draft:
        if path.suffix == ".csv":
            _write_csv(table, draft, inert)
        elif path.suffix == ".jsonl":
            _write_jsonl(table, draft)
        else:
            write_parquet(table, draft)


def write_frame(frame: "pd.DataFrame", name: str, path: Path) -> None:
    """Write a DataFrame with the columns of the table `name`, as `write_table` does.

    Raises:
        RunError: the file cannot be written.
    """
    data = {column: frame[column].tolist() for column in schema(name).names}
    try:
        write_table(pa.table(data, schema=schema(name)), path)
    except OSError as problem:
        raise RunError(f"{path}: cannot be written ({problem.strerror})") from problem


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file at once; a process that is killed leaves half of it."""
    pq.write_table(table, path, compression="zstd")


def write_arrow(table: pa.Table, path: Path) -> None:
    """Write a file of Arrow's own form at once; a process that is killed leaves half of it."""
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, table.schema, options=_LIGHTLY) as file,
    ):
        file.write_table(table)


def _write_csv(table: pa.Table, path: Path, inert: bool) -> None:
    cell = _inert_cell if inert else _cell
    with path.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(_LineFeeds(handle))
        lines.writerow(table.column_names)
        for row in _rows(table):
            lines.writerow([cell(value) for value in row.values()])


class _LineFeeds:
    """End the lines of a `csv.writer` in a line feed alone.

    Told to do so itself, it would leave a carriage return within a cell unquoted.
    """

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle

    def write(self, line: str) -> None:
        self._handle.write(line.removesuffix("\r\n") + "\n")


def _write_jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(table))


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def _cell(value: object) -> object:
    """Write lists and booleans as JSON does; None is an empty cell."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | bool) else value


def _inert_cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _RUN.match(value) else _cell(value)


def read_table_file(
    path: Path, name: str, *, inert: bool = False, columns: Sequence[str] | None = None
) -> pa.Table:
    """Read a table's file, whatever its format, with the types of `schema(name)`.

    Args:
        path: the file.
        name: of the table.
        inert: whether it was written so that a spreadsheet runs nothing in it.
        columns: these alone; None, all.

    Raises:
        RunError: the file is missing, damaged or has other columns.
    """
    wanted = schema(name)
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path, pa.schema(map(wanted.field, columns or wanted.names)))
        if path.suffix == ".arrow":
            return _read_arrow(path, wanted, columns or wanted.names)
        whole = (
            _read_csv(path, wanted, inert) if path.suffix == ".csv" else _read_jsonl(path, wanted)
        )
        return whole.select(columns or wanted.names)
    except (OSError, ValueError, KeyError, csv.Error) as problem:
        what = problem.strerror if isinstance(problem, OSError) else None
        raise RunError(
            f"{path}: cannot be read ({what or type(problem).__name__}), "
            f"expected the table {name} as `radtab run` writes it"
        ) from problem


def _read_parquet(path: Path, wanted: pa.Schema) -> pa.Table:
    return pq.ParquetFile(path).read(columns=wanted.names).select(wanted.names).cast(wanted)


def _read_arrow(path: Path, wanted: pa.Schema, columns: Sequence[str]) -> pa.Table:
    places = sorted(map(wanted.get_field_index, columns))
    options = pa.ipc.IpcReadOptions(included_fields=places, use_threads=False)
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source, options=options) as file:
        if file.schema.names != [wanted.names[place] for place in places]:
            raise ValueError("other columns")
        table = file.read_all()
    # what is damaged may point anywhere
    table.validate(full=True)
    return table.select(columns)


def _read_jsonl(path: Path, wanted: pa.Schema) -> pa.Table:
    with path.open(encoding="utf-8", newline="\n") as lines:
        return pa.Table.from_pylist([json.loads(line) for line in lines], schema=wanted)


def _read_csv(path: Path, wanted: pa.Schema, inert: bool) -> pa.Table:
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding="utf-8", newline="") as handle:
        lines = csv.DictReader(handle)
        if lines.fieldnames != wanted.names:
            raise ValueError("other columns")
        rows = list(lines)
    value = _value_of_inert if inert else _value
    data = {field.name: [value(row[field.name], field.type) for row in rows] for field in wanted}
    return pa.table(data, schema=wanted)


def _value(cell: str, kind: pa.DataType) -> object:
    if pa.types.is_string(kind):
        return cell
    if cell == "":
        return None
    return float(cell) if pa.types.is_floating(kind) else json.loads(cell)


def _value_of_inert(cell: str, kind: pa.DataType) -> object:
    text = pa.types.is_string(kind) and cell[:1] == "'" and _RUN.match(cell)
    return _value(cell[1:] if text else cell, kind)
