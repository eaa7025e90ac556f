"""Rows of section headings -> the headings of a text and what they carry.

A heading stands at the start of a line (after white space, `#`, `*` or a number) and is followed
by a colon, a dash or the line's end; in capitals and with a colon it may stand after a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import SECTIONS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "heading", "section")
#: share of the text that may stand before the first heading
LEAD = 0.4
#: characters (`##`, `**`) that may stand before a heading the text starts with
MARKS = 4


class Heading(NamedTuple):
    """A heading found: where it starts, where its text starts, and the section it opens."""

    start: int
    end: int
    section: str
    row_id: str


class HeadingFinder:
    """Find section headings by rows of data."""

    def __init__(self, path: Path) -> None:
        self._rows: dict[str, tuple[str, str]] = {}
        for where, row in read_rows(path, COLUMNS):
            self._add(where, row)
        names = sorted(self._rows, key=len, reverse=True)
        choice, capitals = _choice(names), _choice([name.upper() for name in names])
        lead = r"^(?:[#>*_=\-• \t]|\(?\d{1,2}[.)]){0,12}"
        self._line = re.compile(
            rf"{lead}(?P<name>{choice})[ \t]*[*_=]*[ \t]*"
            r"(?:[:：][*_]*|[-–—](?=\s)|[*_=]*(?=[ \t]*$))",
            re.IGNORECASE | re.MULTILINE,
        )
        self._inline = re.compile(rf"(?<=[\s.;])(?P<name>{capitals})[ \t]*:")

    def _add(self, where: str, row: dict[str, str]) -> None:
        name = " ".join(row["heading"].lower().split())
        if not name or name in self._rows:
            raise ResourceError(
                f"{where}: heading {name!r} is empty or doubled, expected a new one"
            )
        if row["section"] not in SECTIONS:
            problem = f"section {row['section']!r} is not known, expected one of {list(SECTIONS)}"
            raise ResourceError(f"{where}: {problem}")
        self._rows[name] = (row["section"], row["id"])

    def headings(self, text: str, start: int, end: int) -> list[Heading]:
        """Give the headings between two offsets, in order."""
        found: dict[int, Heading] = {}
        for match in self._matches(text, start, end):
            section, row_id = self._rows[_plain(match["name"])]
            found.setdefault(
                match.start("name"), Heading(match.start("name"), match.end(), section, row_id)
            )
        return [found[place] for place in sorted(found)]

    def by_line(self, text: str, start: int, end: int) -> dict[int, str]:
        """Give the section of the heading each line begins with, by the line's first character."""
        found: dict[int, str] = {}
        for match in self._line.finditer(text, start, end):
            line = match.start() + len(match.group()) - len(match.group().lstrip())
            found[line] = self._rows[_plain(match["name"])][0]
        return found

    def _matches(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        yield from self._line.finditer(text, start, end)
        yield from self._inline.finditer(text, start, end)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.lower())


def _choice(names: Sequence[str]) -> str:
    return "|".join(r"[\s_-]+".join(map(re.escape, name.split())) for name in names)


def carries_text(headings: Sequence[Heading], start: int, end: int) -> bool:
    """Say whether headings, not the model, shall divide the text from `start` to `end`.

    They do where the text starts with one, or at least two sections have one and little stands
    before the first.
    """
    if not headings:
        return False
    lead = headings[0].start - start
    sections = {heading.section for heading in headings}
    return lead <= MARKS or (len(sections) > 1 and lead <= LEAD * (end - start))


@lru_cache(maxsize=1)
def default_headings() -> HeadingFinder:
    """Give the finder over `models/rules/section_headings.tsv`, read once."""
    return HeadingFinder(models_path("rules", "section_headings.tsv"))
