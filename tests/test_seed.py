"""The archive's sample case reads right, end to end."""

from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.assembly import make_doc
from pipeline.readers import read_cases
from pipeline.records import Case
from pipeline.table_rows import case_tables
from pipeline.training.gold import read_gold


@pytest.fixture(scope="module")
def case(shared: Path) -> Case:
    (case,) = list(read_cases([shared / "archive"]))
    assert isinstance(case, Case)
    return case


@pytest.fixture(scope="module")
def rows(nlp: Language, case: Case) -> dict[str, list]:
    return case_tables(nlp(make_doc(nlp, case)))


def pairs(rows: dict[str, list], kind: str) -> set[tuple[str, str]]:
    return {(r.head_text, r.tail_text) for r in rows["relations"] if r.type == kind}


def test_eight_sections_as_annotated(shared: Path, rows: dict[str, list]) -> None:
    (gold,) = [c for c in read_gold(shared / "gold" / "dev.jsonl") if c["case_id"] == "SEED"]
    text = gold["text"]

    def visible(start: int, end: int) -> tuple[int, int]:
        part = text[start:end]
        return start + len(part) - len(part.lstrip()), start + len(part.rstrip())

    expected = [(name, *visible(start, end)) for name, start, end in gold["sections"]]
    assert [(r.section, *visible(r.start, r.end)) for r in rows["sections"]] == expected


def test_final_diagnosis_and_differential(rows: dict[str, list]) -> None:
    (case,) = rows["cases"]
    assert case.final_diagnosis.lower() == "extramedullary hematopoiesis"
    assert [d.lower() for d in case.differential] == [
        "metastases", "lymphoma", "leukemia", "multiple myeloma", "epidural abscess"
    ]  # fmt: skip


def test_patient(rows: dict[str, list]) -> None:
    (case,) = rows["cases"]
    assert (case.age, case.sex) == (37.0, "male")


def test_known_disease_is_historical(rows: dict[str, list]) -> None:
    found = {(r.label, r.status) for r in rows["entities"] if r.text == "beta thalassemia major"}
    assert found == {("DIAGNOSIS", "historical")}


def test_html_entity_stays_in_the_text(case: Case, rows: dict[str, list]) -> None:
    (row,) = [r for r in rows["entities"] if r.text.startswith("Cooley")]
    assert (row.label, row.text) == ("DIAGNOSIS", "Cooley&#39;s anemia")
    assert case.text[row.start : row.end] == row.text


def test_marrow_signal_indicates_hyperplasia(rows: dict[str, list]) -> None:
    (row,) = [
        r for r in rows["findings"]
        if r.finding == "hypointensity" and r.diagnosis == "hematopoietic marrow hyperplasia"
        and r.basis == "stated"
    ]  # fmt: skip
    assert row.relation == "indicates"
    assert row.anatomy == ["spinal bone marrow"]
    assert row.sequence == ["T1", "T2"]
    assert row.intensity == "hypo"


def test_masses_indicate_extramedullary_hematopoiesis(rows: dict[str, list]) -> None:
    stated = [
        r for r in rows["findings"]
        if r.finding == "soft tissue masses" and r.basis == "stated" and r.relation == "indicates"
        and r.diagnosis.lower() == "extramedullary hematopoiesis"
    ]  # fmt: skip
    places = {place for row in stated for place in row.anatomy}
    assert {"epidural", "paraspinal"} <= places


def test_higher_than_muscle_speaks_against_and_lower_than_disk_for(rows: dict[str, list]) -> None:
    assert ("higher", "muscle") in pairs(rows, "compared_to")
    assert ("higher", "neoplastic bone marrow infiltration") in pairs(rows, "excludes")
    assert {("lower T1 signal", "disk"), ("lower T1 signal", "paraspinal muscle")} <= pairs(
        rows, "compared_to"
    )
    assert ("lower T1 signal", "neoplastic bone marrow infiltration") in pairs(rows, "indicates")


def test_not_similar_to_is_a_comparison(case: Case, rows: dict[str, list]) -> None:
    at = case.text.index("not similar to")
    after = [r for r in rows["entities"] if at < r.start < at + 110 and r.status]
    assert "T1 hypointensity" in {r.text for r in after}
    assert "absent" not in {r.status for r in after}
