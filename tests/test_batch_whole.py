"""The whole pipeline over the example corpus, from files to tables."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from spacy.language import Language

import pipeline.batch
import pipeline.chunk_annotator
from pipeline.batch import run
from pipeline.records import TABLES
from pipeline.run_folder import read_table

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "corpus" / "cases"


def table_bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in TABLES}


@pytest.fixture
def corpus_run(nlp: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline.batch, "load", lambda **_: nlp)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 5)
    run(os.path.relpath(CASES), tmp_path / "run")
    return tmp_path / "run"


def test_every_row_of_every_table_stands_in_the_text(corpus_run: Path) -> None:
    texts = {path.stem: path.read_text("utf-8") for path in CASES.iterdir()}
    assert set(read_table(corpus_run, "cases")["case_id"]) == set(texts)
    for name, start, end, words in (
        ("entities", "start", "end", "text"),
        ("findings", "evidence_start", "evidence_end", "evidence"),
    ):
        rows = read_table(corpus_run, name).to_dict("records")
        assert rows
        for row in rows:
            assert texts[row["case_id"]][row[start] : row[end]] == row[words]
    for row in read_table(corpus_run, "relations").to_dict("records"):
        if row["cue"]:
            assert texts[row["case_id"]][row["cue_start"] : row["cue_end"]] == row["cue"]
    for row in read_table(corpus_run, "sections").to_dict("records"):
        assert 0 <= row["start"] < row["end"] <= len(texts[row["case_id"]])


def test_ids_lead_from_table_to_table(corpus_run: Path) -> None:
    entities = read_table(corpus_run, "entities")
    known = set(zip(entities["case_id"], entities["entity_id"], strict=True))
    relations = read_table(corpus_run, "relations")
    for side in ("head_id", "tail_id"):
        assert set(zip(relations["case_id"], relations[side], strict=True)) <= known
    findings = read_table(corpus_run, "findings")
    assert findings["finding_id"].is_unique
    assert set(zip(findings["case_id"], findings["diagnosis_id"], strict=True)) <= known
    counts = read_table(corpus_run, "cases").set_index("case_id")["n_findings"].to_dict()
    assert {k: v for k, v in counts.items() if v} == findings["case_id"].value_counts().to_dict()


def test_memory_zones_change_nothing(
    corpus_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.chunk_annotator, "WARM_CHUNKS", 0)
    run(os.path.relpath(CASES), tmp_path / "zones")
    assert table_bytes(corpus_run) == table_bytes(tmp_path / "zones")


def test_the_same_input_gives_the_same_bytes_in_another_process(
    corpus_run: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "pipeline", "run", os.path.relpath(CASES), "-o"]
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run([*command, str(tmp_path / "other")], env=environment, check=True)
    assert table_bytes(corpus_run) == table_bytes(tmp_path / "other")


def test_every_rule_is_found_again(corpus_run: Path) -> None:
    from pipeline.explain import find_rules

    tables = [read_table(corpus_run, name) for name in ("entities", "relations", "findings")]
    rules = {rule for table in tables for cell in table["rule"] for rule in cell.split()}
    assert rules
    lost = sorted(rule for rule, source in find_rules(rules).items() if not source.row)
    assert lost == []
