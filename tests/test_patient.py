"""Age and sex of the patient: texts with what they say."""

import json
from pathlib import Path

import pytest
from spacy.vocab import Vocab

from pipeline.annotations import SectionNote, patient_of, set_sections
from pipeline.errors import ResourceError
from pipeline.stages.patient import PatientReader
from pipeline.structure.patient import PatientFinder, default_patient
from pipeline.tokenizer import CaseTokenizer

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "patients.tsv")
    .read_text(encoding="utf-8")
    .splitlines()[1:]
]
SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.mark.parametrize(("text", "age", "sex"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_age_and_sex_are_read_as_stated(text, age, sex):
    assert default_patient().read([text]) == {"age": float(age) if age else None, "sex": sex}


def test_the_history_is_read_before_other_sections():
    text = "A 50 year old man is shown. 37 year old woman."
    doc = CaseTokenizer(Vocab())(text)
    half = next(token.i for token in doc if token.text == "37")
    notes = [("findings", 0, half), ("history", half, len(doc))]
    set_sections(
        doc,
        [SectionNote(section=n, start=a, end=b, method="given", score=1.0) for n, a, b in notes],
    )
    assert patient_of(PatientReader(default_patient())(doc)) == {"age": 37.0, "sex": "female"}


def test_a_discussion_tells_of_other_patients():
    found = default_patient().read(["Cough."], ["Typically a 50 year old man."])
    assert found == {"age": None, "sex": ""}


def test_a_row_without_a_number_is_refused_with_its_line(tmp_path):
    path = tmp_path / "patient.tsv"
    path.write_text("id\tkind\ttext\tvalue\nPT:1\tunit\tyear\tone\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"patient\.tsv:2: value 'one'"):
        PatientFinder(path)


def test_ages_agree_with_what_contributors_entered():
    captions = SHARED / "medpix" / "captions_dev.jsonl"
    if not captions.exists():
        pytest.skip("needs ../shared/medpix/captions_dev.jsonl")
    held_out = {case["case_id"] for case in _lines(SHARED / "gold" / "dev.jsonl")}
    entered = {row["U_id"]: row["Description"]["Age"] for row in _lines(captions)}
    pairs = [
        (found["age"], float(entered[case["case_id"]]))
        for case in _lines(SHARED / "medpix" / "rendered_dev.jsonl")
        if case["case_id"] not in held_out and entered.get(case["case_id"], "").isdigit()
        for found in [default_patient().read([_part(case, "history")])]
        if found["age"] is not None
    ]
    right = sum(abs(age - told) <= 1 for age, told in pairs)
    assert len(pairs) > 300
    assert right / len(pairs) > 0.95


def _lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _part(case, name):
    return "".join(case["text"][a:b] for label, a, b in case["sections"] if label == name)
