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
from pipeline.terminology.patient_weights import Weighed, WeighedSets, together
from pipeline.terminology.status_cues import UNBOUNDED
from pipeline.terminology.status_scope import Target

#: what is added to the name of a `sentence` row where its words stand near the mention's sentence
PREVIOUS, SECTION = "/previous", "/section"
#: what is added to the name of a determiner before a plural
PLURAL = "/plural"
#: words before a mention in which `before` rows and determiners are looked for
REACH_BEFORE, REACH_DETERMINER = 3, 4


class MentionStance(NamedTuple):
    """How a mention stands in its sentence: what its shapes are named by."""

    label: str
    cued: str
    repeats: tuple[str, ...]
    opening: bool
    plural: bool
    determiner: str
    rows: tuple[str, ...]
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
            *["bare"] * (not self.determiner),
            *["bare_plural"] * (self.plural and not self.determiner),
            f"label:{self.label}",
            f"cued:{self.cued}",
            f"near_before:{self.before}",
            f"near_after:{self.after}",
            f"near:{self.before}:{self.after}",
            f"near_tense:{self.tense}",
            f"clause:{self.clause}",
        ]

    def names(self) -> list[str]:
        """Name the rows of words that stand before the mention."""
        if not self.determiner:
            return [*self.rows]
        return [*self.rows, self.determiner, *[self.determiner + PLURAL] * self.plural]


class JudgedSentence(NamedTuple):
    """What all mentions of a sentence share: its bounds, clear words, verbs, and their weight.

    `tense` is that of all its verbs, empty where they have several.
    """

    first: int
    end: int
    sides: list[tuple[int, int, str]]
    tenses: list[tuple[int, str]]
    tense: str
    context: Weighed


@dataclass(slots=True)
class CaseEvidence:
    """A case's sentences, sections in which a head of mentions stands, and what was judged."""

    sentences: CaseSentences
    repeated: dict[str, tuple[str, ...]]
    judged: dict[tuple[str, int], JudgedSentence] = field(default_factory=dict)


