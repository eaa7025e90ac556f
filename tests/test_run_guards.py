"""What may go wrong around a run: disks, damaged chunks, other runs, odd texts."""

import errno
import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import duckdb
import pandas as pd
import polars
import pyarrow.dataset as ds
import pytest

import pipeline.batch
import pipeline.chunk_folder
import pipeline.final_tables
from pipeline.batch import run
from pipeline.chunk_folder import CHUNKS
from pipeline.errors import RunError, UsageError
from pipeline.records import TABLES
from pipeline.run_folder import read_table
from pipeline.run_lock import locked
from tests import fake_pipeline
from tests.test_workers import ROOT, TEXT, table_bytes, write_cases

FAKE = "tests.fake_pipeline:load"


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    monkeypatch.setattr(pipeline.batch, "LOADER", FAKE)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 4)
    # others may edit files while tests run
    monkeypatch.setattr("pipeline.manifest._hash_of", lambda *_: "")


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    return write_cases(tmp_path / "cases.jsonl", 10)


@pytest.fixture
def whole(inputs: Path, tmp_path: Path) -> dict[str, bytes]:
    run(inputs, tmp_path / "whole")
    return table_bytes(tmp_path / "whole")


@pytest.fixture
def cut_off(inputs: Path, tmp_path: Path) -> Path:
    """Give a run all chunks of which are done, the tables not begun."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pipeline.batch.TableWriter, "write", _interrupt)
        run(inputs, tmp_path / "run")
    return tmp_path / "run"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["chunk.json", "entities.arrow"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_damaged_chunk_is_annotated_anew(cut_off, inputs, whole, name, damage):
    path = cut_off / CHUNKS / "00001" / name
    whole_file = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(whole_file[: len(whole_file) // 2] if damage == "cut" else b"")
    run(inputs, cut_off, resume=True)
    assert table_bytes(cut_off) == whole


def test_damage_that_leaves_the_size_is_told_and_mended(cut_off, inputs, whole):
    path = cut_off / CHUNKS / "00001" / "entities.arrow"
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(RunError, match=r"00001/entities\.arrow: .*--resume annotates it anew"):
        run(inputs, cut_off, resume=True)
    run(inputs, cut_off, resume=True)
    assert table_bytes(cut_off) == whole


def test_a_file_among_the_chunks_does_no_harm(cut_off, inputs, whole):
    (cut_off / CHUNKS / "00007").write_text("", "utf-8")
    (cut_off / CHUNKS / ".DS_Store").write_text("", "utf-8")
    run(inputs, cut_off, resume=True)
    assert table_bytes(cut_off) == whole


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_a_full_disk_at_any_file_is_one_line_and_resume_goes_on(
    inputs, tmp_path, whole, monkeypatch, at
):
    left = [at]
    flush = pipeline.table_files.flush

    def full(path: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        flush(path)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.table_files, "flush", full)
        patch.setattr(pipeline.chunk_folder, "flush", full)
        with pytest.raises(RunError, match=r"cannot be written \(No space left") as problem:
            run(inputs, tmp_path / "run")
    assert "\n" not in str(problem.value)
    run(inputs, tmp_path / "run", resume=True)
    assert table_bytes(tmp_path / "run") == whole


def test_a_worker_tells_a_full_disk(inputs, tmp_path):
    # a file in place of the folder of chunks stops writing, whoever writes
    def block(_: object) -> None:
        chunks = tmp_path / "run" / CHUNKS
        if chunks.is_dir():
            chunks.rmdir()
            chunks.write_text("", "utf-8")

    with pytest.raises(RunError, match="cannot be written"):
        run(inputs, tmp_path / "run", workers=1, progress=block)


def test_a_kill_while_the_manifest_is_first_written_leaves_a_new_folder(inputs, tmp_path, whole):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".manifest.json.tmp").write_text("{", "utf-8")
    run(inputs, tmp_path / "run", resume=True)
    assert table_bytes(tmp_path / "run") == whole


@pytest.mark.parametrize("step", ["drop_chunks", "write_manifest", "drop_tables"])
def test_a_kill_while_a_run_is_replaced_never_leaves_an_empty_complete_one(
    inputs, tmp_path, whole, monkeypatch, step
):
    run(inputs, tmp_path / "run")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(f"pipeline.run_folder.{step}", _interrupt)
        run(inputs, tmp_path / "run", overwrite=True)
    run(inputs, tmp_path / "run", resume=True)
    assert table_bytes(tmp_path / "run") == whole


def test_files_half_written_in_another_format_are_taken_away(cut_off, inputs):
    (cut_off / ".entities.parquet.tmp").write_bytes(b"half")
    (cut_off / ".cases.dealt.tmp").mkdir()
    run(inputs, cut_off, format="csv", overwrite=True)
    assert {path.name for path in cut_off.iterdir()} == {
        "manifest.json", *(f"{name}.csv" for name in TABLES)
    }  # fmt: skip


def test_resume_of_a_complete_run_notices_another_input(inputs, tmp_path):
    run(inputs, tmp_path / "run")
    assert run(inputs, tmp_path / "run", resume=True).cases == 10
    write_cases(inputs, 10, c009="Another text.")
    with pytest.raises(RunError, match="the input is not what this run has read"):
        run(inputs, tmp_path / "run", resume=True)


def test_resume_in_a_new_folder_begins(inputs, tmp_path, whole):
    run(inputs, tmp_path / "a" / "b", resume=True)
    assert table_bytes(tmp_path / "a" / "b") == whole


def test_a_run_that_waited_for_another_does_not_replace_it(inputs, tmp_path, monkeypatch):
    real = pipeline.batch.reserved

    def other_first(folder: Path) -> object:
        monkeypatch.setattr(pipeline.batch, "reserved", real)
        run(inputs, folder)
        return real(folder)

    monkeypatch.setattr(pipeline.batch, "reserved", other_first)
    with pytest.raises(UsageError, match="holds a run already"):
        run(inputs, tmp_path / "run")
    assert len(read_table(tmp_path / "run", "cases")) == 10


def test_a_folder_taken_away_while_waiting_is_not_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.run_lock._take", lambda _, run, __: run.rmdir())
    (tmp_path / "run").mkdir()
    with pytest.raises(RunError, match="taken away"), locked(tmp_path / "run"):
        pass


def test_a_folder_named_pipeline_where_one_stands_does_no_harm(inputs, tmp_path):
    here = tmp_path / "here"
    (here / "pipeline").mkdir(parents=True)
    (here / "pipeline" / "__init__.py").write_text("raise SystemExit('wrong one')\n", "utf-8")
    program = (
        "import pipeline.batch; pipeline.batch.LOADER = 'tests.fake_pipeline:load'\n"
        f"pipeline.batch.run({str(inputs)!r}, {str(tmp_path / 'run')!r}, workers=1)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(program, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(script)], cwd=here, env=environment, check=True)
    assert len(read_table(tmp_path / "run", "cases")) == 10


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_parts_are_the_same_whatever_order_chunks_and_workers(tmp_path, monkeypatch, ending):
    paths = []
    for number in range(60):
        # ids whose order as text is another than that of the inputs
        path = tmp_path / "in" / f"{number * 37 % 60}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"BOOM {number}" if number % 7 == 3 else TEXT, "utf-8")
        paths.append(path)
    monkeypatch.setattr(pipeline.final_tables, "PART_CASES", 9)
    for most in (200, 4):
        monkeypatch.setattr(pipeline.final_tables, "MOST_PARTS", most)
        seen = []
        for name, order, chunk, workers in (("a", 1, 4, 0), ("b", -1, 7, 0), ("c", 1, 60, 2)):
            monkeypatch.setattr(pipeline.batch, "CHUNK", chunk)
            run(paths[::order], tmp_path / f"{name}{most}", format=ending, workers=workers)
            seen.append(table_bytes(tmp_path / f"{name}{most}"))
        assert seen[0] == seen[1] == seen[2]
        assert len([name for name in seen[0] if name.startswith("cases/")]) == (
            6 if most == 200 else 4
        )
    parts = sorted((tmp_path / "a200" / "entities").iterdir())
    ids = [list(read_ids(part)) for part in parts]
    assert [each for part in ids for each in part] == sorted(each for part in ids for each in part)
    assert all(not set(left) & set(right) for left, right in pairwise(ids))
    assert list(read_table(tmp_path / "a200", "cases")["case_id"]) == sorted(
        path.stem for path in paths if TEXT in path.read_text("utf-8")
    )


def read_ids(part: Path) -> "pd.Series[str]":
    if part.suffix == ".parquet":
        return pd.read_parquet(part)["case_id"]
    if part.suffix == ".csv":
        return pd.read_csv(part, dtype=str)["case_id"]
    return pd.read_json(part, lines=True, dtype={"case_id": str})["case_id"]


def test_parts_are_one_table_elsewhere(inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline.final_tables, "PART_CASES", 3)
    run(inputs, tmp_path / "model=a" / "run")
    folder = tmp_path / "model=a" / "run" / "entities"
    wanted = read_table(tmp_path / "model=a" / "run", "entities")
    assert len(list(folder.iterdir())) == 4
    assert len(wanted) == 40
    columns = ["case_id", "start", "text"]
    rows = wanted[columns].to_numpy().tolist()
    assert pd.read_parquet(folder)[columns].to_numpy().tolist() == rows
    assert ds.dataset(folder).to_table().to_pandas()[columns].to_numpy().tolist() == rows
    assert polars.read_parquet(folder).select(columns).rows() == list(map(tuple, rows))
    found = duckdb.sql(f"select case_id, start, text from '{folder}/*.parquet'").fetchall()
    assert found == list(map(tuple, rows))


@pytest.mark.parametrize("workers", [0, 1])
def test_errors_are_quoted_with_debug_alone(tmp_path, capfd, workers):
    cases = write_cases(tmp_path / "c.jsonl", 6, c001="BOOM secret", c003="CRASH secret")
    run(cases, tmp_path / "quiet", workers=workers)
    run(cases, tmp_path / "loud", workers=workers, debug=True)
    quiet, loud = (read_table(tmp_path / name, "rejects")["message"] for name in ("quiet", "loud"))
    assert len(quiet) == len(loud) == 2
    assert loud.str.contains("secret").all()
    assert not quiet.str.contains("secret").any()
    assert "secret" not in "".join(capfd.readouterr())
    for path in (tmp_path / "quiet").iterdir():
        assert b"secret" not in path.read_bytes()


ODD = {
    "rtl": "CT: \u202elesion\u202c in the liver \u05d0\u05d1, an abscess.",
    "zero": "CT: \u200blesion\u200d in\ufeff the liver, an abscess.",
    "emoji": "CT \U0001f9d1\u200d\u2695\ufe0f: lesion in the liver \U0001f1e9\U0001f1ea.",
    "combining": "CT: le\u0301sion lesion in the liver\u0308 liver, an abscess.",
    "controls": "CT:\x0b\x0c\x1c\x85\u2028 lesion in the\u00a0liver, an abscess.",
}


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_odd_characters_come_through(tmp_path, ending):
    lines = [json.dumps({"id": i, "text": text}) + "\n" for i, text in ODD.items()]
    lines.append('{"id": "lone\\ud800", "text": "CT: lesion \\udfff in the liver"}\n')
    (tmp_path / "c.jsonl").write_text("".join(lines), "utf-8")
    summary = run(tmp_path / "c.jsonl", tmp_path / "run", format=ending, workers=1)
    assert (summary.cases, summary.rejected, summary.notes) == (6, 0, 1)
    rows = read_table(tmp_path / "run", "entities")
    for row in rows.to_dict("records"):
        text = ODD.get(row["case_id"], "CT: lesion \ufffd in the liver")
        assert text[row["start"] : row["end"]] == row["text"]
    assert set(rows["case_id"]) == {*ODD, "lone\ufffd"}


def test_ten_megabyte_lines_and_fifos_stop_nothing(tmp_path):
    long = json.dumps({"id": "long", "text": "A lesion. " * 1_000_000})
    good = json.dumps({"id": "good", "text": TEXT})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "c.jsonl").write_text(f"{long}\n{good}\n", "utf-8")
    os.mkfifo(tmp_path / "in" / "fifo")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "plain.txt").write_text("lesion " * 1_500_000, "utf-8")
    begun = time.monotonic()
    summary = run(tmp_path / "in", tmp_path / "run", workers=1)
    assert time.monotonic() - begun < 30
    assert (summary.cases, summary.rejected) == (1, 4)
