"""Each format gives its cases, told from name and content or named."""

import bz2
import gzip
import io
import json
import lzma
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipeline.readers import read_cases
from pipeline.readers.fields import known_fields
from pipeline.records import Case

TEXT = "Texto: \nCT shows a 3 cm cyst of the left kidney.\nKeywords: \n- cyst\n"
MEDPIX = {
    "U_id": "M1",
    "TAC": [],
    "Case": {
        "Title": "Renal cyst",
        "History": "Flank pain.",
        "Exam": "N/A",
        "Findings": " CT: cyst.\n\nUS: cyst. ",
        "Differential Diagnosis": "Cyst\nAbscess",
        "Case Diagnosis": "Renal cyst",
        "Diagnosis By": "Imaging",
        "Treatment & Follow Up": "None.",
        "Discussion": "Cysts are common.",
    },
    "Topic": {"Title": "Renal cyst", "Disease Discussion": "Left out."},
}
SHARED = Path(__file__).parents[2] / ".." / "shared"


def test_archive_text_is_kept_as_delivered(inputs):
    text = "Texto: \r\nCooley&#39;s  anemia \r\n\r\nKeywords: \r\n- spine\r\n"
    case = inputs.read_one(inputs.file("000_9d1.7.txt", text))
    assert (case.case_id, case.text) == ("000_9d1.7", text)
    assert (case.sections, case.notes) == ((), ())
    assert case.source == str(inputs.root / "000_9d1.7.txt")


def test_byte_order_mark_is_kept_out_of_the_text(inputs):
    case = inputs.read_one(inputs.file("a.txt", b"\xef\xbb\xbf" + TEXT.encode()))
    assert (case.text, case.notes) == (TEXT, ())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json"])
def test_wide_encodings_are_told_by_their_mark(inputs, encoding, name):
    content = {
        "a.txt": TEXT,
        "a.csv": "id,text\na,Größe 3 cm\n",
        "a.jsonl": '{"id": "a", "text": "Größe 3 cm"}\n',
        "a.json": '[{"id": "a", "text": "Größe 3 cm"}]',
    }[name]
    case = inputs.read_one(inputs.file(name, content.encode(encoding)))
    assert (case.case_id, case.notes) == ("a", ())
    assert case.text == (TEXT if name == "a.txt" else "Größe 3 cm")


def test_plain_text_with_headings_is_kept(inputs):
    text = "FINDINGS:\nNodule.\n\nIMPRESSION:\nGranuloma."
    assert inputs.read_one(inputs.file("r", text)).text == text


@pytest.mark.parametrize("content", [MEDPIX, [MEDPIX]])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("fmt", ["auto", "medpix"])
def test_medpix_fields_become_sections(inputs, content, indent, fmt):
    path = inputs.file("cases.json", json.dumps(content, indent=indent))
    case = inputs.read_one(path, fmt=fmt)
    assert case.case_id == "M1"
    assert case.text == (
        "Texto: \nFlank pain.\n CT: cyst.\n\nUS: cyst. \nCyst\nAbscess\nRenal cyst\n"
        "Cysts are common."
    )
    assert [(name, case.text[start:end]) for name, start, end in case.sections] == [
        ("history", "Flank pain."),
        ("findings", " CT: cyst.\n\nUS: cyst. "),
        ("differential", "Cyst\nAbscess"),
        ("diagnosis", "Renal cyst"),
        ("discussion", "Cysts are common."),
    ]


def test_medpix_matches_the_reference_rendering():
    rendered, cases = SHARED / "medpix/rendered_dev.jsonl", SHARED / "medpix/cases_dev.json"
    if not rendered.is_file():
        pytest.skip("needs ../shared/medpix")
    with (SHARED / "gold/dev.jsonl").open(encoding="utf-8") as lines:
        held_out = {json.loads(line)["case_id"] for line in lines}
    with rendered.open(encoding="utf-8") as lines:
        wanted = {case["case_id"]: case for case in map(json.loads, lines)}
    differ = 0
    for case in read_cases(cases):
        assert isinstance(case, Case)
        if case.case_id in held_out:
            continue
        got = {name: case.text[start:end] for name, start, end in case.sections}
        reference = wanted[case.case_id]
        parts = {name: reference["text"][a:b] for name, a, b in reference["sections"]}
        del parts["keywords"]
        differ += got != parts
    assert differ <= 7  # the reference cut six discussions at 4,000 characters and kept one `NA.`


