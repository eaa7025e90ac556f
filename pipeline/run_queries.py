"""A run, however large, as tables that DuckDB reads when they are asked for (extra `query`).

Nothing is loaded when a run is opened: a query reads the columns and rows it needs from the files,
whatever their format, whole or in parts; of a run that was cut off, from the chunks it finished.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
from pyarrow.dataset import dataset

from pipeline.chunk_folder import chunk_file, done_chunks
from pipeline.errors import RunError, UsageError
from pipeline.manifest import read_manifest
from pipeline.records import TABLES, table_columns
from pipeline.table_files import FORMATS, schema

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_TYPES = {
    str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN",
    int | None: "BIGINT", float | None: "DOUBLE", list[str]: "VARCHAR[]",
}  # fmt: skip
_NAMES = ", ".join(TABLES)
#: characters a line of CSV or JSON may have
_LONGEST = 2**26
#: an apostrophe before what a spreadsheet would run, as `radtab run --spreadsheet-safe` puts it
_INERT = r"^'('*[=+\-@\t\r\n＝＋－＠])"


def open_run(run: str | Path) -> "RunReader":
    """Open a run folder to query it.

    Args:
        run: the run folder; its tables may be Parquet, CSV or JSON lines.

    Raises:
        UsageError: DuckDB is not installed.
        RunError: no run folder, or a table is missing.

    >>> import pipeline
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("CT: cyst in the liver.", "utf-8")
    ...     _ = pipeline.run(Path(folder, "a.txt"), Path(folder, "run"))
    ...     with open_run(Path(folder, "run")) as opened:
    ...         opened.sql("select text, label from entities where label = 'MODALITY'")
      text     label
    0   CT  MODALITY
    """
    return RunReader(Path(run))


class RunReader:
    """Read the tables of a run with SQL; close it, or use it in a `with`, to let go of the files.

    Attributes:
        run: the run folder.
        tables: names of its tables: cases, sections, entities, relations, findings, rejects.

    Raises:
        UsageError: DuckDB is not installed.
        RunError: no run folder, or a table is missing.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.tables = tuple(TABLES)
        manifest = read_manifest(run)
        self._connection = _connected()
        sources = {name: self._source(manifest, name) for name in TABLES}
        with _told(f"{run}: cannot be read", "expected tables as radtab writes them", RunError):
            for name, source in sources.items():
                self._connection.execute(f'CREATE VIEW "{name}" AS {source}')

    def _source(self, manifest: Mapping[str, Any], name: str) -> str:
        """Give the SELECT that reads a table."""
        if manifest["state"] == "complete":
            return _files_source(self.run, manifest, name)
        files = [str(chunk_file(self.run, done.number, name)) for done in done_chunks(self.run)]
        self._connection.register(f"chunks of {name}", dataset(files, schema(name), format="ipc"))
        return f'SELECT {_named(name)} FROM "chunks of {name}"'

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Run a query over the tables and give what it finds.

        Args:
            query: SQL of DuckDB; a table goes by its name.
            parameters: values for `$name` in the query.

        Raises:
            UsageError: the query is wrong: one line that says how.
        """
        with _told("the query does not run", f"expected SQL over {_NAMES}", UsageError):
            result: pd.DataFrame = self._connection.execute(query, parameters or {}).df()
            return result

    def table(self, name: str) -> "DuckDBPyRelation":
        """Give a table as a relation of DuckDB: `.filter(...)`, `.aggregate(...)`, `.df()` ...

        Raises:
            UsageError: there is no such table.
        """
        if name not in self.tables:
            raise UsageError(f"no table {name!r}, expected one of {', '.join(self.tables)}")
        with _told(f"{self.run}: no table {name}", "expected an open run", UsageError):
            return self._connection.table(name)

    def close(self) -> None:
        """Let go of the files; the reader is of no more use."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _connected() -> "DuckDBPyConnection":
    try:
        import duckdb
    except ModuleNotFoundError:
        raise UsageError(
            "duckdb is not installed, expected the extra: pip install 'radtab[query]'"
        ) from None
    # nothing is fetched from the network, not even an extension a query asks for
    return duckdb.connect(config={"autoinstall_known_extensions": "false"})


@contextmanager
def _told(what: str, expected: str, error: type[RunError] | type[UsageError]) -> Iterator[None]:
    """Tell in one line what DuckDB tells in several."""
    import duckdb

    try:
        yield
    except duckdb.ConversionException:
        # what DuckDB says would quote the cell
        raise error(f"{what} (a cell is not of the type asked for), {expected}") from None
    except duckdb.Error as problem:
        first, *rest = str(problem).splitlines() or [type(problem).__name__]
        hint = [line for line in rest if line.startswith("Did you mean")]
        raise error(f"{what} ({' '.join([first, *hint])}), {expected}") from None


def _files_source(run: Path, manifest: Mapping[str, Any], name: str) -> str:
    """Give the SELECT that reads a table of a run that is complete."""
    files = sorted(run.glob(manifest["tables"][name]["file"]))
    if not files:
        raise RunError(f"{run}: table {name} is missing, expected it as the manifest says")
    ending = files[0].suffix[1:]
    if ending not in FORMATS:
        raise RunError(f"{files[0]}: format {ending!r}, expected one of {', '.join(FORMATS)}")
    listed = "[" + ", ".join(_quoted(str(path)) for path in files) + "]"
    inert = bool(manifest.get("settings", {}).get("spreadsheet_safe"))
    return _SELECTS[ending](name, listed, inert)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _types(name: str) -> dict[str, str]:
    return {column.name: _TYPES[column.type] for column in table_columns(name)}


def _from_parquet(name: str, files: str, _inert: bool) -> str:
    return f"SELECT {_named(name)} FROM read_parquet({files})"


def _from_jsonl(name: str, files: str, _inert: bool) -> str:
    told = ", ".join(f"'{each}': '{kind}'" for each, kind in _types(name).items())
    options = f"format='newline_delimited', maximum_object_size={_LONGEST}"
    return f"SELECT {_named(name)} FROM read_json({files}, columns={{{told}}}, {options})"


def _named(name: str) -> str:
    return ", ".join(f'"{column}"' for column in _types(name))


def _from_csv(name: str, files: str, inert: bool) -> str:
    """Read every cell as text; an empty one is an empty text, or no number."""
    told = ", ".join(f"'{each}': 'VARCHAR'" for each in _types(name))
    cells = ", ".join(
        f'{_cell(column, kind, inert)} AS "{column}"' for column, kind in _types(name).items()
    )
    options = (
        "header=true, auto_detect=false, delim=',', quote='\"', escape='\"', parallel=false, "
        f"max_line_size={_LONGEST}"
    )
    return f"SELECT {cells} FROM read_csv({files}, columns={{{told}}}, {options})"


def _cell(column: str, kind: str, inert: bool) -> str:
    if kind == "VARCHAR[]":
        return f"""CAST(from_json("{column}", '["VARCHAR"]') AS VARCHAR[])"""
    if kind != "VARCHAR":
        return f'CAST("{column}" AS {kind})'
    text = f"coalesce(\"{column}\", '')"
    return f"regexp_replace({text}, {_quoted(_INERT)}, '\\1')" if inert else text


_SELECTS: dict[str, Callable[[str, str, bool], str]] = {
    "parquet": _from_parquet, "jsonl": _from_jsonl, "csv": _from_csv,
}  # fmt: skip
