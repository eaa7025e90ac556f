"""SSSOM mappings (TSV) -> pairs of ids that mean the same, and the set's version and licence.

The format: https://mapping-commons.github.io/sssom/. What comes before the header, lines that
start with `#`, is YAML; of it the flat keys are read.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import VocabularyError
from pipeline.vocabularies.reading import numbered_lines, stem_of
from pipeline.vocabularies.records import VocabularyInfo

NEEDED = ("subject_id", "predicate_id", "object_id")
#: predicates by which two ids mean the same
EQUAL = ("skos:exactMatch", "owl:equivalentClass", "owl:sameAs")
_KEY = re.compile(r"#\s?([a-z_]+)\s*:\s*(\S.*)$")


class Mapping(NamedTuple):
    """Two ids that mean the same."""

    subject: str
    object: str


def mappings(path: Path) -> Iterator[Mapping]:
    """Give the exact mappings; other predicates and negated rows are passed over.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    header: list[str] = []
    for number, line in numbered_lines(path):
        if not line.strip() or (line.startswith("#") and not header):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not header:
            header = _checked(cells, f"{path.name}:{number}")
            continue
        if len(cells) != len(header):
            raise VocabularyError(
                f"{path.name}:{number}: {len(cells)} cells, expected {len(header)}"
            )
        row = dict(zip(header, cells, strict=True))
        if not row["subject_id"] or not row["object_id"]:
            raise VocabularyError(f"{path.name}:{number}: id is empty, expected two ids")
        if row["predicate_id"] in EQUAL and not row.get("predicate_modifier"):
            yield Mapping(row["subject_id"], row["object_id"])
    if not header:
        raise VocabularyError(f"{path.name}:1: no header, expected the columns {', '.join(NEEDED)}")


def _checked(cells: list[str], where: str) -> list[str]:
    missing = [name for name in NEEDED if name not in cells]
    if missing:
        raise VocabularyError(f"{where}: no column {missing[0]}, expected {', '.join(NEEDED)}")
    return cells


def info(path: Path) -> VocabularyInfo:
    """Read the comment before the header.

    Raises:
        VocabularyError: the file cannot be read.
    """
    said: dict[str, str] = {}
    for _, line in numbered_lines(path):
        if not line.startswith("#"):
            break
        if found := _KEY.match(line):
            said.setdefault(found[1], found[2].strip().strip("\"'"))
    return VocabularyInfo(
        stem_of(path),
        said.get("mapping_set_version", ""),
        said.get("mapping_date", said.get("publication_date", "")),
        said.get("license", ""),
    )