def test_json_lines(inputs):
    lines = [{"case_id": 7, "text": "One."}, {"case_id": "b", "text": "Two.", "other": 1}]
    path = inputs.file("a.jsonl", "\n\n".join(map(json.dumps, lines)))
    cases, rejects = inputs.read(path)
    assert [(c.case_id, c.text, c.source) for c in cases] == [
        ("7", "One.", f"{path}:1"),
        ("b", "Two.", f"{path}:3"),
    ]
    assert rejects == []


def test_gold_sections_do_not_leak_unless_asked(inputs):
    line = {"case_id": "g", "text": "Pain. Cyst.", "sections": [["history", 0, 5]], "entities": []}
    path = inputs.file("gold.jsonl", json.dumps(line))
    assert inputs.read_one(path).sections == ()
    assert inputs.read_one(path, given_sections=True).sections == (("history", 0, 5),)


@pytest.mark.parametrize("sections", ["x", [["history", 5, 99]], [["history", 3, 2]], [[1, 2, 3]]])
def test_wrong_given_sections_are_refused(inputs, sections):
    line = {"case_id": "g", "text": "Pain. Cyst.", "sections": sections}
    row = inputs.reject(inputs.file("gold.jsonl", json.dumps(line)), given_sections=True)
    assert (row.case_id, row.error) == ("g", "FormatProblem")


@pytest.mark.parametrize("ending", ["json", "data"])
def test_list_of_records_is_streamed(inputs, ending):
    records = [{"id": f"c{n}", "text": f"Cyst {n}. " + "x" * 3000} for n in range(100)]
    cases, rejects = inputs.read(inputs.file(f"a.{ending}", json.dumps(records)))
    assert ([c.case_id for c in cases], rejects) == ([r["id"] for r in records], [])
    assert cases[99].text == records[99]["text"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'id,text\nc1,"Cyst, ""simple"".\r\nNo mass."\n'),
        ("a.tsv", 'id\ttext\nc1\t"Cyst, ""simple"".\r\nNo mass."\n'),
        ("a.csv", 'text;id\n"Cyst, ""simple"".\r\nNo mass.";c1\n'),
        ("noname", 'Case ID|Report Text\nc1|"Cyst, ""simple"".\r\nNo mass."\n'),
    ],
)
def test_delimited(inputs, name, content):
    case = inputs.read_one(inputs.file(name, content))
    assert (case.case_id, case.text) == ("c1", 'Cyst, "simple".\r\nNo mass.')
    assert case.source.endswith(f"{name}:3")


def test_parquet(inputs):
    inputs.root.mkdir()
    path = inputs.root / "a.parquet"
    frame = pd.DataFrame({"uid": [1, 2], "note": ["Cyst.", "Mass."], "n": [0.5, 1.5]})
    frame.to_parquet(path)
    cases, rejects = inputs.read(path)
    assert [(c.case_id, c.text) for c in cases] == [("1", "Cyst."), ("2", "Mass.")]
    assert ([c.source for c in cases], rejects) == ([f"{path}#1", f"{path}#2"], [])


def test_named_columns_go_before_usual_names(inputs):
    path = inputs.file("a.csv", "id,text,key,body_of_it\n1,No.,k1,Cyst.\n")
    case = inputs.read_one(path, id_column="key", text_column="body_of_it")
    assert (case.case_id, case.text) == ("k1", "Cyst.")


def test_section_columns_form_a_labelled_case(inputs):
    path = inputs.file(
        "a.csv", "id,History,Findings,Impression,Keywords\n1,Pain.,Cyst.,,cyst; US\n"
    )
    case = inputs.read_one(path)
    assert case.text == "Texto: \nPain.\nCyst.\n\n\nKeywords: \n- cyst\n- US\n"
    assert [(n, case.text[s:e]) for n, s, e in case.sections] == [
        ("history", "Pain."),
        ("findings", "Cyst."),
        ("keywords", "\n\nKeywords: \n- cyst\n- US\n"),
    ]


def test_ids_are_made_of_file_and_line_where_there_are_none(inputs):
    cases, _ = inputs.read(inputs.file("a.jsonl", '{"text": "One."}\n{"text": "Two."}\n'))
    assert [c.case_id for c in cases] == ["a-1", "a-2"]


