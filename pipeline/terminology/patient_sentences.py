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
from pipeline.terminology.patient_rows import LONGEST, NONE, QUARTERS, SIDED, EvidenceRows

#: words up to which a sentence is short
SHORT = 8


class SentenceReading(NamedTuple):
    """The ids of rows in a sentence, its side, and where words of a side (and which) stand."""

    names: tuple[str, ...]
    side: str
    sides: list[tuple[int, int, str]]


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
            words = self.words.words[low:high]
            names = tuple({name: None for *_, name in self.rows.sentence.all_in(words)})
            sides = self.rows.sides.all_in(words)
            placed = [(low + start, low + end, side) for start, end, side in sides]
            found = SentenceReading(names, side_of(side for *_, side in sides), placed)
            self._read[sentence] = found
        return found

    def tenses(self, sentence: int) -> list[tuple[int, str]]:
        """Give the verbs of a sentence that show a tense: which word, which tense."""
        found = self._tenses.get(sentence)
        if found is None:
            low, high = self.words.sentences[sentence]
            tense_of = self.rows.tenses.get
            tenses = enumerate(map(tense_of, self.words.words[low:high]), start=low)
            found = self._tenses[sentence] = [(word, tense) for word, tense in tenses if tense]
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

    def shapes(self, section: str, sentence: int) -> list[str]:
        """Name the properties of a sentence, as it stands in its section."""
        low, high = self.words.sentences[sentence]
        words = self.words.words[low:high]
        tenses = self.tenses(sentence)
        return [
            *(["first_sentence"] if low == 0 or self.sections[low - 1] != section else ()),
            *(["past_tense"] if sum(word.endswith("ed") for word in words) > 1 else ()),
            *(["has_digit"] if any(word[0].isdigit() for word in words) else ()),
            *(["short_sentence"] if high - low <= SHORT else ()),
            f"section:{section}",
            f"tense:{tenses[0][1] if tenses else NONE}",
            *self._side_shapes(sentence),
        ]

    def _side_shapes(self, sentence: int) -> list[str]:
        around = self.section(sentence)
        place, size = sentence - around.first, len(around.sides)
        side, last, following = around.sides[place], around.last[place], around.next[place]
        return [
            f"side:{side}",
            f"side_before:{around.sides[place - 1] if place else 'edge'}",
            f"side_after:{around.sides[place + 1] if place + 1 < size else 'edge'}",
            f"last_side:{last}",
            f"next_side:{following}",
            *([f"unsided_last:{last}", f"unsided_next:{following}"] if side == "neither" else ()),
            f"quarter:{QUARTERS * place // size}",
            f"length:{min(LONGEST, (size + 1).bit_length() - 1)}",
            *(["last_sentence"] if place == size - 1 else ()),
        ]


def side_of(sides: Iterable[str]) -> str:
    """Give the one side, `both` or `neither`."""
    distinct = set(sides)
    return "both" if len(distinct) > 1 else next(iter(distinct), "neither")


def _stated_before(sides: Iterable[str]) -> list[str]:
    """Give for each sentence the side that was stated last before it."""
    stated, last = [], NONE
    for side in sides:
        stated.append(last)
        last = side if side in SIDED else last
    return stated
