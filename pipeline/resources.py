"""Where models/ and corpus/ lie, and how a data row is read and checked."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from typing import TypeVar

from pipeline.errors import ResourceError

T = TypeVar("T")
#: folders that stand for `models/trained`, the last one counts
_trained: list[Path] = []
#: what forgets the weights read so far
_forgetting: list[Callable[[], None]] = []


def data_root() -> Path:
    """Give the folder that holds `models/` and `corpus/`.

    In a wheel that is `pipeline/_data`; in a checkout or an editable install, the folder above the
    package.

    >>> (data_root() / "models").is_dir()
    True
    """
    package = Path(__file__).parent
    packed = package / "_data"
    return packed if packed.is_dir() else package.parent


def models_path(*parts: str) -> Path:
    """Give a path below `models/`; see `trained_from` for `models/trained`."""
    if _trained and parts[:1] == ("trained",):
        return _trained[-1].joinpath(*parts[1:])
    return data_root().joinpath("models", *parts)


def corpus_path(*parts: str) -> Path:
    """Give a path below `corpus/`."""
    return data_root().joinpath("corpus", *parts)


@contextmanager
def trained_from(folder: Path) -> Iterator[None]:
    """Read all trained weights from another folder than `models/trained` while the context lasts.

    The folder must hold every file a stage asks for: nothing is taken from `models/trained`
    instead. It holds for pipelines loaded within the context, in this process.

    Raises:
        ResourceError: there is no such folder.
    """
    if not folder.is_dir():
        raise ResourceError(f"{folder}: no folder, expected one with trained weights")
    _trained.append(folder)
    _forget()
    try:
        yield
    finally:
        _trained.pop()
        _forget()


def cached_weights(read: Callable[..., T]) -> "_lru_cache_wrapper[T]":
    """Cache what a function makes of trained weights until they come from another folder."""
    kept = cache(read)
    _forgetting.append(kept.cache_clear)
    return kept


def _forget() -> None:
    for forget in _forgetting:
        forget()


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a tab-separated file with a header; yield `("file:line", row)` for each row.

    Raises:
        ResourceError: as `read_cells`.
    """
    for line, cells in read_cells(path, columns):
        yield f"{path.name}:{line}", dict(zip(columns, cells, strict=True))


def read_cells(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Read a tab-separated file with a header; yield the line's number and cells of each row.

    A file that ends in `.gz` is unpacked. Empty lines and lines that start with `#` are passed
    over. Nothing is quoted: a cell is what stands between two tabs. The first column is the row's
    id and must be unique in the file.

    Raises:
        ResourceError: the file is missing, its header is not `columns`, a row has another number
            of cells, or an id is empty or stands twice.
    """
    header: list[str] | None = None
    seen: set[str] = {""}
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if not line or line[0] == "#":
            continue
        cells = line.split("\t")
        if header is None:
            header = _checked_header(cells, columns, f"{path.name}:{number}")
        elif len(cells) != len(header) or cells[0] in seen:
            raise ResourceError(f"{path.name}:{number}: {_problem(cells, header)}")
        else:
            seen.add(cells[0])
            yield number, cells


def _read_text(path: Path) -> str:
    """Read a whole file: the largest has some MB, and line by line takes three times as long."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ResourceError(f"{path}: cannot be read ({problem.strerror})") from problem
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return text.replace("\r\n", "\n")


def _checked_header(cells: list[str], columns: Sequence[str], where: str) -> list[str]:
    if cells != list(columns):
        raise ResourceError(f"{where}: header is {cells}, expected {list(columns)}")
    return cells


def _problem(cells: list[str], header: list[str]) -> str:
    if len(cells) != len(header):
        return f"{len(cells)} cells, expected {len(header)} ({header})"
    return f"id {cells[0]!r} is empty or stands twice, expected a new id"
