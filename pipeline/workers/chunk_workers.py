"""What a run asks of those that annotate its chunks: other processes, a cluster, or itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from pipeline.chunk_folder import DoneChunk
from pipeline.chunks import Chunk


class ChunkWorkers(ABC):
    """They annotate chunks and write them; `contextlib.closing` ends them."""

    @abstractmethod
    def await_pipeline(self, *kept_open: int) -> None:
        """Wait until the pipeline is loaded.

        Args:
            kept_open: open files that workers on this machine are to keep open as long as they
                live, such as the lock of the run.

        Raises:
            RadtabError: it cannot be loaded; the class is that of the problem.
            RunError: what was to load it is gone.
        """

    @abstractmethod
    def run(self, chunks: Iterable[tuple[Chunk, str]]) -> Iterator[DoneChunk]:
        """Annotate chunks (with their digests) and write them; yield each that is on disk.

        Raises:
            RunError: rows cannot be written, or workers die again and again.
            OSError: rows cannot be written.
        """

    @abstractmethod
    def close(self) -> None:
        """End the workers; what they had begun is not written. To do so again changes nothing."""
