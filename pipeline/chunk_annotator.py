"""A chunk of cases -> rows of every table; a case that fails becomes a row of `rejects`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from spacy.language import Language

from pipeline.assembly import make_doc
from pipeline.chunks import Chunk, Tally
from pipeline.records import TABLES, Case, RejectRow, Row
from pipeline.rejected import failed, is_note, kept
from pipeline.table_rows import case_tables

#: chunks run outside spaCy's memory zone, to fill the string store with what every text needs
WARM_CHUNKS = 5
#: cases that go through the stages together: those that read several at once cost less
TOGETHER = 16

Rows = dict[str, list[Row]]


class ChunkAnnotator:
    """Run chunks of cases through a pipeline.

    Args:
        nlp: the pipeline.
        begun: called with the place of a case in its chunk before it, or it and some after it, are
            annotated, and with None after the last.
        debug: tell in `rejects` what errors say, which may quote the text.
    """

    def __init__(
        self,
        nlp: Language,
        begun: Callable[[int | None], object] = lambda _: None,
        *,
        debug: bool = False,
    ) -> None:
        self._nlp = nlp
        self._begun = begun
        self._debug = debug
        self._chunks = 0

    def rows(
        self,
        chunk: Chunk,
        left_out: Mapping[int, RejectRow] | None = None,
        *,
        together: int = TOGETHER,
    ) -> Rows:
        """Give the rows of a chunk, table by table, cases in order.

        Args:
            chunk: the cases.
            left_out: place of a case in the chunk -> why it is not to be tried (again).
            together: how many cases go through the stages together; the rows are the same.
        """
        gathered: Rows = {name: [] for name in TABLES}
        untried = {**(left_out or {})}
        untried |= {i: item for i, item in enumerate(chunk.items) if isinstance(item, RejectRow)}
        gathered["rejects"] += [untried[place] for place in sorted(untried)]
        cases = [(i, item) for i, item in enumerate(chunk.items) if i not in untried]
        with self._zone():
            for first in range(0, len(cases), together):
                some = [case for _, case in cases[first : first + together]]
                self._begun(cases[first][0])
                for tables in self._tables_of_all(
                    [case for case in some if isinstance(case, Case)]
                ):
                    for name, rows in tables.items():
                        gathered[name].extend(rows)
        self._begun(None)
        self._chunks += 1
        return gathered

    def _zone(self) -> AbstractContextManager[object]:
        return nullcontext() if self._chunks < WARM_CHUNKS else self._nlp.memory_zone()

    def _tables_of_all(self, cases: Sequence[Case]) -> list[Rows]:
        """Annotate cases together; where that fails, one by one, to find out which it was."""
        if len(cases) == 1:
            return [self._tables(cases[0])]
        try:
            docs = [make_doc(self._nlp, case) for case in cases]
            for _, component in self._nlp.pipeline:
                pipe = getattr(component, "pipe", None)
                docs = list(pipe(docs)) if pipe else [component(doc) for doc in docs]
            tables = [case_tables(doc) for doc in docs]
        except Exception:
            return [self._tables(case) for case in cases]
        return [_with_notes(each, case) for each, case in zip(tables, cases, strict=True)]

    def _tables(self, case: Case) -> Rows:
        stage = "tokenizer"
        try:
            doc = make_doc(self._nlp, case)
            for stage, component in self._nlp.pipeline:  # noqa: B007 (named if it raises)
                doc = component(doc)
            stage = "tables"
            tables = case_tables(doc)
        except Exception as error:
            return {"rejects": [failed(case, stage, error, debug=self._debug)]}
        return _with_notes(tables, case)


def _with_notes(tables: Rows, case: Case) -> Rows:
    return {**tables, "rejects": [kept(case, note) for note in case.notes]}


def tally_of(chunk: Chunk, rows: Rows) -> Tally:
    """Count what came of a chunk."""
    notes = sum(is_note(row) for row in rows["rejects"] if isinstance(row, RejectRow))
    chars = sum(len(item.text) for item in chunk.items if isinstance(item, Case))
    return Tally(
        len(rows["cases"]), len(rows["rejects"]) - notes, notes, len(rows["findings"]), chars
    )
