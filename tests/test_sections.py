"""Sections: given, by headings, by the model; the archive's frame; odd texts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.annotations import SECTIONS, sections_of
from pipeline.errors import InputError, ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.stages.sections import SectionSplitter, make_section_splitter
from pipeline.structure.case_text import case_text
from pipeline.structure.lines import body_lines, condense, find_body
from pipeline.structure.section_model import LABELS, SectionModel, read_section_weights
from pipeline.terminology.headings import COLUMNS, HeadingFinder, default_headings
from pipeline.tokenizer import CaseTokenizer

CASE = """Texto: 
Tender abdomen with guarding. Afebrile. WBC was 14,000.
The patient underwent an appendectomy and was discharged the next day.
Axial CT images of the abdomen show a dilated, thick-walled appendix with surrounding fat stranding.

An appendicolith is seen at its base.
Acute appendicitis
Acute appendicitis
Crohn's disease
Mesenteric adenitis
A 24-year-old man presented with one day of right lower quadrant pain and vomiting.
Appendicitis is the most common cause of an acute abdomen. It is usually caused by obstruction of \
the lumen. Perforation occurs in up to 20% of patients.


Keywords: 
- appendix
- pain
"""  # noqa: W291
FIELDS = [
    "exam", "treatment", "findings", "diagnosis", "differential", "history", "discussion",
]  # fmt: skip


@pytest.fixture(scope="module")
def splitter():
    return make_section_splitter(None, "radtab_sections")


@pytest.fixture(scope="module")
def divide(splitter):
    def run(text, given_sections=()):
        doc = CaseTokenizer(Vocab())(text)
        doc._.given_sections = [list(section) for section in given_sections]
        return splitter(doc)

    return run


def _found(doc):
    return [
        (s["section"], doc[s["start"] : s["end"]].text.strip(), s["method"])
        for s in sections_of(doc)
    ]


def test_a_case_of_the_archive_is_divided_into_its_fields(divide):
    doc = divide(CASE)
    assert [s["section"] for s in sections_of(doc)] == [*FIELDS, "keywords"]
    by_name = {name: text for name, text, _ in _found(doc)}
    assert by_name["diagnosis"] == "Acute appendicitis"
    assert by_name["differential"].splitlines()[0] == "Acute appendicitis"
    assert by_name["findings"].startswith("Axial CT")
    assert by_name["findings"].endswith("at its base.")
    assert by_name["keywords"] == "Keywords: \n- appendix\n- pain"
    assert not any(s["start"] == 0 for s in sections_of(doc)), "`Texto:` is in no section"


def test_scores_are_probabilities_and_follow_the_evidence(divide):
    clear = {s["section"]: s["score"] for s in sections_of(divide(CASE))}
    vague = sections_of(divide("Texto: \nblue\ngreen\n"))
    assert all(0 <= score <= 1 for score in clear.values())
    assert clear["history"] > 0.9
    assert min(s["score"] for s in vague) < 0.8


def test_sections_of_the_input_win(divide):
    start = CASE.index("Tender")
    end = CASE.index("\nThe patient underwent")
    doc = divide(CASE, [("discussion", start, end)])
    assert _found(doc) == [("discussion", CASE[start:end], "given")]
    assert [span.label_ for span in doc.spans["sections"]] == ["discussion"]


def test_an_unknown_section_of_the_input_is_refused(divide):
    with pytest.raises(InputError, match="section 'impressions' is not known"):
        divide("Normal.", [("impressions", 0, 7)])


REPORTS = {
    "headings with their text": (
        "INDICATION: Cough.\nTECHNIQUE: PA view.\nFINDINGS: Clear lungs.\nIMPRESSION: Normal.",
        ["history", "findings", "diagnosis"],
    ),
    "headings on their own lines": (
        "Clinical History\nCough.\n\nFindings\nClear lungs.\n\nImpression\nNormal chest.",
        ["history", "findings", "diagnosis"],
    ),
    "in one paragraph": (
        "INDICATION: Cough. COMPARISON: None. FINDINGS: Clear. IMPRESSION: Normal.",
        ["history", "findings", "diagnosis"],
    ),
    "marked up": (
        "## Findings\nClear lungs.\n**Differential diagnosis:** Pneumonia\n",
        ["findings", "differential"],
    ),
    "numbered": ("1. Findings: cyst\n2. Diagnosis: cyst", ["findings", "diagnosis"]),
}


@pytest.mark.parametrize(("text", "expected"), REPORTS.values(), ids=list(REPORTS))
def test_headings_divide_a_report(divide, text, expected):
    doc = divide(text)
    assert [s["section"] for s in sections_of(doc)] == expected
    assert {s["method"] for s in sections_of(doc)} == {"heading"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CT shows a hypodense lesion in the liver.", "findings"),
        ("A 60-year-old woman presented with chest pain for two days.", "history"),
        ("The patient was treated with chemotherapy and did well.", "treatment"),
    ],
)
def test_a_paragraph_without_structure_gets_the_best_guess(divide, text, expected):
    assert [(s["section"], s["method"]) for s in sections_of(divide(text))] == [(expected, "model")]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("A 50-year-old man with a cough for two weeks.\nFINDINGS: Clear.\nIMPRESSION: Normal.",
         "history"),
        ("CT shows a hypodense lesion in the liver.\nIMPRESSION: Cyst.\nCOMMENT: Benign, and a "
         "common finding in adults of any age.", "findings"),
        ("CT ABDOMEN AND PELVIS WITH CONTRAST\n\nHISTORY: Pain.\nFINDINGS: Clear.\n"
         "IMPRESSION: Normal.", "findings"),
        ("MRI brain 12/3/2020\nFindings: Cyst.\nImpression: Cyst.", "findings"),
        ("Acute appendicitis\nHISTORY: Pain.\nFINDINGS: A thick appendix.", "diagnosis"),
    ],
)  # fmt: skip
def test_text_before_the_first_heading_gets_the_best_guess(divide, text, lead):
    first, second, *_ = sections_of(divide(text))
    assert (first["section"], first["method"]) == (lead, "model")
    assert 1 <= second["start"] - first["end"] <= 2, "only line ends are between them"
    assert second["method"] == "heading"


def test_what_a_heading_names_as_diagnosis_is_not_guessed_before_it(divide):
    first, *rest = sections_of(divide("Acute appendicitis\nCOMMENT: Common.\nIMPRESSION: Cyst."))
    assert first["section"] not in ("diagnosis", "differential")
    assert [note["section"] for note in rest] == ["discussion", "diagnosis"]


def test_words_that_nobody_knows_lower_the_score(divide):
    (strange,) = sections_of(divide("Xqz vlorp gnarf wibbly zzyx trumfle squorp."))
    (known,) = sections_of(divide("CT shows a hypodense lesion in the liver."))
    assert strange["score"] < 0.5 < known["score"]


@pytest.mark.parametrize("text", ["", " \n\n ", "Texto: ", "Texto: \n\n"])
def test_a_text_without_words_has_no_section(divide, text):
    assert sections_of(divide(text)) == []


def test_typing_errors_do_not_move_the_sections(divide):
    wrong = CASE.replace("presented", "presentd").replace("abdomen", "abdmen")
    assert [s["section"] for s in sections_of(divide(wrong))] == [*FIELDS, "keywords"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aT1 :.\n-•K&#;é", max_size=120))
def test_any_text_gives_ordered_sections_of_known_names(text):
    splitter = make_section_splitter(None, "radtab_sections")
    doc = splitter(CaseTokenizer(Vocab())(text))
    assert case_text(doc) == text
    ends = 0
    for note in sections_of(doc):
        assert note["section"] in SECTIONS
        assert ends <= note["start"] < note["end"] <= len(doc)
        ends = note["end"]


def test_a_large_text_comes_to_an_end(splitter):
    text = "\n".join(f"- nodule of {k % 40} mm in the left lung" for k in range(40_000))
    assert splitter.parts(text)[-1][2] == len(text)


def test_many_lines_are_condensed_without_loss():
    text = "\n".join(f"line {k}" for k in range(900))
    lines = condense(body_lines(text, 0, len(text)), 400)
    assert len(lines) <= 400
    assert (lines[0].start, lines[-1].end) == (0, len(text))
    model = SectionModel(read_section_weights(models_path("trained", "sections.npz")))
    runs = model.runs(body_lines(text, 0, len(text)), {})
    assert (runs[0].start, runs[-1].end) == (0, len(text))


def test_a_keyword_mark_in_running_text_is_no_list():
    text = "Findings.\nKeywords: " + "a long sentence that goes on and on " * 3 + "\nand " * 30
    assert find_body(text + "x" * 80).keywords == -1


@pytest.mark.parametrize("rule", ["-" * 5000, "* " * 2500, "=" * 5000, "1. " * 2000, "(" * 5000])
def test_ruled_lines_come_to_an_end(rule):
    assert default_headings().by_line(f"{rule}\n{rule} Findings", 0, 2 * len(rule) + 10) == {}


def test_a_reader_weighs_the_features_the_weights_are_trained_on(monkeypatch):
    from pipeline.structure import line_words
    from pipeline.structure.known_words import KnownWords
    from pipeline.structure.line_shape import line_shape

    weights = np.random.default_rng(2).normal(size=(line_words.WORD_WIDTH, 3))
    reader = line_words.LineReader(KnownWords.of_words(["mass", "tumour"]), weights)
    monkeypatch.setattr(line_words, "REMEMBERED", 5)
    for text in ("A mass.\n____\nA zqx mass of 12 mm, tumours", "Mass", "____\nA bladder mass"):
        lines = body_lines(text, 0, len(text))
        shapes = [line_shape(line) for line in lines]
        found = reader.read(lines, shapes)
        ids = [line_words.line_features(*pair) for pair in zip(lines, shapes, strict=True)]
        assert found.weights == pytest.approx(np.array([weights[one].sum(axis=0) for one in ids]))
        assert found.sizes.tolist() == [len(one) for one in ids]
        strange = [[w for w in ("a", "zqx", "mm", "of", "bladder") if w in line_words.words_of(x)]
                   for x in lines]  # fmt: skip
        assert found.unknown.tolist() == [len(words) for words in strange]


def test_gaps_weigh_what_their_features_do():
    from pipeline.structure.line_gaps import GAP_WIDTH, GapReader, gap_ids
    from pipeline.structure.line_shape import line_shape

    weights = np.random.default_rng(3).normal(size=GAP_WIDTH)
    lines = body_lines(CASE, 0, len(CASE))
    for shapes in ([line_shape(line) for line in part] for part in (lines, lines[:3], lines[:1])):
        expected = weights[gap_ids(shapes)].sum(axis=1)
        assert GapReader(weights).read(shapes) == pytest.approx(expected)


def test_heading_rows_are_checked(tmp_path):
    path = tmp_path / "section_headings.tsv"
    path.write_text("id\theading\tsection\tafter\nSH:1\tplan\tplans\t\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"section_headings\.tsv:2: section 'plans'"):
        HeadingFinder(path)


def test_broken_weights_are_refused(tmp_path):
    path = tmp_path / "sections.npz"
    path.write_bytes(b"no weights")
    with pytest.raises(ResourceError, match=r"sections\.npz: no section weights"):
        read_section_weights(path)


def test_the_weights_tell_how_they_were_trained():
    metadata = json.loads(models_path("trained", "sections.json").read_text("utf-8"))
    assert metadata["labels"] == list(LABELS)
    assert metadata["scores"]["worst fold"] > 0.9
    assert metadata["scores"]["section characters F1"] >= 0.95


def test_the_stage_keeps_nothing_of_its_own(tmp_path, splitter):
    splitter.to_disk(tmp_path / "stage")
    assert not (tmp_path / "stage").exists()
    assert SectionSplitter(default_headings(), splitter.model).from_disk(tmp_path).parts("") == []


def test_the_archive_example_is_divided_rightly(divide):
    path = Path(__file__).parents[1].parent / "shared" / "archive"
    if not path.is_dir():
        pytest.skip("needs ../shared/archive")
    for file in path.glob("*.txt"):
        doc = divide(file.read_text(encoding="utf-8"))
        assert [s["section"] for s in sections_of(doc)] == [*FIELDS, "keywords"]


def test_training_reads_lines_with_their_labels(tmp_path):
    from pipeline.training.sections import read_labelled

    start = CASE.index("Acute")
    sections = [["findings", 8, start - 1], ["diagnosis", start, start + 18]]
    rows = [{"case_id": name, "text": CASE, "sections": sections} for name in ("A", "B")]
    path = tmp_path / "rendered.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ((text, case),) = read_labelled(path, exclude=["B"])
    assert text == CASE
    assert [LABELS[k] for k in case.labels] == ["findings"] * 4 + ["diagnosis"]
    assert case.segments() == [(0, 4, LABELS.index("findings")), (4, 5, LABELS.index("diagnosis"))]


FIELDS_SEEN = ("findings", "findings", "diagnosis", "history")


def test_fitting_learns_sections_from_their_words(monkeypatch):
    from pipeline.training import section_fit
    from pipeline.training.section_fit import LabelledLines, fit_sections
    from pipeline.training.sections import count_right

    def case(k):
        texts = [
            f"CT shows a lesion of {k} mm.", "- CT shows edema", f"Tumor {k}",
            f"A {k}-year-old man had pain.",
        ]  # fmt: skip
        text = "\n".join(texts)
        labels = tuple(LABELS.index(name) for name in FIELDS_SEEN)
        return text, LabelledLines(tuple(body_lines(text, 0, len(text))), labels, {})

    monkeypatch.setattr(section_fit, "INNER_FOLDS", 2)
    monkeypatch.setattr(section_fit, "ITERATIONS", 10)
    weights = fit_sections([case(k)[1] for k in range(20, 28)], seed=1)
    right, total = count_right(weights, [case(k) for k in (50, 60)])
    assert right == total > 0


def test_the_name_of_a_study_opens_findings_but_not_within_a_discussion(divide):
    text = (
        "Clinical History:\nCough.\nCT:\nA mass in the right lung.\nDiscussion:\nMost are benign.\n"
        "CT:\nThe mass is round.\nFinal Diagnosis:\nHamartoma\n"
        "Differential Diagnosis List:\nCarcinoid"
    )
    assert [s["section"] for s in sections_of(divide(text))] == [
        "history", "findings", "discussion", "diagnosis", "differential",
    ]  # fmt: skip


def test_what_is_seen_below_the_reason_for_a_study_needs_no_heading(divide):
    seen = "There is a 2 cm hypoechoic mass with shadowing in the left breast on ultrasound.\n"
    reason = "Indication: 48-year-old woman with a palpable lump.\n"
    text = f"{reason}{seen}Impression: Suspicious mass."
    names = [s["section"] for s in sections_of(divide(text))]
    assert names == ["history", "findings", "diagnosis"]
    headed = f"{reason}She is well.\nFindings: {seen}Impression: Suspicious mass."
    doc = divide(headed)
    assert doc.spans["sections"][0].text.endswith("She is well.")


def test_headings_are_spans(divide):
    doc = divide("History: Cough.\nFinal Diagnosis: Tuberculosis\nDifferential Diagnosis: Sarcoid")
    assert [span.text.rstrip(":") for span in doc.spans["headings"]] == [
        "History", "Final Diagnosis", "Differential Diagnosis",
    ]  # fmt: skip
    assert "headings" not in divide("A mass in the right lung.").spans


def test_every_heading_row_is_found_by_its_own_words():
    rows = [row for _, row in read_rows(models_path("rules", "section_headings.tsv"), COLUMNS)]
    for row in rows:
        text = f"{row['heading']}:"
        (found,) = default_headings().on_lines(text, 0, len(text)).values()
        assert found.row_id == row["id"]
        joined = row["heading"].replace(" ", "-")
        (found,) = default_headings().on_lines(joined, 0, len(joined)).values()
        assert found.row_id == row["id"]
