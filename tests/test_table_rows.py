import hashlib
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc

from pipeline.records import TABLES, columns
from pipeline.table_rows import case_tables, tables
from pipeline.training.gold import gold_doc

TEXT = (
    "Texto: \r\nCT shows a  hypodense hepatic lesion in a 37-year old man&#39;s liver. \U0001f642 "
    "Consistent with abscess.\nHepatic abscess\nAbscess, \nmetastasis.\n\nKeywords: \n- liver\n"
    "- T1, fat\n* abscess\n"
)


def _entity(
    number: int, label: str, words: str, status: str | None, nth: int = 0
) -> dict[str, Any]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return {
        "id": f"X{number}", "type": label, "start": start, "end": start + len(words),
        "text": words, "status": status,
    }  # fmt: skip


CASE: dict[str, Any] = {
    "case_id": "c1",
    "text": TEXT,
    "sections": [
        ["findings", TEXT.index("CT shows"), TEXT.index("\nHepatic")],
        ["diagnosis", TEXT.index("Hepatic abscess"), TEXT.index("\nAbscess")],
        ["differential", TEXT.index("Abscess,"), TEXT.index("\n\nKey")],
        ["keywords", TEXT.index("Keywords"), len(TEXT)],
    ],
    "entities": [
        _entity(1, "MODALITY", "CT", None),
        _entity(2, "FINDING", "hypodense hepatic lesion", "present"),
        _entity(3, "SIGNAL", "hypodense", "present"),
        _entity(4, "ANATOMY", "man&#39;s liver", None),
        _entity(5, "DIAGNOSIS", "abscess", "present"),
        _entity(6, "DIAGNOSIS", "Hepatic abscess", "present"),
        _entity(7, "DIAGNOSIS", "Abscess", "differential"),
        _entity(8, "DIAGNOSIS", "metastasis", "differential"),
    ],
    "relations": [["located_in", "X2", "X4"], ["indicates", "X2", "X5"]],
    "final_diagnosis": ["X5", "X6", "X7"],
    "differential": ["X7", "X8"],
    "key_findings": ["X2", "X3"],
}


@pytest.fixture(scope="module")
def doc() -> Doc:
    return gold_doc(spacy.blank("en").vocab, CASE)


def test_every_text_stands_at_its_offsets(doc: Doc) -> None:
    rows = case_tables(doc)["entities"]
    assert [row.text for row in rows] == [
        "CT", "hypodense hepatic lesion", "hypodense", "man&#39;s liver", "abscess",
        "Hepatic abscess", "Abscess", "metastasis",
    ]  # fmt: skip
    for row in rows:
        assert TEXT[row.start : row.end] == row.text
    assert [(r.section, r.start, r.end) for r in case_tables(doc)["sections"]] == [
        tuple(section) for section in CASE["sections"]
    ]


def test_mentions_know_section_and_role(doc: Doc) -> None:
    rows = {row.text: row for row in case_tables(doc)["entities"]}
    assert rows["hypodense"].section == "findings"
    assert rows["hypodense"].key_finding is True
    assert rows["Abscess"].role == "final differential"
    assert rows["metastasis"].status == "differential"


def test_relations_name_the_mentions(doc: Doc) -> None:
    rows = case_tables(doc)["relations"]
    entities = {row.entity_id: row.text for row in case_tables(doc)["entities"]}
    assert [row.type for row in rows] == ["located_in", "indicates"]
    for row in rows:
        assert entities[row.head_id] == row.head_text == "hypodense hepatic lesion"
        assert entities[row.tail_id] == row.tail_text
        assert (row.cue_start, row.cue_end) == (None, None)


def test_the_case_row_sums_the_case_up(doc: Doc) -> None:
    (row,) = case_tables(doc)["cases"]
    assert row.n_chars == len(TEXT)
    assert row.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert row.keywords == ["liver", "T1, fat", "abscess"]
    assert row.final_diagnosis == "Hepatic abscess"
    assert row.differential == ["Abscess", "metastasis"]
    assert row.modalities == ["CT"]
    assert row.n_findings == len(case_tables(doc)["findings"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Keywords: liver, abscess; CT", ["liver", "abscess", "CT"]),
        ("keywords:\n• liver\n• T1, fat", ["liver", "T1, fat"]),
        ("Keywords:", []),
        ("- liver cyst", ["liver cyst"]),
    ],
)
def test_keywords_as_delivered(words: str, expected: list[str]) -> None:
    case = CASE | {"entities": [], "relations": []}
    case |= {"text": words, "sections": [["keywords", 0, len(words)]]}
    (row,) = case_tables(gold_doc(spacy.blank("en").vocab, case))["cases"]
    assert row.keywords == expected


def test_frames_have_the_columns_types_and_meanings_of_the_records(doc: Doc) -> None:
    kinds = {
        str: ("str", "object"), int: ("int64",), float: ("float64",), bool: ("bool",),
        int | None: ("Int64",), float | None: ("float64",), list[str]: ("object",),
    }  # fmt: skip
    for docs in ([], [doc]):
        frames = tables(docs)
        assert list(frames) == list(TABLES)
        for name, frame in frames.items():
            wanted = columns(TABLES[name])
            assert list(frame.columns) == [column.name for column in wanted]
            for column in wanted:
                assert str(frame[column.name].dtype) in kinds[column.type], (name, column.name)
                assert frame.attrs["columns"][column.name] == column.meaning


def test_lists_stay_lists(doc: Doc) -> None:
    assert tables([doc])["cases"]["differential"][0] == ["Abscess", "metastasis"]
