"""Files of the UMLS (Rich Release Format) -> names, links and versions of the vocabularies in it.

The format: UMLS Reference Manual, chapter 3, https://www.ncbi.nlm.nih.gov/books/NBK9685/. A line is
cells with `|` after each. Read are MRCONSO (names) and MRSTY (semantic types), MRSAB (versions of
the sources) where it is there, MRREL (relations) where asked for; plain or `.gz`.
"""

import re
from array import array
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import VocabularyError
from pipeline.vocabularies.reading import SEMANTIC_TYPE, match_of, numbered_lines
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

#: file -> its number of columns
COLUMNS: Mapping[str, int] = {"MRCONSO": 18, "MRSTY": 6, "MRSAB": 25, "MRREL": 16}
#: columns of MRCONSO
_LAT, _TS, _STT, _ISPREF, _SAB, _STR, _SUPPRESS = 1, 2, 4, 6, 11, 14, 16
#: REL of MRREL: what the second concept is to the first; RELA says it for some other relations
_UP, _DOWN = ("PAR", "RB", "inverse_isa"), ("CHD", "RN", "isa")
_CUI_FORM = re.compile(r"C\d{7}")
_CUIS = 10_000_000
#: places of the files in a release's folder
_PLACES = (".", "META")


class RrfOptions(NamedTuple):
    """What is taken.

    Attributes:
        languages: as in the column LAT: ENG, SPA.
        sources: as in the column SAB: SNOMEDCT_US, MSH; none: all.
        types: semantic types a concept must have one of; none: whatever it has.
    """

    languages: frozenset[str] = frozenset({"ENG"})
    sources: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()


DEFAULTS = RrfOptions()


class _Atom(NamedTuple):
    """A name in a source; `cells` are those of its line."""

    cui: str
    cells: list[str]


def terms(path: Path, options: RrfOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of a folder of the UMLS, or of the MRCONSO file in one, concept by concept.

    Suppressible and obsolete names (SUPPRESS is not N) are left out. The preferred name is the one
    with TS=P, STT=PF and ISPREF=Y, or the one nearest to that among the names taken.
    Abbreviations are compared as written.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    types = _TypesOfConcepts(_needed(path, "MRSTY"))
    wanted = options.types
    for cui, atoms in groupby(_atoms(_needed(path, "MRCONSO"), options), key=lambda row: row[0]):
        of_concept = types.of(cui)
        if wanted and wanted.isdisjoint(of_concept):
            continue
        rows = [cells for _, cells in atoms]
        preferred = min(rows, key=_rank)
        for cells in rows:
            name = cells[_STR]
            yield VocabularyTerm(
                cui, name, cells is preferred, cui, of_concept, cells[_SAB], "", match_of(name)
            )


def links(path: Path, options: RrfOptions = DEFAULTS) -> Iterator[VocabularyLink]:
    """Give which concept is narrower than, a child or a kind of which, from MRREL.

    Raises:
        VocabularyError: `file:line: problem, expected`; MRREL is missing.
    """
    for _, cells in _rows(_needed(path, "MRREL"), "MRREL"):
        first, rel, second, rela, sab, suppress = (cells[at] for at in (0, 3, 4, 7, 10, 14))
        if suppress not in ("N", "") or (options.sources and sab not in options.sources):
            continue
        if rel in _UP or rela in _UP:
            yield VocabularyLink(child=first, parent=second)
        elif rel in _DOWN or rela in _DOWN:
            yield VocabularyLink(child=second, parent=first)


def infos(path: Path) -> list[VocabularyInfo]:
    """Say which versions of its sources a release holds; nothing where it has no MRSAB.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    listed = _found(path, "MRSAB")
    if not listed:
        return []
    rows = [cells for _, cells in _rows(listed, "MRSAB") if cells[21] == "Y"]
    return [
        VocabularyInfo(c[3], c[6], c[7], f"UMLS licence, restriction level {c[13]}") for c in rows
    ]


def _atoms(path: Path, options: RrfOptions) -> Iterator[_Atom]:
    languages, sources = options.languages, options.sources
    known = ""
    for number, cells in _rows(path, "MRCONSO"):
        if cells[0] != known:
            known = _checked_cui(cells[0], path, number)
        if (
            cells[_SUPPRESS] == "N"
            and cells[_LAT] in languages
            and (not sources or cells[_SAB] in sources)
        ):
            yield _Atom(known, cells)


def _rank(cells: list[str]) -> tuple[bool, bool, bool]:
    return cells[_TS] != "P", cells[_STT] != "PF", cells[_ISPREF] != "Y"


class _TypesOfConcepts:
    """CUI -> its semantic types, two bytes a CUI: the number of a set of types."""

    def __init__(self, path: Path) -> None:
        self._numbers = array("H", bytes(2 * _CUIS))
        self._together: list[tuple[str, ...]] = [()]
        with_one_more: dict[tuple[int, str], int] = {}
        for number, cells in _rows(path, "MRSTY"):
            cui, tui = _checked_cui(cells[0], path, number), cells[1]
            if not SEMANTIC_TYPE.fullmatch(tui):
                where = f"{path.name}:{number}"
                raise VocabularyError(f"{where}: TUI {tui!r}, expected T and three digits")
            before = self._numbers[int(cui[1:])]
            if (before, tui) not in with_one_more:
                with_one_more[before, tui] = len(self._together)
                self._together.append((*self._together[before], tui))
            self._numbers[int(cui[1:])] = with_one_more[before, tui]

    def of(self, cui: str) -> tuple[str, ...]:
        """Give the types of a concept."""
        return self._together[self._numbers[int(cui[1:])]]


def _checked_cui(cui: str, path: Path, number: int) -> str:
    if not _CUI_FORM.fullmatch(cui):
        raise VocabularyError(f"{path.name}:{number}: CUI {cui!r}, expected C and seven digits")
    return cui


def _rows(path: Path, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each line, an empty one after the last `|`."""
    expected = COLUMNS[file] + 1
    for number, line in numbered_lines(path):
        cells = line.split("|")
        if len(cells) != expected or cells[-1]:
            given = len(cells) - 1 if not cells[-1] else f"{len(cells) - 1} and a part"
            told = f"{given} columns, expected {expected - 1} with | after each"
            raise VocabularyError(f"{path.name}:{number}: {told}")
        yield number, cells


def _needed(path: Path, file: str) -> Path:
    found = _found(path, file)
    if found is None:
        folder = path if path.is_dir() else path.parent
        raise VocabularyError(f"{folder / file}.RRF: missing, expected it (or {file}.RRF.gz)")
    return found


def _found(path: Path, file: str) -> Path | None:
    """Find a file in the folder, or beside the MRCONSO file, that `path` is."""
    if path.is_file() and file == "MRCONSO":
        return path
    folder = path if path.is_dir() else path.parent
    tried = [folder / place / f"{file}{end}" for place in _PLACES for end in (".RRF", ".RRF.gz")]
    return next((one for one in tried if one.is_file()), None)