def test_folder_is_walked_in_order_without_hidden_files(inputs):
    for name in ("b.txt", "a/z.txt", "a/c.jsonl", ".hidden.txt", ".git/x.txt"):
        inputs.file(name, '{"id": "j", "text": "Cyst."}' if "jsonl" in name else TEXT)
    cases, rejects = inputs.read()
    assert ([c.case_id for c in cases], rejects) == (["j", "z", "b"], [])


MEMBERS = {"d/b.txt": TEXT, "a.jsonl": '{"id": "j", "text": "Cyst."}', "__MACOSX/._b.txt": b"\0"}


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz", "x.tgz", "x.tar", "noending"])
def test_archives_give_their_members_in_stored_order(inputs, name):
    mode = "w:gz" if name.endswith("gz") else "w"
    path = inputs.zip(name, MEMBERS) if "zip" in name else inputs.tar(name, MEMBERS, mode)
    cases, rejects = inputs.read(path)
    assert [(c.case_id, c.source) for c in cases] == [
        ("b", f"{path}!d/b.txt"),
        ("j", f"{path}!a.jsonl:1"),
    ]
    assert (cases[0].text, rejects) == (TEXT, [])


def test_archives_within_archives(inputs, pack):
    inner = pack({"a.txt": TEXT, "t.csv": "id,text\nc,Cyst.\n"})
    path = inputs.tar("x.tar.gz", {"in.zip": inner, "b.txt.gz": gzip.compress(TEXT.encode())})
    cases, rejects = inputs.read(path)
    assert ([c.case_id for c in cases], rejects) == (["a", "c", "b"], [])
    assert cases[0].source == f"{path}!in.zip!a.txt"


@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_single_compressed_file(inputs, module):
    ending = {"gzip": "gz", "bz2": "bz2", "lzma": "xz"}[module.__name__]
    path = inputs.file(f"a.jsonl.{ending}", module.compress(b'{"text": "Cyst."}\n'))
    case = inputs.read_one(path)
    assert (case.case_id, case.source) == ("a-1", f"{path}:1")


@pytest.mark.parametrize("container", ["zip", "tar"])
def test_parquet_in_an_archive(inputs, container):
    buffer = io.BytesIO()
    pd.DataFrame({"id": ["p"], "text": ["Cyst."]}).to_parquet(buffer)
    write = inputs.zip if container == "zip" else inputs.tar
    assert inputs.read_one(write("x", {"a.parquet": buffer.getvalue()})).case_id == "p"


@pytest.mark.parametrize(
    ("content", "case_id"),
    [
        (TEXT, "stdin"),
        ("A plain report, nothing more.", "stdin"),
        ('{"id": "j", "text": "Cyst."}\n', "j"),
        (json.dumps([MEDPIX]), "M1"),
        (json.dumps(MEDPIX, indent=2), "M1"),
        ("id,text\nc,Cyst.\n", "c"),
    ],
)
def test_standard_input(inputs, monkeypatch, content, case_id):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    case = inputs.read_one("-")
    assert case.case_id == case_id
    assert case.source.startswith("-")


def test_standard_input_may_be_an_archive(inputs, monkeypatch, pack):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack({"a.txt": TEXT}))))
    assert inputs.read_one("-").source == "-!a.txt"


@pytest.mark.parametrize(
    "start", ["[1] Cyst of the kidney.", "{sic} cyst", "Pain, text, cyst\nNo."]
)
def test_prose_is_not_taken_for_json_or_a_table(inputs, start):
    assert inputs.read_one(inputs.file("a", start)).text == start


def test_a_named_format_goes_before_what_is_detected(inputs):
    path = inputs.file("a.jsonl", '{"id": "j", "text": "Cyst."}')
    assert inputs.read_one(path, fmt="text").text == '{"id": "j", "text": "Cyst."}'
    assert inputs.read_one(inputs.file("b.txt", path.read_bytes()), fmt="jsonl").case_id == "j"
    assert (
        inputs.read_one(inputs.zip("c.zip", {"d": path.read_bytes()}), fmt="jsonl").text == "Cyst."
    )


def test_a_single_path_may_be_given_alone(inputs):
    path = inputs.file("a.txt")
    assert list(read_cases(path)) == list(read_cases(str(path))) == list(read_cases([path]))


def test_field_names_lead_to_sections_of_the_guide():
    from pipeline.annotations import SECTIONS

    assert set(known_fields()["section"].values()) <= set(SECTIONS)
