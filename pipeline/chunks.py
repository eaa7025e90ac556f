"""A chunk of cases -> rows of every table; a case that fails becomes a row of `rejects`."""

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.assembly import annotate_cases, make_doc
from pipeline.errors import EncodingProblem, RadtabError
from pipeline.records import TABLES, Case, RejectRow, Row
from pipeline.table_rows import case_tables


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `rejected` leaves out cases kept with a note."""

    cases: int = 0
    rejected: int = 0
    notes: int = 0
    findings: int = 0


class ChunkAnnotator:
    """Run chunks of cases through a pipeline and count what comes out.

    The pipeline's error handler is replaced: a case on which a stage raises is left out and noted,
    and the others of the chunk go on.
    """

    def __init__(self, nlp: Language) -> None:
        self.tally = Tally()
        self.nlp = nlp
        self._failed: list[RejectRow] = []
        nlp.set_error_handler(self._note_failure)  # type: ignore[arg-type]  # may return

    def rows(self, chunk: Sequence[Case | RejectRow]) -> dict[str, list[Row]]:
        """Give the rows of a chunk, table by table, cases in order."""
        gathered: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._failed = []
        cases = [item for item in chunk if isinstance(item, Case)]
        for doc in self._docs(cases):
            for name, rows in self._tables(doc).items():
                gathered[name].extend(rows)
        kept = {row.case_id for row in gathered["cases"]}
        notes = [_note(case, note) for case in cases if case.case_id in kept for note in case.notes]
        rejects = [item for item in chunk if isinstance(item, RejectRow)] + self._failed
        gathered["rejects"] = [*rejects, *notes]
        self.tally.cases += len(gathered["cases"])
        self.tally.findings += len(gathered["findings"])
        self.tally.rejected += len(rejects)
        self.tally.notes += len(notes)
        return gathered

    def _docs(self, cases: Sequence[Case]) -> list[Doc]:
        try:
            return list(annotate_cases(self.nlp, cases))
        except Exception:
            # the tokenizer, or a stage with a `pipe` of its own: find the case one by one
            self._failed = []
            return [doc for case in cases for doc in self._one_doc(case)]

    def _one_doc(self, case: Case) -> Iterator[Doc]:
        stage = "tokenizer"
        try:
            doc = make_doc(self.nlp, case)
            for stage, component in self.nlp.pipeline:  # noqa: B007 (named if it raises)
                doc = component(doc)
        except Exception as error:
            self._failed.append(_failure(case.case_id, case.source, stage, error))
        else:
            yield doc

    def _note_failure(
        self, stage: str, _component: object, docs: Sequence[Doc], error: Exception
    ) -> None:
        """Take what spaCy reports of a stage that raised."""
        self._failed += [_failure(doc._.case_id, doc._.source, stage, error) for doc in docs]

    def _tables(self, doc: Doc) -> dict[str, list[Row]]:
        try:
            return case_tables(doc)
        except Exception as error:
            self._failed.append(_failure(doc._.case_id, doc._.source, "tables", error))
            return {}


def _note(case: Case, note: str) -> RejectRow:
    message = f"{case.source}: {note}; case kept"
    return RejectRow(case.source, case.case_id, "read", EncodingProblem.__name__, message)


def _failure(case_id: str, source: str, stage: str, error: Exception) -> RejectRow:
    """Make the row of a case that failed; foreign messages may quote text and are left out."""
    if isinstance(error, RadtabError):
        what = str(error)
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    message = f"{source or case_id}: {stage} failed ({what}); case left out"
    return RejectRow(source, case_id, stage, type(error).__name__, " ".join(message.split()))
