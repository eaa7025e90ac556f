"""Vertebral levels that the words of a mention name, in one canonical form.

`L4-5`, `L4/L5` and `L4 to L5` are `L4-L5`; `D12` is `T12`; `fourth lumbar` is `L4`. What letters,
words and links there are say the rows of `models/rules/level_words.tsv`: `id`, `kind`, `text` and
`value`, which is the canonical letter and the highest number of a `region` or a `letter`, and the
number of an `ordinal`.

`T1` and `T2` are MR weightings too, `T1` to `T4` stages of a tumour, `S1` to `S4` heart sounds and
`D1` to `D4` parts of the duodenum. In ANATOMY a letter of the spine is taken for a level (but `D`);
elsewhere those count only beside a word of the spine or at the end of a range whose other end is
beyond doubt (`L5-S1`).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "kind", "text", "value")
KINDS = ("region", "letter", "ordinal", "link", "spine")
#: a level as it is written
LEVEL = re.compile(r"([a-z])(\d{1,2})")
#: kinds of rows with a letter and a number for a value
WITH_LIMIT = ("region", "letter")
#: up to this number T is a weighting or a stage, S a heart sound
DOUBTFUL = {"T": 4, "S": 4}
#: letter of old for the thoracic spine; of the duodenum as well
OLD_LETTER = "d"
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"))
#: distinct mentions remembered
_CACHED_MENTIONS = 1 << 14


class Level(NamedTuple):
    """A vertebra: letter of its region, number, and whether it may be something else."""

    letter: str
    number: int
    doubtful: bool

    def __str__(self) -> str:
        return f"{self.letter}{self.number}"


class LevelReader:
    """Read levels by the rows of words."""

    def __init__(self, path: Path) -> None:
        self._words: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for where, row in read_rows(path, COLUMNS):
            _check(where, row)
            self._words[row["kind"]][row["text"]] = row["value"]

    def read(self, words: Sequence[str], label: str) -> str:
        """Give the levels that a mention's words name, `, ` between, ranges with a hyphen."""
        words = [word.lower().translate(_DASHES) for word in words if not word.isspace()]
        spine = any(word in self._words["spine"] for word in words)
        found: list[str] = []
        at = 0
        while at < len(words):
            level, at = self._level(words, at, label)
            if level is None:
                continue
            last, at = self._end(words, at, level, label)
            if spine or not (level.doubtful and last.doubtful):
                found.append(str(level) if last[:2] == level[:2] else f"{level}-{last}")
        return ", ".join(dict.fromkeys(found))

    def _level(self, words: Sequence[str], at: int, label: str) -> tuple[Level | None, int]:
        """Give the level that begins at a word, and where to read on."""
        written = LEVEL.fullmatch(words[at])
        if written and written[1] in self._words["letter"]:
            limit = self._words["letter"][written[1]]
            doubtful = label != "ANATOMY" or written[1] == OLD_LETTER
            return _level_of(limit, int(written[2]), doubtful, written[1] == OLD_LETTER), at + 1
        number = self._words["ordinal"].get(words[at])
        region = self._words["region"].get(words[at + 1]) if at + 1 < len(words) else None
        if number and region:
            return _level_of(region, int(number), False, False), at + 2
        return None, at + 1

    def _end(self, words: Sequence[str], at: int, first: Level, label: str) -> tuple[Level, int]:
        """Give the level at which a range from `first` ends, and where to read on."""
        last = first
        while at + 1 < len(words) and words[at] in self._words["link"]:
            following, after = self._level(words, at + 1, label)
            if following is None and words[at + 1].isdigit():
                following, after = last._replace(number=int(words[at + 1])), at + 2
            if following is None or following[:2] == last[:2] or _before(following, last):
                break
            last, at = following, after
        return last, at


def _before(one: Level, other: Level) -> bool:
    """Say whether a level stands above another, or none can be so: `L4-2` is no range."""
    order = "CTLS"
    return (order.index(one.letter), one.number) < (order.index(other.letter), other.number)


def _level_of(limit: str, number: int, unsure: bool, old: bool) -> Level | None:
    letter, highest = limit.split()
    if not 0 < number <= int(highest):
        return None
    return Level(letter, number, unsure and (old or number <= DOUBTFUL.get(letter, 0)))


def _check(where: str, row: dict[str, str]) -> None:
    if row["kind"] not in KINDS or not row["text"]:
        raise ResourceError(f"{where}: kind {row['kind']!r}, expected one of {KINDS} and a text")
    form = (
        r"[CTLS] \d+" if row["kind"] in WITH_LIMIT else r"\d+" if row["kind"] == "ordinal" else ""
    )
    if not re.fullmatch(form, row["value"]):
        raise ResourceError(
            f"{where}: value {row['value']!r} does not fit the kind {row['kind']!r}"
        )


@lru_cache(maxsize=1)
def default_levels() -> LevelReader:
    """Give the reader over `models/rules/level_words.tsv`, read once."""
    return LevelReader(models_path("rules", "level_words.tsv"))


def vertebral_level(words: Sequence[str], label: str) -> str:
    """Give the vertebral levels that the words of a mention with this label name.

    >>> vertebral_level(["L4", "-", "5", " ", "disc"], "ANATOMY")
    'L4-L5'
    >>> vertebral_level(["T2", " ", "hyperintense", " ", "matrix"], "FINDING")
    ''
    """
    return _vertebral_level(tuple(words), label)


@lru_cache(_CACHED_MENTIONS)
def _vertebral_level(words: tuple[str, ...], label: str) -> str:
    return default_levels().read(words, label)
