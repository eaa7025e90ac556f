"""Which cue reaches a mention: scopes, terminators and priorities, within one sentence.

A forward cue reaches the mentions that begin after it, a backward cue those that end before it,
as far as its scope goes and no terminator of its status and direction stands between. A cue inside
a mention (`normal` in `normal kidneys`) says nothing of that mention unless its row's direction
is `inside`. A terminator `inside` a mention keeps out the cues before that mention.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.status_cues import Cue, CueHit, PhraseTable


class Target(NamedTuple):
    """A mention in words of its sentence: `start` to `end` (exclusive), section and label."""

    start: int
    end: int
    section: str
    label: str


class Decision(NamedTuple):
    """The cue that decides a status, and where it stands in the words of the sentence."""

    cue: Cue
    start: int
    end: int


class SentenceCues(NamedTuple):
    """All hits in a sentence, and those of its hits that may decide, cue by cue."""

    hits: list[CueHit]
    deciding: list[tuple[CueHit, Cue]]


class CueReader:
    """Find the cues around the mentions of a case; each sentence is read once."""

    def __init__(self, cues: PhraseTable[Cue], words: CaseWords) -> None:
        self._cues = cues
        self._words = words
        self._read: dict[int, SentenceCues] = {}

    def cues(self, sentence: int) -> SentenceCues:
        """Give the hits in a sentence."""
        found = self._read.get(sentence)
        if found is None:
            found = self._read[sentence] = self._find([self._words.sentences[sentence]])
        return found

    def around(self, start: int, end: int, sentence: int) -> SentenceCues:
        """Give the hits in a sentence for the mention over the words `start` to `end`.

        None runs across the mention's bounds: `no change` is no cue where `change` is the mention.
        """
        found = self.cues(sentence)
        for hit in found.hits:
            if hit.start < start < hit.end or hit.start < end < hit.end:
                low, high = self._words.sentences[sentence]
                return self._find([(low, start), (start, end), (end, high)])
        return found

    def _find(self, pieces: Sequence[tuple[int, int]]) -> SentenceCues:
        hits = [
            CueHit(low + start, low + end, cues)
            for low, high in pieces
            for start, end, cues in self._cues.find(self._words.words[low:high])
        ]
        return SentenceCues(
            hits, [(hit, cue) for hit in hits for cue in hit.cues if cue.kind == "cue"]
        )


def decide(target: Target, found: SentenceCues, least_priority: int) -> Decision | None:
    """Give the deciding cue of a mention, None if no cue of at least that priority reaches it."""
    best: tuple[tuple[int, int], Decision] | None = None
    for hit, cue in found.deciding:
        if cue.priority < least_priority:
            continue
        distance = _distance(cue, hit, target)
        if distance < 0 or not cue.holds(target.section, target.label):
            continue
        rank = (cue.priority, -distance)
        if (best is None or rank > best[0]) and not _ended(cue, hit, target, found.hits):
            best = rank, Decision(cue, hit.start, hit.end)
    return best[1] if best else None


def _distance(cue: Cue, hit: CueHit, target: Target) -> int:
    """Give the words between cue and mention, -1 where it is out of scope."""
    if cue.forward and hit.end <= target.start:
        distance = target.start - hit.end
    elif cue.backward and hit.start >= target.end:
        distance = hit.start - target.end
    elif cue.inside and target.start <= hit.start and hit.end <= target.end:
        distance = (target.end - target.start) - (hit.end - hit.start)
    else:
        return -1
    return distance if distance <= cue.scope else -1


def _ended(cue: Cue, hit: CueHit, target: Target, hits: Sequence[CueHit]) -> bool:
    if cue.inside:
        return False
    forward = hit.end <= target.start
    low, high = (hit.end, target.start) if forward else (target.end, hit.start)
    return any(
        _ends(row, cue, other, target)
        and ((low <= other.start and other.end <= high) or (forward and row.inside))
        for other in hits
        for row in other.cues
        if row.kind == "terminator"
    )


def _ends(row: Cue, cue: Cue, where: CueHit, target: Target) -> bool:
    """Say whether a terminator ends scopes of a cue's status for a mention before or after it."""
    if where.end <= target.start:
        reaches = row.forward and target.start - where.end <= row.scope
    elif where.start >= target.end:
        reaches = row.backward and where.start - target.end <= row.scope
    else:
        reaches = row.inside and target.start <= where.start and where.end <= target.end
    return (
        reaches
        and (not row.statuses or cue.status in row.statuses)
        and row.holds(target.section, target.label)
    )
