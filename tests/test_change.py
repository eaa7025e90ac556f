"""Change since a prior study: marked sentences, half of them traps, and rows that do not fit."""

from pathlib import Path

import pytest

from pipeline.annotations import mentions_of
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.stages.change import make_change_marker
from pipeline.stages.status import make_status_marker
from pipeline.terminology.change_cues import load_change_cues
from tests.marking import marked_doc

SENTENCES = list(
    read_rows(Path(__file__).parent / "data" / "change_sentences.tsv", ("id", "section", "text"))
)
HEADER = "id\tcue\tkind\tchange\tdirection\tscope\tpriority\tsections\tlabels\n"


@pytest.fixture(scope="module")
def stages():
    return make_status_marker(), make_change_marker()


def mark(stages, text):
    doc, expected = marked_doc(text)
    for stage in stages:
        doc = stage(doc)
    return doc, expected


@pytest.mark.parametrize(("where", "row"), SENTENCES, ids=[row["id"] for _, row in SENTENCES])
def test_marked_sentence(stages, where, row):
    doc, expected = mark(stages, f"{row['section']}: {row['text']}")
    got = [(doc[m["start"] : m["end"]].text, m["status"], m["change"]) for m in mentions_of(doc)]
    assert got == expected, where


def test_rule_names_the_deciding_row(stages):
    doc, _ = mark(stages, "findings: No effusion. A new [nodule|FINDING|present|new].")
    assert mentions_of(doc)[0]["rule"].split()[-1] == "CH:new"


def test_no_change_leaves_the_rule_alone(stages):
    doc, _ = mark(stages, "findings: A [nodule|FINDING|present|]. It is new.")
    assert "CH:" not in mentions_of(doc)[0]["rule"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("C:1\tnew\tcue\tfresh\tforward\t3\t50\t\t", "change 'fresh'"),
        ("C:1\tNew\tcue\tnew\tforward\t3\t50\t\t", "'New' in the cue"),
        ("C:1\tnew\tcue\t\tforward\t3\t50\t\t", "0 of change do not fit the kind 'cue'"),
    ],
)
def test_bad_row(tmp_path, cells, problem):
    path = tmp_path / "change_cues.tsv"
    path.write_text(HEADER + cells + "\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=rf"^change_cues\.tsv:2: {problem}"):
        load_change_cues(path)
