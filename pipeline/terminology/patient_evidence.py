"""Does a mention speak of this patient, or of the disease in general? Weighed evidence.

A discussion mixes both in one paragraph. `models/rules/status_evidence.tsv` lists what tells them
apart, one feature a row: `id`, `cue` (words in the notation of `status_cues.tsv`) and `place`:

- `sentence`: the words stand in the mention's sentence. The sentence before counts with a weight
  of its own, named `<id>/previous`; the rest of the section likewise, `<id>/section`.
- `before`: the words stand right before the mention.
- `shape`: `cue` names a property; see `SHAPES`.

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

from pipeline.annotations import ASSERTED, SECTIONS, STATUSES, Mention
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.status_cues import PhraseTable, one_of, phrases
from pipeline.terminology.status_scope import Target

COLUMNS = ("id", "cue", "place")
PLACES = ("sentence", "before", "shape")
#: what is added to the name of a `sentence` row where its words stand near the mention's sentence
PREVIOUS, SECTION = "/previous", "/section"
#: words before a mention in which `before` rows are looked for
REACH_BEFORE = 3
#: sections whose mentions a mention may repeat
REPEATED = ("findings", "diagnosis", "history")
#: words up to which a sentence is short
SHORT = 8
#: properties a row of the place `shape` may name
SHAPES = (
    "first_sentence", "first_word", "plural", "past_tense", "has_digit", "short_sentence",
    *(f"repeat_{name}" for name in REPEATED), *(f"section:{name}" for name in SECTIONS),
    *(f"label:{name}" for name in ASSERTED), *(f"cued:{name}" for name in STATUSES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """The rows of `status_evidence.tsv` by place; the values are row ids."""

    sentence: PhraseTable[str]
    before: PhraseTable[str]
    shape: dict[str, str]


def load_evidence_rows(path: Path | None = None) -> EvidenceRows:
    """Read and check the rows.

    Raises:
        ResourceError: a place or a shape is not known.
    """
    rows = EvidenceRows(PhraseTable[str](), PhraseTable[str](), {})
    for where, row in read_rows(path or models_path("rules", "status_evidence.tsv"), COLUMNS):
        place = one_of(where, "place", row["place"], PLACES)
        if place == "shape":
            rows.shape[one_of(where, "cue", row["cue"], SHAPES)] = row["id"]
            continue
        table = rows.sentence if place == "sentence" else rows.before
        for words in phrases(row["cue"]):
            table.add(words, row["id"])
    return rows


class Weighed(NamedTuple):
    """The sum of features' weights, the highest and the lowest (weight, row id)."""

    total: float
    highest: tuple[float, str]
    lowest: tuple[float, str]


#: no feature holds
NOTHING = Weighed(0.0, (-math.inf, ""), (math.inf, ""))


@dataclass(slots=True)
class CaseEvidence:
    """A case's words and what mentions it has in which section; sentences are read once."""

    words: CaseWords
    section_of_word: list[str]
    repeated: dict[str, set[str]]
    found: dict[int, frozenset[str]] = field(default_factory=dict)
    of_section: dict[str, frozenset[str]] = field(default_factory=dict)
    weighed_section: dict[str, Weighed] = field(default_factory=dict)
    weighed: dict[tuple[str, int], Weighed] = field(default_factory=dict)


