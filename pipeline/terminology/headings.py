"""Rows of section headings -> the headings of a text and what they carry.

A heading stands at the start of a line (after white space, `#`, `*` or a number) and is followed
by a colon, a dash or the line's end; in capitals and with a colon it may stand after a sentence.
The name of a study (`CT:`) opens the findings after some sections only: a discussion has such lines
too. They are named in `after`; a heading with none opens its section anywhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import SECTIONS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "heading", "section", "after")
#: share of the text that may stand before the first heading
LEAD = 0.4
#: characters (`##`, `**`) that may stand before a heading the text starts with
MARKS = 4
#: a line, what may stand before its heading, and the heading's first letters
LINE = re.compile(r"[^\r\n]+")
LETTERS = re.compile(r"[^\W\d_]+")
OPENING = re.compile(rf"(?:[#>*_=\-• \t]|\(?\d{{1,2}}[.)]){{0,12}}({LETTERS.pattern})")


class Heading(NamedTuple):
    """A heading found: where it starts, where its text starts, and the section it opens."""

    start: int
    end: int
    section: str
    row_id: str
    after: frozenset[str] = frozenset()


class HeadingFinder:
    """Find section headings by rows of data."""

    def __init__(self, path: Path) -> None:
        self._rows: dict[str, tuple[str, str, frozenset[str]]] = {}
        for where, row in read_rows(path, COLUMNS):
            self._add(where, row)
        names = sorted(self._rows, key=len, reverse=True)
        anywhere = [name.upper() for name in names if not self._rows[name][2]]
        choice, capitals = _choice(names), _choice(anywhere)
        self._first_words = {LETTERS.findall(name)[0] for name in names if LETTERS.search(name)}
        self._line = re.compile(
            rf"(?P<name>{choice})[ \t]*[*_=]*[ \t]*"
            r"(?:[:：][*_]*|[-–—](?=\s)|[*_=]*(?=[ \t]*$))",
            re.IGNORECASE | re.MULTILINE,
        )
        self._inline = re.compile(rf"(?<=[\s.;])(?P<name>{capitals})[ \t]*:")

    def _add(self, where: str, row: dict[str, str]) -> None:
        name = _plain(row["heading"].strip())
        if not name or name in self._rows:
            raise ResourceError(
                f"{where}: heading {name!r} is empty or doubled, expected a new one"
            )
        after = frozenset(row["after"].split())
        for section in (row["section"], *sorted(after)):
            if section not in SECTIONS:
                problem = f"section {section!r} is not known, expected one of {list(SECTIONS)}"
                raise ResourceError(f"{where}: {problem}")
        self._rows[name] = (row["section"], row["id"], after)

    def headings(self, text: str, start: int, end: int) -> list[Heading]:
        """Give the headings between two offsets, in order."""
        found: dict[int, Heading] = {}
        for match in self._matches(text, start, end):
            found.setdefault(match.start("name"), self._heading(match))
        return list(_opening(found[place] for place in sorted(found)))

    def on_lines(self, text: str, start: int, end: int) -> dict[int, Heading]:
        """Give the heading each line begins with, by the line's first character."""
        return {line: self._heading(match) for line, match in self._line_matches(text, start, end)}

    def by_line(self, text: str, start: int, end: int) -> dict[int, str]:
        """Give the sections of `on_lines`, without headings that open theirs after some only."""
        return hints(self.on_lines(text, start, end))

    def _heading(self, match: re.Match[str]) -> Heading:
        return Heading(match.start("name"), match.end(), *self._rows[_plain(match["name"])])

    def _matches(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        yield from (match for _, match in self._line_matches(text, start, end))
        yield from self._inline.finditer(text, start, end)

    def _line_matches(self, text: str, start: int, end: int) -> Iterator[tuple[int, re.Match[str]]]:
        """Give the heading of each line that begins with one, and the line's first character."""
        for line in LINE.finditer(text, start, end):
            opening = OPENING.match(text, line.start(), end)
            if opening is None or opening[1].lower() not in self._first_words:
                continue
            match = self._line.match(text, opening.start(1), end)
            if match is not None:
                lead = text[line.start() : match.start()]
                yield line.start() + len(lead) - len(lead.lstrip()), match


def hints(headings: Mapping[int, Heading]) -> dict[int, str]:
    """Give the section each line's heading opens anywhere: those that open it after some are out.

    >>> hints({0: Heading(0, 3, "findings", "SH:1", frozenset({"exam"}))})
    {}
    """
    return {line: heading.section for line, heading in headings.items() if not heading.after}


def _opening(headings: Iterable[Heading]) -> Iterator[Heading]:
    """Leave out headings that stand after a section where they open none."""
    before = ""
    for heading in headings:
        if not heading.after or not before or before in heading.after:
            before = heading.section
            yield heading


def _plain(name: str) -> str:
    """Give a heading as rows are kept: white space, hyphens and underscores are one space."""
    return re.sub(r"[\s_-]+", " ", name.lower())


def _choice(names: Sequence[str]) -> str:
    return "|".join(r"[\s_-]+".join(map(re.escape, name.split())) for name in names)


def carries_text(headings: Sequence[Heading], start: int, end: int) -> bool:
    """Say whether headings, not the model, shall divide the text from `start` to `end`.

    They do where the text starts with one, where three sections have one, or where two have and
    little stands before the first. Headings that open a section after some only do not count.
    """
    headings = [heading for heading in headings if not heading.after]
    if not headings:
        return False
    lead = headings[0].start - start
    sections = {heading.section for heading in headings}
    little = lead <= LEAD * (end - start)
    return lead <= MARKS or len(sections) > 2 or (len(sections) > 1 and little)


@lru_cache(maxsize=1)
def default_headings() -> HeadingFinder:
    """Give the finder over `models/rules/section_headings.tsv`, read once."""
    return HeadingFinder(models_path("rules", "section_headings.tsv"))
