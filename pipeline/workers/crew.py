"""Hand chunks out to workers; a worker that dies costs one case at most, not the run.

A worker that is at one case for too long dies by its own alarm clock (`worker`).

The pools of the standard library do not do: `multiprocessing.Pool` waits for ever for the answer of
a killed worker, `ProcessPoolExecutor` gives up all that is under way.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline import errors
from pipeline.chunk_folder import DoneChunk
from pipeline.chunks import Chunk, Tally, pack_items
from pipeline.errors import RunError
from pipeline.records import Case, RejectRow
from pipeline.rejected import left_out
from pipeline.workers.frames import Message, receive, send
from pipeline.workers.worker import WorkOrder

#: a case in which so many workers died is left out; a single death may have another cause
TRIES = 2
#: deaths outside any case (loading, writing) after which a run ends: one after another, or at the
#: same chunk
_DEATHS = 3
_PATIENCE = 5.0


@dataclass(slots=True)
class _Job:
    """A chunk under way: the case it is at, since when, and what it went through."""

    chunk: Chunk
    digest: str
    left_out: dict[int, RejectRow]
    careful: bool
    place: int | None = None
    since: float = 0.0
    deaths: dict[int | None, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Worker:
    process: int
    job: _Job | None = None


class Crew:
    """Workers of a run; a context that ends them.

    Args:
        order: what the workers are told.
        workers: how many, at least 1.
        inherited: open files that workers keep open, such as the lock of the run.
        begun: called with a chunk's number and the place of a case in it before it is annotated,
            and with None after the last; cases then go one by one from the first try.

    Raises:
        RadtabError: the pipeline cannot be loaded; the class is that of the problem.
        RunError: workers die outside any case.
    """

    def __init__(
        self,
        order: WorkOrder,
        workers: int,
        inherited: Iterable[int] = (),
        begun: Callable[[int, int | None], object] | None = None,
    ) -> None:
        self._order, self._size, self._inherited = order, workers, tuple(inherited)
        self._begun = begun
        self._workers: dict[socket.socket, _Worker] = {}
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._deaths = 0

    def __enter__(self) -> "Crew":
        """Start loading the pipeline."""
        self._open_nursery()
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers; what they had begun is not written."""
        for channel, worker in self._workers.items():
            channel.close()
            if worker.job is not None:
                _kill(worker.process)
        self._close_nursery()

    def await_pipeline(self) -> None:
        """Wait until the pipeline is loaded.

        Raises:
            RadtabError: it cannot be loaded; the class is that of the problem.
            RunError: the process that loads it died.
        """
        assert self._control is not None
        answer = receive(self._control)
        if answer is None:
            raise RunError("the process that loads the pipeline died, expected it to load")
        if "refused" in answer:
            raise getattr(errors, answer["error"])(answer["refused"])

    def run(
        self, chunks: Iterable[tuple[Chunk, str]], left_out: Mapping[int, RejectRow] | None = None
    ) -> Iterator[DoneChunk]:
        """Annotate chunks (with their digests) and write them; yield each that is on disk.

        Args:
            chunks: chunks and their digests.
            left_out: places in every chunk that are not to be tried.

        Raises:
            RunError: rows cannot be written, or workers die outside any case.
        """
        waiting = iter(chunks)
        ready: deque[_Job] = deque()
        while True:
            self._hand_out(ready)
            # read on while the workers are busy
            if not ready and (following := next(waiting, None)) is not None:
                ready.append(_Job(*following, dict(left_out or {}), self._begun is not None))
                continue
            if not ready and not any(worker.job for worker in self._workers.values()):
                return
            yield from self._answers(ready)

    def _hand_out(self, ready: deque[_Job]) -> None:
        while ready and (channel := self._idle()) is not None:
            job = ready.popleft()
            job.place = None
            self._workers[channel].job = job
            left = {place: asdict(row) for place, row in job.left_out.items()}
            # a worker that is gone by now is noticed by its closed socket
            with contextlib.suppress(OSError):
                items = pack_items(job.chunk.items)
                send(channel, {
                    "number": job.chunk.number, "digest": job.digest, "items": items,
                    "left_out": left, "careful": job.careful,
                })  # fmt: skip

    def _idle(self) -> socket.socket | None:
        for channel, worker in self._workers.items():
            if worker.job is None:
                return channel
        return self._fork() if len(self._workers) < self._size else None

    def _answers(self, ready: deque[_Job]) -> Iterator[DoneChunk]:
        """Take what workers say."""
        busy = [channel for channel, worker in self._workers.items() if worker.job]
        heard, _, _ = select.select(busy, [], [])
        for channel in heard:
            worker, message = self._workers[channel], receive(channel)
            job = worker.job
            assert job is not None
            if message is None:
                self._bury(channel, job, ready)
            elif "begun" in message:
                job.place, job.since = message["begun"], message["at"]
                if self._begun is not None:
                    self._begun(job.chunk.number, job.place)
            elif "failed" in message:
                raise RunError(message["failed"])
            else:
                worker.job, self._deaths = None, 0
                yield DoneChunk(job.chunk.number, job.digest, Tally(**message["tally"]))

    def _bury(self, channel: socket.socket, job: _Job, ready: deque[_Job]) -> None:
        """Take a dead worker's chunk back; leave the case out in which it died too often."""
        del self._workers[channel]
        channel.close()
        place, late = job.place, time.monotonic() - job.since >= self._order.case_seconds
        if place is not None and not job.careful:
            # it was one of some cases that were annotated together: which one, is to be seen
            job.careful = True
            ready.appendleft(job)
            return
        job.deaths[place] = job.deaths.get(place, 0) + 1
        if place is None:
            self._count_death(job.deaths[place])
        elif late or job.deaths[place] >= TRIES:
            case = job.chunk.items[place]
            assert isinstance(case, Case)
            job.left_out[place] = self._row(case, late=late)
        ready.appendleft(job)

    def _row(self, case: Case, *, late: bool) -> RejectRow:
        if late:
            return left_out(
                case, "annotate", "TimeLimit", f"took longer than {self._order.case_seconds:g} s"
            )
        return left_out(case, "annotate", "WorkerDied", f"its process died {TRIES} times")

    def _count_death(self, of_chunk: int = 0) -> None:
        self._deaths += 1
        if max(self._deaths, of_chunk) >= _DEATHS:
            raise RunError(
                f"{self._order.run}: {_DEATHS} workers died outside any case, expected them "
                "to load and write; is there too little memory?"
            )

    def _fork(self) -> socket.socket:
        """Have the nursery fork a worker; give the socket to it."""
        while True:
            ours, theirs = socket.socketpair()
            message = self._asked(theirs)
            theirs.close()
            if message is not None:
                self._workers[ours] = _Worker(message["forked"])
                return ours
            ours.close()
            self._count_death()
            self._close_nursery()
            self._open_nursery()
            self.await_pipeline()

    def _asked(self, channel: socket.socket) -> Message | None:
        assert self._control is not None
        try:
            socket.send_fds(self._control, [b"f"], [channel.fileno()])
        except OSError:
            return None
        return receive(self._control)

    def _open_nursery(self) -> None:
        self._control, theirs = socket.socketpair()
        handle = theirs.fileno()
        # what is imported here is imported there, whatever lies in the folder one stands in
        path = os.pathsep.join(part or str(Path.cwd()) for part in sys.path)
        self._nursery = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.workers.nursery", str(handle)],
            pass_fds=[handle, *self._inherited],
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
        )
        theirs.close()
        send(self._control, self._order._asdict())

    def _close_nursery(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._nursery is not None:
            try:
                self._nursery.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._nursery.kill()
                self._nursery.wait()


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