class PatientJudge:
    """Give the chance that a mention is a general statement, and the feature that weighed most."""

    def __init__(self, rows: EvidenceRows, weights: dict[str, float], bias: float) -> None:
        self.rows = rows
        self.weights = weights
        self.bias = bias
        self._weights: dict[str, dict[str, float]] = {
            place: {} for place in ("", PREVIOUS, SECTION)
        }
        for name, weight in weights.items():
            row, slash, place = name.partition("/")
            self._weights[slash + place][row] = weight

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
                repeated[section].add(_head(words.words[low:high]))
        return CaseEvidence(words, [sections[token] for token in words.tokens], repeated)

    def general(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> tuple[float, str]:
        """Give the chance of `general` and the id of the row that speaks most for the outcome."""
        context = self._context(case, target.section, sentence)
        own = self._weigh("", self._of_mention(case, target, sentence, cued))
        total = self.bias + context.total + own.total
        if total >= 0:
            _, strongest = max(context.highest, own.highest)
        else:
            _, strongest = min(context.lowest, own.lowest)
        return 1.0 / (1.0 + math.exp(-total)), strongest

    def features(self, case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
        """Name the features that hold for a mention."""
        section = target.section
        return [
            *self._of_mention(case, target, sentence, cued),
            *self._of_sentence(case, section, sentence),
            *(name + PREVIOUS for name in self._before(case, section, sentence)),
            *(name + SECTION for name in self._in_section(case, section)),
        ]

    def _of_mention(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> list[str]:
        """Name what holds for one mention of a sentence."""
        first = case.words.sentences[sentence][0]
        reach = min(REACH_BEFORE, target.start - first)
        names = self.rows.before.before(case.words.words, target.start, reach)
        return names + self._rows(_mention_shapes(case, target, first, cued))

    def _context(self, case: CaseEvidence, section: str, sentence: int) -> Weighed:
        """Weigh what holds for every mention of a sentence."""
        known = case.weighed.get((section, sentence))
        if known is None:
            parts = (
                self._weigh("", self._of_sentence(case, section, sentence)),
                self._weigh(PREVIOUS, self._before(case, section, sentence)),
                self._weighed_section(case, section),
            )
            known = case.weighed[section, sentence] = Weighed(
                sum(part.total for part in parts),
                max(part.highest for part in parts),
                min(part.lowest for part in parts),
            )
        return known

    def _weighed_section(self, case: CaseEvidence, section: str) -> Weighed:
        known = case.weighed_section.get(section)
        if known is None:
            known = self._weigh(SECTION, self._in_section(case, section))
            case.weighed_section[section] = known
        return known

    def _weigh(self, place: str, names: Iterable[str]) -> Weighed:
        weights = self._weights[place]
        found = [(weights[name], name) for name in names if name in weights]
        if not found:
            return NOTHING
        # fsum: the same sum in whatever order a set gives the names
        return Weighed(math.fsum([weight for weight, _ in found]), max(found), min(found))

    def _of_sentence(self, case: CaseEvidence, section: str, sentence: int) -> list[str]:
        shapes = _sentence_shapes(case, section, *case.words.sentences[sentence])
        return [*self._in_sentence(case, sentence), *self._rows(shapes)]

    def _before(self, case: CaseEvidence, section: str, sentence: int) -> frozenset[str]:
        """Name what holds in the sentence before, if it is of the same section."""
        if sentence and self._section_at(case, sentence - 1) == section:
            return self._in_sentence(case, sentence - 1)
        return frozenset()

    def _rows(self, shapes: Iterable[str]) -> list[str]:
        rows = self.rows.shape
        return [rows[shape] for shape in shapes if shape in rows]

    def _in_sentence(self, case: CaseEvidence, sentence: int) -> frozenset[str]:
        if sentence not in case.found:
            low, high = case.words.sentences[sentence]
            case.found[sentence] = frozenset(
                self.rows.sentence.found_in(case.words.words[low:high])
            )
        return case.found[sentence]

    def _in_section(self, case: CaseEvidence, section: str) -> frozenset[str]:
        if section not in case.of_section:
            numbers = range(len(case.words.sentences))
            inside = [i for i in numbers if self._section_at(case, i) == section]
            parts = [self._in_sentence(case, i) for i in inside]
            case.of_section[section] = frozenset[str]().union(*parts)
        return case.of_section[section]

    @staticmethod
    def _section_at(case: CaseEvidence, sentence: int) -> str:
        low, high = case.words.sentences[sentence]
        return case.section_of_word[low] if low < high else ""


def _head(words: Sequence[str]) -> str:
    last = words[-1] if words else ""
    return last[:-1] if last.endswith("s") and len(last) > 3 else last


def _sentence_shapes(case: CaseEvidence, section: str, low: int, high: int) -> list[str]:
    words = case.words.words[low:high]
    before = case.section_of_word[low - 1] if low else ""
    holds = {
        "first_sentence": low == 0 or before != section,
        "past_tense": " ".join([*words, ""]).count("ed ") > 1,
        "has_digit": any(map(str.isdigit, [word[0] for word in words])),
        "short_sentence": high - low <= SHORT,
        f"section:{section}": True,
    }
    return [name for name, value in holds.items() if value]


def _mention_shapes(case: CaseEvidence, target: Target, first: int, cued: str) -> list[str]:
    mention = case.words.words[target.start : target.end]
    head = _head(mention)
    held = [f"repeat_{name}" for name in REPEATED if head in case.repeated[name]]
    if target.start - first <= 1:
        held.append("first_word")
    if mention and mention[-1] != head and mention[-1].endswith("s"):
        held.append("plural")
    return [*held, f"label:{target.label}", f"cued:{cued}"]
