"""Where a token stands: its section, line, place in the line, denials and brackets before it.

Read for all tokens of some texts at once, as arrays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.annotations import SECTIONS
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_numbers import BRACKETS, BULLETS, DENIALS, number_range

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: tokens after a denial that still count
_FAR = 8
#: places in a line from here on count as one
_FAR_FROM_START = 4
#: tokens of a line from here on count as as many
_LONG_LINE = 12
#: sections by number: none, the known ones, any other
_SECTIONS = ("", *SECTIONS, "?")
_SECTION_NUMBERS = {name: number for number, name in enumerate(_SECTIONS)}
#: how many values each field of a place has
_SIZES = (len(_SECTIONS), _LONG_LINE // 3 + 1, 2, _FAR_FROM_START + 1, 2, 2, _FAR // 2 + 1, 2, 2)
#: shortest word that tells something when it stands in the keywords, in the diagnosis, too
_KEYWORD, _DIAGNOSIS = 3, 4


class Place(NamedTuple):
    """Where a token stands: its section, line, place in line and sentence."""

    section: str
    line_size: int
    bullet: bool
    from_start: int
    bracket: bool
    first: bool
    since_denial: int
    in_keywords: bool
    in_diagnosis: bool


def place_codes(view: TokenView, numbers: Ints) -> Ints:
    """Give the place of each token as a number that `place_of` reads.

    `numbers` are those of the forms of its words.
    """
    if not view.words:
        return np.zeros(0, dtype=np.int64)
    count = np.arange(len(numbers))
    lines = np.array(view.lines)
    line_starts, first = _run_starts(lines), _run_starts(np.array(view.sentences))
    denial = _last(_is_one(numbers, DENIALS), first, before=True)
    since = np.where(denial < 0, _FAR, np.minimum(count - denial - 1, _FAR))
    bracket = _last(_is_one(numbers, BRACKETS), line_starts)
    of_section = {name: _SECTION_NUMBERS.get(name, len(_SECTIONS) - 1) for name in {*view.sections}}
    sections = np.array([of_section[name] for name in view.sections])
    columns: tuple[Ints | Bools, ...] = (
        sections,
        np.minimum(np.bincount(lines)[lines], _LONG_LINE) // 3,
        _is_one(numbers[line_starts], BULLETS),
        np.minimum(count - line_starts, _FAR_FROM_START),
        (bracket >= 0) & (numbers[bracket] == number_range(BRACKETS)[0]),
        first == count,
        since // 2,
        _repeated(view, numbers, sections == _SECTION_NUMBERS["keywords"], _KEYWORD),
        _repeated(view, numbers, sections == _SECTION_NUMBERS["diagnosis"], _DIAGNOSIS),
    )
    codes = np.zeros(len(numbers), dtype=np.int64)
    for column, size in zip(columns, _SIZES, strict=True):
        codes *= size
        codes += column
    return codes


def place_of(code: int) -> Place:
    """Read the number of a place."""
    values: list[int] = []
    for size in reversed(_SIZES):
        code, value = divmod(code, size)
        values.append(value)
    section, line_size, bullet, from_start, bracket, first, since, key, dx = reversed(values)
    return Place(
        _SECTIONS[section], line_size, bool(bullet), from_start, bool(bracket), bool(first),
        since, bool(key), bool(dx),
    )  # fmt: skip


def place_keys(view: TokenView, numbers: Ints) -> list[Place]:
    """Give the place of each token; `numbers` are those of the forms of its words."""
    return [place_of(code) for code in place_codes(view, numbers).tolist()]


def _is_one(numbers: Ints, forms: Sequence[str]) -> Bools:
    first, end = number_range(forms)
    return (numbers >= first) & (numbers < end)


def _run_starts(values: Ints) -> Ints:
    """Give, for each token, the first one of the run of equal values it lies in."""
    changes = np.empty(len(values), dtype=bool)
    changes[:1] = True
    changes[1:] = values[1:] != values[:-1]
    return np.maximum.accumulate(np.where(changes, np.arange(len(values)), 0))


def _last(marked: Bools, starts: Ints, *, before: bool = False) -> Ints:
    """Give the last marked token up to (or before) each one, -1 if none from its start on."""
    last = np.maximum.accumulate(np.where(marked, np.arange(len(marked)), -1))
    if before:
        last = np.concatenate([[-1], last[:-1]])
    last[last < starts] = -1
    return last


def _repeated(view: TokenView, numbers: Ints, within: Bools, shortest: int) -> Bools:
    """Say of each token whether its word stands within a section of its text."""
    tokens = np.flatnonzero(within)
    if not len(tokens):
        return within
    words = view.words
    # the size of the form: a number's is 1 (`folded`)
    long = [
        len(words[token]) >= shortest and not words[token][0].isdigit() for token in tokens.tolist()
    ]
    sizes = [end - start for start, end in view.text_bounds()]
    of_text = np.repeat(np.arange(len(sizes)), sizes)
    keys = numbers * len(sizes) + of_text
    is_named: Bools = np.zeros(int(keys.max()) + 1, dtype=bool)
    is_named[keys[tokens[long]]] = True
    return is_named.take(keys)


def place_attributes(place: Place) -> list[str]:
    """Describe a place."""
    found = [
        "bias",
        "sec=" + place.section,
        f"line={place.section}|{place.line_size}|{place.bullet}",
        f"at={place.from_start}|{place.bullet}",
        f"denied={place.since_denial}",
    ]
    if place.in_keywords:
        found.append("key")
    if place.in_diagnosis:
        found.append("dx")
    if place.bracket:
        found.append("bracket")
    if place.first:
        found.append("first")
    return found
