"""The folder of an index: which files, made whole or not at all, known again by `meta.json`.

my.terms/meta.json      format, counts, sources, options, size and SHA-256 of each other file
my.terms/keys.marisa    keys of the names, each with a blank after it -> number of the key
my.terms/*.npy          arrays, see `ARRAYS`
my.terms/ngrams/        for spelling variants, where asked for
"""

import glob
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError, VocabularyError

META, KEYS, NGRAMS = "meta.json", "keys.marisa", "ngrams"
FORMAT, VERSION = "radtab terms", 1
#: array -> what stands in it; `x_start` has one item more than there are x: where it starts
ARRAYS: Mapping[str, str] = {
    "key_start": "key -> place in key_names",
    "key_names": "numbers of the names of each key",
    "key_written": "1 where all names of the key are compared as written",
    "name_start": "name -> place in name_text",
    "name_text": "names in UTF-8, one after the other",
    "name_concept": "name -> number of its concept",
    "name_flags": "name -> PREFERRED | WRITTEN",
    "concept_names": "concept -> number of its first name, and one item more",
    "concept_start": "concept -> place in concept_text",
    "concept_text": "ids of the concepts in UTF-8",
    "concept_cui": "concept -> digits of its CUI as a number, 0 for none",
    "concept_types": "concept -> number of its semantic types in meta.json",
    "concept_label": "concept -> number of its label in meta.json",
    "concept_source": "concept -> number of its source in meta.json",
}
#: where there are links
LINK_ARRAYS: Mapping[str, str] = {
    "parent_start": "concept -> place in parents",
    "parents": "numbers of the concepts that it is a kind of",
}
#: arrays that are read a piece at a time, not mapped
TEXTS = ("name_text", "concept_text")
PREFERRED, WRITTEN = 1, 2
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


def write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    """Write `meta.json` last, with the size and SHA-256 of each file there is."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {p.relative_to(folder).as_posix(): [p.stat().st_size, _digest(p)] for p in paths}
    whole = {"format": FORMAT, "version": VERSION, **meta, "files": files}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    (folder / META).write_text(f"{text}\n", encoding="utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_meta(folder: Path) -> dict[str, Any]:
    """Read `meta.json`.

    Raises:
        VocabularyError: the folder is missing or is no index, or one in another format.
    """
    if not folder.is_dir():
        raise VocabularyError(f"{folder}: no folder, expected an index by `radtab terms build`")
    try:
        meta = json.loads((folder / META).read_text(encoding="utf-8"))
    except FileNotFoundError:
        meta = None
    except (OSError, ValueError) as problem:
        raise damaged(folder / META, str(problem)) from problem
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise VocabularyError(f"{folder}: no index, expected one by `radtab terms build`")
    if meta.get("version") != VERSION:
        found = meta.get("version")
        raise VocabularyError(
            f"{folder}: index in format {found}, expected {VERSION}: build it anew"
        )
    return meta


def damaged(path: Path, problem: str) -> VocabularyError:
    """Give the error of a file that is not as it was written."""
    return VocabularyError(f"{path}: {problem}, expected as it was built: build the index anew")


def check_sizes(folder: Path, meta: Mapping[str, Any]) -> None:
    """Compare the sizes of the files with those in `meta.json`; takes no time.

    Raises:
        VocabularyError: a file is missing or of another size.
    """
    for name, (size, _) in meta["files"].items():
        try:
            found = (folder / name).stat().st_size
        except OSError:
            raise damaged(folder / name, "missing") from None
        if found != size:
            raise damaged(folder / name, f"{found:,} bytes for {size:,}")


def check_contents(folder: Path) -> None:
    """Compare every byte with what was written; some seconds for the whole UMLS.

    Raises:
        VocabularyError: a file is missing or is not what was written.
    """
    meta = read_meta(folder)
    check_sizes(folder, meta)
    for name, (_, digest) in meta["files"].items():
        if _digest(folder / name) != digest:
            raise damaged(folder / name, "other bytes than were written")
