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
from pipeline.terminology.patient_sentences import CaseSentences, side_of
from pipeline.terminology.status_scope import Target

#: what is added to the name of a `sentence` row where its words stand near the mention's sentence
PREVIOUS, SECTION = "/previous", "/section"
#: what is added to the name of a determiner before a plural
PLURAL = "/plural"
#: words before a mention in which `before` rows and determiners are looked for
REACH_BEFORE, REACH_DETERMINER = 3, 4


class Weighed(NamedTuple):
    """The sum of features' weights, the highest and the lowest (weight, row id)."""

    total: float
    highest: tuple[float, str]
    lowest: tuple[float, str]


#: no feature holds
NOTHING = Weighed(0.0, (-math.inf, ""), (math.inf, ""))


@dataclass(slots=True)
class CaseEvidence:
    """A case's sentences, the heads of mentions by section, and what was weighed already."""

    sentences: CaseSentences
    repeated: dict[str, set[str]]
    weighed_section: dict[int, Weighed] = field(default_factory=dict)
    weighed: dict[tuple[str, int], Weighed] = field(default_factory=dict)


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
        context = self._context(case, target.section, sentence)
        own = _weigh(self.weights, self._of_mention(case, target, sentence, cued))
        total = self.bias + context.total + own.total
        if total >= 0:
            _, strongest = max(context.highest, own.highest)
        else:
            _, strongest = min(context.lowest, own.lowest)
        return 1.0 / (1.0 + math.exp(-total)), strongest.partition("/")[0]

    def features(self, case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
        """Name the features that hold for a mention."""
        return [
            *self._of_mention(case, target, sentence, cued),
            *self._of_sentence(case, target.section, sentence),
            *(name + PREVIOUS for name in _before(case, target.section, sentence)),
            *(name + SECTION for name in case.sentences.section(sentence).names),
        ]

    def _context(self, case: CaseEvidence, section: str, sentence: int) -> Weighed:
        """Weigh what holds for every mention of a sentence."""
        known = case.weighed.get((section, sentence))
        if known is None:
            parts = (
                _weigh(self.weights, self._of_sentence(case, section, sentence)),
                _weigh(self._weights[PREVIOUS], _before(case, section, sentence)),
                self._weighed_section(case, sentence),
            )
            known = case.weighed[section, sentence] = Weighed(
                sum(part.total for part in parts),
                max(part.highest for part in parts),
                min(part.lowest for part in parts),
            )
        return known

    def _weighed_section(self, case: CaseEvidence, sentence: int) -> Weighed:
        reading = case.sentences.section(sentence)
        known = case.weighed_section.get(reading.first)
        if known is None:
            known = _weigh(self._weights[SECTION], reading.names)
            case.weighed_section[reading.first] = known
        return known

    def _of_sentence(self, case: CaseEvidence, section: str, sentence: int) -> list[str]:
        shapes = case.sentences.shapes(section, sentence)
        return [*case.sentences.read(sentence).names, *self._rows(shapes)]

    def _of_mention(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> list[str]:
        """Name what holds for one mention of a sentence."""
        words = case.sentences.words
        first = words.sentences[sentence][0]
        last = words.words[target.end - 1] if target.start < target.end else ""
        head = _head(last)
        plural = head != last
        shapes = [f"repeat:{name}" for name in REPEATED if head in case.repeated[name]]
        shapes += [f"label:{target.label}", f"cued:{cued}"]
        shapes += ["first_word"] * (target.start - first <= 1) + ["plural"] * plural
        shapes += _near_shapes(case.sentences, target, sentence)
        shapes.append(f"clause:{self._clause_side(case.sentences, target, sentence)}")
        reach = min(REACH_BEFORE, target.start - first)
        return [
            *self.rows.before.before(words.words, target.start, reach),
            *self._determined(words.words[first : target.start][-REACH_DETERMINER:], plural),
            *self._rows(shapes),
        ]

    def _determined(self, before: Sequence[str], plural: bool) -> list[str]:
        """Name the determiner nearest before a mention, if only words stand between."""
        for word in reversed(before):
            name = self.rows.determiners.get(word)
            if name:
                return [name, name + PLURAL] if plural else [name]
            if not word.isalpha():
                break
        return self._rows(["bare", "bare_plural"] if plural else ["bare"])

    def _clause_side(self, sentences: CaseSentences, target: Target, sentence: int) -> str:
        """Give the side that the words of the mention's clause take."""
        sides = sentences.read(sentence).sides
        if not sides:
            return "neither"
        words, ends = sentences.words.words, self.rows.clause_ends
        low, high = sentences.words.sentences[sentence]
        start, end = target.start, target.end
        while start > low and words[start - 1] not in ends:
            start -= 1
        while end < high and words[end] not in ends:
            end += 1
        return side_of(side for first, last, side in sides if start <= first and last <= end)

    def _rows(self, shapes: Iterable[str]) -> list[str]:
        rows = self.rows.shape
        return [rows[shape] for shape in shapes if shape in rows]


def _before(case: CaseEvidence, section: str, sentence: int) -> Sequence[str]:
    """Name what holds in the sentence before, if it is of the same section."""
    if sentence and case.sentences.section_at(sentence - 1) == section:
        return case.sentences.read(sentence - 1).names
    return ()


def _near_shapes(sentences: CaseSentences, target: Target, sentence: int) -> list[str]:
    """Name the sides and the tense nearest to a mention."""
    before = after = NONE
    for start, end, side in sentences.read(sentence).sides:
        if end <= target.start:
            before = side
        elif start >= target.end and after == NONE:
            after = side
    tense = min(
        (min(abs(word - target.start), abs(word - target.end)), word, tense)
        for word, tense in [*sentences.tenses(sentence), (target.start + 10**6, NONE)]
    )[2]
    return [f"near_before:{before}", f"near_after:{after}", f"near:{before}:{after}",
            f"near_tense:{tense}"]  # fmt: skip


def _weigh(weights: dict[str, float], names: Iterable[str]) -> Weighed:
    found = [(weights[name], name) for name in names if name in weights]
    if not found:
        return NOTHING
    return Weighed(math.fsum([weight for weight, _ in found]), max(found), min(found))


def _head(last: str) -> str:
    """Give the last word of a mention without the sign of the plural."""
    return last[:-1] if last.endswith("s") and len(last) > 3 else last
