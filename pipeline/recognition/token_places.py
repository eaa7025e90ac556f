"""Where a token stands: its section, line, place in the line, denials and brackets before it.

Read for all tokens of a text at once, as arrays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import folded
from pipeline.recognition.word_numbers import BRACKETS, BULLETS, DENIALS, number_range

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: tokens after a denial that still count
_FAR = 8
#: places in a line from here on count as one
_FAR_FROM_START = 4
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


def place_keys(view: TokenView, numbers: Ints) -> list[Place]:
    """Give the place of each token; `numbers` are those of the forms of its words."""
    if not view.words:
        return []
    count = np.arange(len(numbers))
    lines = np.array(view.lines)
    line_starts, first = _run_starts(lines), _run_starts(np.array(view.sentences))
    denial = _last(_is_one(numbers, DENIALS), first, before=True)
    since = np.where(denial < 0, _FAR, np.minimum(count - denial - 1, _FAR))
    bracket = _last(_is_one(numbers, BRACKETS), line_starts)
    columns = (
        view.sections,
        (np.minimum(np.bincount(lines)[lines], 12) // 3).tolist(),
        _is_one(numbers[line_starts], BULLETS).tolist(),
        np.minimum(count - line_starts, _FAR_FROM_START).tolist(),
        ((bracket >= 0) & (numbers[bracket] == number_range(BRACKETS)[0])).tolist(),
        (first == count).tolist(),
        (since // 2).tolist(),
        _repeated(view, numbers, "keywords", _KEYWORD),
        _repeated(view, numbers, "diagnosis", _DIAGNOSIS),
    )
    return list(map(Place._make, zip(*columns, strict=True)))


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


def _repeated(view: TokenView, numbers: Ints, section: str, shortest: int) -> list[bool]:
    """Say of each token whether a section has its word."""
    if section not in view.sections:
        return [False] * len(numbers)
    forms = numbers.tolist()
    words = zip(view.words, view.sections, forms, strict=True)
    named = {form for word, at, form in words if at == section and len(folded(word)) >= shortest}
    return [form in named for form in forms]


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
