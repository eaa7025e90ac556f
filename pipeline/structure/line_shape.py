"""What a line looks like, whatever its words: length, bullet, end, capitals, a stated age."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.structure.lines import Line

#: bounds of the buckets of word counts: they grow by a third to a half
LENGTHS = (2, 3, 5, 8, 12, 20, 35, 60, 100, 160, 250)
#: an age, in lower case; begins with its digit, so that the search goes from digit to digit
AGE = re.compile(
    r"\d(?<!\w.)(?:\d{0,2}\s*-?\s*"
    r"(?:years?|yrs?|y\.?\s?/?o\b|months?|mo\b|weeks?|wk|days?)[\s-]*(?:old|o\b)?"
    r"|\d{0,2}\s*-?\s*y\s?[./]?\s?o|\d{0,2}\s*-?\s*(?:[mf]\b|male|female))"
)
NEWBORN = re.compile(r"n(?<!\w.)(?:ew-?born|eonate)\b")
BULLET = re.compile(
    r"(?:(?P<number>\(?\d{1,2}[.)])|(?P<letter>\(?[A-Za-z][.)])|(?P<mark>[-–—*•·»>+o~]+))(?=\s|[A-Z])"
    r"|(?P<glyph>[•·»*–—-])"
)


class LineLook(NamedTuple):
    """The features of a line's shape."""

    length: int
    bullet: str
    last: str
    age: bool
    capitals: bool
    lower_start: bool

    def names(self) -> Iterator[str]:
        """Name the features."""
        yield f"#len {self.length}"
        yield f"#bullet {self.bullet}"
        yield f"#end {self.last}"
        if self.age:
            yield "#age"
        if self.capitals:
            yield "#capitals"
        if self.lower_start:
            yield "#lower start"


class LineShape(NamedTuple):
    """The shape of a line."""

    n_words: int  # between white space
    capital_words: float  # share of these that start with a capital letter
    bullet: str
    last: str
    age: bool
    capitals: bool
    lower_start: bool
    upper_start: bool
    blank_before: bool
    indented: bool

    def look(self, n_tokens: int) -> LineLook:
        """Give what makes the features of a line of so many tokens."""
        last = "a" if self.last.isalnum() else self.last
        length = bisect_right(LENGTHS, n_tokens)
        return LineLook(length, self.bullet, last, self.age, self.capitals, self.lower_start)

    def kind(self) -> tuple[str, str, str]:
        """Give the classes of size, end and start by which gaps between lines are described."""
        size = "s" if self.n_words <= 6 else "m" if self.n_words <= 14 else "l"
        end = END_CLASS.get(self.last, "a")
        first = self.bullet or ("A" if self.upper_start else "a" if self.lower_start else "0")
        return size, end, first


END_CLASS = {".": ".", "!": ".", "?": ".", ",": ",", ";": ",", ":": ":"}


def line_shape(line: Line) -> LineShape:
    """Describe a line."""
    text = line.text
    words = text.split()
    n_capital = sum([word[0].isupper() for word in words])
    return LineShape(
        n_words=len(words),
        capital_words=n_capital / len(words),
        bullet=bullet_kind(text),
        last=text[-1],
        age=states_age(text),
        capitals=text.isupper(),
        lower_start=text[0].islower(),
        upper_start=text[0].isupper(),
        blank_before=line.blank_before,
        indented=line.indent > 0,
    )


def states_age(text: str) -> bool:
    """Say whether a line states an age, as histories do."""
    lower = text.lower()
    return AGE.search(lower) is not None or NEWBORN.search(lower) is not None


def bullet_kind(text: str) -> str:
    """Say what a line starts with: `number`, `letter`, a bullet's first character or nothing."""
    found = BULLET.match(text)
    if not found:
        return ""
    kind = found.lastgroup or ""
    return found.group()[0] if kind in ("mark", "glyph") else kind
