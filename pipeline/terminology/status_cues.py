"""Cue rows of the assertion status: loading, checking, finding them in words.

The form of the rules is that of NegEx (Chapman et al. 2001, J Biomed Inform 34:301-310) and ConText
(Harkema et al. 2009, J Biomed Inform 42:839-851): a cue sets the status of mentions in its scope,
a pseudo-cue looks like one and sets nothing, a terminator ends scopes. Columns of
`models/rules/status_cues.tsv`:

- `cue`: words with a space between, lower case, punctuation being a word of its own. `a|b` in one
  place stands for either, an empty alternative (`a|`) makes the word optional.
- `kind`: `cue`, `pseudo` or `terminator`.
- `status`: the status a cue sets; for a terminator, the statuses it ends (space between, empty =
  all); empty for a pseudo-cue.
- `direction`: `forward` (mentions after it), `backward` (before it), `both`, or `inside` (the
  mention it stands in). A terminator ends the scopes that run in that direction.
- `scope`: the most words between cue and mention (`inside`: of the mention beside the cue), or
  `sentence`. For a terminator: the most words
  after it that it takes out of the scope, `sentence` for all the rest.
- `priority`: 1 to 99. Among the cues that reach a mention the highest wins, then the nearest. A cue
  below the priority of the section's row (`section_status.tsv`) does not count.
- `sections`, `labels`: where it holds (space between, empty = everywhere; the section `none` is
  text outside any section).

At each word the longest cue is taken, whatever its kind, and its words are used up: `no increase
in` as a pseudo-cue hides the cue `no`. Rows with the same words may stand beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.annotations import ASSERTED, SECTIONS, STATUSES
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.tokenizer import TOKEN

COLUMNS = (
    "id", "cue", "kind", "status", "direction", "scope", "priority", "sections", "labels",
)  # fmt: skip
KINDS = ("cue", "pseudo", "terminator")
DIRECTIONS = ("forward", "backward", "both", "inside")
#: name in `sections` of text outside any section
NO_SECTION = "none"
#: scope of a row that says `sentence`: longer than any sentence
UNBOUNDED = 1_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cue:
    """A row: see the module's text for the columns."""

    id: str
    kind: str
    statuses: frozenset[str]
    forward: bool
    backward: bool
    inside: bool
    scope: int
    priority: int
    sections: frozenset[str]
    labels: frozenset[str]

    @property
    def status(self) -> str:
        """Give the one status a row of kind `cue` sets."""
        return next(iter(self.statuses))

    def holds(self, section: str, label: str) -> bool:
        """Say whether the row holds for a mention with this label in this section."""
        in_section = not self.sections or (section or NO_SECTION) in self.sections
        return in_section and (not self.labels or label in self.labels)


@dataclass(frozen=True, slots=True)
class CueHit:
    """Rows whose words stand at the words `start` to `end` (exclusive)."""

    start: int
    end: int
    cues: tuple[Cue, ...]


class PhraseTable(Generic[T]):
    """Phrases of words, each with the things that hang on it; finds the longest at each word.

    >>> table = PhraseTable[int]()
    >>> table.add(("no",), 1)
    >>> table.add(("no", "increase"), 2)
    >>> table.find(["there", "is", "no", "increase"])
    [(2, 4, [2])]
    """

    def __init__(self) -> None:
        self._by_words: dict[tuple[str, ...], list[T]] = {}
        self._lengths: dict[str, list[int]] = {}

    def add(self, words: tuple[str, ...], thing: T) -> None:
        """Hang a thing on a phrase."""
        self._by_words.setdefault(words, []).append(thing)
        lengths = self._lengths.setdefault(words[0], [])
        if len(words) not in lengths:
            lengths.append(len(words))
            lengths.sort(reverse=True)

    def find(self, words: Sequence[str]) -> list[tuple[int, int, list[T]]]:
        """Find phrases from left to right, the longest at each word, none overlapping."""
        found = []
        position, last = 0, len(words)
        while position < last:
            length = self._length_at(words, position)
            if length:
                things = self._by_words[tuple(words[position : position + length])]
                found.append((position, position + length, things))
            position += length or 1
        return found

    def found_in(self, words: Sequence[str]) -> set[T]:
        """Give the things of every phrase that stands in the words, overlapping ones too."""
        found: set[T] = set()
        for position, word in enumerate(words):
            for length in self._lengths.get(word, ()):
                found.update(self._by_words.get(tuple(words[position : position + length]), ()))
        return found

    def _length_at(self, words: Sequence[str], position: int) -> int:
        # a slice beyond the end is shorter than asked for: not the phrase of that length
        room = len(words) - position
        for length in self._lengths.get(words[position], ()):
            if length <= room and tuple(words[position : position + length]) in self._by_words:
                return length
        return 0


