"""Files of vocabularies -> numbered lines or bytes, unpacked where they are packed plainly."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast
from zipfile import BadZipFile, ZipFile

from pipeline.errors import VocabularyError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_ABBREVIATION = re.compile(r"(?=.{2,8}$)[a-z]?[A-Z0-9/-]*[A-Z]{2}[A-Z0-9/-]*s?")
CUI = re.compile(r"C\d{7}")
SEMANTIC_TYPE = re.compile(r"T\d{3}")


class VocabularyOptions(NamedTuple):
    """What is taken from an ontology.

    Attributes:
        scopes: the scopes of synonyms (EXACT, NARROW, BROAD, RELATED); abbreviations are taken
            whatever their scope.
        shortest_synonym: letters and digits a synonym has at least: shorter ones name many things.
    """

    scopes: frozenset[str] = frozenset({"EXACT"})
    shortest_synonym: int = 4


DEFAULTS = VocabularyOptions()


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for its bytes; `.gz`, and a zip with one file in it, are unpacked.

    Raises:
        VocabularyError: it cannot be read, or is packed in a way that does not unpack.
    """
    try:
        with path.open("rb") as raw:
            head = raw.read(4)
            raw.seek(0)
            with _unpacked(raw, head, path) as stream:
                yield stream
    except (BadZipFile, EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise VocabularyError(f"{path}: damaged ({problem}), expected a whole archive") from problem
    except OSError as problem:
        raise VocabularyError(f"{path}: cannot be read ({problem.strerror})") from problem


@contextmanager
def _unpacked(raw: IO[bytes], head: bytes, path: Path) -> Iterator[IO[bytes]]:
    if head.startswith(_GZIP):
        with gzip.open(raw) as stream:
            yield cast(IO[bytes], io.BufferedReader(stream))
    elif head.startswith(_ZIP):
        with ZipFile(raw) as packed:
            files = [name for name in packed.namelist() if not _is_added(name)]
            if len(files) != 1:
                raise VocabularyError(f"{path}: {len(files)} files in the zip, expected one")
            with packed.open(files[0]) as member:
                yield member
    else:
        yield raw


def _is_added(name: str) -> bool:
    return name.endswith("/") or name.startswith(("__MACOSX/", "."))


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Give the lines of a text file without their ends, with their numbers from 1.

    Raises:
        VocabularyError: it cannot be read, or a line is not UTF-8.
    """
    with opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                raise VocabularyError(f"{path.name}:{number}: not UTF-8, expected UTF-8") from None
            yield (
                number,
                text.removeprefix("\ufeff").rstrip("\r\n")
                if number == 1
                else (text.rstrip("\r\n")),
            )


def stem_of(path: Path) -> str:
    """Give the name of a file before its first dot, in capitals: the vocabulary's, if no other."""
    return path.name.partition(".")[0].upper() or path.name.upper()


def match_of(name: str) -> str:
    """Say how a name is compared: an abbreviation `case` (as written), any other `any`.

    >>> [match_of(name) for name in ("MRSA", "Zerbrine", "dVIN", "ARM SPAN")]
    ['case', 'any', 'case', 'any']
    """
    return "case" if _ABBREVIATION.fullmatch(name) else "any"


def is_short(name: str, options: VocabularyOptions) -> bool:
    """Say whether a synonym is too short to be taken."""
    return sum(map(str.isalnum, name)) < options.shortest_synonym


def sole(cuis: set[str]) -> str:
    """Give the one CUI of a set, empty where there is none or are several."""
    return next(iter(cuis)) if len(cuis) == 1 else ""
