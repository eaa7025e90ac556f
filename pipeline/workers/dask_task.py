"""What a Dask worker does with a chunk: it has it annotated by a process of its own.

A Dask worker does not annotate itself. It keeps a `Crew` of one for each chunk it is at, so that
time limit and crashes are dealt with as on one machine: a case that crashes its process does not
end the Dask worker. If that is lost all the same (node, memory), Dask gives the chunk to another;
`<run>/chunks/.tries-00012` says at which case each try was, and a case at which two ended is left
out of the next.
"""

import socket
import threading
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from pipeline.chunk_folder import CHUNKS
from pipeline.chunks import Chunk, unpack_items
from pipeline.errors import RadtabError, RunError
from pipeline.manifest import new_manifest
from pipeline.records import Case, RejectRow
from pipeline.rejected import left_out
from pipeline.workers.crew import TRIES, Crew
from pipeline.workers.frames import Message
from pipeline.workers.work_order import WorkOrder

_STAMPS = {
    "radtab": "version of radtab", "code_sha256": "code of radtab", "spacy": "version of spaCy",
    "models_sha256": "models/", "terms": "index of terms",
}  # fmt: skip
_TRY = "try"


@dataclass(frozen=True, repr=False, slots=True)
class Parcel:
    """A chunk on its way; it has no `repr`, which Dask might log, for it holds the texts."""

    order: WorkOrder
    number: int
    digest: str
    items: str


def stamp_of(order: WorkOrder) -> Message:
    """Give what must be the same on all machines: versions, code, models, term indexes."""
    manifest = new_manifest([], {"terms": order.pipeline.get("terms", ())})
    return {key: manifest[key] for key in _STAMPS}


def prepare(order: WorkOrder, stamp: Message) -> Message:
    """Look whether this machine can do what is ordered; `{"ready"}`, or `{"failed", "error"}`."""
    here = socket.gethostname()
    try:
        if not Path(order.run).is_dir():
            raise RunError(
                f"{here}: does not see {order.run}, expected a folder that workers share"
            )
        now = stamp_of(order)
        if other := [said for key, said in _STAMPS.items() if now[key] != stamp[key]]:
            raise RunError(f"{here}: another {', '.join(other)}, expected those of the run")
        _CREWS.put_back(_CREWS.take(order))
    except RadtabError as problem:
        return _failed(problem)
    return {"ready": here}


def annotate(parcel: Parcel) -> Message:
    """Annotate a chunk and write it; `{"tally": counts}`, or `{"failed", "error"}`."""
    chunk = Chunk(parcel.number, unpack_items(parcel.items))
    try:
        crew = _CREWS.take(parcel.order)
        with Tries(Path(parcel.order.run), parcel.number) as tries:
            crew.tries = tries
            (done,) = crew.run([(chunk, parcel.digest)], tries.left_out(chunk))
    except RadtabError as problem:
        # its crew is not put back: it may be in any state
        return _failed(problem)
    except OSError as problem:
        where = problem.filename or parcel.order.run
        return _failed(RunError(f"{where}: cannot be written ({problem.strerror})"))
    _CREWS.put_back(crew)
    return {"tally": asdict(done.tally)}


def close_crews() -> None:
    """End the processes this Dask worker has started."""
    _CREWS.close()


def _failed(problem: RadtabError) -> Message:
    return {"failed": str(problem), "error": type(problem).__name__}


class Tries(AbstractContextManager["Tries"]):
    """The file that says at which case each try of a chunk was; gone when one has succeeded."""

    def __init__(self, run: Path, number: int) -> None:
        self._path = run / CHUNKS / f".tries-{number:05}"
        self._handle: TextIO | None = None
        self._ended = _last_places(self._path)

    def __enter__(self) -> "Tries":
        """Begin a try."""
        self._handle = self._path.open("a", encoding="ascii", buffering=1)
        self._handle.write(f"{_TRY}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """End the try; a failure that is told is none of a case."""
        assert self._handle is not None
        self._handle.close()
        self._path.unlink(missing_ok=True)

    def at(self, place: int | None) -> None:
        """Note the case the try is at."""
        assert self._handle is not None
        if place is not None:
            self._handle.write(f"{place}\n")

    def left_out(self, chunk: Chunk) -> dict[int, RejectRow]:
        """Give the cases at which two tries ended."""
        rows = {}
        for place, times in self._ended.items():
            case = chunk.items[place]
            if times >= TRIES and isinstance(case, Case):
                said = f"its process died {TRIES} times"
                rows[place] = left_out(case, "annotate", "WorkerDied", said)
        return rows


def _last_places(path: Path) -> Counter[int]:
    """Read at which case each try ended that did not come to its end."""
    try:
        tries = path.read_text("ascii").split(_TRY)
    except FileNotFoundError:
        return Counter()
    return Counter(int(places[-1]) for part in tries if (places := part.split()))


class MarkedCrew(Crew):
    """A crew of one that notes the case it is at."""

    tries: Tries | None = None

    def __init__(self, order: WorkOrder) -> None:
        super().__init__(order, 1, begun=lambda _, place: self._at(place))
        self.order = order

    def _at(self, place: int | None) -> None:
        if self.tries is not None:
            self.tries.at(place)


class CrewKeeper:
    """Keep crews that have loaded the pipeline, for the next chunk of the same order."""

    def __init__(self) -> None:
        self._idle: list[MarkedCrew] = []
        self._lock = threading.Lock()

    def take(self, order: WorkOrder) -> MarkedCrew:
        """Give a crew; Dask may run several chunks in a process, each has its own."""
        with self._lock:
            for crew in self._idle:
                if crew.order == order:
                    self._idle.remove(crew)
                    return crew
        crew = MarkedCrew(order)
        try:
            crew.await_pipeline()
        except RadtabError:
            crew.close()
            raise
        return crew

    def put_back(self, crew: MarkedCrew) -> None:
        """Take a crew back."""
        with self._lock:
            self._idle.append(crew)

    def close(self) -> None:
        """End all crews that are idle."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


_CREWS = CrewKeeper()
