"""The name and first bytes of a file -> the format of the vocabulary in it."""

import re
from pathlib import Path

from pipeline.errors import UsageError, VocabularyError
from pipeline.vocabularies.reading import opened

#: the formats a user can name
FORMATS = ("rrf", "obo", "obographs", "sssom", "bioportal-csv", "owl", "scispacy", "tsv")
#: other names of formats
ALSO = {"radlex-csv": "bioportal-csv", "radlex-owl": "owl", "obo-graph": "obographs",
        "obograph": "obographs", "umls": "rrf", "kb": "scispacy"}  # fmt: skip
_HEAD = 1 << 16
_ENDINGS = (
    (".rrf", "rrf"), (".obo", "obo"), (".owl", "owl"), (".rdf", "owl"), (".xml", "owl"),
    (".sssom.tsv", "sssom"), (".tsv", "tsv"), (".txt", "tsv"), (".csv", "bioportal-csv"),
    (".jsonl", "scispacy"), (".json", "obographs"),
)  # fmt: skip
_PACKED = (".gz", ".zip")
_RRF_COLUMNS = 18
_FIRST_LINE = re.compile(r"^[^#\r\n][^\r\n]*", re.MULTILINE)


def checked_format(name: str) -> str:
    """Give the format a user names.

    Raises:
        UsageError: it is not known.
    """
    found = ALSO.get(name.lower(), name.lower())
    if found not in (*FORMATS, "auto"):
        raise UsageError(f"format {name!r} is not known, expected auto or one of {list(FORMATS)}")
    return found


def format_of(path: Path) -> str:
    """Tell the format of a file, or of a folder with the UMLS files.

    Raises:
        VocabularyError: there is no such file, or its format cannot be told.
    """
    if path.is_dir():
        return "rrf"
    if not path.exists():
        raise VocabularyError(f"{path}: no such file, expected a vocabulary")
    name = path.name.lower()
    for ending in _PACKED:
        name = name.removesuffix(ending)
    if name.startswith("mrconso"):
        return "rrf"
    with opened(path) as stream:
        head = stream.read(_HEAD)
    by_name = next((found for ending, found in _ENDINGS if name.endswith(ending)), "")
    told = _told_by(head.decode("utf-8", errors="replace").lstrip("\ufeff")) or by_name
    if not told or b"\0" in head:
        raise VocabularyError(
            f"{path.name}:1: format cannot be told, expected --format with one of {list(FORMATS)}"
        )
    return told


def _told_by(head: str) -> str:
    """Tell the format by how a file begins, empty if that does not tell."""
    start = head.lstrip()
    if start.startswith(("{", "[")):
        return _json_kind(start)
    if start.startswith("<"):
        return "owl" if "<rdf:RDF" in head or "<!DOCTYPE rdf:RDF" in head else ""
    if start.startswith("format-version:") or "\n[Term]" in head:
        return "obo"
    first = _FIRST_LINE.search(head)
    return _table_kind(first[0]) if first else ""


def _json_kind(start: str) -> str:
    if re.match(r'\[?\s*\{[^{}]*"(?:concept_id|canonical_name)"', start):
        return "scispacy"
    if re.search(r'"graphs"\s*:', start):
        return "obographs"
    return ""


def _table_kind(header: str) -> str:
    if header.count("|") == _RRF_COLUMNS:
        return "rrf"
    columns = {cell.strip().strip('"').lower() for cell in re.split(r"[\t,]", header)}
    if "predicate_id" in columns and "\t" in header:
        return "sssom"
    if "class id" in columns:
        return "bioportal-csv"
    if columns & {"term", "name"} and columns & {"id", "concept_id"} and "\t" in header:
        return "tsv"
    return ""
