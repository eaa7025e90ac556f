"""A run folder: chunks while it runs, the tables when it is done, `manifest.json` beside them.

    <run>/manifest.json                       written first (`running`) and last (`complete`)
    <run>/chunks/00012/<table>.arrow          a chunk of cases; gone when the run is complete
    <run>/<table>.parquet | .csv | .jsonl     sorted by case id, then as in the text
    <run>/<table>/part-00000.parquet          instead, where there are many cases

A run that was cut off keeps every chunk it finished, and `read_table` reads them.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.chunk_folder import CHUNKS, done_chunks, drop_chunks, read_chunk
from pipeline.errors import RunError, UsageError
from pipeline.manifest import MANIFEST, read_manifest, write_manifest
from pipeline.records import TABLES
from pipeline.run_lock import locked
from pipeline.table_files import DRAFT_BEGINS, DRAFT_ENDS, FORMATS, read_table_file, schema

if TYPE_CHECKING:
    import pandas as pd


def check_output(
    output: Path, inputs: Sequence[str | Path], *, overwrite: bool, resume: bool = False
) -> None:
    """Refuse an output that would destroy something or read itself; nothing is changed.

    Raises:
        UsageError: the output is a file, or a folder with other things in it, or a run and neither
            `overwrite` nor `resume` is set, or one of output and inputs lies within the other.
    """
    for given in inputs:
        if given == "-":
            continue
        here, there = Path(given).resolve(), output.resolve()
        if here.is_relative_to(there) or there.is_relative_to(here):
            raise UsageError(
                f"{output}: output and input {given} lie within each other, expected a folder apart"
            )
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: is a file, expected a new or empty folder")
    if not output.is_dir() or all(is_draft(path) for path in output.iterdir()):
        return
    if not (output / MANIFEST).is_file():
        raise UsageError(f"{output}: is neither empty nor a run folder, expected a new folder")
    earlier = read_manifest(output)
    if not overwrite and not resume:
        cut_off = ", --resume" if earlier["state"] != "complete" else ""
        raise UsageError(
            f"{output}: holds a run already, expected a new folder{cut_off} or --overwrite"
        )


@contextmanager
def reserved(output: Path) -> Iterator[int]:
    """Make the folder and hold its lock; a folder made for nothing is taken away again.

    Gives the open file that holds the lock.

    Raises:
        RunError: another run is writing there.
        OSError: the folder cannot be made.
    """
    output.mkdir(parents=True, exist_ok=True)
    try:
        with locked(output) as handle:
            yield handle
    finally:
        if not any(output.iterdir()):
            output.rmdir()


def open_folder(output: Path, manifest: Mapping[str, Any]) -> None:
    """Make the folder, take away what an earlier run wrote there, and write the first manifest."""
    output.mkdir(parents=True, exist_ok=True)
    # in this order: killed at any point, what the manifest says is still true
    drop_chunks(output)
    write_manifest(output, manifest)
    drop_tables(output)
    (output / CHUNKS).mkdir()


def drop_tables(output: Path) -> None:
    """Take away the tables of a run, and what a run that was killed had begun to write of them."""
    for path in list(output.iterdir()):
        if is_draft(path) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif is_draft(path):
            path.unlink(missing_ok=True)
    for name in TABLES:
        shutil.rmtree(output / name, ignore_errors=True)
        for ending in FORMATS:
            (output / f"{name}.{ending}").unlink(missing_ok=True)


def is_draft(path: Path) -> bool:
    """Say whether a path is one that radtab writes to before it gets its name.

    >>> is_draft(Path("run/.entities.parquet.tmp")), is_draft(Path("run/.git"))
    (True, False)
    """
    name = path.name
    if not (name.startswith(DRAFT_BEGINS) and name.endswith(DRAFT_ENDS)):
        return False
    return name.removeprefix(DRAFT_BEGINS).partition(".")[0] in {*TABLES, Path(MANIFEST).stem}


def read_table(run: Path | str, name: str, case_id: str | None = None) -> "pd.DataFrame":
    """Read a table of a run folder, whatever its format; of a cut-off run, what it finished.

    Args:
        run: the run folder.
        name: a table's name, as in `pipeline.records.TABLES`.
        case_id: only the rows of this case.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
    """
    # pandas and spaCy are slow to import, and a run writes its folder without them
    from pipeline.table_rows import frame

    table = read_arrow(run, name)
    if case_id is not None:
        table = table.filter(pc.equal(table["case_id"], case_id))
    return frame(name, table.to_pydict())


def read_arrow(
    run: Path | str,
    name: str,
    columns: Sequence[str] | None = None,
    only: Collection[str] | None = None,
) -> pa.Table:
    """Read a table of a run folder as `read_table` does, for what would not fit as Python lists.

    Args:
        run: the run folder.
        name: a table's name.
        columns: these alone; None, all.
        only: ids of the cases whose rows are wanted; None, all.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
    """
    parts = read_parts(run, name)
    if only is not None:
        ids = pa.array(sorted(only), pa.string())
        parts = (part.filter(pc.is_in(part["case_id"], ids)) for part in parts)
    return pa.concat_tables(part if columns is None else part.select(columns) for part in parts)


def read_parts(run: Path | str, name: str) -> Iterator[pa.Table]:
    """Read a table of a run folder part by part, in order; at least one, which may be empty.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
    """
    folder = Path(run)
    manifest = read_manifest(folder)
    if manifest["state"] == "complete":
        inert = bool(manifest.get("settings", {}).get("spreadsheet_safe"))
        for path in _files_of(folder, manifest, name):
            yield read_table_file(path, name, inert=inert)
        return
    yield schema(name).empty_table()
    for done in done_chunks(folder):
        yield read_chunk(folder, done.number, name)


def _files_of(folder: Path, manifest: Mapping[str, Any], name: str) -> list[Path]:
    ending = manifest.get("settings", {}).get("format")
    if ending not in FORMATS:
        raise RunError(f"{folder / MANIFEST}: format {ending!r}, expected one of {FORMATS}")
    if (folder / name).is_dir():
        with os.scandir(folder / name) as entries:
            return [folder / name / each for each in sorted(entry.name for entry in entries)]
    return [folder / f"{name}.{ending}"]
