"""Case roles: marked cases, and rows that do not validate."""

from pathlib import Path

import pytest

from pipeline.annotations import mentions_of
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.stages.roles import make_role_marker
from pipeline.terminology.role_rows import load_role_cues, load_role_words
from tests.marking import marked_doc

CASES = list(read_rows(Path(__file__).parent / "data" / "role_cases.tsv", ("id", "text")))


@pytest.fixture(scope="module")
def marker():
    return make_role_marker()


@pytest.mark.parametrize(("where", "row"), CASES, ids=[row["id"] for _, row in CASES])
def test_marked_case(marker, where, row):
    doc, expected = marked_doc(row["text"])
    marker(doc)
    got = [
        (
            doc[m["start"] : m["end"]].text,
            m["status"],
            "key" if m["key_finding"] else m["role"],
        )
        for m in mentions_of(doc)
    ]
    assert got == expected, where


def test_final_diagnosis_names_its_row(marker):
    doc, _ = marked_doc("diagnosis: [Lymphoma|DIAGNOSIS|present|final]")
    assert mentions_of(marker(doc))[0]["rule"] == "L:1 ST:diagnosis"


def test_an_abbreviation_names_what_the_text_says_it_does(marker):
    doc, _ = marked_doc(
        "diagnosis: [Hepatic adenoma|DIAGNOSIS|present|final] || discussion: A hepatic adenoma "
        "(HAX) is rare. [HAX|DIAGNOSIS|general|] is benign; [HAXs|DIAGNOSIS|general|] may bleed."
    )
    assert [m["role"] for m in mentions_of(marker(doc))] == ["final", "", ""]
    long = next(token.i for token in doc if token.text == "hepatic")
    doc._.abbreviations = [{"short_text": "HAX", "long_start": long, "long_end": long + 2}]
    assert [m["role"] for m in mentions_of(marker(doc))] == ["final", "final", "final"]


def test_cased_text_without_mentions(marker):
    doc, _ = marked_doc("Nothing here.")
    assert mentions_of(marker(doc)) == []


@pytest.mark.parametrize(
    ("load", "rows", "problem"),
    [
        (load_role_words, "id\twords\tkind\nW:1\tclear\tgood\n", "rows.tsv:2: kind 'good'"),
        (load_role_words, "id\twords\tkind\nW:1\tClear\tnormal\n", "rows.tsv:2: 'Clear'"),
        (
            load_role_cues,
            "id\tcue\trole\tdirection\tscope\nC:1\tversus\tfirst\tforward\t3\n",
            "rows.tsv:2: role 'first'",
        ),
        (
            load_role_cues,
            "id\tcue\trole\tdirection\tscope\nC:1\tversus\tfinal\tforward\tfar\n",
            "rows.tsv:2: scope 'far'",
        ),
    ],
)
def test_bad_row(tmp_path, load, rows, problem):
    path = tmp_path / "rows.tsv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(ResourceError, match=problem):
        load(path)
