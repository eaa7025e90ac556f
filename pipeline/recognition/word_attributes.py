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
    return "0" if word[0].isdigit() else _DIGIT.sub("0", word.lower())


def shape(word: str) -> str:
    """Give the shape of a word, runs of a kind shortened to one letter.

    >>> shape("T1"), shape("Liver"), shape("12.5")
    ('X0', 'Xx', '0.0')
    """
    return _ZEROS.sub("0", _UPPER.sub("X", _LOWER.sub("x", _DIGIT.sub("0", word))))


def word_attributes(word: str, clusters: WordClusters) -> WordAttributes:
    """Describe a word at each distance up to `REACH`."""
    form, normal = folded(word), normal_form(word)
    groups = [*clusters.of(form), *word_classes().get(normal, ()), *_bound_kind(form)]
    names = ["w=" + form, "n=" + normal, "sh=" + shape(word)]
    ends = _ends(form)
    far = ["w=" + form, *groups, *ends[-1:]]
    return WordAttributes(
        (
            [
                *names,
                *groups,
                *_beginnings(form),
                *_all_ends(form),
                *_kind(word, clusters.of(form)),
            ],
            [*names, *groups, *ends],
            far,
            ["w=" + form, *groups],
        )
    )


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


def _bound_kind(form: str) -> list[str]:
    row = load_bound_words()["lead"].get(form)
    return ["e=" + row.kind] if row else []


def _kind(word: str, groups: tuple[str, ...]) -> list[str]:
    kind = [f"len{len(word)}"] if len(word) <= REACH else []
    if word.isupper():
        kind.append("upper")
    if not groups:
        kind.append("rare")
    return kind
