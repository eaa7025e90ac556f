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
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from pipeline.chunk_folder import DoneChunk
from pipeline.chunks import Chunk, Tally, pack_items
from pipeline.errors import RunError
from pipeline.records import Case, RejectRow
from pipeline.rejected import left_out
from pipeline.workers.chunk_workers import ChunkWorkers
from pipeline.workers.frames import receive, send
from pipeline.workers.nursery_process import NurseryProcess
from pipeline.workers.work_order import WorkOrder

#: a case in which so many workers died is left out; a single death may have another cause
TRIES = 2
#: deaths outside any case (loading, writing) after which a run ends: one after another, or at the
#: same chunk
_DEATHS = 3


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


class Crew(ChunkWorkers):
    """Worker processes of a run; they load the pipeline from now on.

    Args:
        order: what the workers are told.
        workers: how many, at least 1.
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
        begun: Callable[[int, int | None], object] | None = None,
    ) -> None:
        self._order, self._size, self._begun = order, workers, begun
        self._workers: dict[socket.socket, _Worker] = {}
        self._kept_open: tuple[int, ...] = ()
        self._nursery = NurseryProcess(order)
        self._deaths = 0

    def close(self) -> None:
        """End all workers; what they had begun is not written."""
        for channel, worker in self._workers.items():
            channel.close()
            if worker.job is not None:
                _kill(worker.process)
        self._workers = {}
        self._nursery.close()

    def await_pipeline(self, *kept_open: int) -> None:
        """Wait until the pipeline is loaded; see `ChunkWorkers`."""
        self._kept_open = kept_open
        self._nursery.await_pipeline()

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
            process = self._nursery.fork(theirs, self._kept_open)
            theirs.close()
            if process is not None:
                self._workers[ours] = _Worker(process)
                return ours
            ours.close()
            self._count_death()
            self._nursery.close()
            self._nursery = NurseryProcess(self._order)
            self._nursery.await_pipeline()


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
