"""Train and measure `models/trained/status_evidence.json`: `general` or of this patient.

A logistic regression (scikit-learn, L2) over the features of
`pipeline.terminology.patient_evidence`, on the mentions of gold cases that stand in a judged
section. `read_judged` gives them by case, `fit_weights` trains.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from spacy.tokens import Doc

from pipeline.annotations import mentions_of
from pipeline.stages.status import StatusMarker
from pipeline.terminology.case_words import case_words
from pipeline.terminology.patient_evidence import (
    CaseEvidence,
    EvidenceRows,
    PatientJudge,
    load_evidence_rows,
)
from pipeline.terminology.section_status import load_section_status
from pipeline.terminology.status_cues import load_status_cues
from pipeline.terminology.status_scope import Target

#: inverse strength of the L2 penalty, chosen by five-fold cross-validation
STRENGTH = 0.2
#: weights smaller than this are left out of the file
NEGLIGIBLE = 0.005


class Judged(NamedTuple):
    """A mention in a judged section: the features that hold and whether gold says `general`."""

    features: list[str]
    general: bool


class FeatureRecorder(PatientJudge):
    """A judge that finds nothing general and keeps the features of every question."""

    def __init__(self, rows: EvidenceRows) -> None:
        super().__init__(rows, {}, 0.0)
        self.recorded: dict[tuple[int, int, str], list[str]] = {}

    def general(
        self, case: CaseEvidence, target: Target, sentence: int, cued: str
    ) -> tuple[float, str]:
        """Record the features of a mention."""
        key = (target.start, target.end, target.label)
        self.recorded[key] = self.features(case, target, sentence, cued)
        return 0.0, ""


def read_judged(docs: Iterable[Doc]) -> list[list[Judged]]:
    """Give the judged mentions of each doc; docs have gold mentions, sections and sentences.

    The docs' statuses are overwritten.
    """
    recorder = FeatureRecorder(load_evidence_rows())
    marker = StatusMarker(load_status_cues(), load_section_status(), recorder)
    return [_judged(doc, marker, recorder) for doc in docs]


def _judged(doc: Doc, marker: StatusMarker, recorder: FeatureRecorder) -> list[Judged]:
    first_word = case_words(doc).first_word
    gold = {
        (first_word[m["start"]], first_word[m["end"]], m["label"]): m["status"] == "general"
        for m in mentions_of(doc)
    }
    recorder.recorded = {}
    marker(doc)
    return [Judged(features, gold[key]) for key, features in recorder.recorded.items()]


def fit_weights(
    cases: Sequence[Sequence[Judged]], strength: float = STRENGTH
) -> tuple[float, dict[str, float]]:
    """Give bias and weights of the features; `strength` is scikit-learn's `C`."""
    examples = [example for case in cases for example in case]
    vectorizer = DictVectorizer()
    rows = vectorizer.fit_transform([dict.fromkeys(e.features, 1.0) for e in examples])
    model = LogisticRegression(C=strength, max_iter=1000)
    model.fit(rows, [example.general for example in examples])
    names = vectorizer.get_feature_names_out()
    weights = dict(zip(names, model.coef_[0], strict=True))
    return float(model.intercept_[0]), {
        str(name): round(float(weight), 4)
        for name, weight in sorted(weights.items())
        if abs(weight) >= NEGLIGIBLE
    }


def write_weights(path: Path, bias: float, weights: dict[str, float]) -> None:
    """Write a model as `PatientJudge.load` reads it."""
    model = {"bias": round(bias, 4), "weights": weights}
    path.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
