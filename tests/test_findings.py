"""The table findings: stated pairs, pairs of the case, and what is gathered of a finding."""

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import RelationNote, mentions_of
from pipeline.findings import finding_rows
from pipeline.records import FindingRow
from tests.relation_marks import related_doc

CASE = (
    "[P1 Axial] [Q1 T2] and [P2 coronal] [Q2 T1] [M1 MRI] shows a [N1 3 cm]"
    " [F1 [S1 bright] mass] in the [A1 left kidney] and [A2 right kidney], brighter than [A3 fat]."
    " It is consistent with [D1 lymphoma]. || diagnosis: [D2 Lymphoma] || differential:"
    " [D3:differential abscess], [D4:differential lymphomas]"
)
RELATIONS = (
    "F1 located_in A1", "F1 located_in A2", "F1 seen_on Q1", "F1 seen_on M1", "S1 compared_to A3",
    "N1 measures F1",
)  # fmt: skip


def note(doc: Doc, names: dict[str, int], relation: str, cue: str = "") -> RelationNote:
    head, kind, tail = relation.split()
    start = doc.text.index(cue) if cue else -1
    return RelationNote(
        type=kind, head=names[head], tail=names[tail], cue=cue, cue_start=start,
        cue_end=start + len(cue) if cue else -1, score=0.8, rule="rel-x",
    )  # fmt: skip


def annotated(*stated: tuple[str, str]) -> tuple[Doc, dict[str, int]]:
    doc, names = related_doc("findings", CASE)
    doc._.case_id = "c1"
    doc._.relations = [note(doc, names, relation) for relation in RELATIONS]
    doc._.relations += [note(doc, names, *relation) for relation in stated]
    roles = {"D1": "final", "D2": "final", "D3": "differential", "D4": "final differential"}
    for mention in mentions_of(doc):
        mention["role"] = roles.get(mention["rule"], "")
        mention["key_finding"] = mention["rule"] == "F1"
        mention["laterality"] = {"A1": "left", "A2": "right"}.get(mention["rule"], "")
        mention["intensity"] = "hyper" if mention["rule"] == "S1" else ""
    return doc, names


def pairs(rows: list[FindingRow]) -> list[tuple[str, str, str, str]]:
    return [(row.finding, row.diagnosis, row.relation, row.basis) for row in rows]


def test_key_finding_by_final_and_differential() -> None:
    doc, _ = annotated()
    assert pairs(finding_rows(doc)) == [
        ("bright mass", "Lymphoma", "indicates", "case"),
        ("bright mass", "abscess", "differential", "case"),
    ]


def test_stated_replaces_the_pair_of_the_case() -> None:
    doc, _ = annotated(("F1 indicates D1", "consistent with"), ("F1 excludes D3", ""))
    assert pairs(finding_rows(doc)) == [
        ("bright mass", "lymphoma", "indicates", "stated"),
        ("bright mass", "abscess", "excludes", "stated"),
    ]


def test_one_concept_is_one_diagnosis() -> None:
    doc, names = annotated(("F1 indicates D1", ""))
    for name in ("D1", "D3"):
        mentions_of(doc)[names[name]]["concept_id"] = "DOID:1"
    assert [p[1:] for p in pairs(finding_rows(doc))] == [("lymphoma", "indicates", "stated")]


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ([("F1 indicates D2", "consistent with"), ("F1 indicates D1", "consistent with")], "D1"),
        ([("F1 indicates D2", ""), ("F1 indicates D4", "consistent with")], "D4"),
        ([("F1 indicates D2", ""), ("F1 indicates D4", "")], "D2"),
    ],
)
def test_one_row_for_what_is_stated_twice(stated: list[tuple[str, str]], kept: str) -> None:
    doc, names = annotated(*stated)
    rows = [row for row in finding_rows(doc) if row.basis == "stated"]
    assert [row.diagnosis_id for row in rows] == [f"e{names[kept] + 1}"]


def test_finding_and_signal_on_the_same_words_are_one() -> None:
    text = "There is [F1 [S1 enhancement]] of the [A1 liver], due to [D1 hepatitis]."
    doc, names = related_doc("findings", text)
    doc._.relations = [
        note(doc, names, relation)
        for relation in ("F1 indicates D1", "S1 indicates D1", "S1 located_in A1")
    ]
    for mention in mentions_of(doc):
        mention["key_finding"] = mention["rule"] in ("F1", "S1")
        mention["role"] = "final" if mention["rule"] == "D1" else ""
    (row,) = finding_rows(doc)
    assert (row.finding_id, row.anatomy) == (f"#e{names['F1'] + 1}>e{names['D1'] + 1}", ["liver"])


