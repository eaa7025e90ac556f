"""Runs on a Dask cluster: the bytes of a run here, whatever dies."""

import sys
from pathlib import Path

import psutil
import pytest

import pipeline.batch
from pipeline.batch import run
from pipeline.chunks import Chunk, pack_items
from pipeline.errors import RunError, UsageError
from pipeline.records import Case
from pipeline.workers import dask_task
from pipeline.workers.dask_task import Parcel, Tries, annotate, close_crews
from pipeline.workers.work_order import WorkOrder
from tests import fake_pipeline
from tests.test_workers import table_bytes, write_cases

FAKE = "tests.fake_pipeline:load"
TEXT = "CT: lesion in the liver."


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    monkeypatch.setattr(pipeline.batch, "LOADER", FAKE)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 4)


def kill_a_worker(killed: list[int]) -> None:
    """Kill a Dask worker, a process that multiprocessing has spawned."""
    for process in psutil.Process().children(recursive=True):
        if "spawn_main" in " ".join(process.cmdline()):
            process.kill()
            killed.append(process.pid)
            return


def test_a_local_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path):
    odd = {"c013": "SEGFAULT", "c022": "HANG", "c031": "BOOM"}
    inputs = write_cases(tmp_path / "c.jsonl", 80, **odd)
    run(inputs, tmp_path / "here", workers=1, case_seconds=1)
    killed: list[int] = []

    def kill_once(tally: object) -> None:
        if tally.cases >= 8 and not killed:  # type: ignore[attr-defined]
            kill_a_worker(killed)

    summary = run(
        inputs, tmp_path / "there", scheduler="local:2", case_seconds=1, progress=kill_once
    )
    assert killed
    assert (summary.cases, summary.rejected) == (77, 3)
    assert table_bytes(tmp_path / "there") == table_bytes(tmp_path / "here")
    assert not [p for p in psutil.Process().children(recursive=True) if "nursery" in p.cmdline()]


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    (tmp_path / "run" / "chunks").mkdir(parents=True)
    order = WorkOrder(str(tmp_path / "run"), FAKE, {}, 5.0, False)
    return Parcel(order, 3, "digest", pack_items([Case(f"c{n}", TEXT) for n in range(4)]))


def test_a_case_at_which_two_tries_ended_is_left_out_of_the_next(parcel, tmp_path):
    chunk = Chunk(3, [Case(f"c{n}", TEXT) for n in range(4)])
    file = tmp_path / "run" / "chunks" / ".tries-00003"
    file.write_text("try\n0\n1\n2\ntry\n0\n1\ntry\ntry\n0\n1\n2\n", "ascii")
    assert set(Tries(tmp_path / "run", 3).left_out(chunk)) == {2}
    answer = annotate(parcel)
    close_crews()
    assert answer["tally"]["cases"] == 3
    assert answer["tally"]["rejected"] == 1
    assert not file.exists()


def test_a_parcel_shows_no_text(parcel):
    assert "lesion" not in repr(parcel)


def test_what_workers_cannot_do_is_told(parcel, tmp_path):
    order = parcel.order
    stamp = dask_task.stamp_of(order)
    other = dask_task.prepare(order, stamp | {"code_sha256": "other"})
    assert (other["error"], "another code of radtab" in other["failed"]) == ("RunError", True)
    away = dask_task.prepare(order._replace(run=str(tmp_path / "away")), stamp)
    assert "expected a folder that workers share" in away["failed"]
    assert "ready" in dask_task.prepare(order, stamp)
    close_crews()


def test_a_scheduler_that_is_none_is_told_in_one_line(tmp_path, monkeypatch):
    inputs = write_cases(tmp_path / "c.jsonl", 4)
    for wrong in ("local:0", "local:two", "slurm", "http://x:1"):
        with pytest.raises(UsageError, match="expected local:N"):
            run(inputs, tmp_path / "run", scheduler=wrong)
    monkeypatch.setattr("pipeline.workers.dask_crew._REACHED", 1)
    with pytest.raises(RunError, match=r"tcp://127.0.0.1:1: cannot be reached"):
        run(inputs, tmp_path / "run", scheduler="tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install radtab\[dask\]"):
        run(inputs, tmp_path / "run", scheduler="local:2")
    assert not (tmp_path / "run").exists()
