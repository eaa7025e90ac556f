"""Which cue reaches a mention: scopes, terminators and priorities, within one sentence.

A forward cue reaches the mentions that begin after it, a backward cue those that end before it,
as far as its scope goes and no terminator of its status and direction stands between. A cue inside
a mention (`normal` in `normal kidneys`) says nothing of that mention unless its row's direction
is `inside`. A terminator `inside` a mention keeps out the cues before that mention.
"""

from bisect import bisect_left
from collections.abc import Sequence, Set
from typing import NamedTuple

from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.status_cues import UNBOUNDED, Cue, CueTable


class Target(NamedTuple):
    """A mention in words of its sentence: `start` to `end` (exclusive), section and label."""

    start: int
    end: int
    section: str
    label: str


class Decision(NamedTuple):
    """The cue that decides a status, and the words of the case it stands at."""

    cue: Cue
    start: int
    end: int


#: a row and the words `start` to `end` (exclusive) it stands at
Placed = tuple[Cue, int, int]


class SentenceCues(NamedTuple):
    """Where rows of several words stand in a sentence, and its cues and terminators."""

    long: list[tuple[int, int]]
    deciding: list[Placed]
    ending: list[Placed]


#: a sentence without cues
NO_CUES = SentenceCues([], [], [])


class CueReader:
    """Find the cues around the mentions of a case; each sentence with a cue is read once.

    `telling` are the cues' telling words; `cued` the sentences that have one.
    """

    def __init__(self, cues: CueTable, telling: Set[str], words: CaseWords) -> None:
        self._cues = cues
        self._words = words
        self._read: dict[int, SentenceCues] = {}
        told = [at for at, word in enumerate(words.words) if word in telling]
        self.cued = {words.sentence_of[at] for at in told}

    def cues(self, sentence: int) -> SentenceCues:
        """Give the hits in a sentence, none where it has no cue."""
        found = self._read.get(sentence)
        if found is None:
            cued = sentence in self.cued
            found = self._find(self._words.sentences[sentence]) if cued else NO_CUES
            self._read[sentence] = found
        return found

    def around(self, start: int, end: int, sentence: int) -> SentenceCues:
        """Give the hits in a sentence for the mention over the words `start` to `end`.

        None runs across the mention's bounds: `no change` is no cue where `change` is the mention.
        """
        found = self.cues(sentence)
        for low, high in found.long:
            if low < start < high or low < end < high:
                first, last = self._words.sentences[sentence]
                return self._find((first, start), (start, end), (end, last))
        return found

    def _find(self, *pieces: tuple[int, int]) -> SentenceCues:
        words, find = self._words.words, self._cues.find
        found = SentenceCues([], [], [])
        long, deciding, ending = found
        for low, high in pieces:
            for start, end, cues in find(words, low, high):
                if end - start > 1:
                    long.append((start, end))
                for cue in cues:
                    if cue.kind == "cue":
                        deciding.append((cue, start, end))
                    elif cue.kind == "terminator":
                        ending.append((cue, start, end))
        return found


def decide(target: Target, found: SentenceCues, least_priority: int) -> Decision | None:
    """Give the deciding cue of a mention, None if no cue of at least that priority reaches it."""
    best: Placed | None = None
    highest, nearest = least_priority, UNBOUNDED
    for placed in found.deciding:
        cue = placed[0]
        if cue.priority < highest:
            continue
        distance = _distance(placed, target)
        if distance < 0 or (cue.priority == highest and distance >= nearest):
            continue
        if cue.holds(target.section, target.label) and not _ended(placed, target, found.ending):
            best, highest, nearest = placed, cue.priority, distance
    return Decision(*best) if best else None


def _distance(placed: Placed, target: Target) -> int:
    """Give the words between cue and mention, -1 where it is out of scope."""
    cue, start, end = placed
    if cue.forward and end <= target.start:
        distance = target.start - end
    elif cue.backward and start >= target.end:
        distance = start - target.end
    elif cue.inside and target.start <= start and end <= target.end:
        distance = (target.end - target.start) - (end - start)
    else:
        return -1
    return distance if distance <= cue.scope else -1


def _ended(placed: Placed, target: Target, ending: Sequence[Placed]) -> bool:
    cue, start, end = placed
    if cue.inside:
        return False
    forward = end <= target.start
    low, high = (end, target.start) if forward else (target.end, start)
    # hits stand in order of their start; a sentence may be a list of hundreds of them
    for at in range(bisect_left(ending, low, key=_start), len(ending)):
        row, first, last = ending[at]
        if first >= (target.end if forward else high):
            break
        between = low <= first and last <= high
        if (between or (forward and row.inside)) and _ends(row, cue, (first, last), target):
            return True
    return False


def _start(placed: Placed) -> int:
    return placed[1]


def _ends(row: Cue, cue: Cue, where: tuple[int, int], target: Target) -> bool:
    """Say whether a terminator ends scopes of a cue's status for a mention before or after it."""
    start, end = where
    if end <= target.start:
        reaches = row.forward and target.start - end <= row.scope
    elif start >= target.end:
        reaches = row.backward and start - target.end <= row.scope
    else:
        reaches = row.inside and target.start <= start and end <= target.end
    return (
        reaches
        and (not row.statuses or cue.status in row.statuses)
        and row.holds(target.section, target.label)
    )
