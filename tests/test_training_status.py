"""Training of the evidence weights: the model file, and what it learns from invented cases."""

import json

import pytest

from pipeline.terminology.patient_evidence import PatientJudge
from pipeline.training.status import (
    cross_validate,
    fit_weights,
    gold_docs,
    read_judged,
    write_weights,
)


def case(number):
    """Give a gold case whose discussion speaks of the patient first, then of patients."""
    text = f"Our patient had a mass{number}. Patients usually have a cyst{number}.\n"
    mass, cyst = text.index("mass"), text.index("cyst")
    return {
        "case_id": f"c{number}",
        "text": text,
        "sections": [["discussion", 0, len(text)]],
        "entities": [
            {"id": "e1", "type": "FINDING", "start": mass, "end": mass + 5, "status": "present"},
            {"id": "e2", "type": "FINDING", "start": cyst, "end": cyst + 5, "status": "general"},
        ],
        "relations": [],
        "final_diagnosis": [],
        "differential": [],
        "key_findings": [],
    }


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(case(n)) + "\n" for n in range(10)), encoding="utf-8")
    return path


def test_features_of_both_kinds(gold):
    judged = read_judged(gold_docs(gold))
    assert [example.general for example in judged[0]] == [False, True]
    assert "SE:this_patient" in judged[0][0].features
    assert "SE:patients" in judged[0][1].features


def test_weights_point_the_right_way(gold, tmp_path):
    bias, weights = fit_weights(read_judged(gold_docs(gold)))
    assert weights["SE:patients"] > 0 > weights["SE:this_patient"]
    write_weights(tmp_path / "weights.json", bias, weights)
    judge = PatientJudge.load(tmp_path / "weights.json")
    assert judge.weights == weights


def test_cross_validation_counts_every_mention(gold):
    assert cross_validate(gold)["all"] == (20, 20)
