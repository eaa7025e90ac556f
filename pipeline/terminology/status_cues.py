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
  mention it stands in). A terminator ends the scopes that run in that direction; `inside` a
  mention, the scopes that come from before it.
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

#: columns before and after the one a cue sets
COLUMNS = (("id", "cue", "kind"), ("direction", "scope", "priority", "sections", "labels"))
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


class _Node(Generic[T]):
    """What hangs on the words so far, and the nodes of the words that may follow."""

    __slots__ = ("following", "things")

    def __init__(self) -> None:
        self.things: list[T] = []
        self.following: dict[str, _Node[T]] = {}


class PhraseTable(Generic[T]):
    """Phrases of words, each with the things that hang on it; finds the longest at each word.

    >>> table = PhraseTable[int]()
    >>> table.add(("no",), 1)
    >>> table.add(("no", "increase"), 2)
    >>> table.find(["there", "is", "no", "increase"])
    [(2, 4, [2])]
    """

    def __init__(self) -> None:
        self._root: dict[str, _Node[T]] = {}

    def add(self, words: tuple[str, ...], thing: T) -> None:
        """Hang a thing on a phrase."""
        following = self._root
        for word in words:
            node = following.setdefault(word, _Node())
            following = node.following
        node.things.append(thing)

    def find(
        self, words: Sequence[str], low: int = 0, high: int | None = None
    ) -> list[tuple[int, int, list[T]]]:
        """Find phrases from left to right, the longest at each word, none overlapping.

        They are looked for in the words `low` to `high` (exclusive).
        """
        found = []
        root, end = self._root, low
        size = len(words) if high is None else high
        for position in [place for place, word in enumerate(words[low:size], low) if word in root]:
            if position < end:
                continue
            node = root[words[position]]
            things, after = node.things, position + 1
            place = after
            while node.following and place < size:
                following = node.following.get(words[place])
                if following is None:
                    break
                node, place = following, place + 1
                if node.things:
                    things, after = node.things, place
            if things:
                end = after
                found.append((position, end, things))
        return found

    def all_in(
        self, words: Sequence[str], low: int = 0, high: int | None = None
    ) -> list[tuple[int, int, T]]:
        """Find the things of every phrase that stands in the words, overlapping ones too.

        >>> table = PhraseTable[int]()
        >>> table.add(("no",), 1)
        >>> table.add(("no", "increase"), 2)
        >>> table.all_in(["no", "increase"])
        [(0, 1, 1), (0, 2, 2)]
        """
        found = []
        root = self._root
        size = len(words) if high is None else high
        for position in [place for place, word in enumerate(words[low:size], low) if word in root]:
            node = root[words[position]]
            end = position + 1
            while True:
                for thing in node.things:
                    found.append((position, end, thing))
                if not node.following or end == size:
                    break
                following = node.following.get(words[end])
                if following is None:
                    break
                node, end = following, end + 1
        return found

    def found_in(self, words: Sequence[str]) -> set[T]:
        """Give the things of every phrase that stands in the words, overlapping ones too."""
        return {thing for *_, thing in self.all_in(words)}

    def backwards(self, words: Sequence[str], low: int, high: int) -> list[T]:
        """Give the things of phrases added back to front whose last word stands before `high`.

        >>> table = PhraseTable[int]()
        >>> table.add(("of", "case"), 1)
        >>> table.backwards(["a", "case", "of", "flu"], 0, 3)
        [1]
        """
        found: list[T] = []
        following = self._root
        while high > low and (node := following.get(words[high - 1])):
            found += node.things
            following, high = node.following, high - 1
        return found


class CueTable(PhraseTable[Cue]):
    """Rows of cues, and a word of each cue that tells of it: where none stands, no cue does."""

    def __init__(self) -> None:
        super().__init__()
        self._cues: set[tuple[str, ...]] = set()
        self._terminators: set[str] = set()

    def add(self, words: tuple[str, ...], thing: Cue) -> None:
        """Hang a row on words it stands for."""
        super().add(words, thing)
        if thing.kind == "cue":
            self._cues.add(words)
        elif thing.kind == "terminator":
            self._terminators.update(words)

    def telling(self) -> frozenset[str]:
        """Give a word of each cue, the longest that is in no terminator: those are common words.

        Of `is no longer seen` it is `longer`.
        """
        common = self._terminators
        return frozenset(
            max(words, key=lambda word: (word not in common, len(word))) for words in self._cues
        )


def phrases(pattern: str) -> list[tuple[str, ...]]:
    """Write out the alternatives of a pattern.

    >>> phrases("no evidence of|for")
    [('no', 'evidence', 'of'), ('no', 'evidence', 'for')]
    >>> phrases("is|was not|")
    [('is', 'not'), ('is',), ('was', 'not'), ('was',)]
    """
    choices = product(*(word.split("|") for word in pattern.split()))
    return [tuple(word for word in choice if word) for choice in choices]


def load_status_cues(path: Path | None = None) -> CueTable:
    """Read and check the cue rows (default: `models/rules/status_cues.tsv`).

    Raises:
        ResourceError: `file:line: problem, expected` for the first row that does not validate.
    """
    return load_cues(path or models_path("rules", "status_cues.tsv"), "status", STATUSES)


def load_cues(path: Path, column: str, values: Sequence[str]) -> CueTable:
    """Read and check cue rows that set one of some values, which the named column holds.

    Raises:
        ResourceError: `file:line: problem, expected` for the first row that does not validate.
    """
    table = CueTable()
    before, after = COLUMNS
    for where, row in read_rows(path, (*before, column, *after)):
        cue = _cue(where, row, column, some_of(where, column, row[column], values))
        for words in phrases(row["cue"]):
            if not words:
                raise ResourceError(f"{where}: cue {row['cue']!r} has no words, expected some")
            table.add(words, cue)
    return table


def _cue(where: str, row: dict[str, str], column: str, statuses: frozenset[str]) -> Cue:
    kind = one_of(where, "kind", row["kind"], KINDS)
    direction = one_of(where, "direction", row["direction"], DIRECTIONS)
    wanted = {"cue": (1,), "pseudo": (0,)}.get(kind, range(len(STATUSES)))
    if len(statuses) not in wanted:
        raise ResourceError(f"{where}: {len(statuses)} of {column} do not fit the kind {kind!r}")
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
