"""A folder that is written beside its place and takes it when whole; what is there is not lost."""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import UsageError, VocabularyError
from pipeline.term_index.index_folder import read_meta

#: what stands in the names of folders beside an index while it is made or replaced
_BUILDING, _OLD = "building", "old"


def check_output(out: Path, *, overwrite: bool) -> None:
    """Refuse an output that would destroy something.

    Raises:
        UsageError: `out` is a file or a folder with other things in it, or an index and `overwrite`
            is not set, or its folder is missing.
    """
    if not out.parent.is_dir():
        raise UsageError(f"{out.parent}: no folder, expected one to put {out.name} in")
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out}: is a file or link, expected a new folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not _is_index(out):
        raise UsageError(f"{out}: is neither empty nor an index of terms, expected a new folder")
    if not overwrite:
        raise UsageError(f"{out}: is an index already, expected a new folder or --overwrite")


def _is_index(folder: Path) -> bool:
    try:
        return bool(read_meta(folder))
    except VocabularyError:
        return False


@contextmanager
def new_folder(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder beside `out` to write to, which takes its name when the context ends well.

    However else the context ends, the folder is removed. What a killed process left is removed by
    the next one that writes to the same `out`.

    Raises:
        UsageError: as `check_output`, before anything is written.
    """
    check_output(out, overwrite=overwrite)
    out = out.absolute()
    _remove_left(out, _BUILDING)
    folder = _beside(out, _BUILDING)
    try:
        folder.mkdir()
        yield folder
        check_output(out, overwrite=overwrite)
        _take_name(folder, out)
        _remove_left(out, _OLD)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _beside(out: Path, what: str) -> Path:
    return out.parent / f".{out.name}.{what}-{os.getpid()}"


def _take_name(folder: Path, out: Path) -> None:
    """Put the folder where `out` is; an index there goes aside first, whole."""
    if not out.exists():
        folder.rename(out)
        return
    old = _beside(out, _OLD)
    out.rename(old)
    folder.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _remove_left(out: Path, what: str) -> None:
    """Remove the folders beside `out` of processes that are no more."""
    for left in out.parent.glob(f".{glob.escape(out.name)}.{what}-*"):
        number = left.name.rpartition("-")[2]
        if number.isdigit() and not _is_running(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return process != os.getpid()
