"""A worker: takes a chunk, annotates it, writes its rows, answers with the counts."""

import signal
import socket
import time
from dataclasses import asdict
from pathlib import Path

from spacy.language import Language

from pipeline.chunk_annotator import TOGETHER, ChunkAnnotator, Rows, tally_of
from pipeline.chunk_folder import DoneChunk, write_chunk
from pipeline.chunks import Chunk, unpack_items
from pipeline.records import RejectRow
from pipeline.workers.frames import Message, receive, send
from pipeline.workers.work_order import WorkOrder


def work(channel: socket.socket, nlp: Language, order: WorkOrder) -> None:
    """Serve chunks until the other side is gone.

    A case that takes longer than `case_seconds` ends the process: the system's alarm does, so that
    code that never comes back to Python is stopped as well.

    Messages in: `{"number", "digest", "items", "left_out", "careful"}`. Messages out: `{"begun":
    place, "at": time}` before each case if `careful`, else before each few, then `{"tally":
    counts}` or `{"failed": what}` where rows cannot be written.

    Raises:
        OSError: the other side is gone in the midst of a chunk.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def begin(place: int | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.0 if place is None else order.case_seconds)
        send(channel, {"begun": place, "at": time.monotonic()})

    annotator = ChunkAnnotator(nlp, begin, debug=order.debug)
    while (message := receive(channel)) is not None:
        send(channel, _answer(annotator, message, Path(order.run)))


def _answer(annotator: ChunkAnnotator, message: Message, run: Path) -> Message:
    chunk = Chunk(message["number"], unpack_items(message["items"]))
    left_out = {int(place): RejectRow(**row) for place, row in message["left_out"].items()}
    try:
        together = 1 if message["careful"] else TOGETHER
        rows = annotator.rows(chunk, left_out, together=together)
        done = write_rows(chunk, message["digest"], rows, run)
    except OSError as problem:
        return {"failed": f"{problem.filename or run}: cannot be written ({problem.strerror})"}
    return {"tally": asdict(done.tally)}


def write_rows(chunk: Chunk, digest: str, rows: Rows, run: Path) -> DoneChunk:
    """Write the rows of a chunk to the run folder.

    Raises:
        OSError: the rows cannot be written.
    """
    done = DoneChunk(chunk.number, digest, tally_of(chunk, rows))
    write_chunk(run, done, rows)
    return done
