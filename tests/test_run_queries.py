"""Runs opened with DuckDB say what `read_table` says, whatever their format."""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import pipeline
import pipeline.batch
from pipeline.chunk_folder import CHUNKS
from pipeline.errors import RunError, UsageError
from pipeline.manifest import read_manifest, write_manifest
from pipeline.records import TABLES
from pipeline.resources import corpus_path
from pipeline.run_folder import read_table
from pipeline.run_queries import open_run
from pipeline.table_files import FORMATS, schema, write_table
from tests import fake_pipeline
from tests.exchange_runs import case, in_parts, write_run

MORE = {"value": "=1+1", "candidates": ['a,"b"', "'x'\n{}", ""], "concept_name": "NULL"}
ODD = case(
    'o\'dd "1"', '=1 cyst,\r\n\t"x" \U0001f480;', ('cyst,\r\n\t"x" \U0001f480', "FINDING", "absent")
)
ODD["entities"][0]["more"] = MORE
CASES = [json.loads(line) for line in corpus_path("gold.jsonl").read_text("utf-8").splitlines()][:4]


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as Python values; nothing is None whatever pandas calls it."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return [
        {name: None if cell != cell else cell for name, cell in row.items()}
        for row in table.to_pylist()
    ]


@pytest.mark.parametrize("ending", FORMATS)
def test_queries_see_what_is_in_the_files(ending: str, tmp_path: Path) -> None:
    run = write_run(tmp_path / "it's a run", [ODD, *CASES], ending)
    with open_run(run) as opened:
        assert opened.tables == tuple(TABLES)
        for name in TABLES:
            found = opened.sql(f"select * from {name}")
            assert list(found.columns) == schema(name).names
            assert plain(found) == plain(read_table(run, name))
            assert plain(opened.table(name).df()) == plain(found)
        (row,) = opened.sql(
            "select len(candidates) as n, candidates[2] as second from entities "
            "where case_id = $id",
            {"id": ODD["case_id"]},
        ).itertuples()
        assert (row.n, row.second) == (3, "'x'\n{}")
        counted = opened.table("entities").aggregate("label, count(*) as n", "label").df()
        assert counted["n"].sum() == sum(len(each["entities"]) for each in [ODD, *CASES])


def test_a_spreadsheet_safe_run_reads_as_it_was(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", [ODD], "csv")
    write_table(
        pa.Table.from_pandas(read_table(run, "entities"), schema=schema("entities")),
        run / "entities.csv", inert=True,
    )  # fmt: skip
    manifest = read_manifest(run)
    write_manifest(run, manifest | {"settings": {"format": "csv", "spreadsheet_safe": True}})
    assert "'=1+1" in (run / "entities.csv").read_text("utf-8")
    with open_run(run) as opened:
        assert opened.sql("select value from entities")["value"].tolist() == ["=1+1"]


@pytest.mark.parametrize("ending", FORMATS)
def test_tables_in_parts_are_one_table(ending: str, tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES, ending)
    whole = plain(read_table(run, "entities"))
    in_parts(run, ["entities"], [30, 30])
    with pipeline.open_run(str(run)) as opened:
        assert plain(opened.sql("select * from entities")) == whole


def test_a_run_that_was_cut_off_shows_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 2)
    (tmp_path / "in").mkdir()
    for number in range(5):
        (tmp_path / "in" / f"c{number}.txt").write_text("CT: lesion in the liver.", "utf-8")

    def stop(tally: Any) -> None:
        if tally.cases >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.batch.run(tmp_path / "in", tmp_path / "run", progress=stop)
    assert (tmp_path / "run" / CHUNKS).is_dir()
    with open_run(tmp_path / "run") as opened:
        assert len(opened.sql("from cases")) == 4
        assert plain(opened.sql("from entities")) == plain(read_table(tmp_path / "run", "entities"))


def test_a_run_that_has_done_nothing_yet_has_empty_tables(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"radtab": "0.1.0", "state": "running"})
    with open_run(tmp_path) as opened:
        assert list(opened.sql("from findings").columns) == schema("findings").names
        assert len(opened.sql("from findings")) == 0


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select * from finding", 'finding does not exist! Did you mean "findings"'),
        ("select colour from findings", "colour"),
        ("selec", "syntax error"),
        ("select cast(case_id as int) from cases", "a cell is not of the type asked for"),
    ],
)
def test_a_wrong_query_is_told_in_one_line(query: str, told: str, tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES[:1])
    with open_run(run) as opened, pytest.raises(UsageError, match=told) as caught:
        opened.sql(query)
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES[:1])
    with open_run(run) as opened, pytest.raises(UsageError, match=r"'finding', expected one of ca"):
        opened.table("finding")
    with pytest.raises(UsageError, match="expected"):
        opened.table("findings")
    (run / "rejects.parquet").unlink()
    with pytest.raises(RunError, match="table rejects is missing"):
        open_run(run)
    (run / "rejects.parquet").write_text("no table", "utf-8")
    with pytest.raises(RunError, match="cannot be read"):
        open_run(run)
    with pytest.raises(RunError, match="no manifest"):
        open_run(tmp_path)


def test_without_duckdb_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(tmp_path / "w", CASES[:1])
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"^duckdb is not installed, expected .*radtab\[query\]"):
        open_run(run)


def test_tables_in_memory_carry_the_data_dictionary(nlp: Any) -> None:
    frames = pipeline.tables([nlp("CT: hypodense lesion in the liver.")])
    for name, frame in frames.items():
        assert frame.attrs["table"] == name
        assert list(frame.attrs["columns"]) == list(frame.columns)
        assert all(frame.attrs["columns"].values())
