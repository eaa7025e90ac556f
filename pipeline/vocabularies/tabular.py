"""A plain table of names (TSV) -> names.

The header has `term` or `name`, and `concept_id` or `id`; it may have `label`, `cui`,
`semantic_type` (several with a blank between), `preferred`, `match`, `source` and `concept_name`.
Other columns are passed over; one that is nearly spelt as these is a mistake.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pipeline.annotations import LABELS
from pipeline.errors import VocabularyError
from pipeline.vocabularies.reading import (
    CUI,
    DEFAULTS,
    SEMANTIC_TYPE,
    VocabularyOptions,
    match_of,
    numbered_lines,
    stem_of,
)
from pipeline.vocabularies.records import VocabularyInfo, VocabularyTerm

NAMES, IDS = ("term", "name"), ("concept_id", "id")
COLUMNS = (
    "term", "name", "concept_id", "id", "label", "cui", "semantic_type", "preferred", "match",
    "source", "concept_name",
)  # fmt: skip
_YES, _NO = ("1", "true", "yes", "y"), ("", "0", "false", "no", "n")


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of a table, in the order of its rows.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    source = stem_of(path)
    shown: set[str] = set()
    for where, row in _rows(path):
        term = _term(row, where, source)
        name = " ".join(row.get("concept_name", "").split())
        if name and term.concept_id not in shown:
            shown.add(term.concept_id)
            if name != term.name:
                yield term._replace(name=name, preferred=True, match=match_of(name))
        yield term._replace(preferred=term.name == name) if name else term


def info(path: Path) -> VocabularyInfo:
    """Give the file's name as the vocabulary's: a table says nothing of itself."""
    return VocabularyInfo(stem_of(path))


def has_labels(path: Path) -> bool:
    """Say whether a table has a column `label`.

    Raises:
        VocabularyError: its header is wrong.
    """
    first = next(_rows(path), None)
    return first is not None and "label" in first[1]


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    header: list[str] = []
    for number, line in numbered_lines(path):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path.name}:{number}"
        cells = [cell.strip() for cell in line.split("\t")]
        if not header:
            header = _checked([cell.lower() for cell in cells], where)
        elif len(cells) != len(header):
            raise VocabularyError(f"{where}: {len(cells)} cells, expected {len(header)}")
        else:
            yield where, dict(zip(header, cells, strict=True))
    if not header:
        raise VocabularyError(f"{path.name}:1: empty, expected a header with term and concept_id")


def _checked(header: list[str], where: str) -> list[str]:
    for wanted in (NAMES, IDS):
        if not set(wanted) & set(header):
            raise VocabularyError(f"{where}: columns {header}, expected {' or '.join(wanted)}")
    for name in header:
        near = get_close_matches(name, COLUMNS, n=1, cutoff=0.8)
        if name not in COLUMNS and near:
            raise VocabularyError(f"{where}: column {name!r}, expected {near[0]!r}")
    if len(set(header)) < len(header):
        raise VocabularyError(f"{where}: a column stands twice in {header}, expected it once")
    return header


def _term(row: dict[str, str], where: str, source: str) -> VocabularyTerm:
    name = " ".join((row.get("term") or row.get("name", "")).split())
    concept = row.get("concept_id") or row.get("id", "")
    if not name or not concept:
        raise VocabularyError(f"{where}: name or id is empty, expected both")
    label, cui, match = row.get("label", ""), row.get("cui", ""), row.get("match", "")
    types = tuple(row.get("semantic_type", "").replace("|", " ").replace(",", " ").split())
    preferred = row.get("preferred", "").lower()
    for column, value, right, expected in (
        ("label", label, label in ("", *LABELS), f"nothing or one of {', '.join(LABELS)}"),
        ("cui", cui, not cui or bool(CUI.fullmatch(cui)), "C and seven digits, or nothing"),
        ("semantic_type", types, all(map(SEMANTIC_TYPE.fullmatch, types)), "T and three digits"),
        ("match", match, match in ("", "any", "case"), "any or case"),
        ("preferred", preferred, preferred in (*_YES, *_NO), "yes or no"),
    ):
        if not right:
            raise VocabularyError(f"{where}: {column} {value!r}, expected {expected}")
    return VocabularyTerm(
        concept, name, preferred in _YES, cui, types, row.get("source") or source, label,
        match or match_of(name),
    )  # fmt: skip
