"""Runs for tests that kill them: each is forked from a process that has loaded everything.

    python -m tests.killable_runs INPUTS

For each line `FOLDER DIE_AT PARTS` it starts a run that goes on in FOLDER and prints its process
id; `-` for DIE_AT, or the number of the file of the final tables at which the run kills itself;
PARTS is the number of cases of a part. Starting a run anew takes seconds, forking it none, so that
tests can afford many kills. The nursery too is forked, and does what it does otherwise.
"""

import os
import signal
import socket
import sys
import time
from typing import Any

import pipeline.batch
import pipeline.final_tables
import pipeline.manifest
import pipeline.workers.crew
from pipeline.workers.frames import send
from pipeline.workers.nursery import serve
from pipeline.workers.nursery_process import NurseryProcess
from pipeline.workers.work_order import WorkOrder
from tests import fake_pipeline  # noqa: F401 (loaded before the fork)

pipeline.batch.LOADER, pipeline.batch.CHUNK = "tests.fake_pipeline:load", 8


class Forked:
    """What `NurseryProcess` asks of a process."""

    def __init__(self, process: int) -> None:
        self._process = process

    def wait(self, seconds: float = 5.0) -> None:
        until = time.monotonic() + seconds
        while os.waitpid(self._process, os.WNOHANG) == (0, 0) and time.monotonic() < until:
            time.sleep(0.01)

    def kill(self) -> None:
        os.kill(self._process, signal.SIGKILL)


class ForkedNursery(NurseryProcess):
    def __init__(self, order: WorkOrder) -> None:
        self._loaded = False
        self._control, theirs = socket.socketpair()
        process = os.fork()
        if process == 0:
            try:
                # what the run has open: a program of its own would not have it
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, 1024)
                serve(theirs)
            finally:
                os._exit(0)
        theirs.close()
        self._process = Forked(process)  # type: ignore[assignment]
        send(self._control, order._asdict())


def die_at(number: int) -> None:
    """Have the process kill itself when it has begun the file of that number."""
    write, begun = pipeline.final_tables.write_table, []

    def write_or_die(table: Any, path: Any, **options: Any) -> None:
        begun.append(path)
        if len(begun) > number:
            path.with_name(f".{path.name}.tmp").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        write(table, path, **options)

    pipeline.final_tables.write_table = write_or_die


def start(inputs: str, folder: str, at: str, parts: str) -> int:
    process = os.fork()
    if process:
        return process
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if at != "-":
            die_at(int(at))
        pipeline.final_tables.PART_CASES = int(parts)
        pipeline.batch.run(inputs, folder, workers=2, resume=True)
    except BaseException as problem:
        os.write(2, f"{type(problem).__name__}: {problem}\n".encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    pipeline.workers.crew.NurseryProcess = ForkedNursery  # type: ignore[misc]
    # files may be edited while tests run, and hashing them takes a third of the time
    pipeline.manifest._hash_of = lambda *_: ""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        print(start(sys.argv[1], *line.split()), flush=True)
