"""A case text -> its body's lines, with the archive's frame (`Texto:`, `Keywords:`) set aside."""

import re
from collections.abc import Sequence
from typing import NamedTuple

#: the archive's mark before the text; it belongs to no section
OPENING = re.compile(r"\s*Texto\s*:\s*", re.IGNORECASE)
#: the archive's keyword list: the mark on a line of its own or before a list, down to the end
KEYWORDS = re.compile(r"[kK][eE][yY]\s?[wW][oO][rR][dD][sS]?[ \t]*:")
#: white space that may stand before the keyword mark
INDENT = 80
LINE = re.compile(r"[^\r\n]+")


class Line(NamedTuple):
    """A line that is not blank: character offsets without outer white space, and its setting."""

    start: int
    end: int
    text: str
    indent: int
    blank_before: bool


class Body(NamedTuple):
    """Where the fields of a case lie: `start` to `end`; keywords from `keywords` (-1 if none)."""

    start: int
    end: int
    keywords: int
    framed: bool


def find_body(text: str) -> Body:
    """Find the part of a text that holds the fields.

    `framed` is true where the archive's marks are there. The last keyword mark counts, and only
    where nothing but a list follows it.

    >>> find_body("Texto: \\nCyst\\n\\nKeywords: \\n- cyst\\n")
    Body(start=8, end=12, keywords=14, framed=True)
    """
    opening = OPENING.match(text)
    start = opening.end() if opening else 0
    mark = -1
    for found in KEYWORDS.finditer(text, start):
        before = text[max(0, found.start() - INDENT) : found.start()].rstrip(" \t")
        if not before or before[-1] == "\n":
            mark = found.start()
    if mark >= 0 and not _is_list(text[mark:]):
        mark = -1
    body = text[start : mark if mark >= 0 else len(text)]
    end = max(start, start + len(body.rstrip()))
    return Body(start, end, mark, opening is not None or mark >= 0)


def _is_list(tail: str) -> bool:
    rest = tail.split(":", 1)[1].strip()
    lines = [line.strip() for line in rest.splitlines() if line.strip()]
    return len(lines) <= 1 or all(len(line) <= 60 for line in lines)


def body_lines(text: str, start: int, end: int) -> list[Line]:
    """Give the lines between two offsets that are not blank.

    >>> [line.text for line in body_lines("Cyst\\n\\n  Mass ", 0, 13)]
    ['Cyst', 'Mass']
    """
    lines: list[Line] = []
    last = start
    for found in LINE.finditer(text, start, end):
        whole = found.group()
        inner = whole.strip()
        if not inner:
            continue
        indent = len(whole) - len(whole.lstrip())
        begin = found.start() + indent
        breaks = text.count("\n", last, begin) or text.count("\r", last, begin)
        lines.append(Line(begin, begin + len(inner), inner, indent, breaks > 1))
        last = begin + len(inner)
    return lines


def condense(lines: Sequence[Line], limit: int) -> list[Line]:
    """Join neighbouring lines so that at most `limit` remain; few lines stay as they are."""
    step = -(-len(lines) // limit) if lines else 1
    if step == 1:
        return list(lines)
    groups = [lines[i : i + step] for i in range(0, len(lines), step)]
    return [
        group[0]._replace(end=group[-1].end, text=" ".join(line.text for line in group))
        for group in groups
    ]
