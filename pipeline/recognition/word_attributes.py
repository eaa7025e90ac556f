"""What is seen of a word wherever it stands: its forms, its ends, its shape, its clusters.

These depend on the word alone, so the decoder sums their weights once a distinct word. Ends and
beginnings carry a misspelt word (`inflitration`) and one never seen (`-itis`, `-oma`, `hyper-`).
"""

import re
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.recognition.mention_bounds import load_bound_words
from pipeline.recognition.word_clusters import WordClusters
from pipeline.terminology.lexicon import load_terms
from pipeline.terminology.normal_form import normal_form

#: how far the recogniser looks to each side, in tokens
REACH = 3

_DIGIT = re.compile(r"\d")
_LOWER = re.compile(r"[a-z]+")
_UPPER = re.compile(r"[A-Z]+")
_ZEROS = re.compile(r"0+")


class WordAttributes(NamedTuple):
    """Attributes of a word as the token itself, as a neighbour, at two and at three tokens."""

    at: tuple[list[str], ...]


def folded(word: str) -> str:
    """Give a word in lower case with `0` for each digit; a number is one `0`.

    >>> folded("T1"), folded("3.5"), folded("Liver")
    ('t0', '0', 'liver')
    """
    if word.isalpha():
        return word.lower()
    return "0" if word[0].isdigit() else _DIGIT.sub("0", word.lower())


def shape(word: str) -> str:
    """Give the shape of a word, runs of a kind shortened to one letter.

    >>> shape("T1"), shape("Liver"), shape("12.5")
    ('X0', 'Xx', '0.0')
    """
    if word.isascii() and word.isalpha():
        if word[1:].islower() or len(word) == 1:
            return ("X" if word[0].isupper() else "x") + "x" * (word[0].isupper() and len(word) > 1)
        if word.isupper():
            return "X"
    return _ZEROS.sub("0", _UPPER.sub("X", _LOWER.sub("x", _DIGIT.sub("0", word))))


def word_attributes(word: str, clusters: WordClusters) -> WordAttributes:
    """Describe a word at each distance up to `REACH`."""
    form = folded(word)
    names, groups, ends = _names(word, form), _groups(word, form, clusters), _ends(form)
    return WordAttributes(
        (
            own_attributes(word, clusters),
            [*names, *groups, *ends],
            [names[0], *groups, *ends[-1:]],
            [names[0], *groups],
        )
    )


def own_attributes(word: str, clusters: WordClusters) -> list[str]:
    """Describe a word as the token itself; all attributes it has elsewhere are among these."""
    form = folded(word)
    names, groups = _names(word, form), _groups(word, form, clusters)
    kind = _kind(word) if form in clusters else [*_kind(word), "rare"]
    return [*names, *groups, *_beginnings(form), *_all_ends(form), *kind]


def _names(word: str, form: str) -> list[str]:
    return ["w=" + form, "n=" + normal_form(word), "sh=" + shape(word)]


def _groups(word: str, form: str, clusters: WordClusters) -> list[str]:
    classes = word_classes().get(normal_form(word), ())
    row = load_bound_words()["lead"].get(form)
    kind = ("e=" + row.kind,) if row else ()
    return [*clusters.of(form), *classes, *kind]


def _beginnings(form: str) -> list[str]:
    return [f"p={form[:n]}" for n in (2, 3, 4) if len(form) > n]


def _all_ends(form: str) -> list[str]:
    return [f"s={form[-n:]}" for n in (2, 3, 4, 5) if len(form) > n]


def _ends(form: str) -> list[str]:
    return [f"s={form[-n:]}" for n in (4, 3) if len(form) > n]


@cache
def word_classes() -> dict[str, tuple[str, ...]]:
    """Give the attributes of words that are of a word class of the grammar, by normal form."""
    found: dict[str, list[str]] = {}
    for term in load_terms():
        if term.label not in LABELS and term.term.isalpha():
            classes = found.setdefault(normal_form(term.term), [])
            if (name := "c=" + term.label) not in classes:
                classes.append(name)
    return {form: tuple(classes) for form, classes in found.items()}


def _kind(word: str) -> list[str]:
    kind = [f"len{len(word)}"] if len(word) <= REACH else []
    return [*kind, "upper"] if word.isupper() else kind
