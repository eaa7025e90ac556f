"""Chunks of rows on disk: whole or not there at all, whatever ends the process that writes them.

    <run>/chunks/00012/entities.arrow ...   the rows of a chunk, a file a table
    <run>/chunks/00012/chunk.json           digest of its cases, counts

A chunk is written to a folder of another name, every file is flushed to the disk, then the folder
is renamed: a process killed in between leaves a folder that `drop_damaged` takes away.
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from pipeline.chunks import Tally
from pipeline.errors import RunError
from pipeline.records import TABLES, Row, cells
from pipeline.table_files import flush, read_table_file, schema, write_arrow

CHUNKS, ENTRY, ENDING = "chunks", "chunk.json", ".arrow"
_DRAFT = ".draft-"


class DoneChunk(NamedTuple):
    """A chunk that is on disk: its number, the digest of its cases, what came out."""

    number: int
    digest: str
    tally: Tally


def write_chunk(run: Path, done: DoneChunk, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write the rows of a chunk; where it is there already, it stays as it is.

    Raises:
        OSError: the disk is full, or the folder is not to be written.
    """
    folder = run / CHUNKS
    # no process id: workers of several machines may have the same
    draft = folder / f"{_DRAFT}{done.number:05}-{secrets.token_hex(8)}"
    draft.mkdir(parents=True, exist_ok=True)
    try:
        for name in TABLES:
            table = pa.table(cells(name, rows[name]), schema=schema(name))
            write_arrow(table, draft / f"{name}{ENDING}")
        sizes = {name: (draft / f"{name}{ENDING}").stat().st_size for name in TABLES}
        entry = {"digest": done.digest, "tally": asdict(done.tally), "bytes": sizes}
        (draft / ENTRY).write_text(json.dumps(entry) + "\n", "utf-8")
        for path in (*draft.iterdir(), draft):
            flush(path)
        _put_in_place(draft, chunk_path(run, done.number))
        flush(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(draft: Path, place: Path) -> None:
    try:
        draft.rename(place)
    except OSError:
        # a worker given up for dead was quicker: its chunk holds the same rows
        if not (place / ENTRY).is_file():
            raise


def chunk_path(run: Path, number: int) -> Path:
    """Give the folder of a chunk."""
    return run / CHUNKS / f"{number:05}"


def chunk_file(run: Path, number: int, name: str) -> Path:
    """Give the file of a table of a chunk."""
    return chunk_path(run, number) / f"{name}{ENDING}"


def read_chunk(run: Path, number: int, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table of a chunk, all columns or some.

    Raises:
        RunError: the file is missing or damaged.
    """
    return read_table_file(chunk_file(run, number, name), name, columns=columns)


def done_chunks(run: Path) -> list[DoneChunk]:
    """List the chunks that are on disk, by number.

    Raises:
        RunError: what says what a chunk holds is damaged.
    """
    folder = run / CHUNKS
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        numbers = sorted(int(entry.name) for entry in entries if entry.name.isdigit())
    return [_read_entry(run, number) for number in numbers]


def _read_entry(run: Path, number: int) -> DoneChunk:
    path = chunk_path(run, number) / ENTRY
    try:
        return _done_chunk(number, path)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise RunError(
            f"{path}: {type(problem).__name__}, expected the digest and counts of a chunk; "
            "--resume annotates it anew"
        ) from problem


def _done_chunk(number: int, path: Path) -> DoneChunk:
    entry = json.loads(path.read_text("utf-8"))
    return DoneChunk(number, entry["digest"], Tally(**entry["tally"]))


def drop_damaged(run: Path) -> None:
    """Take away what a process that was killed had begun to write, and chunks that are not whole.

    Whole is a chunk whose files are there at the size they were written: that costs no reading.
    """
    folder = run / CHUNKS
    if not folder.is_dir():
        return
    for path in list(folder.iterdir()):
        if path.name.isdigit() and _is_whole(run, int(path.name)):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_whole(run: Path, number: int) -> bool:
    folder = chunk_path(run, number)
    try:
        _done_chunk(number, folder / ENTRY)
        sizes = json.loads((folder / ENTRY).read_text("utf-8"))["bytes"]
        found = {name: chunk_file(run, number, name).stat().st_size for name in TABLES}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(sizes == found)


def drop_chunk(run: Path, number: int) -> None:
    """Take a chunk away."""
    shutil.rmtree(chunk_path(run, number), ignore_errors=True)


def drop_chunks(run: Path) -> None:
    """Take away all chunks."""
    shutil.rmtree(run / CHUNKS, ignore_errors=True)
