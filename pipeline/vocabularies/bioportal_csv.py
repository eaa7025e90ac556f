"""RadLex, or any ontology, as BioPortal exports it (CSV) -> names and is-a links.

Columns read: `Class ID`, `Preferred Label`, `Synonyms`, `Obsolete`, `CUI`, `Semantic Types`,
`Parents`, and what RadLex adds under the names `Preferred_name` and `UMLS_ID`. A cell may hold
several values with `|` between.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import VocabularyError
from pipeline.vocabularies.classes import OntologyClass, Synonym, links_of, terms_of
from pipeline.vocabularies.identifiers import bare_cui, short_id
from pipeline.vocabularies.reading import (
    DEFAULTS,
    SEMANTIC_TYPE,
    VocabularyOptions,
    numbered_lines,
    stem_of,
)
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

NEEDED = ("class id", "preferred label")
_ROOTS = ("owl#Thing", "owl:Thing")


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of the classes; obsolete ones are left out.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    source = info(path).source
    for found in _classes(path):
        yield from terms_of(found, source, options)


def links(path: Path) -> Iterator[VocabularyLink]:
    """Give the is-a links.

    Raises:
        VocabularyError: `file:line: problem, expected`; also where links make a cycle.
    """
    return links_of(_classes(path), path.name)


def info(path: Path) -> VocabularyInfo:
    """Give the ontology's name: RADLEX by its ids, else the file's name; the rest is unknown."""
    first = next(_classes(path), None)
    radlex = first is not None and first.id.startswith("RID")
    return VocabularyInfo("RADLEX" if radlex else stem_of(path))


def _classes(path: Path) -> Iterator[OntologyClass]:
    header: list[str] = []
    for number, cells in _rows(path):
        if not header:
            header = _checked([_column(cell) for cell in cells], f"{path.name}:{number}")
        elif len(cells) != len(header):
            said = f"{path.name}:{number}: {len(cells)} cells, expected {len(header)}"
            raise VocabularyError(said)
        else:
            row = dict(zip(header, cells, strict=True))
            if not row["class id"].strip():
                raise VocabularyError(f"{path.name}:{number}: Class ID is empty, expected one")
            yield _class(row, number)
    if not header:
        raise VocabularyError(f"{path.name}:1: empty, expected the columns Class ID, ...")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give rows and the number of the line each begins on: a quoted cell may hold line ends."""
    reader = csv.reader(f"{line}\n" for _, line in numbered_lines(path))
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as problem:
        raise VocabularyError(f"{path.name}:{begins}: {problem}, expected CSV") from None


def _column(cell: str) -> str:
    """Give a column's name in lower case, of an IRI what comes last."""
    return short_id(cell.strip()).lower()


def _checked(header: list[str], where: str) -> list[str]:
    for name in NEEDED:
        if name not in header:
            said = f"{where}: no column {name.title()!r}, expected Class ID, Preferred Label, ..."
            raise VocabularyError(said.replace("'Class Id'", "'Class ID'"))
    return header


def _class(row: dict[str, str], number: int) -> OntologyClass:
    names = _several(row.get("preferred_name", "")) + _several(row["preferred label"])
    cuis = _several(row.get("cui", "")) + _several(row.get("umls_id", ""))
    types = [short_id(value) for value in _several(row.get("semantic types", ""))]
    synonyms = [*names[1:], *_several(row.get("synonyms", "")), *_several(row.get("synonym", ""))]
    return OntologyClass(
        id=short_id(row["class id"].strip()),
        name=names[0] if names else "",
        synonyms=[Synonym(text) for text in synonyms],
        parents=[
            (short_id(value), number)
            for value in _several(row.get("parents", ""))
            if not value.endswith(_ROOTS)
        ],
        cuis={cui for cui in map(bare_cui, cuis) if cui},
        semantic_types=[value for value in types if SEMANTIC_TYPE.fullmatch(value)],
        obsolete=row.get("obsolete", "").strip().lower() == "true",
    )


def _several(cell: str) -> list[str]:
    return [" ".join(value.split()) for value in cell.split("|") if value.strip()]
