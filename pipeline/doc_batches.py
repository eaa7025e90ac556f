"""Docs that a stage reads together, so that the arithmetic costs each of them less."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from spacy.tokens import Doc
from spacy.util import raise_error

#: docs read together, and their tokens: what is worked on then still fits the processor's cache
MOST_DOCS = 16
MOST_TOKENS = 20_000
#: name of the stage, the stage, the docs, what it raised
ErrorHandler = Callable[[str, Any, list[Doc], Exception], object]


class BatchAnnotator(ABC):
    """A stage that annotates some docs together; each gets what it gets alone.

    Args:
        name: of the stage in its pipeline, told to the error handler.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._on_error: ErrorHandler = raise_error

    @abstractmethod
    def annotate(self, docs: Sequence[Doc]) -> None:
        """Annotate docs; to do so again after an error changes nothing."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one doc."""
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = MOST_DOCS) -> Iterator[Doc]:
        """Annotate many docs, in order.

        A doc that raises goes to the error handler (spaCy's convention: it may raise; if not, the
        doc is left out); the others of its batch are annotated one by one.
        """
        for docs in doc_batches(stream, min(batch_size, MOST_DOCS)):
            try:
                self.annotate(docs)
            except Exception:  # whatever it is, it is raised again for the doc it comes from
                yield from self._one_by_one(docs)
            else:
                yield from docs

    def set_error_handler(self, handler: ErrorHandler) -> None:
        """Take the handler of errors in `pipe` (`Language.set_error_handler` calls this)."""
        self._on_error = handler

    def get_error_handler(self) -> ErrorHandler:
        """Give the handler of errors in `pipe`."""
        return self._on_error

    def _one_by_one(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        for doc in docs:
            try:
                self.annotate([doc])
            except Exception as error:
                self._on_error(self.name, self, [doc], error)
            else:
                yield doc


def doc_batches(
    stream: Iterable[Doc], most_docs: int = MOST_DOCS, most_tokens: int = MOST_TOKENS
) -> Iterator[list[Doc]]:
    """Give docs in batches, the last doc of each the one that reaches one of the limits.

    >>> import spacy
    >>> docs = [spacy.blank("en")(text) for text in ("a b c", "a", "", "a b")]
    >>> [len(batch) for batch in doc_batches(docs, most_docs=2, most_tokens=3)]
    [1, 2, 1]
    """
    batch: list[Doc] = []
    n_tokens = 0
    for doc in stream:
        batch.append(doc)
        n_tokens += len(doc)
        if len(batch) >= most_docs or n_tokens >= most_tokens:
            yield batch
            batch, n_tokens = [], 0
    if batch:
        yield batch
