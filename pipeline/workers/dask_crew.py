"""Hand chunks out to the workers of a Dask cluster, which share a file system with the run.

Dask sends what it runs as pickles: whoever can reach its scheduler can run code on the workers.
Use `tls://` where others are on the network.
"""

import logging
import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pipeline import errors
from pipeline.chunk_folder import DoneChunk
from pipeline.chunks import Chunk, Tally, pack_items
from pipeline.errors import RunError, UsageError
from pipeline.linking.loading import index_path
from pipeline.workers.chunk_workers import ChunkWorkers
from pipeline.workers.dask_task import Parcel, annotate, close_crews, prepare, stamp_of
from pipeline.workers.frames import Message
from pipeline.workers.work_order import WorkOrder

#: seconds to wait for a scheduler, and for the first worker: a cluster may queue it
_REACHED, _WORKER_CAME = 30, 900
#: chunks under way for each thread of the cluster: one at work, one waiting
_AHEAD = 2
#: times Dask may give up a chunk: it has then tried it on several workers each time
_GIVEN_UP = 6
LOCAL = "local:"


def check_scheduler(scheduler: str) -> None:
    """Refuse what names no scheduler.

    Raises:
        UsageError: neither `local:N` nor an address.
    """
    count = scheduler.removeprefix(LOCAL)
    local = scheduler.startswith(LOCAL) and count.isdecimal() and int(count) > 0
    if not local and not scheduler.startswith(("tcp://", "tls://")):
        raise UsageError(
            f"scheduler {scheduler!r}, expected local:N, tcp://HOST:PORT or tls://HOST:PORT"
        )


class DaskCrew(ChunkWorkers):
    """Workers of a run on a Dask cluster, which is left in the end, or ended if it is local.

    Args:
        order: what the workers are told; paths in it must be absolute.
        scheduler: `local:N` for N processes on this machine, or the address of a scheduler.
    """

    def __init__(self, order: WorkOrder, scheduler: str) -> None:
        self._order, self._scheduler = order, scheduler
        self._open = ExitStack()
        self._client: Any = None
        self._name = secrets.token_hex(4)

    def _connect(self) -> None:
        try:
            import distributed
        except ModuleNotFoundError as problem:
            raise UsageError(
                f"{problem.name} is not installed, expected the extra: pip install radtab[dask]"
            ) from None
        address: Any = self._scheduler
        try:
            if address.startswith(LOCAL):
                address = self._open.enter_context(
                    distributed.LocalCluster(
                        n_workers=int(address.removeprefix(LOCAL)), threads_per_worker=1,
                        processes=True, dashboard_address=None, memory_limit=0,
                        silence_logs=logging.CRITICAL,
                    )
                )  # fmt: skip
            self._client = self._open.enter_context(
                distributed.Client(address, timeout=_REACHED, set_as_default=False)
            )
        except (OSError, TypeError, ValueError, RuntimeError) as problem:
            self._open.close()
            raise RunError(
                f"{self._scheduler}: cannot be reached ({type(problem).__name__}), "
                "expected a Dask scheduler"
            ) from problem

    def close(self) -> None:
        """Leave the cluster; what is under way there is not waited for."""
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.run(close_crews)
        except Exception:
            # a worker lost just now: its processes end with it
            logging.getLogger(__name__).debug("crews not closed", exc_info=True)
        self._open.close()

    def await_pipeline(self, *_: int) -> None:
        """Connect to the scheduler and wait for a worker that has loaded the pipeline.

        See `ChunkWorkers`.

        Raises:
            UsageError: the extra `dask` is not installed.
            RunError: the scheduler cannot be reached, no worker comes, or it is not like this
                machine.
        """
        self._connect()
        try:
            self._client.wait_for_workers(1, timeout=_WORKER_CAME)
        except TimeoutError:
            raise RunError(
                f"{self._scheduler}: no worker within {_WORKER_CAME} s, expected one"
            ) from None
        stamp = stamp_of(self._order)
        _checked(self._client.submit(prepare, self._order, stamp, pure=False).result())

    def run(self, chunks: Iterable[tuple[Chunk, str]]) -> Iterator[DoneChunk]:
        """Annotate chunks (with their digests) and write them; yield each that is on disk.

        Raises:
            RunError: rows cannot be written, or Dask gives a chunk up again and again.
        """
        from distributed import as_completed

        waiting = iter(chunks)
        under_way: dict[str, tuple[Parcel, int]] = {}
        ended = as_completed(loop=self._client.loop)
        while True:
            while len(under_way) < self._room() and (following := next(waiting, None)) is not None:
                chunk, digest = following
                parcel = Parcel(self._order, chunk.number, digest, pack_items(chunk.items))
                ended.add(self._submitted(parcel, 0, under_way))
            if not under_way:
                return
            future = next(ended)
            parcel, times = under_way.pop(future.key)
            answer = self._answer(future, times)
            if answer is None:
                ended.add(self._submitted(parcel, times + 1, under_way))
            else:
                yield DoneChunk(parcel.number, parcel.digest, Tally(**answer["tally"]))

    def _room(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, _AHEAD * sum(threads.values()))

    def _submitted(
        self, parcel: Parcel, times: int, under_way: dict[str, tuple[Parcel, int]]
    ) -> Any:  # noqa: ANN401 (a Future of an extra)
        key = f"radtab-{self._name}-{parcel.number}-{times}"
        under_way[key] = parcel, times
        return self._client.submit(annotate, parcel, key=key, pure=False)

    def _answer(self, future: Any, times: int) -> Message | None:  # noqa: ANN401
        """Give what a worker answers; None where Dask has given the chunk up."""
        from distributed import KilledWorker

        try:
            return _checked(future.result())
        except KilledWorker:
            if times < _GIVEN_UP:
                return None
            raise RunError(
                f"{self._scheduler}: workers die again and again, expected them to stay; "
                "is there too little memory?"
            ) from None
        except (CancelledError, OSError):
            raise RunError(f"{self._scheduler}: the scheduler is gone; --resume goes on") from None


def absolute(order: WorkOrder) -> WorkOrder:
    """Give an order that says the same in every working directory."""
    terms = tuple(str(index_path(each).resolve()) for each in order.pipeline.get("terms", ()))
    pipeline = order.pipeline | ({"terms": terms} if terms else {})
    return order._replace(run=str(Path(order.run).resolve()), pipeline=pipeline)


def _checked(answer: Message) -> Message:
    if "failed" in answer:
        raise getattr(errors, answer["error"])(answer["failed"])
    return answer