class PatientJudge:
    """Give the chance that a mention is a general statement, and the feature that weighed most."""

    def __init__(self, rows: EvidenceRows, weights: dict[str, float], bias: float) -> None:
        self.rows = rows
        self.weights = weights
        self.bias = bias
        placed: dict[str, dict[str, float]] = {PREVIOUS: {}, SECTION: {}}
        for name, weight in weights.items():
            row, slash, place = name.partition("/")
            placed.get(slash + place, {})[row] = weight
        self._own = WeighedSets[tuple[str, ...]](weights, tuple)
        self._previous = WeighedSets[tuple[str, ...]](placed[PREVIOUS], tuple)
        self._section = WeighedSets[tuple[str, ...]](placed[SECTION], tuple)
        self._sentences = WeighedSets[SentenceStance](weights, self._of_sentence)
        self._mentions = WeighedSets[MentionStance](weights, self._of_mention)

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
        first_word = words.first_word
        heads: dict[str, dict[str, None]] = {name: {} for name in REPEATED}
        for mention in mentions:
            start = mention["start"]
            if sections[start] in heads:
                low, high = first_word[start], first_word[mention["end"]]
                heads[sections[start]][_head(words.words[high - 1] if low < high else "")] = None
        repeated: dict[str, tuple[str, ...]] = {}
        for name, found in heads.items():
            for head in found:
                repeated[head] = (*repeated.get(head, ()), name)
        return CaseEvidence(CaseSentences(self.rows, words, sections), repeated)

    def general(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> tuple[float, str]:
        """Give the chance of `general` and the id of the row that speaks most for the outcome."""
        judged = self._judged(case, target.section, sentence)
        context = judged.context
        own = self._mentions[self._stance(case, target, judged, cued)]
        total = self.bias + context.total + own.total
        if total >= 0:
            _, strongest = max(context.highest, own.highest)
        else:
            _, strongest = min(context.lowest, own.lowest)
        return 1.0 / (1.0 + math.exp(-total)), strongest.partition("/")[0]

    def features(self, case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
        """Name the features that hold for a mention."""
        judged = self._judged(case, target.section, sentence)
        stance = case.sentences.stance(target.section, sentence, judged.tenses)
        return [
            *self._of_mention(self._stance(case, target, judged, cued)),
            *self._of_sentence(stance),
            *case.sentences.read(sentence).names,
            *(name + PREVIOUS for name in _before(case, target.section, sentence)),
            *(name + SECTION for name in case.sentences.section(sentence).names),
        ]

    def _judged(self, case: CaseEvidence, section: str, sentence: int) -> JudgedSentence:
        """Read and weigh what holds for every mention of a sentence."""
        known = case.judged.get((section, sentence))
        if known is None:
            sentences = case.sentences
            around = sentences.section(sentence)
            reading = around.sentences[sentence - around.first]
            tenses = sentences.tenses(sentence)
            context = together(
                self._sentences[sentences.stance(section, sentence, tenses)],
                self._own[reading.names],
                self._previous[_before(case, section, sentence)],
                self._section[around.names],
            )
            known = case.judged[section, sentence] = JudgedSentence(
                *sentences.words.sentences[sentence],
                reading.sides,
                tenses,
                _one_tense(tenses),
                context,
            )
        return known

    def _stance(
        self, case: CaseEvidence, target: Target, judged: JudgedSentence, cued: str
    ) -> MentionStance:
        """Say how a mention stands in its sentence."""
        words = case.sentences.words.words
        start, first = target.start, judged.first
        last = words[target.end - 1] if start < target.end else ""
        head = _head(last)
        before, after = _near_sides(judged.sides, target) if judged.sides else (NONE, NONE)
        return MentionStance(
            target.label,
            cued,
            case.repeated.get(head, ()),
            start - first <= 1,
            head != last,
            self._determiner(words[max(first, start - REACH_DETERMINER) : start]),
            tuple(self.rows.before.backwards(words, max(first, start - REACH_BEFORE), start)),
            before,
            after,
            judged.tense or _near_tense(judged.tenses, target),
            self._clause_side(words, judged, target) if judged.sides else "neither",
        )

    def _determiner(self, before: Sequence[str]) -> str:
        """Name the determiner nearest before a mention, if only words stand between."""
        determiners = self.rows.determiners
        for word in before[::-1]:
            if word in determiners:
                return determiners[word]
            if not word.isalpha():
                break
        return ""

    def _clause_side(self, words: Sequence[str], judged: JudgedSentence, target: Target) -> str:
        """Give the side that the words of the mention's clause take."""
        ends = self.rows.clause_ends
        start, end = target.start, target.end
        while start > judged.first and words[start - 1] not in ends:
            start -= 1
        while end < judged.end and words[end] not in ends:
            end += 1
        return side_of([side for low, high, side in judged.sides if start <= low and high <= end])

    def _of_mention(self, stance: MentionStance) -> list[str]:
        return [*stance.names(), *self._rows(stance.shapes())]

    def _of_sentence(self, stance: SentenceStance) -> list[str]:
        return self._rows(stance.shapes())

    def _rows(self, shapes: Iterable[str]) -> list[str]:
        rows = self.rows.shape
        return [rows[shape] for shape in shapes if shape in rows]


def _before(case: CaseEvidence, section: str, sentence: int) -> tuple[str, ...]:
    """Name what holds in the sentence before, if it is of the same section."""
    if sentence and case.sentences.section_of[sentence - 1] == section:
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


def _one_tense(verbs: Sequence[tuple[int, str]]) -> str:
    """Give the tense all verbs have, empty where they have several."""
    tenses = {tense for _, tense in verbs} or {NONE}
    return tenses.pop() if len(tenses) == 1 else ""


def _near_tense(verbs: Sequence[tuple[int, str]], target: Target) -> str:
    """Give the tense of the verb nearest to a mention, of two as near the first's."""
    start, end = target.start, target.end
    nearest, found = UNBOUNDED, NONE
    for at, tense in verbs:
        distance = min(abs(at - start), abs(at - end))
        if distance < nearest:
            nearest, found = distance, tense
    return found


def _head(last: str) -> str:
    """Give the last word of a mention without the sign of the plural."""
    return last[:-1] if last.endswith("s") and len(last) > 3 else last
