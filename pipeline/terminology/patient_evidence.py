"""Does a mention speak of this patient, or of the disease in general? Weighed evidence.

A discussion mixes both in one paragraph. `models/rules/status_evidence.tsv` lists what tells them
apart, one feature a row (`pipeline.terminology.patient_rows` has its form): words of the sentence
and around the mention, and shapes, which say how mention and sentence stand
(`pipeline.terminology.patient_sentences`).

`models/trained/status_evidence.json` holds a logistic regression's weight for each (trained by
`pipeline.training.status`, measured there by five-fold cross-validation): the chance of `general`
is 1 / (1 + exp(-(bias + sum of weights of the features that hold))).
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import Mention
from pipeline.errors import ResourceError
from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.patient_rows import NONE, REPEATED, EvidenceRows, load_evidence_rows
from pipeline.terminology.patient_sentences import CaseSentences, SentenceStance, side_of
from pipeline.terminology.status_scope import Target

#: what is added to the name of a `sentence` row where its words stand near the mention's sentence
PREVIOUS, SECTION = "/previous", "/section"
#: what is added to the name of a determiner before a plural
PLURAL = "/plural"
#: words before a mention in which `before` rows and determiners are looked for
REACH_BEFORE, REACH_DETERMINER = 3, 4
#: stances remembered
MOST_STANCES = 1 << 15


class Weighed(NamedTuple):
    """The sum of features' weights, the highest and the lowest (weight, row id)."""

    total: float
    highest: tuple[float, str]
    lowest: tuple[float, str]


#: no feature holds
NOTHING = Weighed(0.0, (-math.inf, ""), (math.inf, ""))


class MentionStance(NamedTuple):
    """How a mention stands in its sentence: what its shapes are named by."""

    label: str
    cued: str
    repeats: tuple[str, ...]
    opening: bool
    plural: bool
    before: str
    after: str
    tense: str
    clause: str

    def shapes(self) -> list[str]:
        """Name the shapes that hold."""
        return [
            *(f"repeat:{name}" for name in self.repeats),
            *["first_word"] * self.opening,
            *["plural"] * self.plural,
            f"label:{self.label}",
            f"cued:{self.cued}",
            f"near_before:{self.before}",
            f"near_after:{self.after}",
            f"near:{self.before}:{self.after}",
            f"near_tense:{self.tense}",
            f"clause:{self.clause}",
        ]


class JudgedSentence(NamedTuple):
    """What all mentions of a sentence share: its bounds, clear words, verbs, and their weight."""

    first: int
    end: int
    sides: list[tuple[int, int, str]]
    tenses: list[tuple[int, str]]
    context: Weighed


@dataclass(slots=True)
class CaseEvidence:
    """A case's sentences, the heads of mentions by section, and what was weighed already."""

    sentences: CaseSentences
    repeated: dict[str, set[str]]
    weighed_section: dict[int, Weighed] = field(default_factory=dict)
    judged: dict[tuple[str, int], JudgedSentence] = field(default_factory=dict)


