"""Finding-diagnosis pairs: the table `findings`, what a case says of which finding and disease.

`pipeline.finding_pairs` says which pairs there are; here a row is made of each, with what the
case's relations tell of the finding.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, relations_of
from pipeline.finding_pairs import Pair, PairChooser
from pipeline.records import FindingRow
from pipeline.structure.case_text import case_text
from pipeline.terminology.study_phrases import planes_of_studies


def finding_rows(doc: Doc) -> list[FindingRow]:
    """Give the rows of `findings` of an annotated Doc, by finding, then diagnosis.

    `text[row.evidence_start:row.evidence_end] == row.evidence`; the evidence of a stated pair is
    the sentence, or run of sentences, that holds both; that of a case-level pair is the finding's.
    A stated pair has the cue of its relation, or of the conclusion that speaks of all findings; a
    case-level pair has no cue and score 1.
    """
    if not mentions_of(doc):
        return []
    pairs = PairChooser(doc).pairs()
    if not pairs:
        return []
    maker = FindingReader(doc)
    return [maker.row(pair) for pair in pairs]


class FindingReader:
    """Make rows of one Doc's pairs and gather what is known of their findings."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._text = case_text(doc)
        self._mentions = mentions_of(doc)
        # arrays instead of a pass over Token objects
        self._sentences = np.cumsum(doc.to_array("SENT_START") == 1).tolist()
        self._bounds = _sentence_bounds(self._sentences)
        starts, sizes = doc.to_array("IDX"), doc.to_array("LENGTH")
        self._starts: list[int] = starts.tolist()
        self._ends: list[int] = (starts + sizes).tolist()
        self._planes = planes_of_studies(self._mentions, self._sentences)
        self._signals = _signals_within(self._mentions)
        self._known: dict[int, dict[str, Any]] = {}
        self._tails: dict[tuple[str, int], list[int]] = defaultdict(list)
        for note in relations_of(doc):
            # a measurement is the head of what it measures; here it belongs to the finding
            ends = (note["head"], note["tail"])
            key, value = ends[::-1] if note["type"] == "measures" else ends
            self._tails[note["type"], key].append(value)

    def row(self, pair: Pair) -> FindingRow:
        """Give the row of a pair."""
        diagnosis = self._mentions[pair.diagnosis]
        start, end = self._evidence(pair)
        return FindingRow(
            case_id=self._doc._.case_id,
            finding_id=f"{self._doc._.case_id}#e{pair.finding + 1}>e{pair.diagnosis + 1}",
            diagnosis_id=f"e{pair.diagnosis + 1}",
            diagnosis=self._words(pair.diagnosis),
            diagnosis_concept_id=diagnosis["concept_id"],
            diagnosis_status=diagnosis["status"],
            relation=pair.relation,
            basis=pair.basis,
            cue=pair.cue,
            evidence=self._text[start:end],
            evidence_start=start,
            evidence_end=end,
            score=pair.score,
            rule=pair.rule,
            **self._attributes(pair.finding),
        )

    def _attributes(self, finding: int) -> dict[str, Any]:
        """Give the cells that are the finding's alone, gathered once for all its pairs."""
        if finding not in self._known:
            self._known[finding] = self._gathered(finding)
        return self._known[finding]

    def _gathered(self, finding: int) -> dict[str, Any]:
        mention = self._mentions[finding]
        places = self._related("located_in", finding)
        studies = self._related("seen_on", finding)
        return {
            "finding": self._words(finding),
            "finding_concept_id": mention["concept_id"],
            "finding_status": mention["status"],
            "anatomy": [self._words(i) for i in places],
            "anatomy_concept_id": [self._mentions[i]["concept_id"] for i in places],
            "laterality": self._laterality(finding, places),
            "modality": self._values(i for i in studies if self._label(i) == "MODALITY"),
            "sequence": self._values(i for i in studies if self._label(i) == "SEQUENCE"),
            "plane": self._values(p for i in studies for p in self._planes.get(i, ())),
            "intensity": self._intensity(finding),
            "change": mention["change"],
            "compared_to": [self._words(i) for i in self._related("compared_to", finding)],
            "measurement": "; ".join(self._words(i) for i in self._related("measures", finding)),
        }

    def _related(self, relation: str, finding: int) -> list[int]:
        """Give what a finding, or else a SIGNAL within it, is related to, in order of text."""
        found = set(self._tails[relation, finding])
        for signal in self._signals.get(finding, ()):
            found.update(self._tails[relation, signal])
        return sorted(found)

    def _laterality(self, finding: int, places: Iterable[int]) -> str:
        own = self._mentions[finding]["laterality"]
        sides = {self._mentions[i]["laterality"] for i in places} - {""}
        if own or len(sides) < 2:
            return own or "".join(sides)
        return "bilateral" if sides - {"midline"} == sides else ""

    def _intensity(self, finding: int) -> str:
        signals = (finding, *self._signals.get(finding, ()))
        return next(
            (self._mentions[i]["intensity"] for i in signals if self._mentions[i]["intensity"]), ""
        )

    def _values(self, indices: Iterable[int]) -> list[str]:
        """Give canonical values, or the words where there is none, each once."""
        named = (self._mentions[i]["value"] or self._words(i) for i in indices)
        return list(dict.fromkeys(named))

    def _evidence(self, pair: Pair) -> tuple[int, int]:
        """Give the characters of the sentences from the first to the last that bear the pair."""
        involved = [self._mentions[pair.finding]]
        if pair.basis == "stated":
            involved.append(self._mentions[pair.diagnosis])
        numbers = [self._sentences[m["start"]] for m in involved]
        numbers += [self._sentences[m["end"] - 1] for m in involved]
        first, last = self._bounds[min(numbers)][0], self._bounds[max(numbers)][1]
        start, end = self._starts[first], self._ends[last - 1]
        if pair.cue and not start <= pair.cue_span[0] < pair.cue_span[1] <= end:
            start, end = min(start, pair.cue_span[0]), max(end, pair.cue_span[1])
        words = self._text[start:end]
        return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())

    def _words(self, index: int) -> str:
        mention = self._mentions[index]
        return self._text[self._starts[mention["start"]] : self._ends[mention["end"] - 1]]

    def _label(self, index: int) -> str:
        return self._mentions[index]["label"]


def _sentence_bounds(sentences: list[int]) -> dict[int, tuple[int, int]]:
    """Give the first token of each sentence and the token after its last."""
    cuts = [0, *(np.flatnonzero(np.diff(sentences)) + 1).tolist(), len(sentences)]
    return {sentences[start]: (start, end) for start, end in pairwise(cuts)}


def _signals_within(mentions: list[Mention]) -> dict[int, list[int]]:
    """Give for each FINDING the SIGNAL mentions nested in it."""
    nested: dict[int, list[int]] = defaultdict(list)
    for i, outer in enumerate(mentions):
        if outer["label"] != "FINDING":
            continue
        for j, inner in enumerate(mentions[i + 1 :], start=i + 1):
            if inner["start"] >= outer["end"]:
                break
            if inner["label"] == "SIGNAL" and inner["end"] <= outer["end"]:
                nested[i].append(j)
    return nested