@pytest.mark.parametrize(
    ("conclusion", "cue"),
    [
        ("Impression: suspicious for [D1:possible pneumonia].", "suspicious for"),
        ("1. Findings are most consistent with [D1 pneumonia].", "most consistent with"),
        ("IMPRESSION:\\nThe above findings are highly suggestive of [D1:possible pneumonia]",
         "suggestive of"),
        ("[D1 Pneumonia].", ""),
        ("Opacity, suspicious for [D1:possible pneumonia].", ""),
        ("[F2 Effusion] consistent with [D1 pneumonia].", ""),
        ("History of fever, findings in [D1 pneumonia].", ""),
    ],
)  # fmt: skip
def test_what_a_report_concludes_from_its_findings(conclusion: str, cue: str) -> None:
    text = f"There is an [F1 opacity]. || diagnosis: {conclusion}"
    doc, _ = related_doc("findings", text)
    for mention in mentions_of(doc):
        mention["key_finding"] = mention["rule"] == "F1"
        mention["role"] = "final" if mention["rule"] == "D1" else ""
    (row,) = finding_rows(doc)
    assert (row.finding, row.cue) == ("opacity", cue)
    assert row.basis == ("stated" if cue else "case")
    assert row.cue in row.evidence
    assert row.evidence == doc.text[row.evidence_start : row.evidence_end]


def test_evidence_covers_both_and_the_cue() -> None:
    doc, _ = annotated(("F1 indicates D1", "consistent with"))
    row = finding_rows(doc)[0]
    assert row.evidence == doc.text[row.evidence_start : row.evidence_end]
    assert row.evidence.startswith("Axial T2")
    assert row.evidence.endswith("consistent with lymphoma.")
    assert (row.cue, row.score, row.rule) == ("consistent with", 0.8, "rel-x")


def test_evidence_of_the_case_is_the_sentence_of_the_finding() -> None:
    row = finding_rows(annotated()[0])[0]
    assert row.evidence.endswith("brighter than fat.")
    assert (row.cue, row.score, row.rule) == ("", 1.0, "rel-case-final")


def test_attributes_are_gathered_from_relations() -> None:
    doc, names = annotated()
    row = finding_rows(doc)[0]
    assert row.finding_id == f"c1#e{names['F1'] + 1}>e{names['D2'] + 1}"
    assert row.anatomy == ["left kidney", "right kidney"]
    assert row.anatomy_concept_id == ["", ""]
    assert row.laterality == "bilateral"
    assert (row.modality, row.sequence) == (["MRI"], ["T2"])
    assert row.plane == ["Axial", "coronal"]
    assert row.intensity == "hyper"
    assert row.compared_to == ["fat"]
    assert row.measurement == "3 cm"


@pytest.mark.parametrize(
    ("sides", "expected"),
    [(("left", "left"), "left"), (("left", ""), "left"), (("", ""), ""), (("left", "midline"), "")],
)
def test_laterality_from_places(sides: tuple[str, str], expected: str) -> None:
    doc, names = annotated()
    for name, side in zip(("A1", "A2"), sides, strict=True):
        mentions_of(doc)[names[name]]["laterality"] = side
    assert finding_rows(doc)[0].laterality == expected


def test_plane_is_that_of_its_sequence() -> None:
    doc, names = annotated()
    doc._.relations = [note(doc, names, "F1 seen_on Q1")]
    assert finding_rows(doc)[0].plane == ["Axial"]


def test_rows_of_the_pipeline_hold_together(nlp: Language) -> None:
    text = "CT shows a hypodense mass in the left kidney, consistent with lymphoma."
    doc = nlp(text)
    rows = finding_rows(doc)
    assert ("hypodense mass", "lymphoma", "indicates", "stated") in pairs(rows)
    for row in rows:
        assert row.evidence == text[row.evidence_start : row.evidence_end]
        assert row.finding in row.evidence
    assert rows == finding_rows(nlp(text))


def test_a_case_told_without_sections_has_its_findings_and_its_disease() -> None:
    text = (
        "A man with [F1 cough] and no [F2:absent fever]. [D1 Sarcoidosis] was found, and"
        " [D2 gout]. In [D3:general sarcoidosis] [F3:general nodes] are usual."
    )
    doc, _ = related_doc("discussion", text)
    (row,) = finding_rows(doc)
    assert (row.finding, row.diagnosis, row.relation, row.basis) == (
        "cough", "Sarcoidosis", "indicates", "case",
    )  # fmt: skip
    assert row.rule == "rel-case-narrative"
    doc, _ = related_doc("discussion", text + " || findings: Nothing.")
    assert finding_rows(doc) == []
