"""`radtab terms build` and `info`: what a user reads and what is left behind."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.term_index import TermIndex
from pipeline.terminology.lexicon import key_of
from pipeline.terminology.semantic_types import load_semantic_types

UMLS = Path(__file__).parent / "data" / "umls"


def radtab(*words):
    return CliRunner().invoke(app, ["terms", *map(str, words)])


@pytest.fixture
def umls(tmp_path):
    return Path(shutil.copytree(UMLS, tmp_path / "umls"))


def test_build_then_look_up(tmp_path):
    out = tmp_path / "my.terms"
    done = radtab("build", "-o", out, UMLS, "--relations")
    assert (done.exit_code, done.stdout) == (
        0,
        f"{out}: 13 names of 8 concepts, 8 with a CUI\n",
    )
    index = TermIndex.open(out)
    (named,) = index.named(key_of("Krell edema"))
    assert index.concept(named.concept).label == "DIAGNOSIS"
    assert index.concept(index.parents(named.concept)[0]).name == "Zerbosis"
    labels = [index.concept(name.concept).label for name in index.named("zerbosis")]
    assert labels == ["DIAGNOSIS", ""]


def test_info_of_an_index(tmp_path):
    out = tmp_path / "my.terms"
    radtab("build", "-o", out, UMLS, "--type", "t047", "--source", "MSH", "--source", "NCI")
    told = radtab("info", out).stdout.splitlines()
    assert told[0].split() == "source version date names concepts CUIs licence".split()
    assert told[1].split()[:6] == ["MSH", "2099_1", "20990101", "1", "1", "1"]
    assert told[1].endswith("UMLS licence, restriction level 0")
    assert told[3] == "2 names of 1 concepts, 1 with a CUI"
    assert told[-2:] == ["source: MSH NCI", "type: T047"]
    as_json = json.loads(radtab("info", out, "--json").stdout)
    assert as_json["settings"]["type"] == "T047"
    assert [source["names"] for source in as_json["sources"]] == [1, 1]


def test_info_of_what_is_inside():
    told = json.loads(radtab("info", "--json").stdout)
    by_name = {source["source"]: source for source in told}
    mondo = by_name["Mondo Disease Ontology"]
    assert mondo["licence"].startswith("CC BY 4.0")
    assert mondo["names"] > mondo["concepts"] > mondo["cuis"] > 1000
    lines = radtab("info").stdout.splitlines()
    assert len(lines) == len(told) + 2


def test_sources_of_several_formats_the_first_counts_most(tmp_path):
    table = tmp_path / "own.tsv"
    table.write_text("id\tterm\tlabel\nX:1\tzerbosis\tFINDING\nX:2\tours\tFINDING\n")
    for sources, first in (((table, UMLS), "X:1"), ((UMLS, table), "C9000002")):
        assert radtab("build", "-o", tmp_path / "i", *sources, "--overwrite").exit_code == 0
        index = TermIndex.open(tmp_path / "i")
        assert index.concept(index.named("zerbosis")[0].concept).concept_id == first
        assert not index.info.marks


@pytest.mark.parametrize(("asked", "marks"), [([], True), (["--no-mark"], False)])
def test_tables_with_labels_are_marked_unless_not_wanted(tmp_path, asked, marks):
    table = tmp_path / "own.tsv"
    table.write_text("id\tterm\tlabel\nX:1\tzerbosis\tFINDING\n")
    radtab("build", "-o", tmp_path / "i", table, *asked)
    assert TermIndex.open(tmp_path / "i").info.marks == marks


def test_spelling_variants_only_where_wanted(tmp_path):
    for asked, there in (([], True), (["--exact"], False), (["--approximate"], True)):
        radtab("build", "-o", tmp_path / "i", UMLS, "--overwrite", *asked)
        assert TermIndex.open(tmp_path / "i").info.approximate == there
        assert (tmp_path / "i" / "ngrams").is_dir() == there


def wrong(*words):
    done = radtab(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("radtab: ")
    return done.stderr


def test_a_cut_off_file_leaves_nothing(umls, tmp_path):
    names = umls / "MRCONSO.RRF"
    names.write_bytes(names.read_bytes()[:-20])
    told = wrong("build", "-o", tmp_path / "my.terms", umls)
    assert "MRCONSO.RRF:19: 14 and a part columns, expected 18" in told
    assert [path.name for path in tmp_path.iterdir()] == ["umls"]


def test_relations_that_are_wrong_leave_nothing(umls, tmp_path):
    relations = umls / "MRREL.RRF"
    relations.write_text(relations.read_text() + "C9000001|A1|\n")
    assert "MRREL.RRF:8: 2 columns, expected 16" in wrong(
        "build", "-o", tmp_path / "my.terms", umls, "--relations"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["umls"]
    assert radtab("build", "-o", tmp_path / "my.terms", umls).exit_code == 0


def test_what_is_missing_or_wrong_is_told(umls, tmp_path):
    out = tmp_path / "my.terms"
    (umls / "MRSTY.RRF").unlink()
    assert "MRSTY.RRF: missing, expected it" in wrong("build", "-o", out, umls)
    assert "no such file" in wrong("build", "-o", out, tmp_path / "none.obo")
    assert "no semantic type, expected" in wrong("build", "-o", out, UMLS, "--type", "T999")
    assert "no name in the sources" in wrong("build", "-o", out, UMLS, "--language", "XYZ")
    table = tmp_path / "own.tsv"
    table.write_text("id\tterm\tlabel\nX:1\tzerbosis\tFINDING\n")
    assert "are of UMLS files" in wrong("build", "-o", out, table, "--type", "T047")
    assert "neither empty nor an index" in wrong("build", "-o", umls, table, "--overwrite")
    assert "no index, expected" in wrong("info", umls)
    assert not out.exists()


def test_an_index_is_there_already(tmp_path):
    out = tmp_path / "my.terms"
    radtab("build", "-o", out, UMLS)
    assert "is an index already" in wrong("build", "-o", out, UMLS)
    assert radtab("build", "-o", out, UMLS, "--overwrite").exit_code == 0


def test_a_changed_byte_is_told_by_info(tmp_path):
    out = tmp_path / "my.terms"
    radtab("build", "-o", out, UMLS)
    text = out / "name_text.npy"
    text.write_bytes(text.read_bytes()[:-1] + b"?")
    assert "name_text.npy: other bytes than were written" in wrong("info", out)


KILLED = """
import os, signal, sys
from pipeline.term_index import array_writer
def die(*_):
    os.kill(os.getpid(), signal.{signal})
    signal.pause()
array_writer.ArrayWriter.write_parents = die
sys.argv = ["radtab", "terms", "build", "-o", sys.argv[1], sys.argv[2]]
from pipeline.cli import main
main()
"""


@pytest.mark.parametrize(
    ("signal", "status", "left"), [("SIGINT", 130, 0), ("SIGKILL", -9, 1), ("SIGTERM", -15, 1)]
)
def test_a_build_that_is_stopped(tmp_path, signal, status, left):
    out = tmp_path / "my.terms"
    code = KILLED.replace("{signal}", signal)
    done = subprocess.run(
        [sys.executable, "-c", code, out, UMLS], capture_output=True, text=True, check=False
    )
    assert done.returncode == status
    assert not out.exists()
    hidden = [path for path in tmp_path.iterdir() if path.name.startswith(".my.terms.building-")]
    assert len(list(tmp_path.iterdir())) == len(hidden) == left
    assert radtab("build", "-o", out, UMLS).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["my.terms"]


def test_all_semantic_types_are_there():
    types = load_semantic_types()
    assert len(types) == 127
    assert {name.label for name in types.values()} > {"", "DIAGNOSIS", "ANATOMY", "FINDING"}