class PatientJudge:
    """Give the chance that a mention is a general statement, and the feature that weighed most."""

    def __init__(self, rows: EvidenceRows, weights: dict[str, float], bias: float) -> None:
        self.rows = rows
        self.weights = weights
        self.bias = bias
        self._weights: dict[str, dict[str, float]] = {place: {} for place in (PREVIOUS, SECTION)}
        for name, weight in weights.items():
            row, slash, place = name.partition("/")
            self._weights.get(slash + place, {})[row] = weight
        # stances recur: there are far fewer than mentions
        self._stances: dict[SentenceStance | MentionStance, Weighed] = {}

    @classmethod
    def load(cls, path: Path) -> "PatientJudge":
        """Read the weights.

        Raises:
            ResourceError: the file is missing or is not `{"bias": number, "weights": {...}}`.
        """
        try:
            model = json.loads(path.read_text(encoding="utf-8"))
            weights = {str(name): float(weight) for name, weight in model["weights"].items()}
            return cls(load_evidence_rows(), weights, float(model["bias"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ResourceError(f"{path.name}: {problem}, expected bias and weights") from problem

    def evidence(
        self, words: CaseWords, mentions: Iterable[Mention], sections: Sequence[str]
    ) -> CaseEvidence:
        """Read a case: `sections` names the section of each token."""
        repeated: dict[str, set[str]] = {name: set() for name in REPEATED}
        for mention in mentions:
            section = sections[mention["start"]]
            if section in repeated:
                low, high = words.first_word[mention["start"]], words.first_word[mention["end"]]
                repeated[section].add(_head(words.words[high - 1] if low < high else ""))
        of_word = [sections[token] for token in words.tokens]
        return CaseEvidence(CaseSentences(self.rows, words, of_word), repeated)

    def general(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> tuple[float, str]:
        """Give the chance of `general` and the id of the row that speaks most for the outcome."""
        judged = self._sentence(case, target.section, sentence)
        context = judged.context
        stance, names = self._of_mention(case, target, judged, cued)
        own = _both(self._weighed_stance(stance), _weigh(self.weights, names))
        total = self.bias + context.total + own.total
        if total >= 0:
            _, strongest = max(context.highest, own.highest)
        else:
            _, strongest = min(context.lowest, own.lowest)
        return 1.0 / (1.0 + math.exp(-total)), strongest.partition("/")[0]

    def features(self, case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
        """Name the features that hold for a mention."""
        judged = self._sentence(case, target.section, sentence)
        stance, names = self._of_mention(case, target, judged, cued)
        return [
            *names,
            *self._rows(stance.shapes()),
            *self._rows(case.sentences.stance(target.section, sentence).shapes()),
            *case.sentences.read(sentence).names,
            *(name + PREVIOUS for name in _before(case, target.section, sentence)),
            *(name + SECTION for name in case.sentences.section(sentence).names),
        ]

    def _sentence(self, case: CaseEvidence, section: str, sentence: int) -> JudgedSentence:
        """Read and weigh what holds for every mention of a sentence."""
        known = case.judged.get((section, sentence))
        if known is None:
            reading = case.sentences.read(sentence)
            around = _both(
                _weigh(self._weights[PREVIOUS], _before(case, section, sentence)),
                self._weighed_section(case, sentence),
            )
            own = _both(
                self._weighed_stance(case.sentences.stance(section, sentence)),
                _weigh(self.weights, reading.names),
            )
            known = case.judged[section, sentence] = JudgedSentence(
                *case.sentences.words.sentences[sentence],
                reading.sides,
                case.sentences.tenses(sentence),
                _both(own, around),
            )
        return known

    def _weighed_section(self, case: CaseEvidence, sentence: int) -> Weighed:
        reading = case.sentences.section(sentence)
        known = case.weighed_section.get(reading.first)
        if known is None:
            known = _weigh(self._weights[SECTION], reading.names)
            case.weighed_section[reading.first] = known
        return known

    def _weighed_stance(self, stance: SentenceStance | MentionStance) -> Weighed:
        known = self._stances.get(stance)
        if known is None:
            if len(self._stances) > MOST_STANCES:
                self._stances.clear()
            known = self._stances[stance] = _weigh(self.weights, self._rows(stance.shapes()))
        return known

    def _of_mention(
        self, case: CaseEvidence, target: Target, judged: JudgedSentence, cued: str
    ) -> tuple[MentionStance, list[str]]:
        """Give the stance of a mention, and the names of rows before it."""
        words = case.sentences.words.words
        start, first = target.start, judged.first
        last = words[target.end - 1] if start < target.end else ""
        head = _head(last)
        plural = head != last
        stance = MentionStance(
            target.label,
            cued,
            tuple([name for name in REPEATED if head in case.repeated[name]]),
            start - first <= 1,
            plural,
            *_near_sides(judged.sides, target),
            _near_tense(judged.tenses, target),
            self._clause_side(words, judged, target) if judged.sides else "neither",
        )
        names = self.rows.before.before(words, start, min(REACH_BEFORE, start - first))
        before = words[max(first, start - REACH_DETERMINER) : start]
        return stance, names + self._determined(before, plural)

    def _determined(self, before: Sequence[str], plural: bool) -> list[str]:
        """Name the determiner nearest before a mention, if only words stand between."""
        for word in reversed(before):
            name = self.rows.determiners.get(word)
            if name:
                return [name, name + PLURAL] if plural else [name]
            if not word.isalpha():
                break
        return self._rows(["bare", "bare_plural"] if plural else ["bare"])

    def _clause_side(self, words: Sequence[str], judged: JudgedSentence, target: Target) -> str:
        """Give the side that the words of the mention's clause take."""
        ends = self.rows.clause_ends
        start, end = target.start, target.end
        while start > judged.first and words[start - 1] not in ends:
            start -= 1
        while end < judged.end and words[end] not in ends:
            end += 1
        return side_of([side for low, high, side in judged.sides if start <= low and high <= end])

    def _rows(self, shapes: Iterable[str]) -> list[str]:
        rows = self.rows.shape
        return [rows[shape] for shape in shapes if shape in rows]


def _before(case: CaseEvidence, section: str, sentence: int) -> Sequence[str]:
    """Name what holds in the sentence before, if it is of the same section."""
    if sentence and case.sentences.section_at(sentence - 1) == section:
        return case.sentences.read(sentence - 1).names
    return ()


def _near_sides(sides: Iterable[tuple[int, int, str]], target: Target) -> tuple[str, str]:
    """Give the sides of the clear words nearest before and after a mention."""
    before = after = NONE
    for start, end, side in sides:
        if end <= target.start:
            before = side
        elif start >= target.end:
            after = side
            break
    return before, after


def _near_tense(verbs: Sequence[tuple[int, str]], target: Target) -> str:
    """Give the tense of the verb nearest to a mention."""
    if len(verbs) < 2:
        return verbs[0][1] if verbs else NONE
    start, end = target.start, target.end
    return min([(min(abs(at - start), abs(at - end)), at, tense) for at, tense in verbs])[2]


def _weigh(weights: dict[str, float], names: Iterable[str]) -> Weighed:
    found = [(weights[name], name) for name in names if name in weights]
    if not found:
        return NOTHING
    return Weighed(math.fsum([weight for weight, _ in found]), max(found), min(found))


def _both(one: Weighed, other: Weighed) -> Weighed:
    return Weighed(
        one.total + other.total, max(one.highest, other.highest), min(one.lowest, other.lowest)
    )


def _head(last: str) -> str:
    """Give the last word of a mention without the sign of the plural."""
    return last[:-1] if last.endswith("s") and len(last) > 3 else last
