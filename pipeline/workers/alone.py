"""This process alone instead of workers: nothing protects a run from a case that crashes it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.chunk_folder import DoneChunk
from pipeline.chunks import Chunk
from pipeline.workers.chunk_workers import ChunkWorkers
from pipeline.workers.work_order import WorkOrder

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.chunk_annotator import ChunkAnnotator


class Alone(ChunkWorkers):
    """Annotate chunks in this process.

    Args:
        order: what is to be done; there is no time limit.
        load: gives the pipeline.
    """

    def __init__(self, order: WorkOrder, load: Callable[..., "Language"]) -> None:
        self._order, self._load = order, load
        self._annotator: ChunkAnnotator | None = None

    def await_pipeline(self, *_: int) -> None:
        """Load the pipeline; see `ChunkWorkers`."""
        # a run with workers does without spaCy
        from pipeline.chunk_annotator import ChunkAnnotator

        nlp = self._load(**self._order.pipeline)
        self._annotator = ChunkAnnotator(nlp, debug=self._order.debug)

    def run(self, chunks: Iterable[tuple[Chunk, str]]) -> Iterator[DoneChunk]:
        """Annotate chunks; see `ChunkWorkers`."""
        from pipeline.workers.worker import write_rows

        assert self._annotator is not None, "await_pipeline comes first"
        for chunk, digest in chunks:
            rows = self._annotator.rows(chunk)
            yield write_rows(chunk, digest, rows, Path(self._order.run))

    def close(self) -> None:
        """Let go of the pipeline."""
        self._annotator = None
