"""What is seen of a token: its place, its pairs with the words beside it, terms and cues.

Four kinds, told apart because the decoder sums the weights of all but the last once a distinct
value: where the token stands (`token_places`), the lexicon terms over it and its neighbours, the
cue of a relation before it, and its pairs with the words beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import compress, count

import numpy as np

from pipeline.recognition.token_places import place_attributes, place_keys
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import folded
from pipeline.recognition.word_numbers import EDGE, KEPT_WORDS, WordNumbers
from pipeline.resources import models_path
from pipeline.terminology.relation_cues import Cue, read_cues

#: kinds of pairs: a word with its section, with the word before, with that after; the words on both
#: sides, the two before, the two after
PAIRS = ("sw", "b-", "b+", "sk", "b--", "b++")
#: tokens after the cue of a relation at which it still counts
_CUE_REACH = 4


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
    return [
        "+".join(sorted(tags)) if len(tags) > 1 else tags[0] if tags else ""
        for tags in view.lexicon
    ]


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
    found: list[str] = []
    for start, end in view.text_bounds():
        found += _cues_before(view.words[start:end], view.sentences[start:end])
    return found


def _cues_before(words: Sequence[str], sentences: Sequence[int]) -> list[str]:
    found = [""] * len(words)
    openings, end = _cue_openings(), 0
    for at in compress(count(), map(openings.__getitem__, words)):
        cue = openings.cue(words, at) if at >= end else None
        if cue is None or not cue.relation:
            continue
        end = at + len(cue.words)
        opens = at == 0 or sentences[at - 1] != sentences[at]
        name = cue.kind + "^" * opens
        for i in range(end, min(end + _CUE_REACH, len(found))):
            if sentences[i] == sentences[at]:
                found[i] = f"{name}{i - end}"
    return found


def cue_attributes(cue: str) -> list[str]:
    """Describe the cue before a token."""
    return ["cue=" + cue, "cue:" + cue[:-1]] if cue else []


class _CueOpenings(dict[str, tuple[int, ...]]):
    """Word -> how many words the cues have that begin with it, the longest first.

    Nothing for a word that begins no cue of a relation.
    """

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues = {cue.words: cue for cue in cues}
        self._related = {cue.words[0] for cue in self._cues.values() if cue.relation}

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) > KEPT_WORDS:
            self.clear()
        first = word.lower()
        sizes: set[int] = set()
        if first in self._related:
            sizes = {len(words) for words in self._cues if words[0] == first}
        self[word] = found = tuple(sorted(sizes, reverse=True))
        return found

    def cue(self, words: Sequence[str], start: int) -> Cue | None:
        """Give the longest cue that starts at a word."""
        sizes = self[words[start]]
        lower = tuple([word.lower() for word in words[start : start + sizes[0]]])
        for size in sizes:
            if cue := self._cues.get(lower[:size]):
                return cue
        return None


@cache
def _cue_openings() -> _CueOpenings:
    return _CueOpenings(read_cues(models_path("rules", "relation_cues.tsv")))
