"""The folder of an index: which files, made whole or not at all, known again by `meta.json`.

my.terms/meta.json      format, counts, sources, options, size and SHA-256 of each other file
my.terms/keys.marisa    keys of the names, each with a blank after it -> number of the key
my.terms/*.npy          arrays, see `ARRAYS`
my.terms/ngrams/        for spelling variants, where asked for
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import VocabularyError

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
