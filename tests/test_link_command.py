"""The command `radtab link`: a table for one mention, rows for several."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.term_index import BuildOptions, build
from pipeline.vocabularies.records import VocabularyTerm

COLUMNS = [
    "text", "rank", "score", "rule", "concept_id", "name", "cui", "semantic_type", "label",
    "source", "row", "modifiers",
]  # fmt: skip


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def link(*arguments: str, given: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["link", *arguments], input=given)
    return result.exit_code, result.output


def test_one_mention_is_shown_in_80_columns() -> None:
    status, shown = link("calcaneal stress fracture", "--label", "DIAGNOSIS")
    assert status == 0
    assert max(map(len, shown.splitlines())) <= 80
    assert "RT:D0431" in shown
    assert "stress fracture +" in shown
    assert "calcaneus" in shown
    assert shown.index("exact") < shown.index("head")


def test_several_mentions_are_rows() -> None:
    status, shown = link("lung nodule", "abscess", "-k", "2", "--exact")
    header, *rows = [line.split("\t") for line in shown.splitlines()]
    assert (status, header) == (0, COLUMNS)
    assert [(row[0], row[1]) for row in rows] == [
        ("lung nodule", "1"), ("lung nodule", "2"), ("abscess", "1"), ("abscess", "2"),
    ]  # fmt: skip
    assert rows[1][-1] == "UBERON:0002048 lung"


def test_stdin_is_a_mention_a_line() -> None:
    status, shown = link("-", "--json", "--exact", given="abscess\n\n  xyzzyq\n")
    first, second = map(json.loads, shown.splitlines())
    assert status == 0
    assert first["text"] == "abscess"
    assert first["candidates"][0]["cui"] == "C0000833"
    assert list(first["candidates"][0]) == COLUMNS
    assert second == {"text": "xyzzyq", "candidates": []}


def test_nothing_near_is_said() -> None:
    assert link("xyzzyq") == (0, "no concept is near 'xyzzyq'\n")


def test_likeness_unless_exact() -> None:
    asked = ("narrow transition zone", "--label", "FINDING")
    assert "narrow zone of" in link(*asked)[1]
    assert "narrow zone of" not in link(*asked, "--exact")[1]


def test_an_index_of_the_user(tmp_path: Path) -> None:
    name = VocabularyTerm("X:1", "zygomorphic blight", True, "C7654321", (), "MY", "FINDING")
    build([name], [], [], tmp_path / "my.terms", BuildOptions())
    status, shown = link("zygomorphic blight", "x", "--terms", str(tmp_path / "my.terms"))
    row = shown.splitlines()[1].split("\t")
    assert status == 0
    assert row[1:7] == ["1", "1.0", "link:exact", "X:1", "zygomorphic blight", "C7654321"]
    assert row[9] == "MY"


def test_wrong_use_is_told_in_a_line(tmp_path: Path) -> None:
    status, shown = link("x", "--label", "TOE")
    assert (status, shown.count("\n")) == (2, 1)
    assert shown.startswith("radtab: label 'TOE' is linked to nothing")
    status, shown = link("x", "--terms", str(tmp_path / "none"))
    assert (status, shown.count("\n")) == (2, 1)
