"""Indexes of the user and candidates in a run, from the settings to the tables and the manifest."""

import hashlib
import json
from pathlib import Path

import pytest
import spacy
from typer.testing import CliRunner

import pipeline
from pipeline.annotations import mentions_of
from pipeline.cli import app
from pipeline.errors import VocabularyError
from pipeline.run_folder import read_table
from pipeline.term_index import BuildOptions, build
from pipeline.vocabularies.records import VocabularyTerm

TEXT = "Texto: \nCT of the chest shows pneumonia in the left lung. MS was known.\n"


def index_of(folder: Path, *terms: VocabularyTerm) -> str:
    build(terms, [], [], folder, BuildOptions())
    return str(folder)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> str:
    name = VocabularyTerm("X:2", "pneumonia", True, "C0032285", ("T047",), "X", "DIAGNOSIS")
    return index_of(tmp_path_factory.mktemp("mine") / "my.terms", name)


@pytest.fixture(scope="module")
def run(mine: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "case.txt").write_text(TEXT)
    arguments = ["run", str(folder / "case.txt"), "-o", str(folder / "out"), "--terms", mine]
    result = CliRunner().invoke(app, [*arguments, "--candidates", "3", "--approximate"])
    assert result.exit_code == 0, result.output
    return folder / "out"


def test_candidates_are_a_column_the_link_first(run: Path) -> None:
    entities = read_table(run, "entities").set_index("text")
    pneumonia = entities.loc["pneumonia"]
    assert pneumonia["concept_id"] == "X:2"
    assert "TERMS:X:2" in pneumonia["rule"].split()
    first, *others = pneumonia["candidates"]
    assert first == "X:2|1.0"
    assert 0 < len(others) < 3
    scores = [float(listed.rpartition("|")[2]) for listed in pneumonia["candidates"]]
    assert scores == sorted(scores, reverse=True)


def test_an_abbreviation_nothing_speaks_for_has_candidates_but_no_link(run: Path) -> None:
    entities = read_table(run, "entities").set_index("text")
    assert entities.loc["MS", "concept_id"] == ""
    assert list(entities.loc["MS", "candidates"])[:2] == ["DOID:1754|0.5", "DOID:2377|0.5"]


def test_the_manifest_says_which_index_it_was(run: Path, mine: str) -> None:
    manifest = json.loads((run / "manifest.json").read_text())
    sha256 = hashlib.sha256((Path(mine) / "meta.json").read_bytes()).hexdigest()
    assert manifest["terms"] == [{"index": mine, "meta_sha256": sha256}]
    assert manifest["settings"]["terms"] == [mine]
    assert manifest["settings"]["candidates"] == 3


def test_without_asking_the_column_is_empty(nlp) -> None:
    doc = nlp(TEXT)
    assert all(mention["candidates"] == "" for mention in mentions_of(doc))
    table = pipeline.tables([doc])["entities"]
    assert all(listed == [] for listed in table["candidates"])


def test_the_order_of_indexes_is_their_priority(mine: str, tmp_path: Path) -> None:
    other = VocabularyTerm("Y:9", "pneumonia", True, "C0000009", (), "Y", "DIAGNOSIS")
    theirs = index_of(tmp_path / "their.terms", other)
    found = {}
    for order in ((mine, theirs), (theirs, mine)):
        doc = pipeline.load("fast", terms=order)(TEXT)
        found[order] = [m["concept_id"] for m in mentions_of(doc) if m["label"] == "DIAGNOSIS"]
    assert "X:2" in found[mine, theirs]
    assert "Y:9" in found[theirs, mine]


def test_a_pipeline_with_an_index_is_saved_and_read(mine: str, tmp_path: Path) -> None:
    nlp = pipeline.load("fast", terms=[mine], candidates=2)
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")
    assert mentions_of(again(TEXT)) == mentions_of(nlp(TEXT))
    assert any(mention["concept_id"] == "X:2" for mention in mentions_of(again(TEXT)))


def test_an_index_that_is_none_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "case.txt").write_text(TEXT)
    with pytest.raises(VocabularyError):
        pipeline.load("fast", terms=[tmp_path])
    arguments = ["run", str(tmp_path / "case.txt"), "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--terms", str(tmp_path / "none")])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert not (tmp_path / "out").exists()


def test_an_index_that_stands_first_wins_though_another_has_a_cui(tmp_path: Path) -> None:
    plain = VocabularyTerm("A:1", "zork fever", True, "", ("T047",), "A", "DIAGNOSIS")
    other = VocabularyTerm("B:1", "zork fever", True, "C0000001", ("T047",), "B", "DIAGNOSIS")
    one, two = index_of(tmp_path / "one", plain), index_of(tmp_path / "two", other)
    for terms, wanted in (([one, two], "A:1"), ([two, one], "B:1")):
        said = CliRunner().invoke(
            app,
            ["link", "zork fever", "--json", "-k", "1", "--terms", terms[0], "--terms", terms[1]],
        )
        assert json.loads(said.stdout)["candidates"][0]["concept_id"] == wanted
