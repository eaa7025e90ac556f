"""Train and measure `models/trained/status_evidence.json`: `general` or of this patient.

A logistic regression (scikit-learn, L2) over the features of
`pipeline.terminology.patient_evidence`, on the mentions of gold cases that stand in a judged
section. Run it with

    python -m pipeline.training.status GOLD.jsonl [--write]

to see the accuracy of the status on cases no weight was trained on (five folds by case), and with
`--write` to train on all cases and write the weights.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from spacy.lang.en import English
from spacy.tokens import Doc
from spacy.vocab import create_vocab

from pipeline.annotations import mentions_of, section_by_token
from pipeline.resources import models_path
from pipeline.stages.sentences import make_sentence_splitter
from pipeline.stages.status import StatusMarker
from pipeline.terminology.case_words import case_words
from pipeline.terminology.patient_evidence import CaseEvidence, PatientJudge
from pipeline.terminology.patient_rows import EvidenceRows, load_evidence_rows
from pipeline.terminology.section_status import load_section_status
from pipeline.terminology.status_cues import load_status_cues
from pipeline.terminology.status_scope import Target
from pipeline.training.gold import gold_doc, read_gold

#: inverse strength of the L2 penalty, chosen by five-fold cross-validation
STRENGTH = 0.1
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


def gold_docs(path: Path) -> list[Doc]:
    """Read gold cases as Docs with gold mentions and sections, and sentences as the stage sets."""
    vocab = create_vocab("en", English.Defaults)
    split = make_sentence_splitter(English(vocab), "radtab_sentences")
    return [split(gold_doc(vocab, case)) for case in read_gold(path)]


def cross_validate(path: Path, folds: int = 5) -> dict[str, tuple[int, int]]:
    """Give right and all mentions by `all`, section, label and gold status, each case unseen."""
    judged = read_judged(gold_docs(path))
    tally: Counter[tuple[str, bool]] = Counter()
    for fold in range(folds):
        bias, weights = fit_weights([c for i, c in enumerate(judged) if i % folds != fold])
        judge = PatientJudge(load_evidence_rows(), weights, bias)
        marker = StatusMarker(load_status_cues(), load_section_status(), judge)
        for i, doc in enumerate(gold_docs(path)):
            if i % folds == fold:
                _count(doc, marker, tally)
    return {
        name: (tally[name, True], tally[name, True] + tally[name, False])
        for name in sorted({name for name, _ in tally})
    }


def _count(doc: Doc, marker: StatusMarker, tally: Counter[tuple[str, bool]]) -> None:
    gold = [mention["status"] for mention in mentions_of(doc)]
    sections = section_by_token(marker(doc))
    for mention, status in zip(mentions_of(doc), gold, strict=True):
        if status:
            right = mention["status"] == status
            place = sections[mention["start"]]
            names = ("all", f"section {place}", f"label {mention['label']}", f"status {status}")
            tally.update((name, right) for name in names)


def main() -> None:
    """Measure, and with `--write` train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    for name, (right, total) in cross_validate(arguments.gold).items():
        print(f"{name:22} {right / total:.3f} of {total}")
    if arguments.write:
        bias, weights = fit_weights(read_judged(gold_docs(arguments.gold)))
        write_weights(models_path("trained", "status_evidence.json"), bias, weights)


if __name__ == "__main__":
    main()
