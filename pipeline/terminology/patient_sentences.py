"""What stands in the sentences and sections of a case that tells whom they speak of.

Every sentence and every section is read once, when it is first asked for. The side of a sentence
is `patient` or `general` where all its clear words say so, `both` or `neither` else; a sentence
without a side of its own takes part in its neighbours', so the side last stated before it and the
one next stated after it are kept too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.patient_rows import EDGE, LONGEST, NONE, QUARTERS, SIDED, EvidenceRows

#: words up to which a sentence is short
SHORT = 8


class SentenceReading(NamedTuple):
    """The ids of rows in a sentence, its side, and where words of a side (and which) stand."""

    names: tuple[str, ...]
    side: str
    sides: list[tuple[int, int, str]]


class SentenceStance(NamedTuple):
    """How a sentence stands in its section: what its shapes are named by."""

    section: str
    first: bool
    past_tense: bool
    has_digit: bool
    short: bool
    tense: str
    side: str
    before: str
    after: str
    last: str
    next: str
    quarter: int
    length: int
    closing: bool

    def shapes(self) -> list[str]:
        """Name the shapes that hold."""
        unsided = self.side == "neither"
        return [
            *["first_sentence"] * self.first,
            *["past_tense"] * self.past_tense,
            *["has_digit"] * self.has_digit,
            *["short_sentence"] * self.short,
            *["last_sentence"] * self.closing,
            f"section:{self.section}",
            f"tense:{self.tense}",
            f"side:{self.side}",
            f"side_before:{self.before}",
            f"side_after:{self.after}",
            f"last_side:{self.last}",
            f"next_side:{self.next}",
            *[f"unsided_last:{self.last}", f"unsided_next:{self.next}"] * unsided,
            f"quarter:{self.quarter}",
            f"length:{self.length}",
        ]


class SectionReading(NamedTuple):
    """A section's sentences: their sides, and for each the side last and next stated."""

    names: dict[str, None]
    first: int
    sides: list[str]
    last: list[str]
    next: list[str]


@dataclass(slots=True)
class CaseSentences:
    """Read the sentences of a case; `sections` holds the section of each word."""

    rows: EvidenceRows
    words: CaseWords
    sections: Sequence[str]
    _read: dict[int, SentenceReading] = field(default_factory=dict)
    _tenses: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    _sections: dict[int, SectionReading] = field(default_factory=dict)

    def section_at(self, sentence: int) -> str:
        """Give the section a sentence begins in."""
        low, high = self.words.sentences[sentence]
        return self.sections[low] if low < high else ""

    def read(self, sentence: int) -> SentenceReading:
        """Read a sentence."""
        found = self._read.get(sentence)
        if found is None:
            low, high = self.words.sentences[sentence]
            hits = self.rows.sentence.all_in(self.words.words[low:high])
            names = tuple({name: None for _, _, (name, side) in hits if not side})
            sides = [(low + start, low + end, side) for start, end, (_, side) in hits if side]
            found = SentenceReading(names, side_of([side for *_, side in sides]), sides)
            self._read[sentence] = found
        return found

    def tenses(self, sentence: int) -> list[tuple[int, str]]:
        """Give the verbs of a sentence that show a tense: which word, which tense."""
        found = self._tenses.get(sentence)
        if found is None:
            low, high = self.words.sentences[sentence]
            words, tenses = self.words.words, self.rows.tenses
            found = [(at, tenses[words[at]]) for at in range(low, high) if words[at] in tenses]
            self._tenses[sentence] = found
        return found

    def section(self, sentence: int) -> SectionReading:
        """Read the neighbouring sentences that are of the same section."""
        found = self._sections.get(sentence)
        if found is None:
            name = self.section_at(sentence)
            first, last = sentence, sentence
            while first and self.section_at(first - 1) == name:
                first -= 1
            while last + 1 < len(self.words.sentences) and self.section_at(last + 1) == name:
                last += 1
            found = self._read_section(range(first, last + 1))
            self._sections.update(dict.fromkeys(range(first, last + 1), found))
        return found

    def _read_section(self, numbers: range) -> SectionReading:
        readings = [self.read(number) for number in numbers]
        sides = [reading.side for reading in readings]
        names = dict.fromkeys(name for reading in readings for name in reading.names)
        following = _stated_before(sides[::-1])[::-1]
        return SectionReading(names, numbers.start, sides, _stated_before(sides), following)

    def stance(self, section: str, sentence: int) -> "SentenceStance":
        """Say how a sentence stands in its section."""
        low, high = self.words.sentences[sentence]
        words = self.words.words[low:high]
        tenses = self.tenses(sentence)
        around = self.section(sentence)
        place, size = sentence - around.first, len(around.sides)
        return SentenceStance(
            section,
            low == 0 or self.sections[low - 1] != section,
            " ".join([*words, ""]).count("ed ") > 1,
            any(map(str.isdigit, [word[0] for word in words])),
            high - low <= SHORT,
            tenses[0][1] if tenses else NONE,
            around.sides[place],
            around.sides[place - 1] if place else EDGE,
            around.sides[place + 1] if place + 1 < size else EDGE,
            around.last[place],
            around.next[place],
            QUARTERS * place // size,
            min(LONGEST, (size + 1).bit_length() - 1),
            place == size - 1,
        )


def side_of(sides: Iterable[str]) -> str:
    """Give the one side, `both` or `neither`."""
    distinct = set(sides)
    if len(distinct) > 1:
        return "both"
    return distinct.pop() if distinct else "neither"


def _stated_before(sides: Iterable[str]) -> list[str]:
    """Give for each sentence the side that was stated last before it."""
    stated, last = [], NONE
    for side in sides:
        stated.append(last)
        last = side if side in SIDED else last
    return stated
