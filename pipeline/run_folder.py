"""A run folder: parts while it runs, one file a table when it is done, `manifest.json` beside them.

    <run>/manifest.json                       written first (`running`) and last (`complete`)
    <run>/<table>.parts/part-00000.parquet    a chunk of cases; gone when the run is complete
    <run>/<table>.parquet | .csv | .jsonl     sorted by case id, then as in the text

Of a chunk the part of `cases` is written last: where it stands, the chunk is whole. A run that was
cut off therefore keeps every chunk it finished, and `read_table` reads them.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import RunError, UsageError
from pipeline.manifest import MANIFEST, read_manifest, write_manifest
from pipeline.records import TABLES, Row
from pipeline.table_files import FORMATS, read_table_file, schema, write_table
from pipeline.table_rows import cells, frame

_ORDER = {"rejects": [("source", "ascending"), ("case_id", "ascending")]}


def check_output(output: Path, inputs: Sequence[str | Path], *, overwrite: bool) -> None:
    """Refuse an output that would destroy something or read itself; nothing is changed.

    Raises:
        UsageError: the output is a file, or a folder with other things in it, or a finished run
            and `overwrite` is not set, or one of output and inputs lies within the other.
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
    if not output.is_dir() or not any(output.iterdir()):
        return
    if not (output / MANIFEST).is_file():
        raise UsageError(f"{output}: is neither empty nor a run folder, expected a new folder")
    read_manifest(output)
    if not overwrite:
        raise UsageError(f"{output}: holds a run already, expected a new folder or --overwrite")


def open_folder(output: Path, manifest: Mapping[str, Any]) -> None:
    """Make the folder, take away what an earlier run wrote there, and write the first manifest."""
    output.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        shutil.rmtree(output / f"{name}.parts", ignore_errors=True)
        for ending in FORMATS:
            (output / f"{name}.{ending}").unlink(missing_ok=True)
    write_manifest(output, manifest)


class PartWriter:
    """Write chunks of rows as parts, one file a table and chunk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        for name in TABLES:
            (folder / f"{name}.parts").mkdir(exist_ok=True)

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Write one chunk; `cases` last, as the mark that the chunk is whole."""
        for name in reversed(TABLES):
            table = pa.table(cells(name, rows[name]), schema=schema(name))
            write_table(table, self._folder / f"{name}.parts" / f"part-{self._number:05}.parquet")
        self._number += 1


def merge_parts(folder: Path, ending: str) -> dict[str, dict[str, Any]]:
    """Merge the parts of every table into one file; give file and number of rows of each table.

    The parts stay until `drop_parts`, so that nothing is lost if merging is cut off.
    """
    merged: dict[str, dict[str, Any]] = {}
    for name in TABLES:
        table = _read_parts(folder, name)
        keys = _ORDER.get(name, [("case_id", "ascending")])
        # the sort of Arrow is stable: within a case rows stay as in the text
        table = table.take(pc.sort_indices(table, sort_keys=keys)).combine_chunks()
        write_table(table, folder / f"{name}.{ending}")
        merged[name] = {"file": f"{name}.{ending}", "rows": table.num_rows}
    return merged


def drop_parts(folder: Path) -> None:
    """Remove the parts of every table."""
    for name in TABLES:
        shutil.rmtree(folder / f"{name}.parts", ignore_errors=True)


def _read_parts(folder: Path, name: str) -> pa.Table:
    whole = sorted(path.name for path in (folder / "cases.parts").glob("part-*.parquet"))
    parts = [read_table_file(folder / f"{name}.parts" / part, name) for part in whole]
    return pa.concat_tables([schema(name).empty_table(), *parts])


def read_table(run: Path | str, name: str, case_id: str | None = None) -> pd.DataFrame:
    """Read a table of a run folder, whatever its format; of a cut-off run, what it finished.

    Args:
        run: the run folder.
        name: a table's name, as in `pipeline.records.TABLES`.
        case_id: only the rows of this case.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
    """
    table = read_arrow(run, name)
    if case_id is not None:
        table = table.filter(pc.equal(table["case_id"], case_id))
    return frame(name, table.to_pydict())


def read_arrow(run: Path | str, name: str) -> pa.Table:
    """Read a table of a run folder as `read_table` does, for what would not fit as Python lists.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
    """
    folder = Path(run)
    manifest = read_manifest(folder)
    if manifest["state"] == "complete":
        return read_table_file(_file_of(folder, manifest, name), name)
    return _read_parts(folder, name)


def _file_of(folder: Path, manifest: Mapping[str, Any], name: str) -> Path:
    ending = manifest.get("settings", {}).get("format")
    if ending not in FORMATS:
        raise RunError(f"{folder / MANIFEST}: format {ending!r}, expected one of {FORMATS}")
    return folder / f"{name}.{ending}"
