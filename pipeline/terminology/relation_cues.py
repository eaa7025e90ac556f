"""The words between two mentions that say how they are related, as rows of data.

A row of `models/rules/relation_cues.tsv` is one cue: its words, the class it counts as (`in`,
`show`, `due` ...), and, where the words state a relation, which one, on which side of them the head
stands and how firmly they state it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from pipeline.annotations import RELATIONS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.tokenizer import TOKEN

COLUMNS = ("id", "cue", "class", "relation", "direction", "strength")
DIRECTIONS = ("", "forward", "backward", "either")
STRENGTHS = ("", "strong", "weak")
#: distinct words whose kind is remembered
MOST_KINDS = 1 << 17


@dataclass(frozen=True, slots=True)
class Cue:
    """A row of relation_cues.tsv.

    `direction` is `forward` where the head comes before the cue, `backward` where it follows.
    """

    id: str
    words: tuple[str, ...]
    kind: str
    relation: str
    direction: str
    strength: str


def read_cues(path: Path) -> list[Cue]:
    """Read and check the cues.

    Raises:
        ResourceError: a cell holds a value that is not known, or a cue stands twice.
    """
    cues: list[Cue] = []
    seen: set[tuple[str, ...]] = set()
    for where, row in read_rows(path, COLUMNS):
        cue = _checked(where, row)
        if cue.words in seen:
            raise ResourceError(f"{where}: cue {row['cue']!r} stands twice, expected a new one")
        seen.add(cue.words)
        cues.append(cue)
    return cues


def _checked(where: str, row: dict[str, str]) -> Cue:
    allowed = {
        "relation": ("", *RELATIONS),
        "direction": DIRECTIONS,
        "strength": STRENGTHS,
    }
    for column, values in allowed.items():
        if row[column] not in values:
            raise ResourceError(
                f"{where}: {column} is {row[column]!r}, expected one of {list(values)}"
            )
    words = tuple(word for word in TOKEN.findall(row["cue"].lower()) if not word.isspace())
    if not words or not row["class"].isalpha():
        raise ResourceError(
            f"{where}: cue or class is empty or no word, expected one word of class"
        )
    return Cue(row["id"], words, row["class"], row["relation"], row["direction"], row["strength"])


class WordKind(NamedTuple):
    """What is known of a word wherever it stands.

    `symbol` is that of the word where it is no part of a cue: `w` for a word, `NL` and `NN` for
    line breaks, the mark itself, or nothing (numbers, spaces). `single` is the cue of this word
    alone; `longer` has the cues of several words that begin with it, by the second word.
    """

    lower: str
    symbol: str
    single: Cue | None
    longer: dict[str, list[Cue]]


class CueMatcher:
    """Find the longest cue that starts at a token.

    >>> cue = Cue("RC1", ("due", "to"), "due", "indicates", "forward", "strong")
    >>> CueMatcher([cue]).at(["mass", "due", "to"], 1)
    Cue(id='RC1', words=('due', 'to'), kind='due', relation='indicates', direction='forward', \
strength='strong')
    """

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._single = {cue.words[0]: cue for cue in cues if len(cue.words) == 1}
        self._longer: dict[str, dict[str, list[Cue]]] = {}
        for cue in sorted(cues, key=lambda c: -len(c.words)):
            if len(cue.words) > 1:
                by_second = self._longer.setdefault(cue.words[0], {})
                by_second.setdefault(cue.words[1], []).append(cue)
        self._kinds: dict[str, WordKind] = {}

    def at(self, words: Sequence[str], start: int) -> Cue | None:
        """Give the longest cue at `start` of the lower-case words, or None."""
        word = words[start]
        longer = self._longer.get(word)
        if longer is not None and start + 1 < len(words):
            for cue in longer.get(words[start + 1], ()):
                if tuple(words[start : start + len(cue.words)]) == cue.words:
                    return cue
        return self._single.get(word)

    def kinds(self, words: Sequence[str]) -> list[WordKind]:
        """Give the kind of each word; kinds of words seen are remembered."""
        found = list(map(self._kinds.get, words))
        if None in found:
            if len(self._kinds) > MOST_KINDS:
                self._kinds.clear()
            return [self._kinds.get(word) or self._kind(word) for word in words]
        return cast(list[WordKind], found)

    def _kind(self, word: str) -> WordKind:
        lower = word.lower()
        single, longer = self._single.get(lower), self._longer.get(lower, {})
        kind = WordKind(lower, symbol_of(lower), single, longer)
        self._kinds[word] = kind
        return kind


@cache
def default_matcher() -> CueMatcher:
    """Give the matcher over `models/rules/relation_cues.tsv`.

    Raises:
        ResourceError: the file is missing or does not validate.
    """
    return CueMatcher(read_cues(models_path("rules", "relation_cues.tsv")))


def symbol_of(word: str) -> str:
    """Give the symbol of a word that is no cue.

    >>> [symbol_of(word) for word in ("liver", "3", "\n\n", "(", "–")]
    ['w', '', 'NN', '(', '-']
    """
    if word.isspace():
        return ("", "NL", "NN")[min(word.count("\n"), 2)]
    if word[0].isalpha():
        return "w"
    if word[0].isdigit() or word[0] == "&":
        return ""
    return "-" if word in "–—-" else word
