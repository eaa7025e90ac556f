"""Runs by worker processes: what dies, hangs or is cut off costs one case at most, and no row."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import pipeline.batch
from pipeline.batch import run
from pipeline.errors import RunError, UsageError
from pipeline.records import TABLES
from pipeline.run_folder import read_table
from pipeline.run_lock import locked

ROOT = Path(__file__).resolve().parent.parent
TEXT = "CT: lesion in the liver, an abscess."
FAKE = "tests.fake_pipeline:load"


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.batch, "LOADER", FAKE)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 4)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    return write_cases(tmp_path / "cases.jsonl", 10)


def write_cases(path: Path, number: int, **other: str) -> Path:
    """Write cases c000, c001 ...; `other` has texts of some."""
    ids = [f"c{n:03}" for n in range(number)]
    lines = [
        json.dumps({"case_id": i, "text": other.get(i, f"Case {i}. {TEXT}")}) + "\n" for i in ids
    ]
    path.write_text("".join(lines), "utf-8")
    return path


def table_bytes(folder: Path) -> dict[str, bytes]:
    """Give the bytes of all files of the tables."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"]
    assert {p.relative_to(folder).parts[0].partition(".")[0] for p in files} == set(TABLES)
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def test_workers_give_the_bytes_that_one_process_gives(inputs, tmp_path, monkeypatch):
    run(inputs, tmp_path / "two", workers=2)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 3)
    run(inputs, tmp_path / "three", workers=3)
    from tests import fake_pipeline

    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    run(inputs, tmp_path / "none")
    wanted = table_bytes(tmp_path / "none")
    assert table_bytes(tmp_path / "two") == table_bytes(tmp_path / "three") == wanted


def test_a_case_that_kills_its_worker_is_rejected_alone(tmp_path):
    inputs = write_cases(tmp_path / "c.jsonl", 10, c002="SEGFAULT secret", c009="SEGFAULT secret")
    summary = run(inputs, tmp_path / "run", workers=2)
    assert (summary.cases, summary.rejected) == (8, 2)
    rejects = read_table(tmp_path / "run", "rejects")
    assert set(rejects["case_id"]) == {"c002", "c009"}
    assert set(rejects["error"]) == {"WorkerDied"}
    assert not rejects["message"].str.contains("secret").any()


def test_a_case_that_takes_too_long_is_rejected_alone(tmp_path):
    inputs = write_cases(tmp_path / "c.jsonl", 6, c001="HANG secret")
    summary = run(inputs, tmp_path / "run", workers=1, case_seconds=0.5)
    assert (summary.cases, summary.rejected) == (5, 1)
    (row,) = read_table(tmp_path / "run", "rejects").to_dict("records")
    assert (row["case_id"], row["error"]) == ("c001", "TimeLimit")
    assert "took longer than 0.5 s" in row["message"]


def test_what_cannot_be_loaded_is_told_and_leaves_nothing(inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline.batch, "LOADER", "pipeline.assembly:load")
    with pytest.raises(UsageError, match="'quick'"):
        run(inputs, tmp_path / "run", workers=1, profile="quick")
    assert not (tmp_path / "run").exists()


def test_a_run_that_was_cut_off_goes_on(inputs, tmp_path):
    def interrupt(tally):
        if tally.cases:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "run", workers=1, progress=interrupt)
    assert len(read_table(tmp_path / "run", "cases")) == 4
    with pytest.raises(UsageError, match="--resume or --overwrite"):
        run(inputs, tmp_path / "run", workers=1)
    seen = []
    run(inputs, tmp_path / "run", workers=1, resume=True, progress=lambda t: seen.append(t.cases))
    assert seen == [4, 8, 10]
    run(inputs, tmp_path / "whole", workers=1)
    assert table_bytes(tmp_path / "run") == table_bytes(tmp_path / "whole")
    again = run(inputs, tmp_path / "run", workers=1, resume=True)
    assert (again.cases, again.rows["entities"]) == (10, 40)


@pytest.fixture
def cut_off(inputs, tmp_path) -> Path:
    """Give a run of which one chunk is done."""

    def interrupt(tally):
        if tally.cases:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "run", workers=1, progress=interrupt)
    return tmp_path / "run"


def test_changed_cases_are_noticed(cut_off, inputs):
    write_cases(inputs, 10, c001="Another text.")
    with pytest.raises(RunError, match="cases 1 to 4 of the input are not those"):
        run(inputs, cut_off, workers=1, resume=True)
    write_cases(inputs, 0)
    inputs.write_text('{"case_id": "x", "text": "y"}\n', "utf-8")
    with pytest.raises(RunError, match="expected the same input"):
        run(inputs, cut_off, workers=1, resume=True)


def test_a_changed_setting_is_named(cut_off, inputs):
    with pytest.raises(RunError, match=r"the setting format \('parquet', now 'csv'\) changed"):
        run(inputs, cut_off, workers=2, resume=True, format="csv")


@pytest.mark.parametrize(
    ("key", "said"),
    [("radtab", "version of radtab"), ("code_sha256", "the code"), ("models_sha256", "models/")],
)
def test_other_code_or_models_are_named(cut_off, inputs, key, said):
    path = cut_off / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: "other"}), "utf-8")
    with pytest.raises(RunError, match=said):
        run(inputs, cut_off, workers=1, resume=True)


def test_two_runs_do_not_write_to_one_folder(inputs, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.run_lock._WAIT", 0.1)
    (tmp_path / "run").mkdir()
    with (
        locked(tmp_path / "run"),
        pytest.raises(RunError, match="another run"),
        locked(tmp_path / "run", 0.1),
    ):
        pass


RUN = """
import sys
import pipeline.batch
pipeline.batch.LOADER, pipeline.batch.CHUNK = "tests.fake_pipeline:load", 8
pipeline.batch.run(sys.argv[1], sys.argv[2], workers=2, resume=True)
"""


def test_thirty_kills_lose_and_double_no_row(tmp_path):
    """Kill the run, its nursery or a worker at random moments until thirty are dead."""
    inputs = write_cases(tmp_path / "c.jsonl", 400)
    command = [sys.executable, "-c", RUN, str(inputs)]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, cwd=ROOT)
    chance = random.Random(20)
    killed, started = 0, 0
    while killed < 30:
        started += 1
        folder = tmp_path / f"run{started}"
        while not (folder / "cases.parquet").exists():
            killed += start_and_kill([*command, str(folder)], chance)
        subprocess.run([*command, str(folder)], check=True, cwd=ROOT)
        assert table_bytes(folder) == table_bytes(tmp_path / "whole")


def start_and_kill(command: list[str], chance: random.Random) -> int:
    """Start a run and kill its processes, one after another, as long as it lives."""
    killed = 0
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        for _ in range(4):
            time.sleep(chance.uniform(0.0, 1.0))
            if process.poll() is not None:
                break
            try:
                family = [process.pid, *(p.pid for p in psutil.Process(process.pid).children(True))]
                os.kill(chance.choice(family), signal.SIGKILL)
                killed += 1
            except (psutil.NoSuchProcess, ProcessLookupError):
                continue
    return killed
