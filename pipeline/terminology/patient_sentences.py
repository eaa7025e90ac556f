"""What stands in the sentences and sections of a case that tells whom they speak of.

Every section is read once, when one of its sentences is first asked for. The side of a sentence
is `patient` or `general` where all its clear words say so, `both` or `neither` else; a sentence
without a side of its own takes part in its neighbours', so the side last stated before it and the
one next stated after it are kept too.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.patient_rows import EDGE, LONGEST, NONE, QUARTERS, SIDED, EvidenceRows

#: words up to which a sentence is short
SHORT = 8


#: the words `start` to `end` (exclusive) of a row, its id and the side it shows
Hit = tuple[int, int, tuple[str, str]]


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
    """Sentences in a row that are of one section.

    `names` are the rows found in any; `last` and `next` hold for each sentence, from `first` on,
    the side last stated before it and next stated after it.
    """

    names: tuple[str, ...]
    first: int
    sentences: list[SentenceReading]
    last: list[str]
    next: list[str]


#: a sentence in which no row is found
UNMARKED = SentenceReading((), "neither", [])


class CaseSentences:
    """Read the sentences of a case.

    `sections` holds the section of each token, `section_of` the one each sentence begins in.
    """

    __slots__ = ("_read", "rows", "section_of", "sections", "words")

    def __init__(self, rows: EvidenceRows, words: CaseWords, sections: Sequence[str]) -> None:
        self.rows = rows
        self.words = words
        self.sections = sections
        tokens = words.tokens
        self.section_of = [
            sections[tokens[low]] if low < high else "" for low, high in words.sentences
        ]
        self._read: dict[int, SectionReading] = {}

    def read(self, sentence: int) -> SentenceReading:
        """Give what stands in a sentence."""
        section = self.section(sentence)
        return section.sentences[sentence - section.first]

    def tenses(self, sentence: int) -> list[tuple[int, str]]:
        """Give the verbs of a sentence that show a tense: which word, which tense."""
        low, high = self.words.sentences[sentence]
        tenses = self.rows.tenses
        words = enumerate(self.words.words[low:high], low)
        return [(at, tenses[word]) for at, word in words if word in tenses]

    def section(self, sentence: int) -> SectionReading:
        """Read the neighbouring sentences that are of the same section."""
        found = self._read.get(sentence)
        if found is None:
            names = self.section_of
            name, first, end = names[sentence], sentence, sentence + 1
            while first and names[first - 1] == name:
                first -= 1
            while end < len(names) and names[end] == name:
                end += 1
            found = self._section(range(first, end))
            self._read.update(dict.fromkeys(range(first, end), found))
        return found

    def _section(self, numbers: range) -> SectionReading:
        hits = self._hits(numbers)
        readings = [_reading(hits[at]) if at in hits else UNMARKED for at in numbers]
        sides = [reading.side for reading in readings]
        names = dict.fromkeys([name for reading in readings for name in reading.names])
        following = _stated_before(sides[::-1])[::-1]
        return SectionReading(
            tuple(names), numbers.start, readings, _stated_before(sides), following
        )

    def _hits(self, numbers: range) -> dict[int, list[Hit]]:
        """Find rows in sentences, in one go; what runs over the end of a sentence is none."""
        words = self.words
        (low, _), (_, high) = words.sentences[numbers[0]], words.sentences[numbers[-1]]
        hits: dict[int, list[Hit]] = {}
        for hit in self.rows.sentence.all_in(words.words, low, high):
            sentence = words.sentence_of[hit[0]]
            if sentence == words.sentence_of[hit[1] - 1]:
                hits.setdefault(sentence, []).append(hit)
        return hits

    def stance(
        self, section: str, sentence: int, tenses: Sequence[tuple[int, str]]
    ) -> SentenceStance:
        """Say how a sentence with verbs of these tenses stands in its section."""
        low, high = self.words.sentences[sentence]
        words = self.words.words[low:high]
        around = self.section(sentence)
        place, size = sentence - around.first, len(around.sentences)
        return SentenceStance(
            section,
            low == 0 or self.sections[self.words.tokens[low - 1]] != section,
            " ".join([*words, ""]).count("ed ") > 1,
            any(map(str.isdigit, [word[0] for word in words])),
            high - low <= SHORT,
            tenses[0][1] if tenses else NONE,
            around.sentences[place].side,
            around.sentences[place - 1].side if place else EDGE,
            around.sentences[place + 1].side if place + 1 < size else EDGE,
            around.last[place],
            around.next[place],
            QUARTERS * place // size,
            min(LONGEST, (size + 1).bit_length() - 1),
            place == size - 1,
        )


def _reading(hits: Sequence[Hit]) -> SentenceReading:
    names = dict.fromkeys([name for _, _, (name, side) in hits if not side])
    sides = [(start, end, side) for start, end, (_, side) in hits if side]
    return SentenceReading(tuple(names), side_of([side for *_, side in sides]), sides)


def side_of(sides: Iterable[str]) -> str:
    """Give the one side, `both` or `neither`."""
    distinct = {*sides}
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
