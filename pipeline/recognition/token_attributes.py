"""What is seen of a token in its place: section, line, neighbours, lexicon terms over it.

Four kinds, told apart because the decoder sums the weights of all but the last once a distinct
value: where the token stands (`Place`), the lexicon terms over it and its neighbours, the cue of a
relation before it, and its pairs with the words beside it.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import folded
from pipeline.recognition.word_numbers import (
    BRACKETS,
    BULLETS,
    DENIALS,
    EDGE,
    WordNumbers,
    number_range,
)
from pipeline.resources import models_path
from pipeline.terminology.relation_cues import CueMatcher, read_cues

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: kinds of pairs: a word with its section, with the word before, with that after; the words on both
#: sides, the two before, the two after
PAIRS = ("sw", "b-", "b+", "sk", "b--", "b++")
#: tokens after a denial that still count
_FAR = 8
#: places in a line from here on count as one
_FAR_FROM_START = 4
#: tokens after the cue of a relation at which it still counts
_CUE_REACH = 4
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


def token_attributes(view: TokenView) -> list[list[str]]:
    """Describe each token by all attributes that depend on its place."""
    forms = [folded(word) for word in view.words]
    tags = joined_tags(view)
    cues = cues_before(view)
    attributes: list[list[str]] = []
    numbers = np.array(WordNumbers().of(view.words), dtype=np.int64)
    places = place_keys(view, numbers)
    for i, (place, pairs) in enumerate(zip(places, pair_attributes(view, forms), strict=True)):
        found = [*place_attributes(place), *pairs, *term_attributes((place.section, tags[i]))]
        found += cue_attributes(cues[i])
        for mark, j in (("-", i - 1), ("+", i + 1)):
            if 0 <= j < len(forms) and view.sentences[j] == view.sentences[i]:
                found += beside_attributes(mark, tags[j])
        attributes.append(found)
    return attributes


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


def pair_attributes(view: TokenView, forms: Sequence[str]) -> Iterator[list[str]]:
    """Describe each token by its word with its section and with the words beside it."""
    padded = [EDGE, EDGE, *forms, EDGE, EDGE]
    numbers = [-1, -1, *view.sentences, -1, -1]
    for i, (section, form) in enumerate(zip(view.sections, forms, strict=True), start=2):
        own = numbers[i]
        before = padded[i - 1] if numbers[i - 1] == own else EDGE
        before2 = padded[i - 2] if numbers[i - 2] == own else EDGE
        after = padded[i + 1] if numbers[i + 1] == own else EDGE
        after2 = padded[i + 2] if numbers[i + 2] == own else EDGE
        ends = (
            (section, form), (before, form), (form, after), (before, after),
            (before2, before), (after, after2),
        )  # fmt: skip
        yield [f"{kind}={left}|{right}" for kind, (left, right) in zip(PAIRS, ends, strict=True)]


def joined_tags(view: TokenView) -> list[str]:
    """Give the lexicon tags of each token as one string."""
    return ["+".join(sorted(tags)) if tags else "" for tags in view.lexicon]


def term_attributes(key: tuple[str, str]) -> list[str]:
    """Describe the lexicon terms over a token, given its section and its joined tags."""
    section, joined = key
    tags = joined.split("+") if joined else []
    found = ["l=" + joined]
    for tag in tags:
        found += [f"l:{tag}", f"ls:{tag}{section}"]
    return found


def beside_attributes(mark: str, joined: str) -> list[str]:
    """Describe the terms over the token before (`-`) or after (`+`)."""
    tags = joined.split("+") if joined else []
    return [f"l{mark}={joined}", *(f"l{mark}:{tag}" for tag in tags)]


def cues_before(view: TokenView) -> list[str]:
    """Give, for each token, the cue of a relation that stands before it, in its sentence.

    A cue is told by its class and how many tokens ago it ended, with `^` where it begins the
    sentence (`in X, ...`): `consistent0`, `in^1`. Nothing stands for none.
    """
    words = [word.lower() for word in view.words]
    found = [""] * len(words)
    matcher, first_words = _relation_cues()
    sentences, end = view.sentences, 0
    for at in [i for i, word in enumerate(words) if word in first_words]:
        cue = matcher.at(words, at) if at >= end else None
        if cue is None or not cue.relation:
            continue
        end = at + len(cue.words)
        opens = at == 0 or sentences[at - 1] != sentences[at]
        name = cue.kind + "^" * opens
        for i in range(end, min(end + _CUE_REACH, len(words))):
            if sentences[i] == sentences[at]:
                found[i] = f"{name}{i - end}"
    return found


def cue_attributes(cue: str) -> list[str]:
    """Describe the cue before a token."""
    return ["cue=" + cue, "cue:" + cue[:-1]] if cue else []


@cache
def _relation_cues() -> tuple[CueMatcher, frozenset[str]]:
    """Give the cues and the words that one of them begins with."""
    cues = read_cues(models_path("rules", "relation_cues.tsv"))
    return CueMatcher(cues), frozenset(cue.words[0] for cue in cues)
