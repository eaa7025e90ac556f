"""What is seen of a token in its place: section, line, neighbours, lexicon terms over it.

Three kinds, told apart because the decoder sums the weights of the first two once a distinct value:
where the token stands (`Place`), the lexicon terms over it and its neighbours, and its pairs with
the words beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import folded

_BULLETS = frozenset("-•*–·")
_DENIALS = frozenset(("no", "without", "denies", "denied", "not", "negative", "absence", "absent"))
#: tokens after a denial that still count
_FAR = 8
#: places in a line from here on count as one
_FAR_FROM_START = 4
#: shortest word that tells something when it stands in the keywords, in the diagnosis, too
_KEYWORD, _DIAGNOSIS = 3, 4
#: stands for a neighbour beyond the sentence
_EDGE = "|"


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
    attributes: list[list[str]] = []
    for i, (place, pairs) in enumerate(
        zip(places(view, forms), pair_attributes(view, forms), strict=True)
    ):
        found = [*place_attributes(place), *pairs, *term_attributes((place.section, tags[i]))]
        for mark, j in (("-", i - 1), ("+", i + 1)):
            if 0 <= j < len(forms) and view.sentences[j] == view.sentences[i]:
                found += beside_attributes(mark, tags[j])
        attributes.append(found)
    return attributes


def places(view: TokenView, forms: Sequence[str]) -> Iterator[Place]:
    """Give the place of each token; `forms` are its words folded."""
    sizes = {line: min(n, 12) // 3 for line, n in Counter(view.lines).items()}
    keywords = _named(view, forms, "keywords", _KEYWORD)
    diagnosis = _named(view, forms, "diagnosis", _DIAGNOSIS)
    line, sentence, place, since, bullet, bracket = -1, -1, 0, _FAR, False, False
    for i, word in enumerate(view.words):
        form = forms[i]
        if view.lines[i] != line:
            line, place, bullet, bracket = view.lines[i], 0, word in _BULLETS, False
        first = view.sentences[i] != sentence
        if first:
            sentence, since = view.sentences[i], _FAR
        if word in "()":
            bracket = word == "("
        yield Place(
            view.sections[i],
            sizes[line],
            bullet,
            place,
            bracket,
            first,
            since // 2,
            form in keywords,
            form in diagnosis,
        )
        since = 0 if form in _DENIALS else since + (since < _FAR)
        place += place < _FAR_FROM_START


def _named(view: TokenView, forms: Sequence[str], section: str, shortest: int) -> frozenset[str]:
    pairs = zip(forms, view.sections, strict=True)
    return frozenset(form for form, at in pairs if at == section and len(form) >= shortest)


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
    padded = [_EDGE, _EDGE, *forms, _EDGE, _EDGE]
    numbers = [-1, -1, *view.sentences, -1, -1]
    for i, (section, form) in enumerate(zip(view.sections, forms, strict=True), start=2):
        own = numbers[i]
        before = padded[i - 1] if numbers[i - 1] == own else _EDGE
        before2 = padded[i - 2] if numbers[i - 2] == own else _EDGE
        after = padded[i + 1] if numbers[i + 1] == own else _EDGE
        after2 = padded[i + 2] if numbers[i + 2] == own else _EDGE
        yield [
            f"sw={section}|{form}",
            f"b-={before}|{form}",
            f"b+={form}|{after}",
            f"sk={before}|{after}",
            f"b--={before2}|{before}",
            f"b++={after}|{after2}",
        ]


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
