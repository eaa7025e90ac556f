"""`radtab terms export`: an index as scispaCy's KnowledgeBase, and back."""

from pathlib import Path

import pytest
from scispacy.linking_utils import KnowledgeBase
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.term_index import TermIndex

DATA = Path(__file__).parent / "data" / "vocabularies"
FILES = [DATA / "made_up.obo", DATA / "made_up_terms.tsv", DATA / "made_up_kb.jsonl"]


def radtab(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index") / "my.terms"
    built = radtab("terms", "build", "-o", folder, *FILES)
    assert built.exit_code == 0, built.output
    return folder


def content(folder):
    index = TermIndex.open(folder)
    return {
        concept.concept_id: (concept.name, concept.semantic_types, frozenset(
            name.text for name in index.names_of(number)
        ))
        for number in range(index.info.concepts)
        for concept in [index.concept(number)]
    }  # fmt: skip


def test_scispacy_reads_an_index(index, tmp_path):
    path = tmp_path / "kb.jsonl"
    done = radtab("terms", "export", index, "-o", path)
    assert done.exit_code == 0, done.output
    read = KnowledgeBase(str(path))
    own = content(index)
    assert {
        found.concept_id: (
            found.canonical_name, tuple(found.types), {found.canonical_name, *found.aliases}
        )
        for found in read.cui_to_entity.values()
    } == own  # fmt: skip
    assert read.alias_to_cuis["galventic shadow"] == {"ZZ:2"}
    assert done.output == f"{path}: {len(own)} concepts\n"


def test_there_and_back(index, tmp_path):
    path, again = tmp_path / "kb.jsonl", tmp_path / "again.terms"
    assert radtab("terms", "export", index, "-o", path).exit_code == 0
    assert radtab("terms", "build", "-o", again, path).exit_code == 0
    assert content(again) == content(index)


def test_what_is_there_stays(index, tmp_path):
    path = tmp_path / "kb.jsonl"
    path.write_text("mine", encoding="utf-8")
    done = radtab("terms", "export", index, "-o", path)
    assert done.exit_code == 2
    assert "is there already, expected a new file or --overwrite" in done.output
    assert path.read_text("utf-8") == "mine"
    assert radtab("terms", "export", index, "-o", path, "--overwrite").exit_code == 0
    assert path.read_text("utf-8") != "mine"


@pytest.mark.parametrize(
    ("name", "problem"), [("kb.txt", "expected .jsonl"), ("no/kb.jsonl", "cannot be written")]
)
def test_a_file_that_cannot_be_is_told(index, name, problem, tmp_path):
    done = radtab("terms", "export", index, "-o", tmp_path / name)
    assert done.exit_code == 2
    assert problem in done.output
    assert done.output.count("\n") == 1


def test_a_wrong_source_leaves_no_index(tmp_path):
    bad = tmp_path / "bad.obo"
    bad.write_text("format-version: 1.2\n[Term]\nid: XX:1\nname: x\nis_a: XX:1\n", encoding="utf-8")
    done = radtab("terms", "build", "-o", tmp_path / "my.terms", FILES[1], bad)
    assert done.exit_code == 2
    assert done.output == (
        "radtab: bad.obo:5: is_a XX:1 makes a cycle (XX:1 > XX:1), expected none\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["bad.obo"]
