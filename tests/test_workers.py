"""Runs by worker processes: what dies, hangs or is cut off costs one case at most, and no row."""

import contextlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
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


class KillableRuns:
    """Start runs in a process of their own (`tests.killable_runs`) and kill them."""

    def __init__(self, inputs: Path) -> None:
        command = [sys.executable, "-m", "tests.killable_runs", str(inputs)]
        self._server = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "KillableRuns":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stdin.close()
        assert self._server.wait(20) == 0
        self._server.stdout.close()

    def start(self, folder: Path, die_at: str = "-", parts: int = 2500) -> psutil.Process | None:
        self._server.stdin.write(f"{folder} {die_at} {parts}\n")
        self._server.stdin.flush()
        try:
            return psutil.Process(int(self._server.stdout.readline()))
        except psutil.NoSuchProcess:
            return None

    def finish(self, folder: Path, die_at: str = "-", parts: int = 2500) -> None:
        if process := self.start(folder, die_at, parts):
            process.wait(60)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[KillableRuns]:
    with KillableRuns(write_cases(tmp_path / "c.jsonl", 400)) as started:
        yield started


def test_thirty_kills_lose_and_double_no_row(runs, tmp_path):
    """Kill the run, its nursery or a worker at random moments until thirty are dead."""
    runs.finish(tmp_path / "whole")
    chance = random.Random(20)
    killed, started = 0, 0
    while killed < 30:
        started += 1
        folder = tmp_path / f"run{started}"
        while not (folder / "cases.parquet").exists():
            killed += kill_some(runs.start(folder), chance)
        runs.finish(folder)
        assert table_bytes(folder) == table_bytes(tmp_path / "whole")


def kill_some(run: psutil.Process | None, chance: random.Random) -> int:
    """Kill a run's processes, one after another, as long as it lives."""
    killed = 0
    with contextlib.suppress(psutil.NoSuchProcess, AttributeError):
        for _ in range(4):
            time.sleep(chance.uniform(0.0, 0.4))
            chance.choice([run, *run.children(recursive=True)]).kill()
            killed += 1
        run.kill()
        run.wait(20)
    return killed


@pytest.mark.parametrize("parts", [2500, 150])
def test_a_kill_while_tables_are_written_loses_nothing(runs, tmp_path, parts):
    runs.finish(tmp_path / "whole", parts=parts)
    for die_at in (0, 1, 4, 5):
        folder = tmp_path / f"run{die_at}"
        runs.finish(folder, str(die_at), parts)
        assert len(read_table(folder, "cases")) == 400
        runs.finish(folder, str(die_at), parts)
        runs.finish(folder, parts=parts)
        assert table_bytes(folder) == table_bytes(tmp_path / "whole")
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
