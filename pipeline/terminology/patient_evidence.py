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

from pipeline.annotations import ASSERTED, SECTIONS, STATUSES, Mention
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.case_words import CaseWords
from pipeline.terminology.status_cues import PhraseTable, one_of, phrases
from pipeline.terminology.status_scope import Target

COLUMNS = ("id", "cue", "place")
PLACES = ("sentence", "before", "shape")
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


@dataclass(slots=True)
class CaseEvidence:
    """A case's words and what mentions it has in which section; sentences are read once."""

    words: CaseWords
    section_of_word: list[str]
    repeated: dict[str, set[str]]
    found: dict[int, frozenset[str]] = field(default_factory=dict)
    of_section: dict[str, frozenset[str]] = field(default_factory=dict)
    context: dict[tuple[str, int], list[str]] = field(default_factory=dict)


class PatientJudge:
    """Give the chance that a mention is a general statement, and the feature that weighed most."""

    def __init__(self, rows: EvidenceRows, weights: dict[str, float], bias: float) -> None:
        self.rows = rows
        self.weights = weights
        self.bias = bias

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
        names = self.features(case, target, sentence, cued)
        weighed = {name: self.weights[name] for name in names if name in self.weights}
        total = self.bias + sum(weighed.values())
        sign = 1.0 if total >= 0 else -1.0
        strongest = max(weighed, key=lambda name: sign * weighed[name], default="")
        return 1.0 / (1.0 + math.exp(-total)), strongest.partition("/")[0]

    def features(self, case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
        """Name the features that hold for a mention."""
        names = list(self._context(case, target.section, sentence))
        low = max(case.words.sentences[sentence][0], target.start - REACH_BEFORE)
        for _, end, ids in self.rows.before.find(case.words.words[low : target.start]):
            if low + end == target.start:
                names += ids
        shapes = _shapes(case, target, sentence, cued)
        return names + [self.rows.shape[name] for name in shapes if name in self.rows.shape]

    def _context(self, case: CaseEvidence, section: str, sentence: int) -> list[str]:
        """Name what holds for every mention of a sentence."""
        names = case.context.get((section, sentence))
        if names is None:
            names = list(self._in_sentence(case, sentence))
            if sentence and self._section_at(case, sentence - 1) == section:
                names += [f"{name}/previous" for name in self._in_sentence(case, sentence - 1)]
            names += [f"{name}/section" for name in self._in_section(case, section)]
            case.context[section, sentence] = names
        return names

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


def _shapes(case: CaseEvidence, target: Target, sentence: int, cued: str) -> list[str]:
    low, high = case.words.sentences[sentence]
    words = case.words.words[low:high]
    mention = case.words.words[target.start : target.end]
    head = _head(mention)
    before = case.section_of_word[low - 1] if low else ""
    holds = {
        "first_sentence": low == 0 or before != target.section,
        "first_word": target.start - low <= 1,
        "plural": bool(mention) and mention[-1] != head and mention[-1].endswith("s"),
        "past_tense": sum(word.endswith("ed") for word in words) > 1,
        "has_digit": any(word[0].isdigit() for word in words),
        "short_sentence": high - low <= SHORT,
    }
    holds |= {f"repeat_{name}": head in case.repeated[name] for name in REPEATED}
    held = [name for name, value in holds.items() if value]
    return [*held, f"section:{target.section}", f"label:{target.label}", f"cued:{cued}"]