def phrases(pattern: str) -> list[tuple[str, ...]]:
    """Write out the alternatives of a pattern.

    >>> phrases("no evidence of|for")
    [('no', 'evidence', 'of'), ('no', 'evidence', 'for')]
    >>> phrases("is|was not|")
    [('is', 'not'), ('is',), ('was', 'not'), ('was',)]
    """
    choices = product(*(word.split("|") for word in pattern.split()))
    return [tuple(word for word in choice if word) for choice in choices]


def load_status_cues(path: Path | None = None) -> PhraseTable[Cue]:
    """Read and check the cue rows (default: `models/rules/status_cues.tsv`).

    Raises:
        ResourceError: `file:line: problem, expected` for the first row that does not validate.
    """
    table = PhraseTable[Cue]()
    for where, row in read_rows(path or models_path("rules", "status_cues.tsv"), COLUMNS):
        cue = _cue(where, row)
        for words in phrases(row["cue"]):
            if not words:
                raise ResourceError(f"{where}: cue {row['cue']!r} has no words, expected some")
            table.add(words, cue)
    return table


def _cue(where: str, row: dict[str, str]) -> Cue:
    kind = one_of(where, "kind", row["kind"], KINDS)
    direction = one_of(where, "direction", row["direction"], DIRECTIONS)
    statuses = some_of(where, "status", row["status"], STATUSES)
    wanted = {"cue": (1,), "pseudo": (0,)}.get(kind, range(len(STATUSES)))
    if len(statuses) not in wanted:
        raise ResourceError(f"{where}: {len(statuses)} statuses do not fit the kind {kind!r}")
    check_words(where, row["cue"])
    return Cue(
        id=row["id"],
        kind=kind,
        statuses=statuses,
        forward=direction in ("forward", "both"),
        backward=direction in ("backward", "both"),
        inside=direction == "inside",
        scope=UNBOUNDED if row["scope"] == "sentence" else number(where, "scope", row["scope"]),
        priority=number(where, "priority", row["priority"]),
        sections=some_of(where, "sections", row["sections"], (NO_SECTION, *SECTIONS)),
        labels=some_of(where, "labels", row["labels"], ASSERTED),
    )


def check_words(where: str, pattern: str) -> None:
    """Raise `ResourceError` unless the pattern holds words in lower case, one token each."""
    if not pattern.strip():
        raise ResourceError(f"{where}: no words in the cue, expected some")
    for word in pattern.replace("|", " ").split():
        if word != word.lower() or not TOKEN.fullmatch(word):
            raise ResourceError(f"{where}: {word!r} in the cue, expected one word in lower case")


def one_of(where: str, column: str, value: str, allowed: Sequence[str]) -> str:
    """Give a cell back if it is one of the allowed words, else raise `ResourceError`."""
    if value not in allowed:
        raise ResourceError(f"{where}: {column} {value!r}, expected one of {list(allowed)}")
    return value


def some_of(where: str, column: str, value: str, allowed: Sequence[str]) -> frozenset[str]:
    """Give the words of a cell if all are allowed, else raise `ResourceError`."""
    return frozenset(one_of(where, column, word, allowed) for word in value.split())


def number(where: str, column: str, value: str) -> int:
    """Give the whole number of a cell (0 to 99), else raise `ResourceError`."""
    if not (value.isascii() and value.isdigit() and len(value) <= 2):
        raise ResourceError(f"{where}: {column} {value!r}, expected a whole number up to 99")
    return int(value)
