"""The words between two mentions that say how they are related, as rows of data.

A row of `models/rules/relation_cues.tsv` is one cue: its words, the class it counts as (`in`,
`show`, `due` ...), and, where the words state a relation, which one, on which side of them the head
stands and how firmly they state it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.annotations import RELATIONS
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.tokenizer import TOKEN

COLUMNS = ("id", "cue", "class", "relation", "direction", "strength")
DIRECTIONS = ("", "forward", "backward", "either")
STRENGTHS = ("", "strong", "weak")


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


class CueMatcher:
    """Find the longest cue that starts at a token.

    >>> cue = Cue("RC1", ("due", "to"), "due", "indicates", "forward", "strong")
    >>> CueMatcher([cue]).at(["mass", "due", "to"], 1)
    Cue(id='RC1', words=('due', 'to'), kind='due', relation='indicates', direction='forward', \
strength='strong')
    """

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._by_first: dict[str, list[Cue]] = {}
        for cue in sorted(cues, key=lambda c: -len(c.words)):
            self._by_first.setdefault(cue.words[0], []).append(cue)

    def at(self, words: Sequence[str], start: int) -> Cue | None:
        """Give the longest cue at `start` of the lower-case words, or None."""
        for cue in self._by_first.get(words[start], ()):
            size = len(cue.words)
            if size == 1 or tuple(words[start : start + size]) == cue.words:
                return cue
        return None
